"""Many presses at once: one roster, one invitation each, one word that it is off."""

from datetime import date, time

import pytest
import time_machine

from councils.actions import meeting as actions
from councils.actions import meeting_roster
from councils.models import Meeting
from portal.dates import moment
from portal.models import AuditEvent, OutgoingMail
from tests.factories import CouncilMembershipFactory
from tests.races import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 8
DAYS = [date(2027, 6, 8), date(2027, 6, 22), date(2027, 7, 6)]


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2027-05-03 10:00+02:00", tick=False):
        yield


@pytest.fixture
def secretary():
    term = CouncilMembershipFactory(role="secretary")
    CouncilMembershipFactory(council=term.council)
    return term


def make(term):
    return actions.plan_many(
        [
            Meeting(
                council=term.council,
                starts_at=moment(day, time(14)),
                ends_at=moment(day, time(16)),
                place="De huiskamer",
            )
            for day in DAYS
        ],
        by=term.user,
    )


def test_a_roster_pressed_many_times_at_once_is_one(secretary):
    made = side_by_side(*[lambda: make(secretary)] * TIMES)

    assert sorted(len(each) for each in made) == [0] * (TIMES - 1) + [3]
    assert Meeting.objects.count() == 3


def test_everybody_is_invited_once(secretary):
    meeting = make(secretary)[0]

    side_by_side(
        *[lambda: actions.invite(meeting, by=secretary.user)] * TIMES,
    )

    assert OutgoingMail.objects.filter(kind="meeting_invitation").count() == 2
    assert AuditEvent.objects.filter(verb="meeting.invite").count() == 1


def test_dates_go_out_once(secretary):
    make(secretary)

    side_by_side(
        *[lambda: meeting_roster.announce(secretary.council, by=secretary.user)] * TIMES
    )

    assert OutgoingMail.objects.filter(kind="meeting_dates").count() == 2
    assert AuditEvent.objects.filter(verb="meeting.announce").count() == 1


def test_a_meeting_is_called_off_once(secretary):
    meeting = make(secretary)[0]
    actions.invite(meeting, by=secretary.user)

    side_by_side(
        *[lambda: actions.cancel(meeting, reason="Ziekte.", by=secretary.user)] * TIMES
    )

    meeting.refresh_from_db()
    assert meeting.sequence == 1
    assert OutgoingMail.objects.filter(kind="meeting_cancelled").count() == 2
    assert AuditEvent.objects.filter(verb="meeting.cancel").count() == 1
