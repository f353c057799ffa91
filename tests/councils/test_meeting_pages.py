"""Meetings as people see them: the list, and one meeting."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from portal.context import COUNCIL_KEY
from tests.factories import (
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
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
