"""The days of a year's meetings: counted out, with each day off and why.

``days_of`` and ``DaysOff`` ask nothing of the database; ``days_off_of`` fetches what a
council's days off are.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council, Location, Meeting, Recess
from portal.dates import (
    ONE_DAY,
    SchoolHoliday,
    SchoolZone,
    moment,
    public_holidays,
    school_holidays,
    school_holidays_between,
)
from portal.sentences import enumerated

A_WEEK = timedelta(days=7)
LAST = -1
# More than this nobody plans at once; a slip in a year would be thousands.
MOST = 120


@dataclass(frozen=True)
class Pattern:
    """Every ``weeks`` weeks on a weekday, or the ``nth`` such weekday of each month.

    Monday is 0. Of ``weeks`` and ``nth`` one counts: the other is 0.
    """

    first: date
    last: date
    weekday: int
    weeks: int = 0
    nth: int = 0


class RosterDay(NamedTuple):
    """A day of the pattern, and in words why it would rather not be one."""

    day: date
    reasons: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class DaysOff:
    """When a council does not meet: holidays of its zones, its own recess, and days on
    which it meets already."""

    zones: tuple[str, ...] = ()
    recesses: tuple[SchoolHoliday, ...] = ()
    meetings: tuple[tuple[date, str], ...] = ()

    def reasons(self, day: date) -> tuple[str, ...]:
        """Why ``day`` is off, in words; empty for a day on which one can meet."""
        found = []
        if name := public_holidays(day.year).get(day):
            found.append(_("public holiday: %(name)s") % {"name": name})
        zones: dict[str, list[str]] = {}
        for holiday in school_holidays_between(day, day, self.zones):
            label = str(SchoolZone(holiday.zone).label)
            zones.setdefault(holiday.name.lower(), []).append(label)
        found += [
            _("%(name)s, school zone %(zone)s")
            % {"name": name, "zone": enumerated(labels)}
            for name, labels in zones.items()
        ]
        found += [
            _("recess of the council: %(name)s") % {"name": each.name}
            for each in self.recesses
            if each.first <= day <= each.last
        ]
        found += [
            _("the council meets that day already: %(name)s") % {"name": name}
            for busy, name in self.meetings
            if busy == day
        ]
        return tuple(found)

    def unknown_years(self, first: date, last: date) -> list[int]:
        """The years of which not every school holiday of these zones is known."""
        return [
            year
            for year in range(first.year, last.year + 1)
            if not all(school_holidays(zone, year).is_complete for zone in self.zones)
        ]


def days_of(pattern: Pattern) -> list[date]:
    """Every day of the pattern from the first to the last day, these included."""
    ahead = (pattern.weekday - pattern.first.weekday()) % 7
    day = pattern.first + timedelta(days=ahead)
    found = []
    while day <= pattern.last:
        if pattern.weeks or _is_nth(day, pattern.nth):
            found.append(day)
        day += A_WEEK * (pattern.weeks or 1)
    return found


def _is_nth(day: date, nth: int) -> bool:
    if nth == LAST:
        return (day + A_WEEK).month != day.month
    return (day.day - 1) // 7 + 1 == nth


def roster(pattern: Pattern, off: DaysOff) -> list[RosterDay]:
    """Every day of the pattern, each with the reasons to skip it."""
    return [RosterDay(day, off.reasons(day)) for day in days_of(pattern)]


def days_off_of(council: Council, first: date, last: date) -> DaysOff:
    """The zones of a council's locations (of a central council: of all locations of
    its organisation), and its own recess."""
    places = Location.objects.filter(organisation=council.organisation_id)
    own = places.filter(councils=council)
    rows = _zones(places if council.is_central else own)
    zones = rows or _zones(places)
    recesses = Recess.objects.filter(
        # A day may be put off or brought forward by a week.
        council=council,
        starts_on__lte=last + A_WEEK,
        ends_on__gte=first - A_WEEK,
    )
    return DaysOff(
        tuple(sorted(zones)),
        tuple(
            SchoolHoliday(each.name, each.starts_on, each.ends_on) for each in recesses
        ),
        _meetings(council, first - A_WEEK, last + A_WEEK),
    )


def _meetings(
    council: Council, first: date, last: date
) -> tuple[tuple[date, str], ...]:
    rows = Meeting.objects.planned().filter(
        council=council,
        starts_at__gte=moment(first, time.min),
        starts_at__lt=moment(last + ONE_DAY, time.min),
    )
    return tuple((timezone.localdate(row.starts_at), row.name) for row in rows)


def _zones(places) -> set[str]:
    zones = places.values_list("municipality__school_holiday_zone", flat=True)
    return {zone for zone in zones.distinct().order_by() if zone}
