"""What in a file of members is new, known or wrong, by the rules of a seat
(``membership.begin``): in a fixed number of queries, whatever the number of lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.importing_checks import same_line
from councils.actions.importing_columns import (
    Checked,
    Kind,
    Line,
    column,
    folded,
    read,
)
from councils.actions.membership import STAFF_AND_COUNCIL, in_the_way
from councils.models import (
    Council,
    CouncilMembership,
    Invitation,
    OrganisationMembership,
)
from portal.models import User

# Each invitation is a mail of its own, and the chair hears of each.
MOST_INVITATIONS = 500


class Seat(NamedTuple):
    """A seat that stands in the file or in the database."""

    starts_on: date
    ends_on: date | None
    role: str
    line: int = 0


class Person(NamedTuple):
    pk: UUID
    name: str
    is_active: bool


def members(lines: Sequence[Sequence], *, sends_invitations: bool) -> Checked:
    understood, checked = read(Kind.MEMBERS, lines)
    check = _Members(checked, sends_invitations)
    for line in understood:
        check.take(line)
    return checked


class _Members:
    """What the database knows of people and seats, and what the file adds to it."""

    def __init__(self, checked: Checked, sends_invitations: bool) -> None:
        self.checked = checked
        self.sends_invitations = sends_invitations
        self.today = timezone.localdate()
        self.councils = {
            (folded(organisation), folded(name)): (pk, organisation_id)
            for pk, organisation_id, organisation, name in Council.objects.values_list(
                "pk", "organisation_id", "organisation__name", "name"
            )
        }
        self.people = {
            email: Person(*rest)
            for email, *rest in User.objects.values_list(
                "email", "pk", "name", "is_active"
            )
        }
        self.seats = _by_person_and_party(
            CouncilMembership.objects.values_list(
                "user_id", "council_id", "starts_on", "ends_on", "role"
            )
        )
        self.staff = _by_person_and_party(
            OrganisationMembership.objects.values_list(
                "user_id", "organisation_id", "starts_on", "ends_on", "role"
            )
        )
        self.invited = set(
            Invitation.objects.open()
            .filter(council__isnull=False)
            .values_list("email", "council_id")
        )
        self.in_file: dict[tuple, list[Seat]] = defaultdict(list)
        self.names: dict[str, tuple[str, int]] = {}

    def take(self, line: Line) -> None:
        council, organisation = self._council(line)
        person = self._person(line)
        self._check_days(line)
        if line.is_wrong or council is None:
            return
        email = line.values["email"]
        seat = Seat(
            line.values["starts_on"],
            line.values["ends_on"],
            line.values["role"],
            line.number,
        )
        line.values |= {"council_id": council, "user_id": person and person.pk}
        if twice := in_the_way(seat, self.in_file[email, council]):
            self._refuse(line, "email", same_line(twice[0].line))
            return
        self.in_file[email, council].append(seat)
        if self._is_known(line, person, seat, council):
            self.checked.known += 1
            return
        if person and in_the_way(seat, self.staff[person.pk, organisation]):
            self._refuse(line, "email", str(STAFF_AND_COUNCIL))
        if self.sends_invitations and len(self.checked.new) >= MOST_INVITATIONS:
            self._refuse(
                line,
                "email",
                _(
                    "We send at most %(maximum)s invitations at once."
                    " Make it into smaller files."
                )
                % {"maximum": MOST_INVITATIONS},
            )
        if not line.is_wrong:
            self.checked.new.append(line)

    def _refuse(self, line: Line, key: str, text: str) -> None:
        self.checked.refuse(line, column(Kind.MEMBERS, key), text)

    def _council(self, line: Line) -> tuple[UUID | None, UUID | None]:
        if not {"council", "organisation"} <= line.values.keys():
            return None, None
        key = (folded(line.values["organisation"]), folded(line.values["council"]))
        if key not in self.councils:
            self._refuse(
                line,
                "council",
                _("We do not know this council at this organisation. Add it first."),
            )
        return self.councils.get(key, (None, None))

    def _person(self, line: Line) -> Person | None:
        """The account of this address, if there is one, under the same name."""
        email, name = line.values.get("email"), line.values.get("name")
        if not email or not name:
            return None
        person = self.people.get(email)
        if person and not person.is_active:
            self._refuse(line, "email", _("This account is closed."))
        elif person and folded(person.name) != folded(name):
            self._refuse(
                line,
                "name",
                _("This address is known under the name %(name)s.")
                % {"name": person.name},
            )
        first, number = self.names.setdefault(email, (name, line.number))
        if folded(first) != folded(name):
            self._refuse(
                line,
                "name",
                _("Line %(line)s has another name for this address.")
                % {"line": number},
            )
        return person

    def _check_days(self, line: Line) -> None:
        first, last = line.values.get("starts_on"), line.values.get("ends_on")
        if first and last and last < first:
            self._refuse(
                line,
                "ends_on",
                _("The end lies before the start. Change one of the two dates."),
            )
        elif self.sends_invitations and last and last < self.today:
            self._refuse(line, "ends_on", _("Choose a day that is not in the past."))

    def _is_known(
        self, line: Line, person: Person | None, seat: Seat, council: UUID
    ) -> bool:
        """Whether the seat is there, or offered; another one then is in the way."""
        known = self.seats[person.pk, council] if person else []
        overlapping = in_the_way(seat, known)
        if not overlapping:
            return (
                self.sends_invitations
                and (line.values["email"], council) in self.invited
            )
        if any(other.role == seat.role for other in overlapping):
            return True
        self._refuse(
            line, "role", _("This person sits on the council already, as another role.")
        )
        return False


def _by_person_and_party(rows: Iterable[tuple]) -> dict[tuple, list[Seat]]:
    found: dict[tuple, list[Seat]] = defaultdict(list)
    for user_id, party_id, starts_on, ends_on, role in rows:
        found[user_id, party_id].append(Seat(starts_on, ends_on, role))
    return found
