"""What in a file to import is new, what is known and what is wrong: organisations and
councils. Each check takes a fixed number of queries, whatever the number of lines."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from councils.actions.importing_columns import (
    Checked,
    Kind,
    Line,
    choice_of,
    column,
    folded,
    location_name,
    read,
)
from councils.models import (
    CareOrganisation,
    CareSetting,
    Council,
    Location,
    Municipality,
    Region,
)

_care_setting = choice_of(CareSetting)
MOST_CLIENTS = 100_000


def same_line(number: int) -> str:
    return _("This is also on line %(line)s.") % {"line": number}


# --- Organisations ---------------------------------------------------------------


def organisations(lines: Sequence[Sequence]) -> Checked:
    understood, checked = read(Kind.ORGANISATIONS, lines)
    present = {
        folded(name) for name in CareOrganisation.objects.values_list("name", flat=True)
    }
    regions = {
        folded(name): pk for pk, name in Region.objects.values_list("pk", "name")
    }
    seen: dict[str, int] = {}
    for line in understood:
        name = folded(line.cells["name"])
        if name and name in seen:
            checked.refuse(
                line, column(Kind.ORGANISATIONS, "name"), same_line(seen[name])
            )
        seen.setdefault(name, line.number)
        _resolve_regions(line, regions, checked)
        if line.is_wrong:
            continue
        if name in present:
            checked.known += 1
        else:
            checked.new.append(line)
    return checked


def _resolve_regions(line: Line, regions: dict[str, UUID], checked: Checked) -> None:
    named = line.values.get("regions", [])
    unknown = [name for name in named if folded(name) not in regions]
    if unknown:
        checked.refuse(
            line,
            column(Kind.ORGANISATIONS, "regions"),
            _("We do not know this region: %(name)s.") % {"name": unknown[0][:60]},
        )
        return
    line.values["region_ids"] = [regions[folded(name)] for name in named]


# --- Councils --------------------------------------------------------------------


class Place(NamedTuple):
    """A location as a cell describes it; of a known one the name is enough."""

    name: str
    municipality: str = ""
    care_setting: str = ""
    clients: int | None = None


def councils(lines: Sequence[Sequence]) -> Checked:
    understood, checked = read(Kind.COUNCILS, lines)
    organisations = {
        folded(name): pk
        for pk, name in CareOrganisation.objects.values_list("pk", "name")
    }
    present: dict[tuple, tuple[UUID | None, str]] = {
        (organisation, folded(name)): (pk, kind)
        for pk, organisation, name, kind in Council.objects.values_list(
            "pk", "organisation_id", "name", "kind"
        )
    }
    known = set(present)
    seen: dict[tuple, int] = {}
    for line in understood:
        organisation = organisations.get(folded(line.cells["organisation"]))
        if organisation is None and "organisation" in line.values:
            checked.refuse(
                line,
                column(Kind.COUNCILS, "organisation"),
                _("We do not know this organisation. Add it first."),
            )
        key = (organisation, folded(line.cells["name"]))
        line.values |= {"organisation_id": organisation, "key": key}
        if organisation and key in seen and key[1]:
            checked.refuse(line, column(Kind.COUNCILS, "name"), same_line(seen[key]))
        seen.setdefault(key, line.number)
        # A council of the file itself may stand above another one.
        present.setdefault(key, (None, line.values.get("kind", "")))
    places = _Places(understood)
    for line in understood:
        _check_parent(line, present, checked)
        places.check(line, checked)
        if line.is_wrong:
            continue
        if line.values["key"] in known:
            checked.known += 1
        else:
            checked.new.append(line)
    return checked


def _check_parent(line: Line, present: dict[tuple, tuple], checked: Checked) -> None:
    name = line.values.get("parent")
    line.values["parent_id"] = line.values["parent_key"] = None
    if not name or line.values["organisation_id"] is None:
        return
    above = column(Kind.COUNCILS, "parent")
    key = (line.values["organisation_id"], folded(name))
    pk, kind = present.get(key, (None, None))
    if line.values.get("kind") == Council.Kind.CENTRAL:
        checked.refuse(line, above, _("A central council has no council above it."))
    elif kind is None:
        checked.refuse(
            line, above, _("We do not know this council at this organisation.")
        )
    elif kind and kind != Council.Kind.CENTRAL:
        checked.refuse(line, above, _("This is not a central council."))
    line.values |= {"parent_id": pk, "parent_key": key}


class _Places:
    """The locations that a file of councils names, known ones and new ones."""

    def __init__(self, lines: list[Line]) -> None:
        self.known: dict[tuple, UUID] = {
            (organisation, folded(name)): pk
            for pk, organisation, name in Location.objects.values_list(
                "pk", "organisation_id", "name"
            )
        }
        self.municipalities = {
            folded(name): pk
            for pk, name in Municipality.objects.values_list("pk", "name")
        }
        # Where the file describes a new location; other lines may then name it only.
        self.described: dict[tuple, tuple[int, str]] = {}
        for line in lines:
            for part in line.values.get("locations", []):
                name, divider, _rest = part.partition("|")
                if divider:
                    key = (line.values["organisation_id"], folded(name))
                    self.described.setdefault(key, (line.number, part))

    def check(self, line: Line, checked: Checked) -> None:
        line.values["location_ids"], line.values["places"] = [], {}
        for part in line.values.get("locations", []):
            try:
                self._take(line, part)
            except ValidationError as error:
                checked.refuse(
                    line, column(Kind.COUNCILS, "locations"), " ".join(error.messages)
                )

    def _take(self, line: Line, part: str) -> None:
        name, divider, _rest = part.partition("|")
        key = (line.values["organisation_id"], folded(name))
        if key in self.known:
            line.values["location_ids"].append(self.known[key])
            return
        number, described = self.described.get(key, (line.number, ""))
        if not divider and not described:
            raise ValidationError(
                _(
                    "We do not know the location “%(name)s”. Write it as:"
                    " name|municipality|care setting|clients."
                )
                % {"name": name[:60]}
            )
        if divider and folded(described) != folded(part):
            raise ValidationError(
                _("Line %(line)s says something else about the location “%(name)s”.")
                % {"line": number, "name": name[:60]}
            )
        line.values["places"][key] = self._place(described)

    def _place(self, part: str) -> dict[str, Any]:
        cells = [cell.strip() for cell in part.split("|")]
        cells += [""] * (4 - len(cells))
        if len(cells) > 4 or not all(cells[:3]):
            raise ValidationError(
                _("Write a new location as: name|municipality|care setting|clients.")
            )
        place = Place(location_name(cells[0]), cells[1], cells[2])
        municipality = self.municipalities.get(folded(place.municipality))
        if municipality is None:
            raise ValidationError(
                _("We do not know this municipality: %(name)s.")
                % {"name": place.municipality[:60]}
            )
        return {
            "name": place.name,
            "municipality_id": municipality,
            "care_setting": _care_setting(place.care_setting),
            "clients": _number_of_clients(cells[3]),
        }


def _number_of_clients(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and int(cell[:9]) <= MOST_CLIENTS):
        raise ValidationError(_("Write the number of clients in figures, like 60."))
    return int(cell)
