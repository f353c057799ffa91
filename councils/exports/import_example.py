"""Example files for an import, with regions and municipalities that are known."""

from django.utils.translation import gettext as _

from councils.actions.importing_columns import COLUMNS
from councils.models import (
    CareSetting,
    Council,
    CouncilMembership,
    Import,
    Municipality,
    Region,
)

Kind = Import.Kind
Role = CouncilMembership.Role


def filename(kind: str) -> str:
    names = {
        Kind.ORGANISATIONS: _("example-organisations"),
        Kind.COUNCILS: _("example-councils"),
        Kind.MEMBERS: _("example-members"),
    }
    return f"{names[Kind(kind)]}.csv"


def table(kind: str) -> tuple[list[str], list[list[str]]]:
    """The head of a file of this kind, and lines that can be brought in."""
    rows = {
        Kind.ORGANISATIONS: _organisations,
        Kind.COUNCILS: _councils,
        Kind.MEMBERS: _members,
    }
    return [str(column.label) for column in COLUMNS[kind]], rows[Kind(kind)]()


def _organisations() -> list[list[str]]:
    regions = ";".join(Region.objects.values_list("name", flat=True)[:2])
    name = _("Example care")
    return [[name, "VV;GZ", regions, "020 700 00 00", "www.voorbeeld.example"]]


def _councils() -> list[list[str]]:
    municipality = Municipality.objects.values_list("name", flat=True).first() or ""
    organisation, central = _("Example care"), _("Central council Example")
    house = [_("House Example"), municipality, str(CareSetting.NURSING_HOME.label)]
    Type = Council.Kind
    return [
        [organisation, central, str(Type.CENTRAL.label), "", ""],
        [
            organisation,
            _("Council House Example"),
            str(Type.LOCAL.label),
            central,
            "|".join([*house, "60"]),
        ],
    ]


def _members() -> list[list[str]]:
    council, organisation = _("Council House Example"), _("Example care")
    seat = [council, organisation]
    return [
        [*seat, "Anna Jansen", "anna@voorbeeld.example", str(Role.CHAIR.label)]
        + ["01-01-2027", "31-12-2030"],
        [*seat, "Piet Smit", "piet@voorbeeld.example", str(Role.MEMBER.label)]
        + ["01-01-2027", ""],
    ]
