"""Who may do what in a council, an organisation or a care office.

Each function answers from the seats of today, which are read once per request.
"""

from uuid import UUID

from councils.models import (
    VOTING_ROLES,
    ActionItem,
    AgendaItem,
    AgendaPaper,
    Council,
    CouncilMembership,
    Decision,
    Openness,
    care_office_ids,
    council_ids,
    council_seats,
    organisation_ids,
)
from portal.models import User
from portal.seats import Seat

__all__ = [
    "KEEPERS",
    "PREPARERS",
    "REPLACED",
    "SPEAKERS",
    "VOTING_ROLES",
    "Role",
    "acting_council",
    "acts_as",
    "can_chair",
    "can_deliver",
    "can_edit_item",
    "can_invite",
    "can_prepare",
    "can_propose",
    "can_read_item",
    "care_office_ids",
    "council_ids",
    "council_seats",
    "is_member",
    "is_staff_of_care_office",
    "is_staff_of_organisation",
    "is_voting_member",
    "organisation_ids",
    "role_in",
    "seats_to_prepare",
]

Role = CouncilMembership.Role
# Who speaks for a council, and who prepares what it decides on.
SPEAKERS = frozenset({Role.CHAIR, Role.DEPUTY_CHAIR})
PREPARERS = SPEAKERS | {Role.SECRETARY}
# Who keeps its papers, plans and list of members; their place can be taken for a while.
KEEPERS = REPLACED = (Role.CHAIR, Role.SECRETARY)


def role_in(user: User, council: Council) -> str | None:
    """The role that ``user`` has in ``council`` today, or None."""
    for seat in council_seats(user):
        if seat.party_id == council.pk:
            return seat.role
    return None


def acts_as(user: User, council: Council) -> frozenset[str]:
    """The role in ``council`` today, and the roles of those whose place ``user`` takes.

    Only for what one may do: what one may read follows from the own role alone.
    """
    for seat in council_seats(user):
        if seat.party_id == council.pk:
            return seat.acts_as
    return frozenset()


def is_member(user: User, council: Council) -> bool:
    """Whether ``user`` has any seat in ``council``, its secretary's included."""
    return role_in(user, council) is not None


def is_voting_member(user: User, council: Council) -> bool:
    """Whether ``user`` decides with the council: member, chair or deputy chair."""
    return role_in(user, council) in VOTING_ROLES


def can_prepare(user: User, council: Council) -> bool:
    """Whether ``user`` may prepare what the council decides on."""
    return bool(acts_as(user, council) & PREPARERS)


def seats_to_prepare(user: User) -> list[Seat]:
    """The seats of ``user`` in councils for which ``can_prepare`` holds."""
    return [seat for seat in council_seats(user) if seat.acts_as & PREPARERS]


def can_chair(user: User, council: Council) -> bool:
    """Whether ``user`` may speak for the council: its chair, the deputy, or who takes
    the place of the chair for a while."""
    return bool(acts_as(user, council) & SPEAKERS)


def can_invite(user: User, council: Council) -> bool:
    """A council's secretary invites; without one its chair, and an administrator."""
    return user.is_staff or bool(acts_as(user, council) & {Role.SECRETARY, Role.CHAIR})


def is_staff_of_care_office(user: User, care_office_id: UUID | None) -> bool:
    """Whether ``user`` is on the staff of that care office today."""
    return care_office_id in care_office_ids(user)


def is_staff_of_organisation(user: User, organisation_id: UUID) -> bool:
    """Whether ``user`` is on the staff of that organisation today."""
    return organisation_id in organisation_ids(user)


def acting_council(user: User, council_id: UUID) -> Council | None:
    """The council in which ``user`` has a seat, as the seat tells it: without a query.

    It has its id, name, kind and the ids of its organisation and central council, and
    no more: for reading, not saving.
    """
    for seat in council_seats(user):
        if seat.party_id == council_id and seat.organisation_id:
            return Council(
                pk=seat.party_id,
                name=seat.party_name,
                kind=seat.kind,
                organisation_id=seat.organisation_id,
                parent_id=seat.parent_id,
            )
    return None


def can_read_item(user: User, item: AgendaItem | Decision | ActionItem) -> bool:
    """Whether ``user`` may read an agenda item, or what was written at it; as
    ``visible_to``."""
    helps_only = item.council_id not in council_ids(user, *VOTING_ROLES)
    if helps_only and item.openness == Openness.MEMBERS:
        return False
    return item.council_id in council_ids(user)


def can_edit_item(user: User, item: AgendaItem) -> bool:
    """Whether ``user`` may change what an agenda item says.

    Of what is closed to helpers only chair, deputy and the member who proposed it; of
    a proposal that nobody took over yet also that member.
    """
    council = Council(pk=item.council_id)
    if not can_read_item(user, item):
        return False
    is_own = item.added_by_id == user.pk and item.origin == AgendaItem.Origin.PROPOSED
    if item.openness == Openness.MEMBERS:
        return is_own or can_chair(user, council)
    return can_prepare(user, council) or (is_own and item.is_proposal)


def can_propose(user: User, council: Council) -> bool:
    """Whether ``user`` may propose something for the agenda: who decides there."""
    return is_voting_member(user, council)


def can_deliver(user: User, paper: AgendaPaper) -> bool:
    """Whether ``user`` may deliver a paper: who makes the agenda, or was asked to."""
    if can_edit_item(user, paper.item):
        return True
    return paper.deliverer_id == user.pk and can_read_item(user, paper.item)
