"""PDFs beside bare WeasyPrint on the same HTML: submissions, an agenda, its minutes.

Bare is ``HTML(string=...).write_pdf()`` as it comes: it neither fills the template nor
tags a thing.
"""

import gc
import re
import time
from typing import Any, NamedTuple

import weasyprint
from django.db.models import Count
from django.template.loader import render_to_string

from councils.agenda_reading import public_reading_of
from councils.exports import agenda_pdf, minutes_pdf
from councils.minutes_reading import read_public
from councils.models import Meeting
from portal.pdf import pdf_of
from procurement.exports import submission_pdf
from procurement.exports.submission_reading import whole
from procurement.models import SubmissionVersion
from procurement.permissions import Reader
from tests.bench.table import Row, compared

MOST = 1.15
# How many times as long as a submission is: the third is for a worker.
LENGTHS = (1, 5, 20)


class Paper(NamedTuple):
    """What a template is filled with, and its HTML as WeasyPrint reads it."""

    kind: str
    template: str
    filled: dict[str, Any]
    html: str
    pages: int


def measured(rounds: int) -> list[Row]:
    """The rows about PDFs: each beside bare, and a page of the longest submission."""
    version = SubmissionVersion.objects.signed().for_page().order_by("pk")[0]
    submissions = [_submission(version, times) for times in LENGTHS]
    meeting = _long_meeting()
    papers = [*submissions, _agenda(meeting), _minutes(meeting)]
    took = [[_round(paper) for paper in papers] for _ in range(rounds)]
    rows = [
        compared(f"{paper.kind} of {paper.pages} pages", list(pairs), "ms", most=MOST)
        for paper, pairs in zip(papers, zip(*took, strict=True), strict=True)
    ]
    _, middle, longest = submissions
    what = f"a page of {longest.pages} beside one of {middle.pages}"
    each = [
        (last / longest.pages, mid / middle.pages)
        for _short, (mid, _), (last, _), *_others in took
    ]
    return [*rows, compared(what, each, "ms", most=MOST)]


def _submission(version: SubmissionVersion, times: int) -> Paper:
    filled = submission_pdf.context(whole(version, Reader.COUNCIL))
    for goal in filled["goals"]:
        goal.items[:] = goal.items * times
    return _paper("PDF", submission_pdf.TEMPLATE, filled)


def _long_meeting() -> Meeting:
    """The one with most items, which the measuring of pages made."""
    meetings = Meeting.objects.select_related("council", "minutes__adopted_in")
    return meetings.annotate(count=Count("items")).order_by("-count", "pk")[0]


def _agenda(meeting: Meeting) -> Paper:
    filled = agenda_pdf.context(
        meeting, public_reading_of(meeting), actions=[], is_public=True, papers=None
    )
    return _paper("agenda", agenda_pdf.TEMPLATE, filled)


def _minutes(meeting: Meeting) -> Paper:
    reading = read_public(meeting)
    for each in reading.items:
        each.item.notes = "Wat hierover is gezegd, in het kort opgeschreven. " * 6
    filled = minutes_pdf.context(reading, is_public=True)
    return _paper("minutes", minutes_pdf.TEMPLATE, filled)


def _paper(kind: str, template: str, filled: dict[str, Any]) -> Paper:
    html = render_to_string(template, filled)
    plain = weasyprint.HTML(string=html).write_pdf(uncompressed_pdf=True)
    if not pdf_of(html).startswith(b"%PDF-"):
        raise RuntimeError("this is no PDF")
    pages = len(re.findall(rb"/Type /Page\b", plain))
    return Paper(kind, template, filled, html, pages)


def _round(paper: Paper) -> tuple[float, float]:
    ours = _milliseconds(lambda: pdf_of(render_to_string(paper.template, paper.filled)))
    bare = _milliseconds(lambda: weasyprint.HTML(string=paper.html).write_pdf())
    return ours, bare


def _milliseconds(function) -> float:
    # So that nothing pays for the garbage of what was measured before it, nor for what
    # else the machine does: making a PDF waits for nothing but the processor.
    gc.collect()
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1000
