"""What stands in somebody's calendar: one reckoning for the month, the feed, the paper.

Names and dates only, never what somebody wrote; and no more than the seats of today
allow. Three queries: the rounds, the meetings, and all the rest at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.models import Meeting
from councils.permissions import council_ids, council_seats
from portal.dates import (
    ONE_DAY,
    SchoolZone,
    moment,
    public_holidays,
    school_holidays_between,
)
from portal.models import User
from portal.seats import Seat, seats_of
from procurement.calendar_rows import Row, rows_of
from procurement.expected.rounds import Round, rounds_of
from procurement.expected.task import address
from procurement.models import (
    Cycle,
    CycleKind,
    Participation,
    Phase,
    WorkPlanStep,
)


class Kind(TextChoices):
    """The kinds of things that a calendar shows."""

    MEETING = "meeting", gettext_lazy("meetings")
    OPENS = "opens", gettext_lazy("the first day of a step")
    DATE = "date", gettext_lazy("the date of your council")
    CLOSES = "closes", gettext_lazy("the closing of a step")
    PLAN = "plan", gettext_lazy("a date of your plan with the board")
    ACTION = "action", gettext_lazy("your own action")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing on one day: ``kind``, ``pk`` and ``about`` name it for good.

    ``at`` is empty for a whole day. ``councils`` are those of the reader that it is
    for; of what concerns a round itself, all that take part in it.
    """

    kind: Kind
    pk: UUID
    about: str = ""
    title: str
    whose: str = ""
    day: date
    at: datetime | None = None
    councils: frozenset[UUID]
    url: str
    sequence: int = 0
    changed_at: datetime | None = None
    meeting: Meeting | None = None
    # Of an action: what its changes are written down with, its item or itself.
    trail: UUID | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.meeting is not None and self.meeting.is_cancelled


class Mark(NamedTuple):
    """Why a day is unlike others: a holiday or a recess; ``is_first`` of its days, of
    which there are more if it has a ``last``."""

    name: str
    is_first: bool
    last: date | None = None


@dataclass(frozen=True)
class Days:
    """All entries from a first to a last day, and what falls on these days."""

    first: date
    last: date
    entries: list[Entry]
    recesses: list[Row]
    # Per council the school-holiday zones of its locations.
    zones: dict[UUID, set[str]]

    def of(self, council_id: UUID | None) -> "Days":
        """The same for one of the reader's councils; None: for all."""
        if council_id is None:
            return self
        return Days(
            self.first,
            self.last,
            [each for each in self.entries if council_id in each.councils],
            [each for each in self.recesses if each.council_id == council_id],
            {pk: zones for pk, zones in self.zones.items() if pk == council_id},
        )

    @cached_property
    def by_day(self) -> dict[date, list[Entry]]:
        found: dict[date, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.day, []).append(entry)
        return found

    @cached_property
    def marks(self) -> dict[date, list[Mark]]:
        """The holidays and recesses, by day."""
        found: dict[date, list[Mark]] = {}
        for name, first, last in self._times_off():
            for number in range((last - first).days + 1):
                day = first + number * ONE_DAY
                if self.first <= day <= self.last:
                    is_first = number == 0 or day == self.first
                    mark = Mark(name, is_first, last if last > day else None)
                    if all(mark.name != other.name for other in found.get(day, [])):
                        found.setdefault(day, []).append(mark)
        return found

    def _times_off(self) -> Iterator[tuple[str, date, date]]:
        for year in range(self.first.year, self.last.year + 1):
            for day, name in public_holidays(year).items():
                yield name, day, day
        zones = {zone for some in self.zones.values() for zone in some}
        for each in school_holidays_between(self.first, self.last, zones):
            name = each.name
            if len(zones) > 1:
                name = _("%(name)s, %(zone)s") % {
                    "name": name,
                    "zone": SchoolZone(each.zone).label,
                }
            yield name, each.first, each.last
        for row in self.recesses:
            assert row.day and row.last_day  # a recess has both
            yield _("recess: %(name)s") % {"name": row.text}, row.day, row.last_day


def days_of(user: User, first: date, last: date) -> Days:
    """Everything in the calendar of ``user`` from ``first`` up to and with ``last``."""
    rows = rows_of(user, first, last)
    chosen = {(row.council_id, row.other): row for row in rows if row.kind == "choice"}
    rounds = rounds_of(user, moment(first, time.min)) if seats_of(user) else []
    found = [
        *_meetings(user, first, last),
        *(
            entry
            for each in rounds
            if each.cycle.is_published
            for entry in _phases(user, each, chosen)
        ),
        *(_step(user, row) for row in rows if row.kind == "plan"),
        *(_action(row) for row in rows if row.kind == "action"),
    ]
    zones: dict[UUID, set[str]] = {}
    for row in rows:
        if row.kind == "zone":
            zones.setdefault(row.council_id, set()).add(row.text)
    return Days(
        first,
        last,
        sorted((each for each in found if first <= each.day <= last), key=_place),
        [row for row in rows if row.kind == "recess"],
        zones,
    )


def _place(entry: Entry) -> tuple:
    """Whole days come first on their day."""
    at = entry.at.timestamp() if entry.at else 0
    return entry.day, at, entry.title, entry.about


# --- Meetings --------------------------------------------------------------------


def _meetings(user: User, first: date, last: date) -> Iterator[Entry]:
    own = set(council_ids(user))
    meetings = (
        Meeting.objects.visible_to(user)
        .filter(
            starts_at__gte=moment(first, time.min),
            starts_at__lt=moment(last + ONE_DAY, time.min),
        )
        .select_related("council", "location")
        .order_by("starts_at", "pk")
    )
    for each in meetings if seats_of(user) else []:
        yield Entry(
            kind=Kind.MEETING,
            pk=each.pk,
            title=capfirst(each.name),
            whose=each.council.name,
            day=timezone.localdate(each.starts_at),
            at=each.starts_at,
            councils=frozenset({each.council_id} & own),
            url=each.get_absolute_url(),
            meeting=each,
        )


# --- Rounds ----------------------------------------------------------------------


def _phases(
    user: User, each: Round, chosen: dict[tuple[UUID, UUID | None], Row]
) -> Iterator[Entry]:
    works_here = any(_works_on(seat, each) for seat in seats_of(user))
    seats = [seat for seat in council_seats(user) if each.reaches(seat)]
    url = reverse("procurement:cycle_detail", args=[each.cycle.pk])
    for phase in each.phases:
        taking = [
            seat
            for seat in seats
            if _takes_part(chosen.get((seat.party_id, each.cycle.pk)), phase)
        ]
        if not (taking or works_here):
            continue
        common: dict[str, Any] = {
            "pk": phase.pk,
            "whose": each.cycle.title,
            "changed_at": each.cycle.published_at,
            "councils": frozenset(seat.party_id for seat in taking),
            "url": url,
        }
        yield Entry(
            kind=Kind.OPENS,
            title=_("%(phase)s begins") % {"phase": phase.get_kind_display()},
            day=phase.opens_on,
            **common,
        )
        yield Entry(
            kind=Kind.CLOSES,
            title=_("%(phase)s closes") % {"phase": phase.get_kind_display()},
            day=timezone.localdate(phase.closes_at),
            at=phase.closes_at,
            **common,
        )
        if phase.councils_deliver:
            for seat in taking:
                yield _own_date(seat, phase, common)


def _own_date(seat: Seat, phase: Phase, common: dict[str, Any]) -> Entry:
    due = phase.dates.for_kind(seat.kind, seat.parent_id is not None)
    return Entry(
        kind=Kind.DATE,
        about=seat.party_id.hex,
        title=_("%(phase)s: date of %(council)s")
        % {"phase": phase.get_kind_display(), "council": seat.party_name},
        day=timezone.localdate(due),
        at=due,
        **{**common, "councils": frozenset({seat.party_id})},
    )


def _works_on(seat: Seat, each: Round) -> bool:
    """Whether a seat in the staff of an office or organisation has to do with it."""
    return seat.party != "council" and (
        seat.party_id in {each.cycle.care_office_id, each.cycle.organisation_id}
        or seat.party_id in each.organisations
    )


def _takes_part(choice: Row | None, phase: Phase) -> bool:
    """Whether a council is in a phase: who chose nothing is asked everything."""
    if choice is None:
        return True
    if choice.text != Participation.Step.JOIN:
        return False
    return choice.number is None or phase.order >= choice.number


# --- Plans and actions ----------------------------------------------------------


def _step(user: User, row: Row) -> Entry:
    assert row.at and row.year  # a step of a plan has both
    mine = (
        seat.party_id
        for seat in council_seats(user)
        if row.council_id in {seat.party_id, seat.parent_id}
    )
    cycle = Cycle(kind=CycleKind(row.detail), contract_year=row.year)
    return Entry(
        kind=Kind.PLAN,
        pk=row.pk,
        about=row.text,
        title=capfirst(str(WorkPlanStep.Kind(row.text).label)),
        whose=_("plan for %(round)s") % {"round": cycle.title},
        day=timezone.localdate(row.at),
        at=row.at,
        councils=frozenset(mine),
        url=address(("procurement:work_plan_detail", row.pk)),
        sequence=row.number or 0,
        changed_at=row.changed_at,
    )


def _action(row: Row) -> Entry:
    assert row.day  # an action has its last day
    return Entry(
        kind=Kind.ACTION,
        pk=row.pk,
        title=_("Action for %(council)s") % {"council": row.text},
        day=row.day,
        councils=frozenset({row.council_id}),
        url=address(("councils:action_detail", row.pk)),
        changed_at=row.changed_at,
        trail=row.other or row.pk,
    )


def month_of(first: date) -> list[list[date]]:
    """The weeks, from Monday to Sunday, in which a month has a day."""
    day = first - timedelta(days=first.weekday())
    weeks = []
    while day <= first or day.month == first.month:
        weeks.append([day + number * ONE_DAY for number in range(7)])
        day += 7 * ONE_DAY
    return weeks


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def month_before(first: date) -> date:
    return (first - ONE_DAY).replace(day=1)
