"""The minutes of a meeting as one reader may read them, in two queries.

What the reader may not read stays in its place as “closed”: with its number, and with
nothing of what was said, decided or taken on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    F,
    Field,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from councils.agenda_lines import AgendaLine, lines_of
from councils.models import (
    ActionItem,
    AgendaItem,
    Attendee,
    CouncilMembership,
    Decision,
    Meeting,
    Minutes,
    Openness,
    in_reach,
)
from councils.permissions import can_prepare, can_read_item, is_member
from portal.dates import AMSTERDAM
from portal.models import User

# What each sort of row has beside its key; what a sort has no use for is empty.
_COLUMNS: dict[str, Field] = {
    "at_item": UUIDField(),
    "words": TextField(),
    "who": CharField(max_length=200),
    "state": CharField(max_length=20),
    "nth": IntegerField(),
    "first": IntegerField(),
    "second": IntegerField(),
    "third": IntegerField(),
    "day": DateField(),
}


@dataclass(frozen=True)
class DecisionRow:
    """A decision as it stands in minutes."""

    pk: UUID
    reference: str
    text: str
    votes: tuple[int, int, int] | None


@dataclass(frozen=True)
class ActionRow:
    """An action as it stands in minutes; without ``owner`` for who is not told."""

    pk: UUID
    what: str
    owner: str
    due_on: date
    status: str

    @property
    def is_open(self) -> bool:
        return self.status == ActionItem.Status.OPEN


@dataclass(frozen=True)
class AttendeeRow:
    """Somebody who was expected."""

    name: str
    is_guest: bool
    votes: bool
    was_present: bool | None


@dataclass(frozen=True)
class MeetingRow:
    """Another meeting: one that adopts, one of which a draft waits for that, or one
    of which the minutes were adopted here."""

    pk: UUID
    name: str
    day: date


@dataclass
class ItemReading:
    """An item of the agenda with what was decided and taken on at it."""

    line: AgendaLine[AgendaItem]
    decisions: list[DecisionRow] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    # Of which meetings the minutes were adopted at it.
    adopted: list[MeetingRow] = field(default_factory=list)

    @property
    def item(self) -> AgendaItem:
        return self.line.item

    @property
    def is_empty(self) -> bool:
        written = self.item.notes or self.decisions or self.actions
        return not (written or self.adopted)


@dataclass
class Reading:
    """All of the minutes that one reader may read."""

    meeting: Meeting
    minutes: Minutes | None
    # Whether names of people stand in it: only for the council itself.
    has_names: bool
    items: list[ItemReading]
    attendees: list[AttendeeRow] = field(default_factory=list)
    # Who can take on an action: names by id, with their role.
    people: list[tuple[UUID, str, str]] = field(default_factory=list)
    # Open actions that come from earlier meetings.
    earlier: list[ActionRow] = field(default_factory=list)
    drafts: list[MeetingRow] = field(default_factory=list)
    later: list[MeetingRow] = field(default_factory=list)

    @property
    def decisions(self) -> list[DecisionRow]:
        return [each for item in self.items for each in item.decisions]

    @property
    def actions(self) -> list[ActionRow]:
        return [each for item in self.items for each in item.actions]

    @property
    def present(self) -> list[AttendeeRow]:
        return [each for each in self.attendees if each.was_present]

    @property
    def absent(self) -> list[AttendeeRow]:
        return [
            each
            for each in self.attendees
            if each.was_present is False and not each.is_guest
        ]

    @property
    def present_counts(self) -> tuple[int, int, int]:
        """How many members, helpers and guests were there."""
        guests = sum(each.is_guest for each in self.present)
        members = sum(each.votes and not each.is_guest for each in self.present)
        return members, len(self.present) - members - guests, guests


def minutes_of(meeting: Meeting) -> Minutes | None:
    """The minutes of a meeting that was read with them, or None."""
    return getattr(meeting, "minutes", None)


def may_read(user: User, meeting: Meeting) -> bool:
    """Whether there is something to read: for who prepares, or once it was sent."""
    minutes = minutes_of(meeting)
    if can_prepare(user, meeting.council):
        return minutes is not None
    return minutes is not None and minutes.status != Minutes.Status.WRITING


def read(user: User, meeting: Meeting, *, to_write: bool = False) -> Reading:
    """The minutes for somebody of the council, or for a guest: as if public."""
    if not is_member(user, meeting.council):
        return read_public(meeting)
    return _read(
        meeting,
        in_reach(user),
        lambda item: can_read_item(user, item),
        has_names=True,
        to_write=to_write,
    )


def read_public(meeting: Meeting) -> Reading:
    """What anybody may read: open items, and nobody's name."""
    return _read(
        meeting,
        Q(openness=Openness.OPEN),
        lambda item: item.openness == Openness.OPEN,
        has_names=False,
    )


def _read(
    meeting: Meeting,
    reach: Q,
    readable: Callable[[AgendaItem], bool],
    *,
    has_names: bool,
    to_write: bool = False,
) -> Reading:
    items = AgendaItem.objects.in_order().filter(meeting=meeting)
    lines = lines_of(items, meeting.starts_at, readable)
    reading = Reading(
        meeting, minutes_of(meeting), has_names, [ItemReading(each) for each in lines]
    )
    at = {each.item.pk: each for each in reading.items}
    for row in _rows(meeting, reach, has_names=has_names, to_write=to_write):
        _place(reading, at.get(row["at_item"]), row)
    return reading


def _place(reading: Reading, entry: ItemReading | None, row: dict[str, Any]) -> None:
    if row["sort"] in {"decision", "action"}:
        if entry and not entry.line.is_readable:
            return
        if row["sort"] == "decision" and entry:
            entry.decisions.append(_decision(row))
        elif row["sort"] == "action":
            actions = entry.actions if entry else reading.earlier
            actions.append(_action(row, reading.has_names))
    elif row["sort"] == "attendee":
        reading.attendees.append(_attendee(row))
    elif row["sort"] == "person":
        reading.people.append((row["row"], row["words"], row["state"]))
    else:
        other = MeetingRow(row["row"], _name(row), row["day"])
        if row["sort"] == "adopted":
            for each in reading.items:
                if each.item.kind == AgendaItem.Kind.MINUTES and each.line.is_readable:
                    each.adopted.append(other)
        else:
            (reading.drafts if row["sort"] == "draft" else reading.later).append(other)


def _decision(row: dict[str, Any]) -> DecisionRow:
    votes = None
    if row["first"] is not None:
        votes = (row["first"], row["second"] or 0, row["third"] or 0)
    reference = f"{row['state']}-{row['nth']}"
    return DecisionRow(row["row"], reference, row["words"], votes)


def _action(row: dict[str, Any], has_names: bool) -> ActionRow:
    owner = row["who"] if has_names else ""
    return ActionRow(row["row"], row["words"], owner, row["day"], row["state"])


def _attendee(row: dict[str, Any]) -> AttendeeRow:
    present = None if row["third"] is None else bool(row["third"])
    return AttendeeRow(row["words"], bool(row["first"]), bool(row["second"]), present)


def _name(row: dict[str, Any]) -> str:
    return row["words"] or str(dict(Meeting.Kind.choices)[row["state"]])


# --- One query for all that stands beside the items ------------------------------


def _rows(
    meeting: Meeting, reach: Q, *, has_names: bool, to_write: bool
) -> list[dict[str, Any]]:
    parts = [
        _decisions(meeting, reach),
        _actions(meeting, reach, with_earlier=has_names),
        _attendees(meeting),
    ]
    if has_names:
        parts.append(_adopted(meeting))
    if to_write:
        parts += [_people(meeting), _drafts(meeting), _later(meeting)]
    first, *others = parts
    return list(first.union(*others, all=True).order_by("sort", "day", "nth", "who"))


def _part(sort: str, rows: QuerySet, row: str = "pk", **columns: Any) -> QuerySet:
    """Rows of one sort, with every column that the union has."""
    told: dict[str, Any] = {
        "sort": Value(sort, output_field=CharField(max_length=10)),
        "row": F(row),
    }
    for name, kind in _COLUMNS.items():
        told[name] = Cast(columns.get(name, Value(None)), kind)
    return rows.order_by().annotate(**told).values(*told)


def _decisions(meeting: Meeting, reach: Q) -> QuerySet:
    return _part(
        "decision",
        Decision.objects.filter(reach, item__meeting=meeting),
        at_item=F("item_id"),
        words=F("text"),
        state=F("year"),
        nth=F("number"),
        first=F("votes_for"),
        second=F("votes_against"),
        third=F("votes_abstained"),
        day=F("decided_on"),
    )


def _actions(meeting: Meeting, reach: Q, *, with_earlier: bool) -> QuerySet:
    """Those of this meeting; for the council also what is open since before."""
    which = Q(item__meeting=meeting)
    if with_earlier:
        which |= Q(council=meeting.council_id, status=ActionItem.Status.OPEN)
    return _part(
        "action",
        ActionItem.objects.filter(reach, which),
        at_item=F("item_id"),
        words=F("what"),
        who=F("owner__name"),
        state=F("status"),
        day=F("due_on"),
    )


def _attendees(meeting: Meeting) -> QuerySet:
    return _part(
        "attendee",
        Attendee.objects.filter(meeting=meeting),
        words=F("name"),
        who=F("name"),
        first=F("is_guest"),
        second=F("votes"),
        third=F("was_present"),
    )


def _people(meeting: Meeting) -> QuerySet:
    """Who can take on an action: everybody with a seat in the council today."""
    return _part(
        "person",
        CouncilMembership.objects.current().filter(council=meeting.council_id),
        row="user_id",
        words=F("user__name"),
        who=F("user__name"),
        state=F("role"),
    )


def _drafts(meeting: Meeting) -> QuerySet:
    """Earlier meetings of which the minutes wait to be adopted."""
    waiting = Meeting.objects.filter(
        council=meeting.council_id,
        starts_at__lt=meeting.starts_at,
        minutes__status=Minutes.Status.DRAFT,
    )
    return _meetings("draft", waiting)


def _adopted(meeting: Meeting) -> QuerySet:
    """Earlier meetings of which the minutes were adopted in this one."""
    return _meetings("adopted", Meeting.objects.filter(minutes__adopted_in=meeting))


def _later(meeting: Meeting) -> QuerySet:
    """Later meetings that have begun: in one of those the minutes can be adopted."""
    begun = Meeting.objects.planned().filter(
        council=meeting.council_id,
        starts_at__gt=meeting.starts_at,
        starts_at__lte=timezone.now(),
    )
    return _meetings("later", begun)


def _meetings(sort: str, rows: QuerySet) -> QuerySet:
    day = TruncDate("starts_at", tzinfo=AMSTERDAM)
    return _part(sort, rows, words=F("title"), state=F("kind"), day=day)
