"""The seats that a person holds today: the answer to "for whom do you act here?".

The apps above fill in what a seat is (``settings.SEATS_OF``); portal only passes it on.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Seat:
    """One running term of a person with one party.

    ``party`` is "council", "organisation" or "care_office"; ``role`` the role in it and
    ``role_name`` that role in words.
    """

    party: str
    party_id: UUID
    party_name: str
    role: str
    starts_on: date
    ends_on: date | None
    needs_second_factor: bool
    # Of a council: its organisation and its kind ("central", "local", "relatives").
    organisation_id: UUID | None = None
    kind: str = ""
    role_name: str | Promise = ""
    # The central council above it, if there is one.
    parent_id: UUID | None = None
    # Whose place this person takes for a while, by role, and up to which day.
    stands_in: tuple[tuple[str, date], ...] = ()
    # The names of those roles, in the same order.
    stands_in_names: tuple[str | Promise, ...] = ()

    @property
    def acts_as(self) -> frozenset[str]:
        """The own role, and the roles of those whose place this person takes now."""
        return frozenset({self.role, *(role for role, _until in self.stands_in)})


def seats_of(user: Any) -> list[Seat]:
    """The seats of ``user`` today, read once per request (kept on the user object)."""
    if not user.is_authenticated:
        return []
    if not hasattr(user, "_seats"):
        user._seats = import_string(settings.SEATS_OF)(user)
    return user._seats
