"""Somebody's calendar for a calendar program: names, dates and links."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from councils.actions.meeting_calendar import event_of
from portal.ical import DEADLINE_SHOWN_AS, Event, calendar_text, uid
from portal.models import AuditEvent, User
from procurement.calendar_days import Entry, Kind, days_of
from procurement.models import DateChange

BACK = timedelta(days=92)
AHEAD = timedelta(days=548)
# These move with the dates of a phase.
OF_PHASE = {Kind.OPENS, Kind.DATE, Kind.CLOSES}


class Changes(NamedTuple):
    """How often something changed, and when last."""

    times: int
    last_at: datetime


def render(user: User, today: date) -> str:
    """The calendar of ``user`` around today; the same text until something changes."""
    found = days_of(user, today - BACK, today + AHEAD).entries
    changes = _changes(found)
    return calendar_text((event(each, changes) for each in found), name=_("Inbreng"))


def _changes(entries: Iterable[Entry]) -> dict[UUID, Changes]:
    """By phase its moves, and by trail what was done with actions: two queries."""
    phases = {each.pk for each in entries if each.kind in OF_PHASE}
    trails = {each.trail for each in entries if each.trail}
    moved = (
        DateChange.objects.filter(phase__in=phases)
        .order_by()
        .values_list("phase")
        .annotate(Count("pk"), Max("at"))
    )
    done = (
        AuditEvent.objects.filter(
            subject_id__in=trails, verb__startswith="action_item."
        )
        .order_by()
        .values_list("subject_id")
        .annotate(Count("pk"), Max("at"))
    )
    return {pk: Changes(*rest) for rows in (moved, done) for pk, *rest in rows}


def event(entry: Entry, changes: dict[UUID, Changes]) -> Event:
    """One entry as a calendar keeps it: by its lasting name, the newest number wins."""
    if entry.meeting is not None:
        # The very same as in the invitation.
        return event_of(entry.meeting)
    changed = changes.get(entry.trail or entry.pk)
    known = [each for each in (entry.changed_at, changed and changed.last_at) if each]
    made = Event(
        uid=uid("-".join(filter(None, (entry.kind, entry.about))), entry.pk),
        title=_title(entry),
        starts_at=entry.day,
        ends_at=entry.day,
        modified_at=max(known),
        sequence=entry.sequence + (changed.times if changed else 0),
        url=settings.SITE_URL + entry.url,
        takes_time=False,
    )
    if entry.at:
        return replace(made, starts_at=entry.at - DEADLINE_SHOWN_AS, ends_at=entry.at)
    return made


def _title(entry: Entry) -> str:
    if not entry.whose:
        return entry.title
    return _("%(title)s (%(whose)s)") % {"title": entry.title, "whose": entry.whose}
