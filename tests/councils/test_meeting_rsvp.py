"""“I am there”, by one link in a mail, without a login."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import meeting as actions
from councils.actions.meeting_mail import answer_link
from councils.models import Attendee
from portal.models import AuditEvent
from tests.factories import (
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-06-01 09:00+02:00")]


@pytest.fixture
def attendee():
    term = CouncilMembershipFactory()
    return AttendeeFactory(meeting=MeetingFactory(council=term.council), user=term.user)


def answer_of(attendee):
    attendee.refresh_from_db()
    return attendee.answer


def test_opening_the_link_shows_the_meeting_and_changes_nothing(client, attendee):
    page = client.get(answer_link(attendee))

    assertContains(page, "Dinsdag 8\xa0juni 2027 om 14.00 uur")
    assertContains(page, "De huiskamer")
    assert answer_of(attendee) == ""
    assert AuditEvent.objects.count() == 0


def test_a_press_answers_and_one_may_change_ones_mind(client, attendee):
    link = answer_link(attendee)

    said = []
    for answer in ("yes", "yes", "no"):
        page = client.post(link, {"answer": answer}, follow=True)
        said.append(answer_of(attendee))

    assert said == ["yes", "yes", "no"]
    assertContains(page, "Wij weten dat u niet komt.")
    events = AuditEvent.objects.filter(verb="meeting.answer")
    assert [event.actor for event in events] == [attendee.user] * 2


def test_names_of_others_are_not_on_the_page(client, attendee):
    other = AttendeeFactory(meeting=attendee.meeting, user=UserFactory(name="Ot Sien"))

    page = client.get(answer_link(attendee))

    assertNotContains(page, other.name)
    assertContains(page, attendee.name)


@pytest.mark.parametrize("answer", ["", "maybe", "YES"])
def test_another_answer_than_yes_or_no_says_nothing(client, attendee, answer):
    client.post(answer_link(attendee), {"answer": answer})

    assert answer_of(attendee) == ""


def is_dead(client, attendee):
    link = answer_link(attendee)
    shown = client.get(link)
    pressed = client.post(link, {"answer": "yes"})
    assertNotContains(shown, "De huiskamer", status_code=410)
    return pressed.status_code == 410 and answer_of(attendee) == ""


def test_link_is_dead_once_the_meeting_is_over(client, attendee):
    with time_machine.travel("2027-06-08 16:00+02:00"):
        assert is_dead(client, attendee)


def test_link_is_dead_once_the_meeting_is_called_off(client, attendee):
    actions.cancel(attendee.meeting, reason="Ziekte.", by=attendee.user)

    assert is_dead(client, attendee)
    assertContains(
        client.get(answer_link(attendee)),
        f"{attendee.meeting.council} op dinsdag 8\xa0juni 2027 gaat niet door",
        status_code=410,
    )


def test_link_is_dead_once_the_seat_has_ended(client, attendee):
    yesterday = timezone.localdate() - timedelta(days=1)
    attendee.user.councilmemberships.update(ends_on=yesterday)

    assert is_dead(client, attendee)


@pytest.mark.parametrize(
    "factory", [OrganisationMembershipFactory, CareOfficeMembershipFactory]
)
def test_link_of_a_guest_is_dead_once_that_guest_works_elsewhere(client, factory):
    staff = factory()
    council = {"council__organisation": getattr(staff, "organisation", None)}
    meeting = MeetingFactory(**council if council["council__organisation"] else {})
    attendee = AttendeeFactory(meeting=meeting, user=staff.user, is_guest=True)
    assert client.get(answer_link(attendee)).status_code == 200

    staff.ends_on = timezone.localdate() - timedelta(days=1)
    staff.save()

    assert is_dead(client, attendee)


def test_link_that_was_never_sent_does_not_work(client, attendee):
    Attendee.objects.update(invited_at=None)

    assert is_dead(client, attendee)


@pytest.mark.parametrize("salt", ["mail.unsubscribe", "django.core.signing.Signer"])
def test_a_token_made_for_something_else_is_no_link(client, attendee, salt):
    token = signing.Signer(salt=salt).sign(attendee.pk.hex)

    page = client.get(reverse("councils:meeting_rsvp", args=[token]))

    assert page.status_code == 410


@pytest.mark.parametrize("token", ["x", "a:b", "0" * 32])
def test_what_was_made_up_is_no_link(client, token):
    address = reverse("councils:meeting_rsvp", args=[token])

    assert client.get(address).status_code == 410


def test_who_hammers_the_page_has_to_wait(client, attendee, settings):
    link = answer_link(attendee)

    codes = {client.get(link).status_code for _time in range(301)}

    assert codes == {200, 429}
