"""Days and clock times in Europe/Amsterdam: working days, holidays, sending hours.

Nothing here asks the database. Days are dates, first and last day included; moments
are aware datetimes.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import holidays
from django.conf import settings
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.moments import AMSTERDAM, nl_date, nl_datetime, nl_day_month

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# Spring, May, summer, autumn and Christmas: a year that lacks one is not complete.
SCHOOL_HOLIDAYS_A_YEAR = 5


class SchoolZone(TextChoices):
    """The three zones over which the ministry spreads the school holidays."""

    NOORD = "noord", gettext_lazy("north")
    MIDDEN = "midden", gettext_lazy("middle")
    ZUID = "zuid", gettext_lazy("south")


class SchoolHoliday(NamedTuple):
    """A school holiday in one zone (or a recess, with its own name and no zone)."""

    name: str
    first: date
    last: date
    zone: str = ""

    def days(self) -> Iterable[date]:
        return _days(self.first, self.last)


class SchoolHolidayYear(NamedTuple):
    """What is known of the school holidays that have a day in ``year``.

    A reader must be told when ``is_complete`` is false: the ministry sets the dates
    some years ahead, and an empty list then does not mean that there are no holidays.
    """

    year: int
    holidays: tuple[SchoolHoliday, ...]
    is_complete: bool


class HolidayDays(NamedTuple):
    """``lost`` of ``total`` days are holidays; of ``missing`` years nobody can tell."""

    lost: int
    total: int
    missing: tuple[int, ...]


class Step(NamedTuple):
    """A day that was passed over, and why, in words for the reader."""

    day: date
    reason: str


class WorkingDay(NamedTuple):
    day: date
    steps: tuple[Step, ...]


class BackDate(NamedTuple):
    """A moment counted back from a deadline; ``steps`` are the days passed over.

    ``counted`` is the day where the bare count ends.
    """

    moment: datetime
    steps: tuple[Step, ...]
    counted: date
    deadline: datetime
    days: int

    def in_words(self) -> list[str]:
        """The sum, a sentence each, for a page, a mail and a paper alike."""
        first = ngettext(
            "%(days)s day before %(deadline)s is %(counted)s.",
            "%(days)s days before %(deadline)s is %(counted)s.",
            self.days,
        ) % {
            "days": self.days,
            "deadline": nl_date(self.deadline),
            "counted": nl_date(self.counted),
        }
        passed_over = [
            _("%(day)s drops out: %(reason)s.")
            % {"day": nl_day_month(step.day), "reason": step.reason}
            for step in self.steps
        ]
        last = _("That makes it %(moment)s.") % {"moment": nl_datetime(self.moment)}
        return [first, *passed_over, last]


def moment(day: date, at: time) -> datetime:
    """``day`` at ``at`` on the clock in Amsterdam.

    A clock time that comes twice (autumn) is the first of the two; one that the spring
    change skips is what the clock shows instead, an hour later.
    """
    aware = datetime.combine(day, at.replace(tzinfo=None, fold=0), AMSTERDAM)
    return aware.astimezone(UTC).astimezone(AMSTERDAM)


@cache
def _dutch() -> type[holidays.HolidayBase]:
    """The Dutch days of ``holidays``, read without the 200 other countries that its
    package loads along: eight megabytes in every worker."""
    file = Path(holidays.__file__).parent / "countries" / "netherlands.py"
    spec = spec_from_file_location("dutch_holidays", file)
    assert spec and spec.loader  # the file is there: the versions are locked
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Netherlands


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, str]:
    """The public holidays of ``year`` with their Dutch names."""
    table = _dutch()(years=[year], language="nl")
    return MappingProxyType(dict(sorted(table.items())))


@lru_cache(maxsize=128)
def school_holidays(zone: str, year: int) -> SchoolHolidayYear:
    """The whole school holidays of ``zone`` that have a day in ``year``."""
    # A Christmas holiday lies in two years, and the table is made per year.
    days = {**_school_days(zone, year - 1), **_school_days(zone, year)}
    days |= _school_days(zone, year + 1)
    found: list[SchoolHoliday] = []
    for day, name in sorted(days.items()):
        if found and found[-1].name == name and found[-1].last == day - ONE_DAY:
            found[-1] = found[-1]._replace(last=day)
        else:
            found.append(SchoolHoliday(name, day, day, zone))
    names = set(_school_days(zone, year).values())
    return SchoolHolidayYear(
        year,
        tuple(each for each in found if year in {each.first.year, each.last.year}),
        len(names) == SCHOOL_HOLIDAYS_A_YEAR,
    )


def years_without_school_holidays(start: date, end: date) -> tuple[int, ...]:
    """The years between two days of which not every school holiday is known."""
    return tuple(
        year
        for year in range(start.year, end.year + 1)
        if not all(school_holidays(zone, year).is_complete for zone in SchoolZone)
    )


def school_holidays_between(
    start: date, end: date, zones: Collection[str]
) -> list[SchoolHoliday]:
    """The school holidays of ``zones`` with a day from ``start`` to ``end``."""
    found = {
        each
        for zone in zones
        for year in range(start.year, end.year + 1)
        for each in school_holidays(zone, year).holidays
        if each.first <= end and each.last >= start
    }
    return sorted(found, key=lambda each: (each.first, each.zone))


def days_in_school_holiday(
    start: date,
    end: date,
    zones: Collection[str],
    *,
    recesses: Iterable[SchoolHoliday] = (),
) -> HolidayDays:
    """Count the days that fall in a school holiday of any of ``zones``.

    ``recesses`` are further days off (a council's own), counted once where they meet.
    """
    off = chain(school_holidays_between(start, end, zones), recesses)
    lost = {day for each in off for day in each.days() if start <= day <= end}
    missing = years_without_school_holidays(start, end) if zones else ()
    return HolidayDays(len(lost), max(0, (end - start).days + 1), missing)


def reason_not_to_work(day: date, zones: Collection[str] = ()) -> str:
    """Why ``day`` is no working day, in words, or an empty text if it is one."""
    if name := public_holidays(day.year).get(day):
        return _("public holiday: %(name)s") % {"name": name}
    if day.weekday() >= SATURDAY:
        return date_format(day, "l")
    for zone in zones:
        if name := _school_days(zone, day.year).get(day):
            return _("%(name)s, school zone %(zone)s") % {
                "name": name.lower(),
                "zone": SchoolZone(zone).label,
            }
    return ""


def is_working_day(day: date) -> bool:
    return not reason_not_to_work(day)


def working_day_on_or_before(day: date, zones: Collection[str] = ()) -> WorkingDay:
    """The last working day up to ``day``, with each day passed over and why.

    School holidays of ``zones`` are passed over too; without zones they count as any
    other day.
    """
    steps = []
    while reason := reason_not_to_work(day, zones):
        steps.append(Step(day, reason))
        day -= ONE_DAY
    return WorkingDay(day, tuple(steps))


def working_days_between(start: date, end: date) -> int:
    """How many working days there are from ``start`` up to and including ``end``."""
    return sum(is_working_day(day) for day in _days(start, end))


def back_from(deadline: datetime, days: int, zones: Collection[str] = ()) -> BackDate:
    """The moment ``days`` calendar days before ``deadline``, on a working day.

    The clock time stays that of the deadline, whatever the clock did in between.
    """
    local = deadline.astimezone(AMSTERDAM)
    counted = local.date() - timedelta(days=days)
    day, steps = working_day_on_or_before(counted, zones)
    return BackDate(moment(day, local.time()), steps, counted, local, days)


def within_sending_hours(at: datetime) -> bool:
    """Whether a mail may leave at this moment: not at night."""
    begin, end = sending_hours()
    clock = at.astimezone(AMSTERDAM).time()
    if begin < end:
        return begin <= clock < end
    # The quiet hours lie within one day; from an hour until that same hour: none.
    return clock >= begin or clock < end


def next_sending_moment(at: datetime) -> datetime:
    """``at`` itself, or when the night in which it falls is over."""
    if within_sending_hours(at):
        return at
    begin, end = sending_hours()
    local = at.astimezone(AMSTERDAM)
    day = local.date()
    if begin < end <= local.time():
        day += ONE_DAY
    return moment(day, begin)


def sending_hours() -> tuple[time, time]:
    """Between which clock times mails leave."""
    return (
        time.fromisoformat(settings.MAIL_QUIET_UNTIL),
        time.fromisoformat(settings.MAIL_QUIET_FROM),
    )


@lru_cache(maxsize=128)
def _school_days(zone: str, year: int) -> Mapping[date, str]:
    table = _dutch()(
        years=[year],
        subdiv=SchoolZone(zone).value.capitalize(),
        categories=("school",),
        language="nl",
    )
    return MappingProxyType(dict(table))


def _days(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=n) for n in range((end - start).days + 1))
