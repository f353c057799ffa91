"""Meetings as people see them: the list, and one meeting."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions.meeting_mail import when_in_words
from councils.models import Meeting
from portal.context import COUNCIL_KEY
from tests.factories import (
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-06-01 09:00+02:00")]

LIST = reverse("councils:meeting_list")


def numbers(page):
    return [line.meeting.pk for line in page.context["lines"]]


def test_list_shows_what_comes_the_nearest_first_and_apart_what_is_over(client):
    term = CouncilMembershipFactory()
    first = MeetingFactory(council=term.council)
    week = timedelta(days=7)
    later = MeetingFactory(
        council=term.council,
        starts_at=first.starts_at + week,
        ends_at=first.ends_at + week,
    )
    over = MeetingFactory(
        council=term.council,
        starts_at=first.starts_at - 2 * week,
        ends_at=first.ends_at - 2 * week,
    )
    MeetingFactory()
    client.force_login(term.user)

    ahead = numbers(client.get(LIST))
    past = numbers(client.get(LIST, {"toon": "geweest"}))

    assert (ahead, past) == ([first.pk, later.pk], [over.pk])


def test_list_follows_the_council_that_was_chosen(client):
    here = CouncilMembershipFactory()
    there = CouncilMembershipFactory(user=here.user)
    meeting = MeetingFactory(council=here.council)
    MeetingFactory(council=there.council)
    client.force_login(here.user)
    session = client.session
    session[COUNCIL_KEY] = str(here.council_id)
    session.save()

    assert numbers(client.get(LIST)) == [meeting.pk]


def test_staff_find_only_meetings_that_they_were_invited_to(client):
    staff = OrganisationMembershipFactory()
    council = MeetingFactory(council__organisation=staff.organisation).council
    invited = MeetingFactory(council=council)
    AttendeeFactory(meeting=invited, user=staff.user, is_guest=True, votes=False)
    not_told = MeetingFactory(council=council)
    AttendeeFactory(meeting=not_told, user=staff.user, is_guest=True, invited_at=None)
    client.force_login(staff.user)

    assert numbers(client.get(LIST)) == [invited.pk]
    assert client.get(not_told.get_absolute_url()).status_code == 404


def test_who_left_the_council_or_the_office_knows_of_no_meeting_any_more(client):
    term = CouncilMembershipFactory(ends_on="2027-05-31")
    office = CareOfficeMembershipFactory(ends_on="2027-05-31")
    meeting = MeetingFactory(council=term.council)
    AttendeeFactory(meeting=meeting, user=term.user)
    AttendeeFactory(meeting=meeting, user=office.user, is_guest=True)

    for user in (term.user, office.user):
        client.force_login(user)
        assert numbers(client.get(LIST)) == []
        assert client.get(meeting.get_absolute_url()).status_code == 404


def test_an_empty_list_says_what_comes_next(client):
    client.force_login(CouncilMembershipFactory().user)

    assertContains(client.get(LIST), "Er is nog geen vergadering gepland")


@pytest.mark.parametrize(
    ("answer", "words"), [("", "Komt u?"), ("yes", "U komt"), ("no", "U komt niet")]
)
def test_list_tells_what_one_said(client, answer, words):
    term = CouncilMembershipFactory()
    meeting = MeetingFactory(council=term.council)
    AttendeeFactory(meeting=meeting, user=term.user, answer=answer)
    client.force_login(term.user)

    assertContains(client.get(LIST), f"</svg>{words}</span>")


def test_who_was_not_invited_is_not_asked(client):
    term = CouncilMembershipFactory()
    MeetingFactory(council=term.council)
    client.force_login(term.user)

    assertNotContains(client.get(LIST), "Komt u?")


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_as_many_queries_for_one_as_for_fifty(
    client, django_assert_num_queries, count
):
    term = CouncilMembershipFactory()
    MeetingFactory.create_batch(count, council=term.council)
    client.force_login(term.user)

    # session, user, seats, how many, meetings with council and answer
    with django_assert_num_queries(5):
        page = client.get(LIST)

    assert len(numbers(page)) == count


def in_two_councils(first="14:00", second="15:00", day="2027-06-08", **answers):
    """Somebody with a meeting of two hours in each of two councils."""
    user = UserFactory()
    meetings = []
    for number, begins in enumerate((first, second)):
        term = CouncilMembershipFactory(user=user)
        starts_at = datetime.fromisoformat(f"{day}T{begins}:00+02:00")
        meeting = MeetingFactory(
            council=term.council,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
        )
        answer = answers.get("first" if number == 0 else "second", "")
        AttendeeFactory(meeting=meeting, user=user, answer=answer)
        meetings.append(meeting)
    return user, *meetings


CLASH = "U hebt op die tijd nog een vergadering"


def test_two_meetings_at_once_are_said_to_who_is_expected_at_both(client):
    user, first, second = in_two_councils()
    colleague = CouncilMembershipFactory(council=first.council).user
    AttendeeFactory(meeting=first, user=colleague)

    client.force_login(user)
    page = client.get(first.get_absolute_url())
    client.force_login(colleague)
    of_colleague = client.get(first.get_absolute_url())

    assertContains(page, CLASH)
    assertContains(page, second.get_absolute_url())
    assertNotContains(of_colleague, CLASH)
    assertNotContains(of_colleague, str(second.council))


@pytest.mark.parametrize(
    "times",
    [
        {"second": "16:00"},
        {"first": "12:00"},
    ],
)
def test_meetings_one_after_the_other_are_no_clash(client, times):
    user, first, _second = in_two_councils(
        **{"first": "14:00", "second": "14:00", **times}
    )
    client.force_login(user)

    assertNotContains(client.get(first.get_absolute_url()), CLASH)


@pytest.mark.parametrize(
    "change",
    [
        lambda first, second: second.attendees.update(answer="no"),
        lambda first, second: first.attendees.update(answer="no"),
        lambda first, second: Meeting.objects.filter(pk=second.pk).update(
            status="cancelled"
        ),
        lambda first, second: second.council.memberships.update(
            ends_on=date(2027, 5, 1)
        ),
    ],
    ids=["stays away there", "stays away here", "called off", "left that council"],
)
def test_no_clash_is_said_where_there_is_none_any_more(client, change):
    user, first, second = in_two_councils()
    change(first, second)
    client.force_login(user)

    assertNotContains(client.get(first.get_absolute_url()), CLASH)


def test_a_meeting_that_ends_after_midnight_says_on_which_day(client):
    term = CouncilMembershipFactory()
    meeting = MeetingFactory(
        council=term.council,
        starts_at=datetime.fromisoformat("2027-06-08T23:00:00+02:00"),
        ends_at=datetime.fromisoformat("2027-06-09T00:30:00+02:00"),
    )
    client.force_login(term.user)

    page = client.get(meeting.get_absolute_url())

    assertContains(page, "23.00 uur tot woensdag 9\xa0juni 2027 om 0.30 uur")
    assert when_in_words(meeting.starts_at, meeting.ends_at) == (
        "dinsdag 8\xa0juni 2027 om 23.00 uur, tot woensdag 9\xa0juni 2027 om 0.30 uur"
    )
