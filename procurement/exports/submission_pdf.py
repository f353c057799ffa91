"""A submission on paper: from the frozen words alone, with what the reader may read."""

from typing import Any

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.canonical import short_code
from portal.pdf import watermark
from portal.printout import Sheet, sheet_of
from procurement.exports.submission_reading import Reading

TEMPLATE = "procurement/pdf/submission.html"


def sheet(reading: Reading) -> Sheet:
    """What one reader sees of a version, to print."""
    return sheet_of(TEMPLATE, context(reading), filename(reading))


def context(reading: Reading) -> dict[str, Any]:
    """The words by goal, who signed, and the code that belongs to this whole.

    An extract has no code: the code speaks of more than what stands in it.
    """
    version = reading.version
    content = version.content
    signature = version.signature if version.is_signed else None
    return {
        "title": _title(reading),
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
        "watermark": watermark(_("draft")) if signature is None else "",
    }


def _title(reading: Reading) -> str:
    content = reading.version.content
    if reading.is_extract:
        title = _("Extract of the submission of %(council)s, %(round)s")
    elif reading.version.is_signed:
        title = _("Submission of %(council)s, %(round)s")
    else:
        title = _("Draft of the submission of %(council)s, %(round)s")
    return title % {
        "council": content["council"]["name"],
        "round": content["round"]["label"],
    }


def _replaces(content: dict[str, Any]) -> dict[str, Any] | None:
    old = content["replaces"]
    return old and {"number": old["number"], "code": short_code(old["sha256"])}


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
