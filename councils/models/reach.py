"""Where somebody has a seat today: what every ``visible_to`` begins with.

``councils.permissions`` passes these on; whoever is no model asks there.
"""

from uuid import UUID

from councils.models.council import CouncilMembership
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
