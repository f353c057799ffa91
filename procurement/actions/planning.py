"""What is awkward about the dates of a phase, which dates are better, and next year's.

Everything is told from the dates themselves and the school-holiday zones of the round;
nothing here asks the database, nothing refuses.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.dates import (
    AMSTERDAM,
    ONE_DAY,
    HolidayDays,
    SchoolHoliday,
    SchoolZone,
    Step,
    days_in_school_holiday,
    is_working_day,
    moment,
    public_holidays,
    reason_not_to_work,
    school_holidays_between,
    working_day_on_or_before,
    working_days_between,
    years_without_school_holidays,
)
from portal.moments import nl_date
from procurement.models import Phase

SUMMER = "Zomervakantie"
# How far a better date is looked for.
FURTHEST = timedelta(days=200)


class Proposal(NamedTuple):
    """Better dates: open earlier, or close later; None where none was needed."""

    opens_on: date | None
    closes_at: datetime | None

    def __str__(self) -> str:
        words = {
            "start": nl_date(self.opens_on),
            "end": nl_date(self.closes_at),
        }
        if self.opens_on and self.closes_at:
            return _("Our proposal: start on %(start)s, or close on %(end)s.") % words
        if self.opens_on:
            return _("Our proposal: start on %(start)s.") % words
        if self.closes_at:
            return _("Our proposal: close on %(end)s.") % words
        return ""


class Shift(NamedTuple):
    """The dates of a phase a year later, with the sum for its closing.

    ``counted`` is the same day a year on; ``steps`` are the days that the closing was
    rolled back over.
    """

    opens_on: date
    closes_at: datetime
    counted: date
    steps: tuple[Step, ...]


def cautions(phase: Phase, zones: Collection[str]) -> list[str]:
    """What councils would find hard about these dates, in sentences."""
    found = []
    closes_on = timezone.localdate(phase.closes_at)
    if name := public_holidays(closes_on.year).get(closes_on):
        found.append(_("This date is a public holiday: %(name)s.") % {"name": name})
    elif not is_working_day(closes_on):
        found.append(
            _("This date is no working day: %(day)s.")
            % {"day": reason_not_to_work(closes_on)}
        )
    if holidays := _holidays_hit(phase, zones):
        count = days_in_school_holiday(phase.opens_on, closes_on, zones)
        found.append(days_lost(count, zones, holidays))
    found += years_unknown(years_without_school_holidays(phase.opens_on, closes_on))
    days = _days_for_councils(phase)
    if days < settings.COUNCIL_WORKING_DAYS:
        found.append(
            _("Councils then have %(days)s working days. The minimum is %(minimum)s.")
            % {"days": days, "minimum": settings.COUNCIL_WORKING_DAYS}
        )
    return found


def proposal(phase: Phase, zones: Collection[str]) -> Proposal:
    """The nearest earlier opening and the nearest later closing that fit better."""
    start = nearest(
        phase.opens_on,
        -ONE_DAY,
        lambda day: _has_time(_with(phase, opens_on=day), zones),
    )
    closes_on = timezone.localdate(phase.closes_at)
    at = phase.closes_at.astimezone(AMSTERDAM).time()
    end = nearest(
        closes_on,
        ONE_DAY,
        lambda day: _fits(_with(phase, closes_at=moment(day, at)), zones),
    )
    return Proposal(
        start if start != phase.opens_on else None,
        moment(end, at) if end and end != closes_on else None,
    )


def a_year_later(day: date) -> date:
    """The same day next year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def shifted(phase: Phase) -> Shift:
    """The dates of ``phase`` a year later, its closing rolled back to a working day."""
    local = phase.closes_at.astimezone(AMSTERDAM)
    counted = a_year_later(local.date())
    day, steps = working_day_on_or_before(counted)
    opens_on = min(a_year_later(phase.opens_on), day)
    return Shift(opens_on, moment(day, local.time()), counted, steps)


def _holidays_hit(phase: Phase, zones: Collection[str]) -> list[SchoolHoliday]:
    """The school holidays in which the closing or the date of a council falls."""
    if not phase.councils_deliver:
        return []
    dates = phase.dates
    moments = (phase.closes_at, dates.central.moment, dates.local.moment)
    days = [timezone.localdate(at) for at in moments]
    between = school_holidays_between(min(days), max(days), zones)
    return [each for each in between if any(each.first <= d <= each.last for d in days)]


def days_lost(
    count: HolidayDays, zones: Collection[str], holidays: list[SchoolHoliday]
) -> str:
    """How many days of a window are holidays, in a sentence."""
    words = {"lost": count.lost, "total": count.total}
    if len(zones) == 1 and all(each.name == SUMMER for each in holidays):
        return _(
            "%(lost)s of the %(total)s days fall in the summer holiday, zone %(zone)s."
        ) % {**words, "zone": SchoolZone(*zones).label}
    return (
        _(
            "%(lost)s of the %(total)s days fall in a school holiday or in the "
            "council's recess."
        )
        % words
    )


def years_unknown(years: Collection[int]) -> list[str]:
    """A sentence for each year whose school holidays nobody has told us."""
    return [
        _("We have no school holidays for %(year)s yet.") % {"year": year}
        for year in years
    ]


def _days_for_councils(phase: Phase) -> int:
    """Working days from the opening up to the first date that a council has."""
    if not phase.councils_deliver:
        return settings.COUNCIL_WORKING_DAYS
    until = timezone.localdate(phase.dates.local.moment)
    return working_days_between(phase.opens_on, until)


def _has_time(phase: Phase, zones: Collection[str]) -> bool:
    """Whether councils have the minimum of working days outside school holidays."""
    if not phase.councils_deliver:
        return True
    until = timezone.localdate(phase.dates.local.moment)
    days = (until - phase.opens_on).days + 1
    free = sum(
        not reason_not_to_work(phase.opens_on + timedelta(days=n), zones)
        for n in range(days)
    )
    return free >= settings.COUNCIL_WORKING_DAYS


def _fits(phase: Phase, zones: Collection[str]) -> bool:
    return (
        is_working_day(timezone.localdate(phase.closes_at))
        and not _holidays_hit(phase, zones)
        and _has_time(phase, zones)
    )


def nearest(start: date, step: timedelta, fits: Callable[[date], bool]) -> date | None:
    """The first day from ``start`` on, a ``step`` at a time, that ``fits``."""
    day = start
    while abs(day - start) <= FURTHEST:
        if fits(day):
            return day
        day += step
    return None


def _with(phase: Phase, **dates: date | datetime) -> Phase:
    """A copy of ``phase`` with other dates, that nobody saves."""
    names = ("opens_on", "closes_at", "organisation_days", "central_days", "local_days")
    fields = {name: getattr(phase, name) for name in names}
    return Phase(councils_deliver=phase.councils_deliver, **{**fields, **dates})


def days_from_entry(phase: Phase, due: datetime) -> int:
    """Working days that a council has which comes in at a step: from its opening, or
    from today when it runs, up to the date of the council."""
    start = max(phase.opens_on, timezone.localdate())
    return working_days_between(start, timezone.localdate(due))
