"""The columns of a file to import, and what may stand in a cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.models import (
    CareOrganisation,
    Council,
    CouncilMembership,
    Import,
    Location,
    Sector,
)
from portal.forms import HonestMaxLength, only_visible, sensible_year
from portal.models import User

Kind = Import.Kind

_DAYS = ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y")
_is_web_address = URLValidator(schemes=["http", "https"])


class Column(NamedTuple):
    """A column: its name in the file, what stands in it, and how a cell is read."""

    key: str
    label: str | Promise
    explanation: str | Promise
    read: Callable[[str], Any]
    is_required: bool = True


class Problem(NamedTuple):
    """What is wrong in one line of a file."""

    line: int
    column: str
    cell: str
    text: str


@dataclass
class Line:
    """A line of a file; ``values`` are its cells as they were understood."""

    number: int
    values: dict[str, Any]
    cells: dict[str, str]
    is_wrong: bool = False


@dataclass
class Checked:
    """What an import would do: the lines that are new, known or wrong."""

    new: list[Line] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: Line, column: Column, text: str) -> None:
        line.is_wrong = True
        cell = line.cells[column.key]
        self.problems.append(Problem(line.number, str(column.label), cell, text))

    @property
    def wrong(self) -> int:
        """How many lines have something wrong."""
        return len({problem.line for problem in self.problems})


def folded(text: str) -> str:
    """A name as it is compared: capitals and blanks make no difference."""
    return " ".join(text.replace("’", "'").split()).casefold()


# --- Cells -----------------------------------------------------------------------


def text_for(model: type, name: str) -> Callable[[str], str]:
    """Reads a text that fits in a field of ``model``."""
    longest = HonestMaxLength(model._meta.get_field(name).max_length)  # type: ignore[attr-defined]

    def read(cell: str) -> str:
        only_visible(cell)
        longest(cell)
        return " ".join(cell.split())

    return read


def _web_address(cell: str) -> str:
    address = cell if not cell or "://" in cell else f"https://{cell}"
    if address:
        try:
            _is_web_address(address)
        except ValidationError as error:
            raise ValidationError(
                _("This is no web address. It looks like www.example.nl.")
            ) from error
    HonestMaxLength(200)(address)
    return address


def _email(cell: str) -> str:
    address = cell.lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(
            _("This is no e-mail address. It looks like name@example.nl.")
        ) from error
    HonestMaxLength(254)(address)
    return address


@lru_cache(maxsize=4096)
def _day(cell: str) -> date | None:
    if not cell:
        return None
    for shape in _DAYS:
        try:
            day = datetime.strptime(cell, shape).date()  # noqa: DTZ007
        except ValueError:
            continue
        sensible_year(day)
        return day
    raise ValidationError(_("This date does not exist. Write day, month and year."))


def choice_of(choices: type[TextChoices]) -> Callable[[str], str]:
    """Reads one of ``choices``, by the word for people or by its code."""

    @lru_cache(maxsize=256)
    def read(cell: str) -> str:
        for choice in choices:
            if folded(cell) in {folded(str(choice.label)), folded(choice.value)}:
                return choice.value
        raise ValidationError(
            _("We do not know “%(cell)s”. Choose from: %(choices)s.")
            % {"cell": _short(cell), "choices": ", ".join(map(str, choices.labels))}
        )

    return read


def parts(cell: str) -> list[str]:
    """What stands in a cell that may hold several: semicolons divide them."""
    found = (" ".join(part.split()) for part in cell.replace("\n", ";").split(";"))
    return list(dict.fromkeys(part for part in found if part))


_sector = choice_of(Sector)


def _sectors(cell: str) -> list[str]:
    return list(dict.fromkeys(_sector(part) for part in parts(cell)))


def _short(cell: str) -> str:
    return cell if len(cell) <= 60 else f"{cell[:59]}…"


# --- Columns ---------------------------------------------------------------------

_SEVERAL = gettext_lazy("Several? Put a semicolon between them.")
_AS_IN_LIST = gettext_lazy("Exactly as in “Who is who”.")
_DAY = gettext_lazy("Day, month and year, like 31-12-2027.")
_MAY_BE_EMPTY = gettext_lazy("May be empty.")

_ORGANISATION = Column(
    "organisation",
    gettext_lazy("organisation"),
    _AS_IN_LIST,
    text_for(CareOrganisation, "name"),
)

COLUMNS: dict[str, list[Column]] = {
    Kind.ORGANISATIONS: [
        Column(
            "name",
            gettext_lazy("name"),
            gettext_lazy("The name of the organisation."),
            text_for(CareOrganisation, "name"),
        ),
        Column(
            "sectors",
            gettext_lazy("sectors"),
            gettext_lazy("VV, GZ or GGZ. Several? Put a semicolon between them."),
            _sectors,
        ),
        Column("regions", gettext_lazy("regions"), _SEVERAL, parts),
        Column(
            "phone",
            gettext_lazy("telephone"),
            _MAY_BE_EMPTY,
            text_for(CareOrganisation, "phone"),
            is_required=False,
        ),
        Column(
            "website",
            gettext_lazy("website"),
            _MAY_BE_EMPTY,
            _web_address,
            is_required=False,
        ),
    ],
    Kind.COUNCILS: [
        _ORGANISATION,
        Column(
            "name",
            gettext_lazy("name"),
            gettext_lazy("The name of the council."),
            text_for(Council, "name"),
        ),
        Column(
            "kind",
            gettext_lazy("kind"),
            gettext_lazy("Central council, local council or relatives’ council."),
            choice_of(Council.Kind),
        ),
        Column(
            "parent",
            gettext_lazy("central council"),
            gettext_lazy("Of the same organisation. May be empty."),
            text_for(Council, "name"),
            is_required=False,
        ),
        Column(
            "locations",
            gettext_lazy("locations"),
            gettext_lazy(
                "A new location is written as: name|municipality|care setting|clients."
                " Of a known location the name is enough. May be empty."
            ),
            parts,
            is_required=False,
        ),
    ],
    Kind.MEMBERS: [
        Column(
            "council",
            gettext_lazy("council"),
            _AS_IN_LIST,
            text_for(Council, "name"),
        ),
        _ORGANISATION,
        Column(
            "name",
            gettext_lazy("name"),
            gettext_lazy("First name and family name."),
            text_for(User, "name"),
        ),
        Column(
            "email",
            gettext_lazy("e-mail address"),
            gettext_lazy("Each person has an address of their own."),
            _email,
        ),
        Column(
            "role",
            gettext_lazy("role"),
            gettext_lazy(
                "Member, chair, deputy chair, council secretary or supporter."
            ),
            choice_of(CouncilMembership.Role),
        ),
        Column("starts_on", gettext_lazy("first day"), _DAY, _day),
        Column(
            "ends_on",
            gettext_lazy("last day"),
            gettext_lazy("Leave empty when you do not know it yet."),
            _day,
            is_required=False,
        ),
    ],
}
location_name = text_for(Location, "name")


def column(kind: str, key: str) -> Column:
    return next(column for column in COLUMNS[kind] if column.key == key)


def in_order(
    kind: str, header: Sequence[str], lines: Iterable[tuple[int, list[str]]]
) -> list[tuple[int, list[str]]]:
    """The lines with their cells in the order of ``COLUMNS``; other columns than those
    are refused, and one that may be empty may also be absent."""
    given = [folded(name) for name in header]
    wanted = [folded(str(column.label)) for column in COLUMNS[kind]]
    missing = [
        str(column.label)
        for column, name in zip(COLUMNS[kind], wanted, strict=True)
        if column.is_required and name not in given
    ]
    unknown = [
        _short(name)
        for name, found in zip(header, given, strict=True)
        if found not in wanted
    ]
    problems = []
    if missing:
        problems.append(
            _("These columns are missing: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    if unknown:
        problems.append(
            _("We do not know these columns: %(columns)s.")
            % {"columns": ", ".join(unknown[:10])}
        )
    if len(set(given)) < len(given):
        problems.append(_("Give every column a name of its own in the first line."))
    if problems:
        raise ValidationError(problems)
    places = [given.index(name) if name in given else None for name in wanted]
    return [
        (number, ["" if at is None else cells[at] for at in places])
        for number, cells in lines
    ]


def read(kind: str, lines: Iterable[Sequence]) -> tuple[list[Line], Checked]:
    """The lines as they were understood, and what could not be."""
    checked, understood = Checked(), []
    for number, cells in lines:
        keys = [column.key for column in COLUMNS[kind]]
        line = Line(number, {}, dict(zip(keys, cells, strict=True)))
        for each in COLUMNS[kind]:
            cell = line.cells[each.key]
            if each.is_required and not cell:
                checked.refuse(line, each, _("Fill this in."))
                continue
            try:
                line.values[each.key] = each.read(cell)
            except ValidationError as error:
                checked.refuse(line, each, " ".join(error.messages))
        understood.append(line)
    return understood, checked
