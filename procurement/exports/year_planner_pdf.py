"""A year for the wall: months side by side, a row for each day of the month."""

from calendar import monthrange
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple

from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal import printout
from portal.dates import SATURDAY
from procurement.calendar_days import Days, Entry

TEMPLATE = "procurement/pdf/year_planner.html"
# So many months fit beside each other in a size that can be read on a wall.
MONTHS_A_SHEET = {"a3": 6, "a4": 3}
LONGEST_MONTH = 31

# Of either paper, in mm: how high all days of a month may be together, and how wide
# the words of one. The largest letter (in points) is taken with which that works out.
HEIGHT, WIDTHS = 247.0, {"a3": 55.5, "a4": 50.5}
SIZES = [size / 2 for size in range(20, 12, -1)]
POINT, LINE, LETTER, AROUND = 0.3528, 1.15, 0.53, 1.0


class Cell(NamedTuple):
    """A day of a month; without a day where the month has none."""

    day: date | None
    is_weekend: bool
    is_off: bool
    entries: list[Entry]
    marks: list[str]

    def lines(self, letters: int) -> int:
        """How many lines it takes with so many letters on each, words kept whole."""
        texts = [" ".join(self.marks)] if self.marks else []
        texts += [f"00.00 {each.title}, {each.whose}" for each in self.entries]
        return max(1, sum(len(wrap(text, letters)) for text in texts))


class Sheet(NamedTuple):
    """Some months beside each other: their first days, and a row for each day."""

    months: list[date]
    rows: list[tuple[int, list[Cell]]]

    @property
    def last_month(self) -> date:
        return self.months[-1]


def sheet(days: Days, whose: str, paper: str) -> printout.Sheet:
    """The planner of the year of ``days``."""
    name = filename(days.first.year, paper)
    return printout.sheet_of(TEMPLATE, context(days, whose, paper), name)


def context(days: Days, whose: str, paper: str) -> dict[str, Any]:
    step = MONTHS_A_SHEET[paper]
    months = [date(days.first.year, number, 1) for number in range(1, 13)]
    sheets = [
        _sheet(days, months[start : start + step]) for start in range(0, 12, step)
    ]
    size, heights = _fitting(sheets, WIDTHS[paper])
    return {
        "title": _("Year planner %(year)s of %(whose)s")
        % {"year": days.first.year, "whose": whose},
        "paper": paper,
        "sheets": sheets,
        # As CSS has numbers, whatever the language.
        "size": f"{size:.1f}",
        "heights": [f"{each:.2f}" for each in heights],
    }


def _sheet(days: Days, months: list[date]) -> Sheet:
    return Sheet(
        months,
        [
            (number, [_cell(days, first, number) for first in months])
            for number in range(1, LONGEST_MONTH + 1)
        ],
    )


def _cell(days: Days, first: date, number: int) -> Cell:
    if number > monthrange(first.year, first.month)[1]:
        return Cell(None, False, False, [], [])
    day = first.replace(day=number)
    marks = [
        mark.name
        for mark in days.marks.get(day, [])
        # A holiday is named where it begins, and at the top of each month.
        if mark.is_first or number == 1
    ]
    return Cell(
        day,
        day.weekday() >= SATURDAY,
        day in days.marks,
        days.by_day.get(day, []),
        marks,
    )


def _fitting(sheets: list[Sheet], width: float) -> tuple[float, list[float]]:
    """How large the letters are so that each sheet fits on its paper, and how high a
    day without much is on each; a year with very much on a day may run on."""
    for size in SIZES:
        line = size * POINT * LINE
        letters = int(width / (size * POINT * LETTER))
        left = [
            HEIGHT - _lines(sheet, letters) * line - LONGEST_MONTH * AROUND
            for sheet in sheets
        ]
        if min(left) >= 0:
            break
    return size, [line + AROUND + max(each, 0) / LONGEST_MONTH for each in left]


def _lines(sheet: Sheet, letters: int) -> int:
    """How many lines all days of a sheet take together."""
    return sum(max(cell.lines(letters) for cell in row) for _number, row in sheet.rows)


def filename(year: int, paper: str) -> str:
    return slugify(" ".join([_("year planner"), str(year), paper])) + ".pdf"
