"""The minutes of a meeting on paper: what a reader finds on screen, or anybody."""

from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from councils.minutes_reading import Reading
from councils.models import Minutes
from portal.moments import nl_date
from portal.pdf import watermark
from portal.printout import Sheet, sheet_of

TEMPLATE = "councils/pdf/minutes.html"


def sheet(reading: Reading, *, is_public: bool) -> Sheet:
    """The paper; closed items keep their number and hold nothing else."""
    return sheet_of(
        TEMPLATE,
        context(reading, is_public=is_public),
        filename(reading, is_public=is_public),
    )


def context(reading: Reading, *, is_public: bool) -> dict[str, Any]:
    """The items with what was said, decided and taken on, and how it stands."""
    meeting, minutes = reading.meeting, reading.minutes
    is_draft = minutes is None or minutes.status != Minutes.Status.ADOPTED
    day = nl_date(timezone.localdate(meeting.starts_at))
    return {
        "title": _("Minutes of %(date)s") % {"date": day},
        "meeting": meeting,
        "minutes": minutes,
        "reading": reading,
        "decisions": [
            (each.line.number, decision)
            for each in reading.items
            for decision in each.decisions
        ],
        "is_public": is_public,
        "is_draft": is_draft,
        "adopted_on": minutes.adopted_in.starts_at
        if minutes and minutes.adopted_in
        else None,
        "watermark": watermark(_("draft")) if is_draft else "",
    }


def filename(reading: Reading, *, is_public: bool) -> str:
    """A name without a word of the content."""
    meeting = reading.meeting
    day = timezone.localdate(meeting.starts_at).isoformat()
    parts = ["verslag", day, meeting.council.name, "openbaar" if is_public else ""]
    return slugify(" ".join(parts)) + ".pdf"
