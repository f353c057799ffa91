"""What returns on every agenda: a council's own list per kind of meeting, or ours."""

from collections.abc import Iterable
from functools import cache
from uuid import uuid4

from django.db import transaction

from councils.actions.agenda_rows import hold, insert
from councils.actions.reference import DATA
from councils.models import AgendaItem, Council, Meeting, Openness, StandingItem
from portal import audit
from portal.models import User
from portal.reference import rows
from portal.transitions import lock

COPIED = ["kind", "title", "goal", "minutes", "openness", "is_at_end"]
# A visit has a programme of its own.
WITHOUT = {Meeting.Kind.SITE_VISIT}


@transaction.atomic
def put_standing_items(meeting: Meeting, *, by: User) -> list[AgendaItem]:
    """Begin an agenda that is empty with what returns at every meeting of its kind."""
    meeting = hold(meeting)
    if meeting.items.exists():
        return []
    items = begin(meeting, by=by)
    if items:
        audit.record("agenda.begin", meeting, by=by, scope=meeting.council_id)
    return items


def begin(meeting: Meeting, *, by: User) -> list[AgendaItem]:
    """The same for a meeting that is being planned, which is what is written down."""
    items = [_item(each, meeting, by) for each in standing_of(meeting)]
    if items:
        insert(meeting, items, is_new=True)
    return items


def _item(standing: StandingItem, meeting: Meeting, by: User) -> AgendaItem:
    copied = {name: getattr(standing, name) for name in COPIED}
    return AgendaItem(
        **copied,
        meeting=meeting,
        council_id=meeting.council_id,
        origin=AgendaItem.Origin.STANDING,
        added_by=by,
        edited_by=by,
    )


def standing_of(meeting: Meeting) -> list[StandingItem]:
    """The standing items for a meeting: its council's own, else what we propose."""
    own = StandingItem.objects.filter(
        council=meeting.council_id, meeting_kind=meeting.kind
    )
    return list(own) or defaults(meeting.kind)


def defaults(kind: str) -> list[StandingItem]:
    """What a council begins with that has no list of its own; not saved."""
    if kind in WITHOUT:
        return []
    return [
        StandingItem(meeting_kind=kind, openness=Openness.OPEN, order=number, **row)
        for number, row in enumerate(_rows(), start=1)
    ]


@cache
def _rows() -> tuple[dict, ...]:
    return tuple(
        {
            "kind": row["kind"],
            "is_at_end": row["at_end"] == "yes",
            "title": row["title"],
            "goal": row["goal"],
            "minutes": int(row["minutes"]) if row["minutes"] else None,
        }
        for row in rows(DATA / "standing_items.csv")
    )


@transaction.atomic
def save_standing(
    council: Council, kind: str, items: Iterable[StandingItem], *, by: User
) -> None:
    """Replace a council's own list for one kind of meeting; none: ours again.

    Agendas that were begun already stay as they are.
    """
    lock(council)
    StandingItem.objects.filter(council=council.pk, meeting_kind=kind).delete()
    saved = []
    for number, item in enumerate(items, start=1):
        item.pk, item.council_id = uuid4(), council.pk
        item.meeting_kind, item.order = kind, number
        saved.append(item)
    StandingItem.objects.bulk_create(saved)
    audit.record("standing_items.save", council, by=by, scope=council.pk)
