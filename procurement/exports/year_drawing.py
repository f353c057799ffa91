"""The year of a round as a drawing: bars under months, computed here, drawn by SVG.

The list of steps below it says the same in words; the drawing holds nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from portal.dates import SchoolZone, school_holidays_between
from procurement.actions.planning import SUMMER
from procurement.models import Phase

WIDTH = 960
LABELS = 288
TOP = 30
ROW = 26
BAR = 16
# A bar of one day can still be seen.
THINNEST = 4
# A month needs this much to carry its name.
ROOM_FOR_NAME = 44
FLAG = 80


@dataclass(frozen=True)
class Bar:
    """A step: its name at the left, its window as a bar."""

    label: str
    tone: str
    x: int
    y: int
    width: int

    @property
    def label_y(self) -> int:
        return self.y + BAR - 3


@dataclass(frozen=True)
class Month:
    x: int
    name: str


@dataclass(frozen=True)
class Break:
    x: int
    width: int


@dataclass(frozen=True)
class YearDrawing:
    """Everything that the template puts into the SVG, in whole points."""

    bars: list[Bar]
    months: list[Month]
    breaks: list[Break]
    today: int | None
    bottom: int

    width = WIDTH
    top = TOP
    bar = BAR
    flag = FLAG

    @property
    def height(self) -> int:
        return self.bottom + 34

    @property
    def rows_height(self) -> int:
        return self.bottom - TOP

    @property
    def flag_x(self) -> int:
        """The word for today stands under its line, and within the drawing."""
        return min(max(0, (self.today or 0) - FLAG // 2), WIDTH - FLAG)

    @property
    def flag_middle(self) -> int:
        return self.flag_x + FLAG // 2


def draw(phases: Sequence[Phase], zones: Sequence[str], today: date) -> YearDrawing:
    """Draw the windows of ``phases``, from the first month to the last."""
    first = min(phase.opens_on for phase in phases).replace(day=1)
    last = _next_month(max(timezone.localdate(phase.closes_at) for phase in phases))
    scale = (WIDTH - LABELS) / (last - first).days

    def x(day: date) -> int:
        return LABELS + round((day - first).days * scale)

    tones = {"past": "past", "now": "now", "coming": "next"}
    bars = []
    for row, phase in enumerate(phases):
        end = timezone.localdate(phase.closes_at) + timedelta(days=1)
        bars.append(
            Bar(
                label=phase.get_kind_display(),
                tone=tones[phase.state],
                x=x(phase.opens_on),
                y=TOP + 12 + row * ROW,
                width=max(THINNEST, x(end) - x(phase.opens_on)),
            )
        )
    return YearDrawing(
        bars=bars,
        months=_months(first, last, x, scale),
        breaks=_breaks(first, last, zones, x),
        today=x(today) if first <= today < last else None,
        bottom=TOP + 12 + len(bars) * ROW,
    )


def _months(first: date, last: date, x, scale: float) -> list[Month]:
    every = max(1, round(ROOM_FOR_NAME / (30 * scale)))
    # January carries the year, so that is one of the months that are named.
    months, day, number = [], first, first.month - 1
    while day < last:
        named = number % every == 0
        name = date_format(day, "Y" if day.month == 1 else "M") if named else ""
        fits = x(day) + ROOM_FOR_NAME <= WIDTH
        months.append(Month(x(day), name.lower() if fits else ""))
        day, number = _next_month(day), number + 1
    return months


def _breaks(first: date, last: date, zones: Sequence[str], x) -> list[Break]:
    """The summer holiday of the first zone: a drawing has room for one."""
    found = school_holidays_between(first, last, list(zones or SchoolZone.values)[:1])
    return [
        Break(x(each.first), x(each.last) - x(each.first))
        for each in found
        if each.name == SUMMER and each.last < last
    ]


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
