"""Seats and invitations: one at a time, with days, and only by who may."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import invitation as invitations
from councils.actions import membership as actions
from councils.models import CouncilMembership, Invitation
from councils.permissions import role_in
from portal.errors import NotAllowedNow
from portal.models import OutgoingMail, User
from tests.factories import (
    CareOfficeFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = "2027-06-15 09:00+02:00"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def secretary():
    return CouncilMembershipFactory(role="secretary")


def invited(secretary, **fields) -> tuple[Invitation, str]:
    """An invitation to the secretary's council, and the path in its mail."""
    values = {"name": "Nieuw Lid", "email": "Nieuw@Example.nl", "role": "member"}
    sent = invitations.invite(
        Invitation(council=secretary.council, **{**values, **fields}),
        by=secretary.user,
    )
    mail = OutgoingMail.objects.get(key=f"invitation:{sent.pk}")
    return sent, re.search(r"/uitnodiging/[^\s]+", mail.body)[0]


def test_an_invitation_is_accepted_by_a_press_and_logs_in(client, secretary):
    sent, path = invited(secretary)

    assertContains(client.get(path), secretary.council.name)
    assert not User.objects.filter(email="nieuw@example.nl").exists()
    client.post(path)

    user = User.objects.get(email="nieuw@example.nl")
    assert role_in(user, secretary.council) == "member"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_invitation_works_once(client, secretary):
    _sent, path = invited(secretary)
    client.post(path)
    client.logout()

    response = client.post(path)

    assert response.status_code == 410
    assertContains(response, "niet meer geldig", status_code=410)


def test_an_invitation_lapses_after_seven_days(client, secretary):
    _sent, path = invited(secretary)

    with time_machine.travel("2027-06-22 09:00:01+02:00", tick=False):
        response = client.post(path)

    assert response.status_code == 410
    assert not User.objects.filter(email="nieuw@example.nl").exists()


def test_somebody_else_who_is_logged_in_cannot_take_it(client, secretary):
    _sent, path = invited(secretary)
    client.force_login(CouncilMembershipFactory().user)

    response = client.post(path)

    assertContains(response, "Deze uitnodiging is voor een ander e-mailadres.")
    assert not User.objects.filter(email="nieuw@example.nl").exists()


def test_a_second_invitation_takes_the_place_of_the_first(client, secretary):
    _first, old_path = invited(secretary)
    _second, new_path = invited(secretary)

    assert client.post(old_path).status_code == 410
    client.post(new_path)
    assert User.objects.filter(email="nieuw@example.nl").exists()


def test_the_chair_hears_of_every_invitation(secretary):
    chair = CouncilMembershipFactory(council=secretary.council, role="chair").user

    invited(secretary)

    mail = OutgoingMail.objects.get(kind="chair_hears_of_invitation")
    assert mail.to == chair.email


def test_what_waits_of_an_invitation_does_not_go_once_it_is_taken_back(secretary):
    CouncilMembershipFactory(council=secretary.council, role="chair")
    sent, _path = invited(secretary)
    mails = OutgoingMail.objects.all()

    assert [reason_against(mail) for mail in mails] == ["", ""]
    invitations.withdraw(sent, by=secretary.user)
    assert all(reason_against(mail) for mail in mails)


def test_of_an_invitation_a_chair_who_left_hears_nothing(secretary):
    chair = CouncilMembershipFactory(council=secretary.council, role="chair")
    invited(secretary)
    mail = OutgoingMail.objects.get(kind="chair_hears_of_invitation")

    chair.ends_on = date(2027, 6, 14)
    chair.save()

    assert reason_against(mail) != ""


def reason_against(mail):
    check = import_string(settings.MAIL_RECHECKS[mail.recheck["name"]])
    return check(**mail.recheck["args"])


def test_the_token_itself_is_kept_nowhere_but_in_the_mail(secretary):
    sent, path = invited(secretary)

    assert path.split("/")[2] not in str(Invitation.objects.values_list().get())


@pytest.mark.parametrize("role", ["member", "deputy_chair", "supporter"])
def test_members_and_supporters_do_not_invite(client, role):
    term = CouncilMembershipFactory(role=role)
    client.force_login(term.user)

    url = reverse("councils:council_invite", args=[term.council_id])

    assert client.get(url).status_code == 403


def test_nobody_sits_twice_on_one_council_on_the_same_day(secretary):
    with pytest.raises(NotAllowedNow):
        actions.begin(
            secretary.user,
            secretary.council,
            role="member",
            starts_on=date(2027, 7, 1),
            by=None,
        )


def test_staff_of_an_organisation_get_no_seat_in_its_councils(secretary):
    staff = OrganisationMembershipFactory(
        organisation=secretary.council.organisation, ends_on=date(2027, 8, 1)
    )
    values = {"role": "member", "by": None}

    with pytest.raises(NotAllowedNow):
        actions.begin(
            staff.user, secretary.council, starts_on=date(2027, 8, 1), **values
        )

    actions.begin(staff.user, secretary.council, starts_on=date(2027, 8, 2), **values)


def test_a_member_of_a_council_gets_no_seat_in_the_staff_of_its_organisation():
    term = CouncilMembershipFactory()

    with pytest.raises(NotAllowedNow):
        actions.begin_in_organisation(
            term.user,
            term.council.organisation,
            role="executive",
            starts_on=date(2027, 7, 1),
            by=None,
        )


@pytest.mark.parametrize(
    ("today", "role"),
    [("2027-06-30", "member"), ("2027-07-01", "chair"), ("2027-06-14", "member")],
)
def test_another_role_counts_from_its_day(today, role):
    term = CouncilMembershipFactory()
    actions.change_role(term, role="chair", from_day=date(2027, 7, 1), by=term.user)

    with time_machine.travel(f"{today} 12:00+02:00", tick=False):
        assert role_in(User.objects.get(pk=term.user_id), term.council) == role


def test_access_stops_the_day_after_the_last_one(client):
    term = CouncilMembershipFactory()
    actions.end(term, last_day=date(2027, 6, 15), by=term.user)
    client.force_login(term.user)
    url = reverse("councils:council_detail", args=[term.council_id])

    assertContains(client.get(url), term.user.name)
    with time_machine.travel("2027-06-16 00:00+02:00", tick=False):
        client.force_login(term.user)
        assertNotContains(client.get(url), "Wie zit er in deze raad")


def test_who_sits_in_a_council_is_for_its_own_people(client, secretary):
    client.force_login(CouncilMembershipFactory().user)

    response = client.get(
        reverse("councils:council_detail", args=[secretary.council_id])
    )

    assertNotContains(response, secretary.user.name)


def test_the_seat_of_another_council_does_not_exist_for_a_secretary(client, secretary):
    other = CouncilMembershipFactory()
    client.force_login(secretary.user)

    for name in ("term_end", "term_role"):
        url = reverse(f"councils:{name}", args=[other.pk])
        assert client.get(url).status_code == 404


def test_a_role_that_was_not_chosen_is_asked_for_in_plain_words(client, secretary):
    client.force_login(secretary.user)

    page = client.post(
        reverse("councils:council_invite", args=[secretary.council_id]),
        {"name": "Nel", "email": "nel@raad.example", "starts_on": "2027-06-01"},
    )

    assertContains(page, "Kies een rol.")
    assertContains(page, 'value="Nel"')


def test_an_end_before_the_start_is_said_beside_the_field(client, secretary):
    term = CouncilMembershipFactory(
        council=secretary.council, starts_on=date(2027, 6, 1)
    )
    client.force_login(secretary.user)

    response = client.post(
        reverse("councils:term_end", args=[term.pk]), {"last_day": "2027-05-01"}
    )

    assertContains(response, "Het einde ligt vóór het begin")
    term.refresh_from_db()
    assert term.ends_on is None


def test_an_administrator_invites_staff_with_some_regions(client):
    office = CareOfficeFactory()
    region = office.regions.get()
    client.force_login(UserFactory(administrator=True))

    client.post(
        reverse("councils:care_office_invite", args=[office.pk]),
        {
            "name": "Nieuwe Inkoper",
            "email": "inkoper@example.nl",
            "role": "procurement_officer",
            "starts_on": "2027-06-15",
            "regions": [str(region.pk)],
        },
    )
    mail = OutgoingMail.objects.get(kind="invitation")
    client.logout()
    client.post(re.search(r"/uitnodiging/[^\s]+", mail.body)[0])

    user = User.objects.get(email="inkoper@example.nl")
    assert list(user.careofficememberships.get().regions.all()) == [region]


def test_others_do_not_invite_staff(client, secretary):
    client.force_login(secretary.user)

    for url in (
        reverse("councils:care_office_invite", args=[CareOfficeFactory().pk]),
        reverse("councils:organisation_invite", args=[CareOrganisationFactory().pk]),
    ):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    "name", ["directory", "directory_organisations", "directory_care_offices"]
)
def test_the_directory_takes_the_same_queries_for_any_number(
    client, django_assert_num_queries, count, name
):
    CouncilFactory.create_batch(count)
    CareOfficeFactory.create_batch(count)
    client.force_login(CouncilMembershipFactory().user)

    # session, user, seats, the rows of the page, and their number when there are more;
    # the regions to choose from
    with django_assert_num_queries(6):
        response = client.get(reverse(f"councils:{name}"))

    assert response.status_code == 200


def test_two_who_accept_at_once_make_one_seat(secretary):
    sent, _path = invited(secretary)
    invitations.accept(sent)

    with pytest.raises(NotAllowedNow):
        invitations.accept(sent)

    assert CouncilMembership.objects.filter(council=secretary.council).count() == 2


def test_a_taken_back_invitation_is_no_longer_open(secretary):
    sent, _path = invited(secretary)

    invitations.withdraw(sent, by=secretary.user)

    assert not Invitation.objects.open().exists()
    assert sent.expires_at - timezone.now() == timedelta(days=7)


@pytest.mark.parametrize("ends_on", [date(2027, 3, 31), None])
@pytest.mark.parametrize("days", [-1, 0, 30, 31])
@pytest.mark.parametrize("length", [0, 1, 400, None])
def test_days_in_hand_and_in_the_database_overlap_alike(ends_on, days, length):
    first = date(2027, 3, 1) + timedelta(days=days)
    seat = CouncilMembershipFactory(starts_on=date(2027, 3, 1), ends_on=ends_on)
    last = None if length is None else first + timedelta(days=length)
    other = CouncilMembership(starts_on=first, ends_on=last)

    found = CouncilMembership.objects.overlapping(first, last).exists()

    assert found is bool(actions.in_the_way(other, [seat]))
    assert found is bool(actions.in_the_way(seat, [other]))
