"""Who may do what in a council, an organisation or a care office.

Each function answers from the seats of today, which are read once per request.
"""

from uuid import UUID

from councils.models import Council, CouncilMembership
from portal.models import User
from portal.seats import Seat, seats_of

Role = CouncilMembership.Role

# Who decides with the council; secretary and supporter help it.
VOTING_ROLES = {Role.MEMBER, Role.CHAIR, Role.DEPUTY_CHAIR}


def council_seats(user: User) -> list[Seat]:
    """The seats of ``user`` in councils, today."""
    return [seat for seat in seats_of(user) if seat.party == "council"]


def council_ids(user: User, *roles: str) -> list[UUID]:
    """The councils in which ``user`` has a seat today; with ``roles``, one of those."""
    return [
        seat.party_id for seat in council_seats(user) if not roles or seat.role in roles
    ]


def organisation_ids(user: User) -> list[UUID]:
    """The organisations on whose staff ``user`` is today."""
    return [seat.party_id for seat in seats_of(user) if seat.party == "organisation"]


def care_office_ids(user: User) -> list[UUID]:
    """The care offices on whose staff ``user`` is today."""
    return [seat.party_id for seat in seats_of(user) if seat.party == "care_office"]


def role_in(user: User, council: Council) -> str | None:
    """The role that ``user`` has in ``council`` today, or None."""
    for seat in council_seats(user):
        if seat.party_id == council.pk:
            return seat.role
    return None


def is_member(user: User, council: Council) -> bool:
    """Whether ``user`` has any seat in ``council``, its secretary's included."""
    return role_in(user, council) is not None


def is_voting_member(user: User, council: Council) -> bool:
    """Whether ``user`` decides with the council: member, chair or deputy chair."""
    return role_in(user, council) in VOTING_ROLES


def can_prepare(user: User, council: Council) -> bool:
    """Whether ``user`` may prepare what the council decides on."""
    return role_in(user, council) in {Role.CHAIR, Role.DEPUTY_CHAIR, Role.SECRETARY}


def can_chair(user: User, council: Council) -> bool:
    """Whether ``user`` may speak for the council: its chair or the deputy."""
    return role_in(user, council) in {Role.CHAIR, Role.DEPUTY_CHAIR}


def can_invite(user: User, council: Council) -> bool:
    """A council's secretary invites; without one its chair, and an administrator."""
    return user.is_staff or role_in(user, council) in {Role.SECRETARY, Role.CHAIR}


def is_staff_of_care_office(user: User, care_office_id: UUID | None) -> bool:
    """Whether ``user`` is on the staff of that care office today."""
    return care_office_id in care_office_ids(user)


def is_staff_of_organisation(user: User, organisation_id: UUID) -> bool:
    """Whether ``user`` is on the staff of that organisation today."""
    return organisation_id in organisation_ids(user)


def acting_council(user: User, council_id: UUID) -> Council | None:
    """The council in which ``user`` has a seat, as the seat tells it: without a query.

    It has its id, name, kind and organisation, and no more: for reading, not saving.
    """
    for seat in council_seats(user):
        if seat.party_id == council_id and seat.organisation_id:
            return Council(
                pk=seat.party_id,
                name=seat.party_name,
                kind=seat.kind,
                organisation_id=seat.organisation_id,
            )
    return None
