"""Twenty at once: one submission, one version, one signature."""

import pytest

from portal.models import AuditEvent
from procurement.actions import council_input as input_actions
from procurement.actions import submission as actions
from procurement.models import Signature, Submission, SubmissionVersion, SubmittedItem
from tests.factories import (
    CareOfficeFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    PhaseFactory,
    SubmissionFactory,
)
from tests.races import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20


def count(verb):
    return AuditEvent.objects.filter(verb=verb).count()


@pytest.fixture
def submission():
    submission = SubmissionFactory()
    thing = CouncilInputFactory(
        shared=True, council=submission.council, cycle=submission.cycle
    )
    actions.add_item(submission, thing, by=submission.created_by)
    return submission


def test_twenty_begin_one_submission():
    office = CareOfficeFactory()
    cycle = PhaseFactory(cycle__care_office=office).cycle
    council = CouncilFactory(organisation__care_office=office)
    by = CouncilMembershipFactory(council=council).user

    begun = side_by_side(*[lambda: actions.start(council, cycle, by=by)] * TIMES)

    assert {each.pk for each in begun} == {Submission.objects.get().pk}
    assert count("submission.start") == 1


def test_twenty_offer_one_version(submission):
    by = submission.created_by

    offered = side_by_side(*[lambda: actions.offer(submission, by=by)] * TIMES)

    assert sum(each is not None for each in offered) == 1
    assert SubmissionVersion.objects.count() == 1
    assert SubmittedItem.objects.count() == 1
    assert count("submission.offer") == 1


def test_twenty_sign_once(submission):
    version = actions.offer(submission, by=submission.created_by)
    chair = CouncilMembershipFactory(council=submission.council, role="chair").user
    seen = actions.signing_code(version, [])

    signed = side_by_side(
        *[lambda: actions.sign(submission, by=chair, seen=seen)] * TIMES
    )

    assert sum(each is not None for each in signed) == 1
    assert Signature.objects.count() == 1
    assert count("submission.sign") == 1


def test_twenty_additions_put_a_line_in_once(submission):
    thing = CouncilInputFactory(
        shared=True, council=submission.council, cycle=submission.cycle
    )
    by = submission.created_by

    side_by_side(*[lambda: actions.add_item(submission, thing, by=by)] * TIMES)

    assert submission.items.filter(council_input=thing).count() == 1
    assert count("submission.add_items") == 2


def test_statement_goes_along_or_the_signing_waits(submission):
    version = actions.offer(submission, by=submission.created_by)
    chair = CouncilMembershipFactory(council=submission.council, role="chair").user
    member = CouncilMembershipFactory(council=submission.council).user
    seen = actions.signing_code(version, [])

    signature, statement = side_by_side(
        lambda: actions.sign(submission, by=chair, seen=seen),
        lambda: actions.add_statement(version, "Ik zie dit anders.", by=member),
    )

    # One of the two comes first, and the other is refused: never a signature under a
    # text that was not on the screen, never a statement that nobody signed.
    assert (signature is None) != (statement is None)


def test_words_closed_while_they_are_offered_are_offered_openly_or_not(submission):
    thing = submission.items.get().council_input
    by = submission.created_by

    version, _closed = side_by_side(
        lambda: actions.offer(submission, by=by),
        lambda: input_actions.share(thing, [], version_number=1, by=thing.author),
    )

    thing.refresh_from_db()
    assert thing.for_care_office is False
    if version:
        offered = AuditEvent.objects.get(verb="submission.offer")
        closed = AuditEvent.objects.get(verb="council_input.share")
        assert offered.position < closed.position


def test_taking_back_and_signing_leave_one_of_both(submission):
    version = actions.offer(submission, by=submission.created_by)
    chair = CouncilMembershipFactory(council=submission.council, role="chair").user
    seen = actions.signing_code(version, [])

    side_by_side(
        lambda: actions.sign(submission, by=chair, seen=seen),
        lambda: actions.take_back(submission, by=chair),
    )

    submission.refresh_from_db()
    assert submission.status == Submission.Status.DRAFT
    assert Signature.objects.count() == count("submission.sign")
