"""Holidays in the days on which councils talk about a plan, and a better day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dates import (
    ONE_DAY,
    HolidayDays,
    SchoolHoliday,
    back_from,
    days_in_school_holiday,
    is_working_day,
    moment,
    public_holidays,
    school_holidays_between,
)
from portal.moments import nl_date
from portal.sentences import enumerated
from procurement.actions.back_planning import (
    DAYS_TO_WRITE,
    BackPlan,
    Basis,
    Kind,
    PlannedStep,
)
from procurement.actions.planning import (
    FURTHEST,
    SUMMER,
    days_lost,
    nearest,
    years_unknown,
)


class Consultation(NamedTuple):
    """The days on which councils talk about the papers, and how many are holidays."""

    first: date
    last: date
    needed: int
    days: HolidayDays

    @property
    def free(self) -> int:
        return self.days.total - self.days.lost


def consultation_of(basis: Basis, plan: BackPlan) -> Consultation:
    """When local councils talk about the papers; without them, the council itself."""
    reading = basis.papers_days if basis.has_local else 0
    papers, last = plan[Kind.PAPERS], _answers(basis, plan)
    first = papers.day + timedelta(days=reading + 1)
    return _consultation(basis, first, last.day)


def _answers(basis: Basis, plan: BackPlan) -> PlannedStep:
    return plan[Kind.LOCAL if basis.has_local else Kind.DECISION]


def _consultation(basis: Basis, first: date, last: date) -> Consultation:
    off = [*basis.recesses, *_public_holidays(first, last)]
    days = days_in_school_holiday(first, last, basis.zones, recesses=off)
    return Consultation(first, last, basis.consultation_days, days)


def _public_holidays(first: date, last: date) -> list[SchoolHoliday]:
    return [
        SchoolHoliday(name, day, day)
        for year in range(first.year, last.year + 1)
        for day, name in public_holidays(year).items()
        if first <= day <= last
    ]


def with_holidays(basis: Basis, plan: BackPlan) -> BackPlan:
    """The plan, with how many days without a holiday councils lack to talk."""
    papers, answers = plan[Kind.PAPERS], _answers(basis, plan)
    if papers.was_over or answers.was_over:
        return plan
    window = consultation_of(basis, plan)
    short = max(window.needed - window.free, 0) if window.days.lost else 0
    steps = tuple(
        replace(step, free_days_short=short) if step is papers else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def cautions(basis: Basis, plan: BackPlan) -> list[str]:
    """What councils would find hard about the days in which they talk, in sentences."""
    if _answers(basis, plan).was_over:
        return []
    window = consultation_of(basis, plan)
    found = []
    if window.days.lost:
        found.append(_when_they_talk(basis, window))
        found += _lost_in_words(basis, window)
        if window.free < window.needed:
            found.append(
                ngettext(
                    "So %(free)s day without a holiday is left; %(needed)s are needed.",
                    "So %(free)s days without a holiday are left; "
                    "%(needed)s are needed.",
                    window.free,
                )
                % {"free": window.free, "needed": window.needed}
            )
    return [*found, *years_unknown(window.days.missing)]


def _when_they_talk(basis: Basis, window: Consultation) -> str:
    text = (
        _("Local councils talk from %(first)s until %(last)s.")
        if basis.has_local
        else _("The council talks from %(first)s until %(last)s.")
    )
    return text % {"first": nl_date(window.first), "last": nl_date(window.last)}


def _lost_in_words(basis: Basis, window: Consultation) -> list[str]:
    first, last = window.first, window.last
    schools = school_holidays_between(first, last, basis.zones)
    off = [each for each in basis.recesses if each.first <= last and each.last >= first]
    public = _public_holidays(first, last)
    names = dict.fromkeys(each.name for each in [*schools, *off, *public])
    told = days_lost(window.days, basis.zones, [*schools, *off])
    if public:
        told = _(
            "%(lost)s of the %(total)s days fall on a public holiday, in a school "
            "holiday or in the council's recess."
        ) % {"lost": window.days.lost, "total": window.days.total}
    if set(names) == {SUMMER} and len(basis.zones) == 1:
        return [told]
    return [told, _("Which: %(names)s.") % {"names": enumerated(names)}]


def better_papers_on(basis: Basis, plan: BackPlan, today: date) -> date | None:
    """The nearest earlier day for the papers that leaves enough days without a holiday.

    Where none does and the start still lies ahead, the least bad one; None if the plan
    is well as it is, or cannot be made better.
    """
    window = consultation_of(basis, plan)
    is_over = plan[Kind.PAPERS].was_over
    if is_over or not window.days.lost or window.free >= window.needed:
        return None
    shift = window.first - plan[Kind.PAPERS].day

    def free_from(day: date) -> int:
        return _consultation(basis, day + shift, window.last).free

    def can_be(day: date) -> bool:
        start = back_from(moment(day, basis.clock), DAYS_TO_WRITE)
        return is_working_day(day) and start.moment.date() >= today

    yesterday = plan[Kind.PAPERS].day - ONE_DAY
    enough = nearest(
        yesterday,
        -ONE_DAY,
        lambda day: can_be(day) and free_from(day) >= window.needed,
    )
    if enough:
        return enough
    days = (yesterday - timedelta(days=n) for n in range(FURTHEST.days))
    best = max(filter(can_be, days), key=free_from, default=None)
    return best if best and free_from(best) > window.free else None
