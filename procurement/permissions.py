"""Who may do what in a cycle; each answers from the seats of today, without a query.

What depends on the state of a thing (open, used, signed) is the action's to refuse.
"""

from enum import StrEnum

from councils.models import Council, OrganisationMembership
from councils.permissions import (
    can_chair,
    can_prepare,
    care_office_ids,
    is_member,
    is_staff_of_care_office,
    is_staff_of_organisation,
    is_voting_member,
    organisation_ids,
)
from portal.models import User
from portal.seats import seats_of
from procurement.models import (
    CouncilInput,
    Cycle,
    InformationRequest,
    Side,
    Submission,
)


def can_plan_cycle(user: User, cycle: Cycle) -> bool:
    """Staff of the care office; for a quality plan, staff of the organisation."""
    if cycle.organisation_id:
        return is_staff_of_organisation(user, cycle.organisation_id)
    return is_staff_of_care_office(user, cycle.care_office_id)


def can_start_cycle(user: User) -> bool:
    """Staff of a care office, and of an organisation for its quality plan."""
    return bool(care_office_ids(user) or organisation_ids(user))


def can_ask(user: User, request: InformationRequest) -> bool:
    """Whether ``user`` may write and publish this request."""
    return can_plan_cycle(user, request.cycle)


def can_write_input(user: User, council: Council) -> bool:
    """Everybody with a seat in the council, its secretary and supporter included."""
    return is_member(user, council)


def can_edit_input(user: User, council_input: CouncilInput) -> bool:
    """Its author may, and whoever prepares the council's papers."""
    council = council_input.council
    if council_input.status == CouncilInput.Status.DRAFT:
        return council_input.author_id == user.pk and is_member(user, council)
    return can_prepare(user, council) or (
        council_input.author_id == user.pk and is_member(user, council)
    )


def can_share_input(user: User, council_input: CouncilInput) -> bool:
    """Whoever may edit it decides with whom it is shared, and may take it back."""
    return can_edit_input(user, council_input)


def can_close_input(user: User, council_input: CouncilInput) -> bool:
    """Members close an item to those who help the council; helpers never open one."""
    return is_voting_member(user, council_input.council)


def can_read_closed(user: User, council_input: CouncilInput) -> bool:
    """Whether a closed input of one's own council is open to ``user``: not to those
    who help the council."""
    if not council_input.is_closed_to_secretary:
        return True
    return is_voting_member(user, council_input.council)


def can_recognise(user: User, council_input: CouncilInput) -> bool:
    """Another member of the same council, not the author."""
    return council_input.author_id != user.pk and is_voting_member(
        user, council_input.council
    )


def can_compose(user: User, council: Council) -> bool:
    """Whoever prepares the papers of a central council."""
    return council.is_central and can_prepare(user, council)


def can_judge_use(user: User, council: Council) -> bool:
    """A local council's chair, deputy or secretary says how its words were used."""
    return can_prepare(user, council)


def can_offer(user: User, council: Council) -> bool:
    """Whether ``user`` may collect, offer and take back the council's submission."""
    return can_prepare(user, council)


def can_sign(user: User, submission: Submission) -> bool:
    """The chair or the deputy; a secretary prepares but does not speak for it."""
    return can_chair(user, submission.council)


def can_dissent(user: User, submission: Submission) -> bool:
    """Members may add a minority statement; secretary and supporter may not."""
    return is_voting_member(user, submission.council)


class Reader(StrEnum):
    """As whom somebody reads a submission."""

    COUNCIL = "council"
    ORGANISATION = "organisation"
    CARE_OFFICE = "care_office"


def reader_of(user: User, submission: Submission) -> Reader:
    """As whom ``user`` reads what ``visible_to`` let through.

    Who is of the organisation's staff reads what the organisation reads, also with a
    seat elsewhere.
    """
    if is_member(user, submission.council):
        return Reader.COUNCIL
    if is_staff_of_organisation(user, submission.council.organisation_id):
        return Reader.ORGANISATION
    return Reader.CARE_OFFICE


def can_answer(user: User, submission: Submission) -> bool:
    """Staff of the care office that the submission went to.

    ``visible_to`` has already left out regions that are not theirs.
    """
    return is_staff_of_care_office(user, submission.cycle.care_office_id)


def plan_side(user: User, council: Council) -> Side | None:
    """For which side ``user`` may begin and change a plan with the board, if any."""
    if is_staff_of_organisation(user, council.organisation_id):
        return Side.ORGANISATION
    return Side.COUNCIL if can_prepare(user, council) else None


def agreeing_side(user: User, council: Council) -> Side | None:
    """For which side ``user`` may agree: the executive, or who chairs the council.

    Never for the other side than the one for which that person proposes.
    """
    if plan_side(user, council) != Side.ORGANISATION:
        return Side.COUNCIL if can_chair(user, council) else None
    executive = OrganisationMembership.Role.EXECUTIVE
    is_executive = any(
        seat.party_id == council.organisation_id and seat.role == executive
        for seat in seats_of(user)
    )
    return Side.ORGANISATION if is_executive else None
