"""Whose seat it is hears until when it runs, and leaves with all access at once."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from councils.actions import membership
from councils.actions import term as terms
from councils.rechecks import seat_last_day
from portal.models import OutgoingMail
from procurement.actions import calendar_feed
from tests.factories import (
    AgendaItemFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-01 09:00+02:00", tick=False):
        yield


@pytest.fixture
def chair():
    return CouncilMembershipFactory(
        council=CouncilFactory(name="De Watergang"), role="chair"
    )


@pytest.fixture
def term(chair):
    return CouncilMembershipFactory(council=chair.council, ends_on=date(2027, 7, 1))


def letters(term):
    return OutgoingMail.objects.filter(kind="seat_last_day", user=term.user)


def test_whose_seat_becomes_longer_is_told_the_new_last_day(chair, term):
    terms.extend(term, last_day=date(2028, 12, 31), by=chair.user)

    letter = letters(term).get()
    assert letter.subject == "Uw plek in De Watergang: een andere laatste dag"
    assert "Uw laatste dag: zondag 31\xa0december 2028" in letter.body
    assert "De dag erna stopt uw toegang." in letter.body


def test_a_seat_without_an_end_says_so(chair, term):
    terms.extend(term, last_day=None, by=chair.user)

    assert "Uw laatste dag: nog niet bekend" in letters(term).get().body


def test_whose_seat_is_over_is_told_and_gets_no_link_to_what_is_closed(chair, term):
    membership.end(term, last_day=date(2027, 5, 31), by=chair.user)

    letter = letters(term).get()
    assert "U kunt daar niets meer lezen. Wat u schreef, blijft staan." in letter.body
    assert chair.council.get_absolute_url() not in letter.body


def test_who_leaves_by_the_own_hand_gets_no_mail(chair):
    membership.end(chair, last_day=date(2027, 6, 30), by=chair.user)

    assert not letters(chair).exists()


def test_a_last_day_that_was_changed_again_is_not_told(chair, term):
    membership.end(term, last_day=date(2027, 6, 10), by=chair.user)
    assert seat_last_day(str(term.pk), "2027-06-10") == ""
    terms.extend(term, last_day=None, by=chair.user)

    assert seat_last_day(str(term.pk), "2027-06-10") != ""
    assert seat_last_day(str(term.pk), "") == ""


def test_who_left_loses_pages_and_feed_at_once(client, chair, term):
    meeting = MeetingFactory(council=chair.council)
    AgendaItemFactory(meeting=meeting, introducer=term.user)
    feed = calendar_feed.make(term.user)
    address = reverse("procurement:feed_read", args=[calendar_feed.token_of(feed)])
    client.force_login(term.user)
    before = [client.get(meeting.get_absolute_url()), client.get(address)]

    membership.end(term, last_day=date(2027, 5, 31), by=chair.user)

    after = [client.get(meeting.get_absolute_url()), client.get(address)]
    assert [page.status_code for page in before] == [200, 200]
    assert [page.status_code for page in after] == [404, 404]
    assertContains(client.get(reverse("home")), "U hoort nu bij geen enkele raad")
