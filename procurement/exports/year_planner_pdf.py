"""A year for the wall: months side by side, a row for each day of the month."""

from calendar import monthrange
from datetime import date
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


class Cell(NamedTuple):
    """A day of a month; without a day where the month has none."""

    day: date | None
    is_weekend: bool
    is_off: bool
    entries: list[Entry]
    marks: list[str]


class Sheet(NamedTuple):
    """Some months beside each other: their first days, and a row for each day."""

    months: list[date]
    rows: list[tuple[int, list[Cell]]]


def sheet(days: Days, whose: str, paper: str) -> printout.Sheet:
    """The planner of the year of ``days``."""
    name = filename(days.first.year, paper)
    return printout.sheet_of(TEMPLATE, context(days, whose, paper), name)


def context(days: Days, whose: str, paper: str) -> dict[str, Any]:
    step = MONTHS_A_SHEET[paper]
    months = [date(days.first.year, number, 1) for number in range(1, 13)]
    return {
        "title": _("Year planner %(year)s of %(whose)s")
        % {"year": days.first.year, "whose": whose},
        "paper": paper,
        "sheets": [
            _sheet(days, months[start : start + step]) for start in range(0, 12, step)
        ],
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


def filename(year: int, paper: str) -> str:
    return slugify(f"{_('year planner')} {year} {paper}") + ".pdf"
