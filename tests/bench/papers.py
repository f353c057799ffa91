"""The PDF of a submission beside bare WeasyPrint on the same HTML."""

import re
import time

import weasyprint
from django.template.loader import render_to_string

from portal.pdf import render_pdf
from procurement.exports.submission_pdf import TEMPLATE, context
from procurement.exports.submission_reading import whole
from procurement.models import SubmissionVersion
from procurement.permissions import Reader
from tests.bench.table import Row, compared

MOST = 1.15
LONG = 5


def measured(rounds: int) -> list[Row]:
    """The rows about PDFs: of a submission as it is, and of one LONG times as long."""
    version = SubmissionVersion.objects.signed().for_page().order_by("pk")[0]
    return [
        _row(_context(version, times), rounds if times == 1 else max(3, rounds // 2))
        for times in (1, LONG)
    ]


def _context(version: SubmissionVersion, times: int) -> dict:
    filled = context(whole(version, Reader.COUNCIL))
    for goal in filled["goals"]:
        goal.items[:] = goal.items * times
    return filled


def _row(filled: dict, rounds: int) -> Row:
    html = render_to_string(TEMPLATE, filled)
    made = render_pdf(TEMPLATE, filled)
    pages = len(re.findall(rb"/Type /Page\b", _uncompressed(html)))
    pairs = []
    for _ in range(rounds):
        ours = _milliseconds(lambda: render_pdf(TEMPLATE, filled))
        bare = _milliseconds(lambda: _bare(html))
        pairs.append((ours, bare))
    if not made.startswith(b"%PDF-"):
        raise RuntimeError("this is no PDF")
    return compared(f"PDF of {pages} pages", pairs, "ms", most=MOST)


def _bare(html: str) -> bytes:
    return weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")


def _uncompressed(html: str) -> bytes:
    return weasyprint.HTML(string=html).write_pdf(uncompressed_pdf=True)


def _milliseconds(function) -> float:
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000
