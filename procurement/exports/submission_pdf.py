"""A submission on paper: from the frozen words alone, with what the reader may read."""

from base64 import b64encode
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.canonical import short_code
from portal.pdf import render_pdf
from procurement.exports.submission_reading import Reading

TEMPLATE = "procurement/pdf/submission.html"


def render(reading: Reading) -> bytes:
    """The PDF of what one reader sees of a version."""
    return render_pdf(TEMPLATE, context(reading))


def context(reading: Reading) -> dict[str, Any]:
    """The words by goal, who signed, and the code that belongs to this whole.

    An extract has no code: the code speaks of more than what stands in it.
    """
    version = reading.version
    content = version.content
    signature = version.signature if version.is_signed else None
    return {
        "content": content,
        "version": version,
        "replaces": _replaces(content),
        "goals": reading.goals,
        "statements": reading.statements,
        "signature": signature,
        "is_draft": signature is None,
        "is_extract": reading.is_extract,
        "code": "" if reading.is_extract else version.code,
        "full_code": _full_code(reading),
        "verify_url": settings.SITE_URL + "/controle/",
        "watermark": _watermark() if signature is None else "",
    }


def _replaces(content: dict[str, Any]) -> dict[str, Any] | None:
    old = content["replaces"]
    return old and {"number": old["number"], "code": short_code(old["sha256"])}


def _watermark() -> str:
    """A word across the page, drawn as its background: no part of the text that is
    read aloud, which says the same in words of its own."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 250">'
        '<text x="95" y="135" transform="rotate(-52 95 125)" text-anchor="middle" '
        'font-family="Noto Sans, DejaVu Sans, sans-serif" font-size="48" '
        f'fill="#e9ece9">{escape(_("draft"))}</text></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _full_code(reading: Reading) -> str:
    if reading.is_extract:
        return ""
    version = reading.version
    return version.signature.sha256 if version.is_signed else version.sha256


def filename(reading: Reading) -> str:
    """A name without a word of the content."""
    content = reading.version.content
    parts = ["indiening", content["round"]["contract_year"], content["council"]["name"]]
    if not reading.is_extract:
        parts.append(f"versie {reading.version.number}")
    return slugify(" ".join(str(part) for part in parts)) + ".pdf"
