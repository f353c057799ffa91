"""Reckons a plan back from the closing: who must be ready when, why, how much room.

Everything is told from the days themselves; nothing here asks the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dates import (
    AMSTERDAM,
    ONE_DAY,
    BackDate,
    SchoolHoliday,
    back_from,
    moment,
)
from portal.moments import nl_date, nl_datetime
from procurement.models import WorkPlanStep

Kind = WorkPlanStep.Kind

# From the last to the first: each date is reckoned from the one before it in this row.
BACKWARDS = (Kind.BOARD, Kind.DECISION, Kind.LOCAL, Kind.PAPERS, Kind.START)
# From talking the plan through until the papers are with the councils.
DAYS_TO_WRITE = 14
# A meeting longer before the day on which the council must decide is of no use to it.
LONGEST_WAIT = timedelta(weeks=13)


class CouncilMeeting(NamedTuple):
    """A planned meeting in which the council can decide."""

    pk: UUID
    starts_at: datetime


@dataclass(frozen=True)
class Basis:
    """What a plan is reckoned with."""

    closes_at: datetime
    organisation_days: int
    board_days: int
    consultation_weeks: int
    papers_days: int
    has_local: bool = True
    zones: tuple[str, ...] = ()
    recesses: tuple[SchoolHoliday, ...] = ()
    meetings: tuple[CouncilMeeting, ...] = ()
    chosen: Mapping[str, date] = field(default_factory=dict)
    # What has been: it stays as it was in the version before.
    over: Mapping[str, "PlannedStep"] = field(default_factory=dict)

    @property
    def over_until(self) -> date:
        """The last day of what has been; nothing that is to come lies before it."""
        return max((step.day for step in self.over.values()), default=date.min)

    @property
    def clock(self) -> time:
        """The time of day of every date but that of a meeting."""
        return self.closes_at.astimezone(AMSTERDAM).time()

    def days_before(self, kind: str) -> int:
        """How many days ``kind`` must lie before the step after it."""
        return {
            Kind.BOARD: self.organisation_days,
            Kind.DECISION: self.board_days,
            Kind.LOCAL: self.papers_days,
            Kind.PAPERS: self.consultation_days
            + (self.papers_days if self.has_local else 0),
            Kind.START: DAYS_TO_WRITE,
        }[Kind(kind)]

    @property
    def consultation_days(self) -> int:
        """Days that councils need between reading the papers and their answer."""
        return self.consultation_weeks * 7 if self.has_local else self.papers_days


@dataclass(frozen=True)
class PlannedStep:
    """One date of a plan, with the sum in sentences.

    ``slack_days`` are days more (below zero: fewer) than the step after it needs;
    ``free_days_short`` are days without a holiday that councils lack to talk.
    """

    kind: Kind
    moment: datetime
    counted: date
    why: tuple[str, ...]
    slack_days: int = 0
    free_days_short: int = 0
    is_chosen: bool = False
    meeting: UUID | None = None
    was_over: bool = False

    @property
    def day(self) -> date:
        return self.moment.astimezone(AMSTERDAM).date()


@dataclass(frozen=True)
class BackPlan:
    """The steps, the earliest first; ``dropped`` are chosen days that do not fit."""

    steps: tuple[PlannedStep, ...]
    dropped: Mapping[str, date]

    def __getitem__(self, kind: str) -> PlannedStep:
        return next(step for step in self.steps if step.kind == kind)

    @property
    def meeting(self) -> UUID | None:
        return self[Kind.DECISION].meeting


# --- The steps -------------------------------------------------------------------


def reckon(basis: Basis, today: date) -> BackPlan:
    """Every date of the plan, back from the closing.

    What has been stays as it was. A day chosen by hand stands where it keeps the order;
    one that does not is dropped, and the step is reckoned as if nobody had chosen.
    """
    closes_at = basis.closes_at.astimezone(AMSTERDAM)
    why = (_("This date is set by the other party. We count back from here."),)
    steps = [PlannedStep(Kind.DEADLINE, closes_at, closes_at.date(), why)]
    dropped = {}
    for kind in BACKWARDS:
        if kind == Kind.LOCAL and not basis.has_local:
            continue
        if was := basis.over.get(kind):
            steps.append(_again(basis, was, steps[-1]))
            continue
        step = _step(basis, kind, steps[-1], today)
        if day := basis.chosen.get(kind):
            own = _chosen(basis, step, day, steps[-1])
            if own is None:
                dropped[str(kind)] = day
            else:
                step = own
        steps.append(step)
    return BackPlan(tuple(reversed(steps)), dropped)


def _again(basis: Basis, was: PlannedStep, later: PlannedStep) -> PlannedStep:
    """What has been, with the room that it leaves until the date after it now."""
    slack = (later.day - was.day).days - basis.days_before(was.kind)
    return replace(was, slack_days=slack)


def _step(basis: Basis, kind: Kind, later: PlannedStep, today: date) -> PlannedStep:
    days = basis.days_before(kind)
    back = back_from(moment(later.day, basis.clock), days)
    at = min(back.moment, later.moment)
    why = [_purpose(basis, kind), *_sum(back)]
    meeting = None
    if kind == Kind.DECISION:
        meeting = _last_meeting(basis, back, later, today)
        at = meeting.starts_at.astimezone(AMSTERDAM) if meeting else at
        why.append(_about_meeting(meeting))
    slack = (later.day - at.date()).days - days
    pk = meeting.pk if meeting else None
    return PlannedStep(kind, at, back.counted, tuple(why), slack, meeting=pk)


def _last_meeting(
    basis: Basis, back: BackDate, later: PlannedStep, today: date
) -> CouncilMeeting | None:
    """The last meeting that is still to come, up to the day of ``back``."""
    last = back.moment.date()

    def fits(meeting: CouncilMeeting) -> bool:
        day = timezone.localdate(meeting.starts_at, AMSTERDAM)
        is_near = max(today + ONE_DAY, last - LONGEST_WAIT) <= day <= last
        return is_near and meeting.starts_at <= later.moment

    fitting = [each for each in basis.meetings if fits(each)]
    return max(fitting, key=lambda each: each.starts_at, default=None)


def _chosen(
    basis: Basis, step: PlannedStep, day: date, later: PlannedStep
) -> PlannedStep | None:
    """The step on a day chosen by hand, or None where that breaks the order."""
    at, meeting = moment(day, basis.clock), None
    if step.kind == Kind.DECISION:
        of_day = [
            each
            for each in basis.meetings
            if timezone.localdate(each.starts_at, AMSTERDAM) == day
        ]
        meeting = max(of_day, key=lambda each: each.starts_at, default=None)
        at = meeting.starts_at.astimezone(AMSTERDAM) if meeting else at
    if day > later.day or (at > later.moment and meeting) or day < basis.over_until:
        return None
    why = [
        _("This date was set by hand."),
        _("Reckoned back it would be %(date)s.") % {"date": nl_date(step.moment)},
    ]
    if step.kind == Kind.DECISION:
        why.append(_about_meeting(meeting))
    return PlannedStep(
        step.kind,
        min(at, later.moment),
        step.counted,
        tuple(why),
        (later.day - day).days - basis.days_before(step.kind),
        is_chosen=True,
        meeting=meeting.pk if meeting else None,
    )


# --- Why this date ---------------------------------------------------------------


def _sum(back: BackDate) -> list[str]:
    words = back.in_words()
    return words if back.days else words[1:]


def _purpose(basis: Basis, kind: Kind) -> str:
    days = basis.days_before(kind)
    if kind == Kind.BOARD and not days:
        return _("The organisation hands everything in on the day of the closing.")
    text = {
        Kind.BOARD: ngettext(
            "The organisation needs %(days)s day to hand everything in.",
            "The organisation needs %(days)s days to hand everything in.",
            days,
        ),
        Kind.DECISION: ngettext(
            "The board needs %(days)s day to adopt what the council decided.",
            "The board needs %(days)s days to adopt what the council decided.",
            days,
        ),
        Kind.LOCAL: ngettext(
            "The council reads the answers %(days)s day before it decides.",
            "The council reads the answers %(days)s days before it decides.",
            days,
        ),
        Kind.PAPERS: _papers_purpose(basis),
        Kind.START: ngettext(
            "The organisation needs %(days)s day to write the papers.",
            "The organisation needs %(days)s days to write the papers.",
            days,
        ),
    }[kind]
    return text % {"days": days}


def _papers_purpose(basis: Basis) -> str:
    read = ngettext(
        "The council needs %(days)s day to read the papers.",
        "The council needs %(days)s days to read the papers.",
        basis.papers_days,
    ) % {"days": basis.papers_days}
    if not basis.has_local:
        return read
    talk = ngettext(
        "Local councils talk for %(weeks)s week.",
        "Local councils talk for %(weeks)s weeks.",
        basis.consultation_weeks,
    ) % {"weeks": basis.consultation_weeks}
    first = ngettext(
        "Before that they read the papers for %(days)s day.",
        "Before that they read the papers for %(days)s days.",
        basis.papers_days,
    ) % {"days": basis.papers_days}
    return f"{talk} {first}"


def _about_meeting(meeting: CouncilMeeting | None) -> str:
    if meeting is None:
        return _("No meeting of the council is planned for this. Plan one on this day.")
    return _("The council meets on %(moment)s. It can decide then.") % {
        "moment": nl_datetime(meeting.starts_at)
    }
