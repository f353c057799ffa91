"""By which decision of the council a submission was signed; for that council alone."""

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Openness
from portal.errors import NotAllowedNow
from procurement.actions import submission as actions
from procurement.models import Submission
from tests.factories import (
    AgendaItemFactory,
    CareOfficeMembershipFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    SubmissionFactory,
)
from tests.paper import Page

pytestmark = pytest.mark.django_db
LINE = "besluit 2027-7"


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-15 10:00+02:00", tick=False):
        yield


@pytest.fixture
def submission() -> Submission:
    """Offered for signing, with a point that the organisation reads too."""
    submission = SubmissionFactory()
    words = CouncilInputFactory(
        shared=True, council=submission.council, cycle=submission.cycle
    )
    actions.add_item(submission, words, by=submission.created_by)
    actions.offer(submission, by=submission.created_by)
    return Submission.objects.get()


def seat(submission, role="chair"):
    return CouncilMembershipFactory(council=submission.council, role=role).user


def decided(submission, **item):
    meeting = MeetingFactory(council=submission.council)
    about = submission.get_absolute_url()
    item = AgendaItemFactory(meeting=meeting, subject_url=about, **item)
    return DecisionFactory(item=item, number=7, text="Wij dienen dit in.")


def sign(client, submission, user, **typed):
    client.force_login(user)
    page = Page(client, reverse("procurement:submission_sign", args=[submission.pk]))
    page.press("Onderteken", has_read=True, council_agrees=True, **typed)


def test_the_decision_about_it_stands_ready_to_choose(client, submission):
    decision = decided(submission)

    sign(client, submission, seat(submission))

    assert Submission.objects.get().decision == decision


def test_signing_without_a_decision_stays_possible(client, submission):
    decided(submission)

    sign(client, submission, seat(submission), decision="")

    signed = Submission.objects.get()
    assert (signed.status, signed.decision) == (Submission.Status.SUBMITTED, None)


def test_a_decision_of_another_council_is_refused(submission):
    version = submission.versions.get()

    with pytest.raises(NotAllowedNow):
        actions.sign(
            submission,
            by=seat(submission),
            seen=actions.signing_code(version, []),
            decision=DecisionFactory(),
        )

    assert Submission.objects.get().status == Submission.Status.OFFERED


def test_only_the_council_reads_by_which_decision(client, submission):
    decided(submission)
    sign(client, submission, seat(submission))
    council = submission.council
    board = OrganisationMembershipFactory(organisation=council.organisation).user
    buyer = CareOfficeMembershipFactory(care_office=submission.cycle.care_office).user
    address = submission.get_absolute_url()

    for role in ("member", "secretary"):
        client.force_login(seat(submission, role))
        assertContains(client.get(address), LINE)
    for user in (board, buyer):
        client.force_login(user)
        assertNotContains(client.get(address, follow=True), "2027-7")


def test_a_decision_of_the_members_alone_no_helper_sees_there(client, submission):
    decided(submission, openness=Openness.MEMBERS)
    sign(client, submission, seat(submission))
    address = submission.get_absolute_url()

    client.force_login(seat(submission, "member"))
    assertContains(client.get(address), LINE)
    client.force_login(seat(submission, "secretary"))
    assertNotContains(client.get(address), "2027-7")
