"""Who is heard in a central council's text: location by theme, home care apart."""

from dataclasses import dataclass, field

from councils.models import CareSetting, Council, Location
from procurement.models.composition import Disuse, PassageSource
from procurement.models.council_input import CouncilInput, Theme
from procurement.models.cycle import Cycle


@dataclass
class Cell:
    """What a location said on a theme: how much is used, how much is not, and why."""

    used: int = 0
    waiting: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        return not (self.used or self.waiting or self.reasons)


@dataclass
class Row:
    """A location (or a whole council, for input on no location) with its cells."""

    name: str
    cells: list[Cell]

    @property
    def is_silent(self) -> bool:
        return all(cell.is_silent for cell in self.cells)


@dataclass
class Coverage:
    """The table of a central council for one cycle; ``at_home`` is home care."""

    themes: list[Theme]
    elsewhere: list[Row]
    at_home: list[Row]

    @property
    def silent(self) -> list[Row]:
        """Places from which nothing came."""
        return [row for row in [*self.elsewhere, *self.at_home] if row.is_silent]

    @property
    def hears_home_care(self) -> bool:
        return any(not row.is_silent for row in self.at_home)


def coverage_of(
    council: Council, cycle: Cycle, inputs: list[CouncilInput], used: set
) -> Coverage:
    """Put the local ``inputs`` that ``council`` may read in a table.

    ``used`` holds the ids of inputs that a paragraph rests on. Two queries: the
    locations of the organisation and the reasons for what is not used.
    """
    reasons = dict(
        Disuse.objects.filter(council=council, council_input__in=inputs).values_list(
            "council_input", "reason"
        )
    )
    locations = Location.objects.filter(organisation=council.organisation_id)
    themes = sorted({each.shared.theme for each in inputs}, key=lambda t: t.name)
    rows: dict[object, Row] = {}
    homes = set()
    for location in locations:
        rows[location.pk] = Row(location.name, [Cell() for _theme in themes])
        if location.care_setting == CareSetting.AT_HOME:
            homes.add(location.pk)
    for each in inputs:
        version = each.shared
        place = version.location_id or each.council_id
        if place not in rows:
            rows[place] = Row(each.council.name, [Cell() for _theme in themes])
            if version.care_setting == CareSetting.AT_HOME:
                homes.add(place)
        cell = rows[place].cells[themes.index(version.theme)]
        if each.pk in used:
            cell.used += 1
        elif each.pk in reasons:
            cell.reasons.append(reasons[each.pk])
        else:
            cell.waiting += 1
    return Coverage(
        themes,
        [row for place, row in rows.items() if place not in homes],
        [row for place, row in rows.items() if place in homes],
    )


def used_inputs(council: Council, cycle: Cycle) -> dict:
    """For each input that this council's text rests on: the paragraphs that use it."""
    links = (
        PassageSource.objects.filter(
            passage__paragraph__council=council,
            passage__paragraph__cycle=cycle,
            passage__paragraph__removed_at__isnull=True,
        )
        .values_list(
            "version__council_input",
            "passage__paragraph__position",
            "passage__paragraph__title",
        )
        .distinct()
        .order_by("passage__paragraph__position")
    )
    used: dict = {}
    for council_input, _position, title in links:
        used.setdefault(council_input, []).append(title)
    return used
