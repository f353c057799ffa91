"""A meeting in somebody's feed is the appointment that the invitation brought."""

from datetime import date

import pytest

from councils.actions import meeting as actions
from portal.models import OutgoingMail
from procurement.exports.calendar_ical import render
from tests.factories import CouncilMembershipFactory, MeetingFactory
from tests.portal.test_ical import events

SAME = [
    "UID",
    "SEQUENCE",
    "STATUS",
    "LOCATION",
    "URL",
    "DTSTART;TZID=Europe/Amsterdam",
    "DTEND;TZID=Europe/Amsterdam",
]


@pytest.mark.django_db
@pytest.mark.time_machine("2027-05-03 09:00+02:00")
def test_feed_and_invitation_name_the_same_appointment():
    term = CouncilMembershipFactory()
    meeting = MeetingFactory(council=term.council, sequence=2)
    actions.invite(meeting, by=term.user)

    (in_feed,) = events(render(term.user, date(2027, 5, 3)))
    (in_mail,) = events(OutgoingMail.objects.get().calendar)

    assert [in_feed[name] for name in SAME] == [in_mail[name] for name in SAME]
