"""Papers that somebody was asked for: who hears of it, when, and on which page."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from councils.models import AgendaPaper, AgendaPaperVersion, Meeting
from portal.models import User
from tests.factories import (
    AgendaItemFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2027-05-10 10:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


def seated(meeting: Meeting, role: str) -> User:
    term = CouncilMembershipFactory(
        council=meeting.council, role=role, starts_on=date(2025, 1, 1)
    )
    return term.user


def asked(meeting: Meeting, person: User, **values) -> AgendaPaper:
    """A paper that somebody has to deliver at an item of a meeting."""
    openness = values.pop("openness", "open")
    item = AgendaItemFactory(meeting=meeting, openness=openness)
    return AgendaPaper.objects.create(item=item, deliverer=person, **values)


def anew(user: User) -> User:
    """The same person at a later request: with the seats of then."""
    return User.objects.get(pk=user.pk)


def delivered(paper: AgendaPaper) -> AgendaPaperVersion:
    return AgendaPaperVersion.objects.create(
        paper=paper,
        number=1,
        file=ContentFile(b"%PDF-1.4", "a.pdf"),
        filename="a.pdf",
        size=8,
        delivered_by=paper.deliverer,
    )


# --- What somebody still has to deliver ------------------------------------------


def test_papers_asked_of_somebody_come_in_the_order_of_their_last_day(meeting):
    member, other = seated(meeting, "member"), seated(meeting, "member")
    by_meeting = asked(meeting, member, title="Zonder eigen dag")
    first = asked(meeting, member, title="Cijfers", due_on=date(2027, 5, 20))
    asked(meeting, other, title="Van een ander")
    delivered(asked(meeting, member, title="Is er al"))

    found = AgendaPaper.objects.asked_of(member)

    assert [(each.pk, each.due_day) for each in found] == [
        (first.pk, date(2027, 5, 20)),
        (by_meeting.pk, meeting.papers_due_on),
    ]


def test_nothing_is_asked_for_a_meeting_that_is_off_or_over(meeting, may):
    member = seated(meeting, "member")
    asked(meeting, member, title="Cijfers")
    off = MeetingFactory(council=meeting.council, status=Meeting.Status.CANCELLED)
    asked(off, member, title="Afgezegd")

    assert AgendaPaper.objects.asked_of(member).count() == 1
    may.move_to(meeting.ends_at)
    assert AgendaPaper.objects.asked_of(member).count() == 0


def test_nothing_is_asked_at_an_item_that_waits_or_was_taken_away(meeting):
    member = seated(meeting, "member")
    gone = asked(meeting, member, title="Weg").item
    gone.dropped_at = timezone.now()
    gone.save()
    waits = asked(meeting, member, title="Wacht").item
    waits.meeting = None
    waits.save()

    assert AgendaPaper.objects.asked_of(member).count() == 0


def test_who_became_a_helper_is_not_asked_for_what_only_members_read(meeting):
    member = seated(meeting, "member")
    asked(meeting, member, title="Besloten", openness="members")
    assert AgendaPaper.objects.asked_of(member).count() == 1

    meeting.council.memberships.update(role="supporter")

    assert AgendaPaper.objects.asked_of(anew(member)).count() == 0


def test_who_left_the_council_is_asked_for_nothing_any_more(meeting):
    member = seated(meeting, "member")
    asked(meeting, member, title="Cijfers")

    meeting.council.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))

    assert AgendaPaper.objects.asked_of(member).count() == 0
