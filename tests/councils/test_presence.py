"""Who was there and not on the list: noted, counted where it votes, never mailed."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import meeting as actions
from councils.actions import meeting_due
from councils.actions.meeting_people import quorum_of
from councils.models import Attendee
from councils.tasks import send_due_mails
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def during_the_meeting():
    moment = datetime(2027, 6, 8, 15, tzinfo=AMSTERDAM)
    with time_machine.travel(moment) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    """A working group with one of the members; two others were not asked."""
    return MeetingFactory(kind="working_group")


@pytest.fixture
def secretary(meeting, client):
    user = CouncilMembershipFactory(council=meeting.council, role="secretary").user
    AttendeeFactory(meeting=meeting, user=user, votes=False)
    client.force_login(user)
    return user


@pytest.fixture
def asked(meeting):
    term = CouncilMembershipFactory(council=meeting.council)
    return AttendeeFactory(meeting=meeting, user=term.user, answer="yes")


def other(meeting, role="member"):
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def address(meeting):
    return reverse("councils:meeting_presence", args=[meeting.pk])


def present(meeting):
    rows = meeting.attendees.filter(was_present=True).order_by("name")
    return [(each.name, each.is_guest, each.votes) for each in rows]


def press(client, meeting, **fields):
    return client.post(address(meeting), fields, follow=True)


def test_who_came_unasked_is_noted_and_only_a_member_counts(
    client, meeting, secretary, asked
):
    member, supporter = other(meeting), other(meeting, "supporter")
    guest = "Wijkverpleegkundige Joke"

    press(
        client,
        meeting,
        there=[str(asked.pk)],
        unasked=[str(member.pk), str(supporter.pk)],
        guests=f"\n  {guest.replace(' ', '  ')}\n",
    )

    assert sorted(present(meeting)) == sorted(
        [
            (asked.name, False, True),
            (member.name, False, True),
            (supporter.name, False, False),
            (guest, True, False),
        ]
    )
    quorum = quorum_of(meeting.council, meeting.attendees.all())
    assert (quorum.voting, quorum.sure) == (2, 2)
    assert AuditEvent.objects.filter(verb="meeting.note_presence").count() == 1


def test_no_mail_goes_to_who_came_unasked(client, meeting, secretary, asked):
    member = other(meeting)
    press(client, meeting, unasked=[str(member.pk)], guests="Joke")
    page = client.get(meeting.get_absolute_url())

    meeting_due.invite_newcomers(datetime(2027, 6, 8, 15, 15, tzinfo=AMSTERDAM))
    send_due_mails()
    with pytest.raises(NotAllowedNow):
        actions.invite(meeting, by=secretary)

    assert not OutgoingMail.objects.filter(user=member).exists()
    assert not OutgoingMail.objects.filter(kind="meeting_invitation").exists()
    assert not Attendee.objects.filter(came_unasked=True, invited_at__isnull=False)
    assertNotContains(page, "nog niet uitgenodigd")
    assertNotContains(page, "Verstuur de uitnodigingen")


def test_choosing_guests_meanwhile_leaves_who_came_unasked(client, meeting, secretary):
    member = other(meeting)
    press(client, meeting, unasked=[str(member.pk)], guests="Joke")
    people = reverse("councils:meeting_people", args=[meeting.pk])

    page = client.get(people)
    client.post(
        people,
        {"members": [str(secretary.pk)], "name": "Noor", "email": "noor@example.nl"},
    )

    assertNotContains(page, "Joke")
    names = {row.name for row in meeting.attendees.filter(came_unasked=True)}
    assert names == {member.name, "Joke"}
    assert meeting.attendees.filter(email="noor@example.nl").exists()


def test_pressed_twice_it_is_one_and_what_is_taken_away_is_gone(
    client, meeting, secretary, asked
):
    member = other(meeting)
    fields = {"unasked": [str(member.pk)], "guests": "Joke\njoke\nPiet"}
    for _twice in range(2):
        press(client, meeting, **fields)
    both = present(meeting)
    page = client.get(address(meeting))
    press(client, meeting, guests="Piet")

    assert len(both) == 3
    assertContains(page, "Joke\nPiet</textarea>")
    assertContains(page, "checked", count=1)
    assert present(meeting) == [("Piet", True, False)]
    assert not meeting.attendees.filter(user=member).exists()


def test_a_name_that_is_on_the_list_is_that_guest(client, meeting, secretary):
    row = AttendeeFactory(
        meeting=meeting,
        user=None,
        name="Noor Spreekster",
        email="noor@example.nl",
        is_guest=True,
        votes=False,
    )

    press(client, meeting, guests="noor spreekster")

    assert present(meeting) == [("Noor Spreekster", True, False)]
    row.refresh_from_db()
    assert row.was_present
    assert not row.came_unasked


def test_nobody_of_elsewhere_is_put_on_the_list(client, meeting, secretary):
    stranger = UserFactory()
    elsewhere = CouncilMembershipFactory().user

    for user in (stranger, elsewhere):
        page = press(client, meeting, unasked=[str(user.pk)])
        assert page.status_code == 200
        actions.note_presence(meeting, present=[], unasked=[user.pk], by=secretary)

    assert present(meeting) == []
    assertNotContains(client.get(address(meeting)), elsewhere.name)


def test_who_had_a_seat_on_the_day_can_be_noted_and_who_came_later_not(
    client, meeting, secretary
):
    left = CouncilMembershipFactory(council=meeting.council, ends_on="2027-06-09").user
    late = CouncilMembershipFactory(
        council=meeting.council, starts_on="2027-06-10"
    ).user

    with time_machine.travel(datetime(2027, 6, 12, 10, tzinfo=AMSTERDAM)):
        client.force_login(secretary)
        page = client.get(address(meeting))

    assertContains(page, left.name)
    assertNotContains(page, late.name)


def test_a_name_that_does_not_fit_is_said_beside_the_field(client, meeting, secretary):
    page = press(client, meeting, guests="x" * 121)

    assertContains(page, "Zet elke naam op een eigen regel.")
    assert present(meeting) == []


def test_who_came_unasked_stands_in_the_minutes(client, meeting, secretary, asked):
    press(client, meeting, guests="Joke van de Wijk")

    page = client.get(reverse("councils:minutes_edit", args=[meeting.pk]))

    assertContains(page, "Joke van de Wijk")
