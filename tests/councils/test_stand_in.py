"""Who takes a place for a while may do what goes with it, on those days only."""

from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import stand_in as actions
from councils.models import CouncilMembership, Openness, StandIn, in_reach
from councils.permissions import (
    can_chair,
    can_invite,
    can_prepare,
    is_voting_member,
    role_in,
)
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail, User
from procurement.actions import submission as submissions
from tests.factories import (
    AgendaItemFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    StandInFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DURING = "2027-06-15 09:00+02:00"


@pytest.fixture
def during():
    with time_machine.travel(DURING, tick=False):
        yield


def at(day):
    return time_machine.travel(f"2027-06-{day:02} 12:00+02:00", tick=False)


def again(user):
    """The same person at another request: the seats are read anew."""
    return User.objects.get(pk=user.pk)


def rights(user, council):
    user = again(user)
    return {
        "prepare": can_prepare(user, council),
        "chair": can_chair(user, council),
        "invite": can_invite(user, council),
    }


NOTHING = {"prepare": False, "chair": False, "invite": False}
CHAIR = {"prepare": True, "chair": True, "invite": True}
SECRETARY = {"prepare": True, "chair": False, "invite": True}


@pytest.mark.parametrize(("role", "gets"), [("chair", CHAIR), ("secretary", SECRETARY)])
@pytest.mark.parametrize(
    ("day", "runs"), [(6, False), (7, True), (15, True), (20, True), (21, False)]
)
def test_place_gives_its_rights_from_the_first_to_the_last_day(role, gets, day, runs):
    stand_in = StandInFactory(term__role=role)
    council = stand_in.term.council

    with at(day):
        assert rights(stand_in.deputy, council) == (gets if runs else NOTHING)
        assert role_in(again(stand_in.deputy), council) == "member"


def test_rights_end_with_the_seat_of_who_is_away(during):
    stand_in = StandInFactory(term__ends_on=date(2027, 6, 14))

    assert rights(stand_in.deputy, stand_in.term.council) == NOTHING


def test_rights_end_with_the_own_seat(during):
    stand_in = StandInFactory()
    CouncilMembership.objects.filter(user=stand_in.deputy).update(
        ends_on=date(2027, 6, 14)
    )

    assert rights(stand_in.deputy, stand_in.term.council) == NOTHING


def test_place_gives_nothing_in_another_council(during):
    stand_in = StandInFactory()
    other = CouncilMembershipFactory(user=stand_in.deputy)

    assert rights(stand_in.deputy, other.council) == NOTHING


def test_who_takes_the_place_of_the_secretary_reads_as_a_member(during):
    stand_in = StandInFactory(term__role="secretary")
    council = stand_in.term.council
    closed = AgendaItemFactory(meeting=None, council=council, openness=Openness.MEMBERS)
    items = type(closed).objects

    assert is_voting_member(again(stand_in.deputy), council)
    assert list(items.filter(in_reach(again(stand_in.deputy)))) == [closed]
    assert not items.filter(in_reach(stand_in.term.user)).exists()


def test_supporter_in_the_place_of_the_secretary_reads_no_more_than_before(during):
    term = CouncilMembershipFactory(role="secretary")
    supporter = CouncilMembershipFactory(council=term.council, role="supporter")
    StandInFactory(term=term, deputy=supporter.user)
    closed = AgendaItemFactory(
        meeting=None, council=term.council, openness=Openness.MEMBERS
    )

    assert rights(supporter.user, term.council) == SECRETARY
    assert not type(closed).objects.visible_to(again(supporter.user)).exists()


def test_seats_stay_one_query_and_tell_the_place(during, django_assert_num_queries):
    stand_in = StandInFactory()
    StandInFactory(
        term=CouncilMembershipFactory(council=stand_in.term.council, role="secretary"),
        deputy=stand_in.deputy,
    )
    user = again(stand_in.deputy)

    with django_assert_num_queries(1):
        (seat,) = import_string(settings.SEATS_OF)(user)

    assert seat.acts_as == {"member", "chair", "secretary"}
    assert dict(seat.stands_in) == {
        "chair": date(2027, 6, 20),
        "secretary": date(2027, 6, 20),
    }


# --- Naming ----------------------------------------------------------------------


def unsaved(term, deputy, first=7, last=20):
    return StandIn(
        term=term,
        deputy=deputy,
        starts_on=date(2027, 6, first),
        ends_on=date(2027, 6, last),
    )


@pytest.fixture
def council(during):
    """A council with a chair, a secretary, a member and a supporter."""
    council = CouncilFactory()
    for role in ("chair", "secretary", "member", "supporter"):
        CouncilMembershipFactory(council=council, role=role, user__name=f"De {role}")
    return council


def term_of(council, role):
    return council.memberships.get(role=role)


def test_naming_tells_the_stand_in_and_the_trail(council):
    term, member = term_of(council, "chair"), term_of(council, "member").user

    actions.name(unsaved(term, member), by=term.user)

    event = AuditEvent.objects.get(verb="stand_in.name")
    assert (event.chain.scope, event.data) == (council.pk, {"role": "chair"})
    assert OutgoingMail.objects.get(kind="stand_in").to == member.email


def test_two_never_take_one_place_on_the_same_day(council):
    term, member = term_of(council, "chair"), term_of(council, "member").user
    other = CouncilMembershipFactory(council=council).user
    actions.name(unsaved(term, member, 7, 16), by=term.user)

    with pytest.raises(NotAllowedNow):
        actions.name(unsaved(term, other, 16, 20), by=term.user)
    actions.name(unsaved(term, other, 17, 20), by=term.user)

    assert StandIn.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "deputy", "fits"),
    [
        ("chair", "member", True),
        ("chair", "secretary", False),
        ("chair", "supporter", False),
        ("chair", "chair", False),
        ("secretary", "member", True),
        ("secretary", "supporter", True),
        ("member", "chair", False),
        ("supporter", "member", False),
    ],
)
def test_who_may_take_which_place(council, role, deputy, fits):
    stand_in = unsaved(term_of(council, role), term_of(council, deputy).user)
    by = term_of(council, "secretary").user

    if fits:
        actions.name(stand_in, by=by)
    else:
        with pytest.raises(NotAllowedNow):
            actions.name(stand_in, by=by)

    assert StandIn.objects.exists() is fits


def test_a_stranger_takes_no_place(council):
    with pytest.raises(NotAllowedNow):
        actions.name(unsaved(term_of(council, "chair"), UserFactory()), by=None)


def test_ending_stops_the_rights_at_once(council):
    term, member = term_of(council, "chair"), term_of(council, "member").user
    named = actions.name(unsaved(term, member), by=term.user)
    assert rights(member, council) == CHAIR

    actions.end(named, by=term.user)

    assert rights(member, council) == NOTHING
    assert StandIn.objects.get().ends_on == date(2027, 6, 14)


def test_what_had_not_begun_is_taken_back(council):
    term, member = term_of(council, "chair"), term_of(council, "member").user
    named = actions.name(unsaved(term, member, 16, 20), by=term.user)

    actions.end(named, by=term.user)

    assert not StandIn.objects.exists()


# --- Signing and mails -----------------------------------------------------------


@pytest.fixture
def offered(council):
    submission = SubmissionFactory(council=council)
    thing = CouncilInputFactory(council=council, cycle=submission.cycle, shared=True)
    submissions.add_item(submission, thing, by=submission.created_by)
    StandInFactory(
        term=term_of(council, "chair"), deputy=term_of(council, "member").user
    )
    submissions.offer(submission, by=submission.created_by)
    return submission


def signed(submission, by):
    version = submission.versions.get()
    seen = submissions.signing_code(version, [])
    return submissions.sign(submission, by=by, seen=seen)


def test_signing_in_the_place_of_the_chair_stands_under_the_own_name(council, offered):
    member = again(term_of(council, "member").user)

    signature = signed(offered, member)

    assert (signature.signed_by, signature.role) == (member, "for_chair")
    with translation.override("nl"):
        assert signature.get_role_display() == "in de plaats van de voorzitter"


def test_chair_and_stand_in_cannot_both_sign(council, offered):
    signed(offered, again(term_of(council, "chair").user))

    with pytest.raises(NotAllowedNow):
        signed(offered, again(term_of(council, "member").user))


def test_chair_who_signs_meanwhile_signs_as_chair(council, offered):
    assert signed(offered, again(term_of(council, "chair").user)).role == "chair"


def test_who_takes_the_place_is_asked_to_sign_and_the_chair_too(council, offered):
    asked = OutgoingMail.objects.filter(kind="ready_to_sign")

    assert {mail.to for mail in asked} == {
        term_of(council, "chair").user.email,
        term_of(council, "member").user.email,
    }
    assert [reason_against(mail) for mail in asked] == ["", ""]


def test_each_is_told_why_it_is_for_them_to_sign(council, offered):
    CouncilMembershipFactory(council=council, role="deputy_chair")
    submissions.take_back(offered, by=again(term_of(council, "chair").user))
    OutgoingMail.objects.all().delete()
    submissions.offer(offered, by=again(term_of(council, "chair").user))

    why = {
        mail.to: mail.body.splitlines()[-1]
        for mail in OutgoingMail.objects.filter(kind="ready_to_sign")
    }

    name = council.name
    assert why == {
        term_of(council, "chair").user.email: (
            f"U krijgt dit omdat u voorzitter bent van {name}."
        ),
        term_of(council, "deputy_chair").user.email: (
            f"U krijgt dit omdat u vervangend voorzitter bent van {name}."
        ),
        term_of(council, "member").user.email: (
            f"U krijgt dit omdat u de voorzitter van {name} vervangt."
        ),
    }


def test_who_takes_a_place_reads_on_every_page_whose_and_until_when(
    client, council, during
):
    member = term_of(council, "member").user
    StandInFactory(
        term=term_of(council, "chair"),
        deputy=member,
        starts_on=date(2027, 6, 14),
        ends_on=date(2027, 6, 20),
    )
    told = f"U vervangt de voorzitter van {council.name} tot en met 20\xa0juni 2027."

    for user, count in ((member, 1), (term_of(council, "chair").user, 0)):
        client.force_login(user)
        assertContains(client.get("/woorden/"), told, count=count)


def test_mail_to_sign_stays_when_the_place_was_taken_back(council, offered):
    actions.end(StandIn.objects.get(), by=None)

    mail = OutgoingMail.objects.get(
        kind="ready_to_sign", to=term_of(council, "member").user.email
    )

    assert reason_against(mail) != ""


def test_mail_that_waits_says_nothing_of_a_place_that_was_taken_back(council):
    chair, member = term_of(council, "chair"), term_of(council, "member")
    named = actions.name(
        StandIn(
            term=chair,
            deputy=member.user,
            starts_on=date(2027, 6, 16),
            ends_on=date(2027, 6, 20),
        ),
        by=chair.user,
    )
    mail = OutgoingMail.objects.get(kind="stand_in")

    assert reason_against(mail) == ""
    actions.end(named, by=chair.user)
    assert reason_against(mail) == "De vervanging is gestopt."


def reason_against(mail):
    check = import_string(settings.MAIL_RECHECKS[mail.recheck["name"]])
    return check(**mail.recheck["args"])


# --- Pages -----------------------------------------------------------------------


def test_page_names_a_stand_in_and_ends_it(client, council):
    secretary = term_of(council, "secretary").user
    chair, member = term_of(council, "chair"), term_of(council, "member").user
    client.force_login(secretary)
    url = reverse("councils:stand_in_create", args=[chair.pk])

    assertContains(client.get(url), member.name)
    days = {"starts_on": "2027-06-14", "ends_on": "2027-06-20"}
    client.post(url, {"deputy": str(member.pk), **days})
    page = client.get(council.get_absolute_url())

    assertContains(page, "vervangt De chair")
    client.post(reverse("councils:stand_in_end", args=[StandIn.objects.get().pk]))
    assertNotContains(client.get(council.get_absolute_url()), "vervangt De chair")


def test_refusal_stands_on_the_page_and_keeps_what_was_typed(client, council):
    chair, member = term_of(council, "chair"), term_of(council, "member").user
    StandInFactory(term=chair, deputy=member)
    client.force_login(chair.user)
    url = reverse("councils:stand_in_create", args=[chair.pk])

    page = client.post(
        url,
        {
            "deputy": str(member.pk),
            "starts_on": "2027-06-20",
            "ends_on": "2027-06-30",
        },
    )

    assertContains(page, "al iemand")
    assertContains(page, "2027-06-30")


@pytest.mark.parametrize("role", ["member", "supporter"])
def test_others_name_no_stand_in(client, council, role):
    client.force_login(term_of(council, role).user)
    url = reverse("councils:stand_in_create", args=[term_of(council, "chair").pk])

    assert client.get(url).status_code == 403


def test_council_page_takes_the_same_queries_with_stand_ins(
    client, council, django_assert_num_queries
):
    client.force_login(term_of(council, "member").user)
    CouncilMembershipFactory.create_batch(20, council=council)
    for role in ("chair", "secretary"):
        StandInFactory(term=term_of(council, role))

    # session, user, seats, council, its locations, its seats, the stand-ins, the
    # councils under it
    with django_assert_num_queries(8):
        client.get(council.get_absolute_url())
