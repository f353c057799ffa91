"""A submission on paper: from the frozen words alone, with what the reader may read."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.canonical import canonical_json, fingerprint, short_code
from portal.pdf import render_pdf, watch_pages, watermark
from procurement.actions import paper
from procurement.exports.submission_reading import Reading, extract, whole
from procurement.models import Paper, SubmissionVersion
from procurement.permissions import Reader

logger = logging.getLogger(__name__)

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


# --- Long papers -----------------------------------------------------------------

# A longer one is made by a worker.
PAGES_AT_ONCE = 20
# Counted over papers of 4 to 81 pages: what fits on one, and what the lines around
# each piece take of it.
CHARACTERS_A_PAGE = 2800
CHARACTERS_AROUND = 375


def pages_expected(reading: Reading) -> int:
    """About how many pages it takes, without making it."""
    characters = sum(
        len(piece["text"]) + CHARACTERS_AROUND
        for goal in reading.goals
        for item in goal.items
        for piece in [*item["passages"], *item["sources"], *_answer_text(item)]
    )
    return 1 + (characters + sum(map(len, reading.statements))) // CHARACTERS_A_PAGE


def _answer_text(item: dict[str, Any]) -> list[dict[str, str]]:
    return [{"text": item["answer"].reason}] if item["answer"] else []


def ask(reading: Reading) -> Paper:
    """Have it made by a worker, once for all who may read exactly the same."""
    return paper.ask(
        reading.version,
        key=_key(reading),
        items=_items(reading) if reading.is_extract else None,
        pages_expected=pages_expected(reading),
    )


def make(paper_id: str | UUID) -> None:
    """Make a paper that was asked for, if no other worker has it."""
    claimed = paper.claim(UUID(str(paper_id)))
    if claimed is None:
        return
    try:
        with watch_pages(lambda pages: paper.note_progress(claimed, pages)):
            content = render(_reading_of(claimed))
    except Exception:
        # One that cannot be made must not keep the others waiting.
        logger.exception("A paper could not be made: %s", claimed)
        paper.fail(claimed)
    else:
        paper.finish(claimed, content)


def _reading_of(asked: Paper) -> Reading:
    version = SubmissionVersion.objects.for_page().get(pk=asked.version_id)
    if asked.items is None:
        return whole(version, Reader.COUNCIL)
    return extract(version, [UUID(pk) for pk in asked.items])


def _items(reading: Reading) -> list[UUID]:
    return [UUID(item["id"]) for goal in reading.goals for item in goal.items]


def _key(reading: Reading) -> str:
    version = reading.version
    signature = version.signature if version.is_signed else None
    return fingerprint(
        canonical_json(
            {
                "version": version.sha256,
                "signature": signature and signature.sha256,
                "signed_by": signature and signature.signed_by.name,
                "is_extract": reading.is_extract,
                "items": _items(reading),
                "is_answered": hasattr(version, "publication"),
                "statements": reading.statements,
            }
        )
    )


# --- The code --------------------------------------------------------------------


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
