"""An agenda on paper: what one reader finds on the screen, or anybody may have."""

from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from councils.agenda_reading import Reading
from councils.exports.papers_pdf import Papers, collect
from councils.models import ActionItem, Meeting
from portal.moments import nl_date
from portal.pdf import watermark
from portal.printout import Sheet, sheet_of

TEMPLATE = "councils/pdf/agenda.html"


def sheet(
    meeting: Meeting,
    reading: Reading,
    *,
    actions: list[ActionItem],
    is_public: bool = False,
    with_papers: bool = False,
) -> Sheet:
    """The agenda, and with ``with_papers`` what this reader may read behind it."""
    papers = papers_of(reading) if with_papers else None
    return sheet_of(
        TEMPLATE,
        context(meeting, reading, actions=actions, is_public=is_public, papers=papers),
        filename(meeting, is_public=is_public, with_papers=with_papers),
        behind=papers.behind if papers else (),
    )


def papers_of(reading: Reading) -> Papers:
    """The papers of the items that this reader may read."""
    return collect(
        (line.number, paper.title, paper.version_pk)
        for line in reading.lines
        if line.is_readable
        for paper in line.papers
        if paper.version_pk
    )


def context(
    meeting: Meeting,
    reading: Reading,
    *,
    actions: list[ActionItem],
    is_public: bool,
    papers: Papers | None,
) -> dict[str, Any]:
    """The lines of the agenda, and how it stands."""
    is_draft = reading.is_live and meeting.agenda_sent_at is None
    day = nl_date(timezone.localdate(meeting.starts_at))
    return {
        "title": _("Agenda of %(date)s") % {"date": day},
        "meeting": meeting,
        "reading": reading,
        "actions": [
            {"what": each.what, "owner": each.owner.name, "due_on": each.due_on}
            for each in actions
        ],
        "papers": papers,
        "is_bundle": papers is not None and bool(papers.bound),
        "is_public": is_public,
        "is_draft": is_draft,
        "watermark": watermark(_("draft")) if is_draft else "",
    }


def filename(
    meeting: Meeting, *, is_public: bool = False, with_papers: bool = False
) -> str:
    """A name without a word of the content."""
    day = timezone.localdate(meeting.starts_at).isoformat()
    parts = ["agenda", day, meeting.council.name]
    parts += ["openbaar"] * is_public + ["met stukken"] * with_papers
    return slugify(" ".join(parts)) + ".pdf"
