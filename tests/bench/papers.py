"""The PDF of a submission beside bare WeasyPrint on the same HTML.

Bare is ``HTML(string=...).write_pdf()`` as it comes: it neither fills the template nor
tags a thing.
"""

import gc
import re
import time
from typing import NamedTuple

import weasyprint
from django.template.loader import render_to_string

from portal.pdf import render_pdf
from procurement.exports.submission_pdf import TEMPLATE, context
from procurement.exports.submission_reading import whole
from procurement.models import SubmissionVersion
from procurement.permissions import Reader
from tests.bench.table import Row, compared

MOST = 1.15
# How many times as long as a submission is: the third is for a worker.
LENGTHS = (1, 5, 20)


class Paper(NamedTuple):
    """A submission, and its HTML as WeasyPrint reads it."""

    filled: dict
    html: str
    pages: int


def measured(rounds: int) -> list[Row]:
    """The rows about PDFs: each length beside bare, and a page of the longest."""
    version = SubmissionVersion.objects.signed().for_page().order_by("pk")[0]
    papers = [_paper(version, times) for times in LENGTHS]
    took = [[_round(paper) for paper in papers] for _ in range(rounds)]
    rows = [
        compared(f"PDF of {paper.pages} pages", list(pairs), "ms", most=MOST)
        for paper, pairs in zip(papers, zip(*took, strict=True), strict=True)
    ]
    _, middle, longest = papers
    what = f"a page of {longest.pages} beside one of {middle.pages}"
    each = [
        (last / longest.pages, mid / middle.pages) for *_, (mid, _), (last, _) in took
    ]
    return [*rows, compared(what, each, "ms", most=MOST)]


def _paper(version: SubmissionVersion, times: int) -> Paper:
    filled = context(whole(version, Reader.COUNCIL))
    for goal in filled["goals"]:
        goal.items[:] = goal.items * times
    html = render_to_string(TEMPLATE, filled)
    plain = weasyprint.HTML(string=html).write_pdf(uncompressed_pdf=True)
    if not render_pdf(TEMPLATE, filled).startswith(b"%PDF-"):
        raise RuntimeError("this is no PDF")
    return Paper(filled, html, len(re.findall(rb"/Type /Page\b", plain)))


def _round(paper: Paper) -> tuple[float, float]:
    ours = _milliseconds(lambda: render_pdf(TEMPLATE, paper.filled))
    bare = _milliseconds(lambda: weasyprint.HTML(string=paper.html).write_pdf())
    return ours, bare


def _milliseconds(function) -> float:
    # So that nothing pays for the garbage of what was measured before it, nor for what
    # else the machine does: making a PDF waits for nothing but the processor.
    gc.collect()
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1000
