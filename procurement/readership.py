"""How many people read an input: said before somebody decides who may."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Council, CouncilMembership, OrganisationMembership
from procurement.models import HELPERS, Audience


@dataclass(frozen=True)
class Readership:
    """The people who could read an input of a council; each is counted once.

    The care office is not among them: it reads what was submitted, and only then.
    """

    council: frozenset[UUID]
    helpers: frozenset[UUID]
    central_council: frozenset[UUID]
    organisation: frozenset[UUID]

    @classmethod
    def around(cls, council: Council) -> "Readership":
        """Everybody with a seat today in the council, above it and in its board."""
        found: dict[str, set[UUID]] = {"council": set(), "helper": set()}
        found |= {"central": set(), "staff": set()}
        for party, role, person in _seats(council):
            found[party].add(person)
            if party == "council" and role in HELPERS:
                found["helper"].add(person)
        return cls(
            council=frozenset(found["council"]),
            helpers=frozenset(found["helper"]),
            central_council=frozenset(found["central"]),
            organisation=frozenset(found["staff"]),
        )

    def people(self, audiences: Collection[str], is_closed: bool = False) -> int:
        """How many read it now when it is open to these audiences.

        Closed to the secretary, it is closed to that person in every other seat too.
        """
        readers = self.council
        if Audience.CENTRAL_COUNCIL in audiences:
            readers = readers | self.central_council
        if Audience.ORGANISATION in audiences:
            readers = readers | self.organisation
        return len(readers - self.helpers if is_closed else readers)

    def in_audience(self, audience: str) -> int:
        """How many people an audience has by itself; of the care office, none yet."""
        return len(getattr(self, audience, ()))

    def table(self) -> str:
        """``people`` for every choice that a form can hold, for readers.js."""
        small = [Audience.CENTRAL_COUNCIL, Audience.ORGANISATION]
        choices = [set(some) for n in range(3) for some in combinations(small, n)]
        return json.dumps(
            {
                " ".join([*sorted(some), *(["closed"] if closed else [])]): self.people(
                    some, closed
                )
                for some in choices
                for closed in (False, True)
            }
        )

    def hints(self, council: Council) -> dict[str, str]:
        """What choosing an audience means, for the list of checkboxes."""
        staff = _("The executive and advisers of %(organisation)s may read this.")
        return {
            Audience.CENTRAL_COUNCIL: _in_people(len(self.central_council))
            + _(
                "The central council may read and use this. "
                "Your own words stay as they are."
            ),
            Audience.ORGANISATION: _in_people(len(self.organisation))
            + staff % {"organisation": council.organisation},
            Audience.CARE_OFFICE: _(
                "The care office reads this only after your council has submitted it."
            ),
        }


def _in_people(count: int) -> str:
    return (
        ngettext("%(count)s person.", "%(count)s people.", count) % {"count": count}
        + " "
    )


def _seats(council: Council) -> QuerySet:
    above = [council.pk, *([council.parent_id] if council.parent_id else [])]
    members = CouncilMembership.objects.current().filter(
        council__in=above, user__is_active=True
    )
    staff = OrganisationMembership.objects.current().filter(
        organisation=council.organisation_id, user__is_active=True
    )
    here = Q(council=council.pk)
    return _of(members.filter(here), "council").union(
        _of(members.exclude(here), "central"), _of(staff, "staff"), all=True
    )


def _of(terms: QuerySet, party: str) -> QuerySet:
    named = terms.order_by().annotate(party=Value(party, output_field=CharField()))
    return named.values_list("party", "role", "user")
