"""Who hears that there are no minutes, and that a draft went round: once, in time."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from councils.actions import minutes as actions
from councils.models import AgendaItem, Meeting, Minutes, Openness
from councils.tasks import send_due_mails
from portal.dates import AMSTERDAM
from portal.delivery import deliver_waiting
from portal.models import OutgoingMail, User
from tests.factories import (
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    StandInFactory,
)

pytestmark = pytest.mark.django_db
MINUTES = Minutes.Status


def at(day: str, clock: str = "10:00") -> time_machine.travel:
    return time_machine.travel(f"{day} {clock}+02:00", tick=False)


@pytest.fixture
def meeting() -> Meeting:
    """Over on Tuesday 8 June 2027 at 16:00, with a secretary and a chair."""
    meeting = MeetingFactory()
    for role in ("secretary", "chair"):
        CouncilMembershipFactory(
            council=meeting.council, role=role, starts_on=date(2025, 1, 1)
        )
    return meeting


def person(meeting: Meeting, role: str) -> User:
    return meeting.council.memberships.get(role=role).user


def nudges(**status) -> list[tuple[User, str]]:
    """To whom, and for which day."""
    rows = OutgoingMail.objects.filter(kind="minutes_missing", **status)
    found = [(row.user, row.key.rsplit(":", 1)[1]) for row in rows]
    return sorted(found, key=lambda each: (each[1], str(each[0].pk)))


@pytest.mark.parametrize(
    ("moments", "days"),
    [
        (["2027-06-10 10:00"], []),  # two days after it
        (["2027-06-11 08:45"], []),  # the third day, before nine
        (["2027-06-11 09:00"], ["2027-06-11"]),
        (["2027-06-11 09:00", "2027-06-11 09:15"], ["2027-06-11"]),
        (["2027-06-13 09:00"], ["2027-06-11"]),  # two days of runs were missed
        (["2027-06-11 09:00", "2027-06-15 09:00"], ["2027-06-11", "2027-06-15"]),
        (["2027-06-15 09:00"], ["2027-06-15"]),  # one mail and not two
        (["2027-06-28 09:00"], ["2027-06-15"]),
        (["2027-06-30 09:00"], []),  # it has lost its sense
        (["2027-07-20 09:00"], []),
    ],
)
def test_the_secretary_is_nudged_after_three_and_seven_days(meeting, moments, days):
    for each in moments:
        with time_machine.travel(f"{each}+02:00", tick=False):
            send_due_mails()
            deliver_waiting()

    sent = nudges(status=OutgoingMail.Status.SENT)
    assert sent == [(person(meeting, "secretary"), day) for day in days]
    rest = OutgoingMail.objects.exclude(status=OutgoingMail.Status.SENT)
    assert {row.status for row in rest} <= {OutgoingMail.Status.MISSED}


def test_without_a_secretary_chair_and_deputy_are_nudged(meeting):
    meeting.council.memberships.filter(role="secretary").delete()
    deputy = CouncilMembershipFactory(
        council=meeting.council, role="deputy_chair", starts_on=date(2025, 1, 1)
    ).user

    with at("2027-06-11"):
        send_due_mails()

    assert {user for user, _day in nudges()} == {person(meeting, "chair"), deputy}


def test_who_stands_in_for_the_secretary_is_nudged_too(meeting):
    supporter = CouncilMembershipFactory(
        council=meeting.council, role="supporter", starts_on=date(2025, 1, 1)
    ).user
    StandInFactory(
        term=meeting.council.memberships.get(role="secretary"),
        deputy=supporter,
        starts_on=date(2027, 6, 7),
        ends_on=date(2027, 6, 30),
    )

    with at("2027-06-11"):
        send_due_mails()
        deliver_waiting()

    sent = nudges(status=OutgoingMail.Status.SENT)
    assert {user for user, _day in sent} == {person(meeting, "secretary"), supporter}


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting: Meeting.objects.update(status=Meeting.Status.CANCELLED),
        lambda meeting: Minutes.objects.create(
            meeting=meeting, status=MINUTES.DRAFT, begun_by=meeting.planned_by
        ),
        lambda meeting: Meeting.objects.update(
            ends_at=datetime(2027, 6, 10, 16, tzinfo=AMSTERDAM)
        ),
    ],
    ids=["called off", "sent round", "moved"],
)
def test_nobody_is_nudged_where_it_makes_no_sense(meeting, change):
    change(meeting)

    with at("2027-06-11"):
        send_due_mails()

    assert nudges() == []


def test_minutes_that_are_being_written_do_not_stop_the_nudge(meeting):
    Minutes.objects.create(meeting=meeting, begun_by=meeting.planned_by)

    with at("2027-06-11"):
        send_due_mails()

    assert len(nudges()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting: Meeting.objects.update(status=Meeting.Status.CANCELLED),
        lambda meeting: Minutes.objects.create(
            meeting=meeting, status=MINUTES.DRAFT, begun_by=meeting.planned_by
        ),
        lambda meeting: meeting.council.memberships.update(ends_on=date(2027, 6, 10)),
        lambda meeting: Meeting.objects.update(
            ends_at=datetime(2027, 6, 29, 16, tzinfo=AMSTERDAM)
        ),
    ],
    ids=["called off", "sent round", "left", "moved"],
)
def test_it_is_asked_again_when_the_mail_leaves(meeting, change):
    with at("2027-06-11"):
        send_due_mails()
        change(meeting)
        deliver_waiting()

    mail = OutgoingMail.objects.get(kind="minutes_missing")
    assert mail.status == OutgoingMail.Status.CANCELLED
    assert mail.reason


def test_a_moved_meeting_is_nudged_for_anew(meeting):
    with at("2027-06-11"):
        send_due_mails()
    week = timedelta(days=7)
    Meeting.objects.update(
        starts_at=meeting.starts_at + week, ends_at=meeting.ends_at + week
    )
    with at("2027-06-18"):
        send_due_mails()

    assert [day for _user, day in nudges()] == ["2027-06-11", "2027-06-18"]


# --- What only members read ------------------------------------------------------


@pytest.fixture
def closed(meeting) -> AgendaItem:
    return AgendaItemFactory(
        meeting=meeting, openness=Openness.MEMBERS, title="Geheim onderwerp"
    )


def chairs_nudged() -> list[tuple[User, str]]:
    """To whom, and for which day."""
    rows = OutgoingMail.objects.filter(key__startswith="minutes_closed:")
    return [(row.user, row.key.rsplit(":", 1)[1]) for row in rows.order_by("key")]


def seat(meeting: Meeting, role: str) -> User:
    return CouncilMembershipFactory(
        council=meeting.council, role=role, starts_on=date(2025, 1, 1)
    ).user


def test_the_chair_alone_is_nudged_for_what_the_secretary_may_not_read(meeting, closed):
    for role in ("deputy_chair", "member", "supporter"):
        seat(meeting, role)
    AttendeeFactory(meeting=meeting, is_guest=True)

    for day in ("2027-06-11", "2027-06-15"):
        with at(day):
            send_due_mails()
            deliver_waiting()

    chair = person(meeting, "chair")
    assert chairs_nudged() == [(chair, "2027-06-11"), (chair, "2027-06-15")]
    mail = OutgoingMail.objects.filter(user=chair).first()
    assert mail.status == OutgoingMail.Status.SENT
    when = "dinsdag 8 juni 2027"
    assert mail.subject == f"Bij een besloten punt van {when} staat nog niets"
    assert "Geheim" not in mail.body
    others = OutgoingMail.objects.exclude(user=chair)
    assert {each.user for each in others} == {person(meeting, "secretary")}
    assert not [each for each in others if "besloten" in each.subject + each.body]


def test_the_chair_is_nudged_also_when_the_rest_went_round(meeting, closed):
    Minutes.objects.create(
        meeting=meeting, status=MINUTES.DRAFT, begun_by=meeting.planned_by
    )

    with at("2027-06-11"):
        send_due_mails()
        deliver_waiting()

    mail = OutgoingMail.objects.get()
    assert (mail.user, mail.status) == (person(meeting, "chair"), "sent")


def write_down(meeting: Meeting) -> None:
    meeting.items.update(notes="Kort besproken.")


def adopt(meeting: Meeting) -> None:
    Minutes.objects.create(
        meeting=meeting,
        status=MINUTES.ADOPTED,
        adopted_at=datetime(2027, 6, 10, 16, tzinfo=AMSTERDAM),
        begun_by=meeting.planned_by,
    )


NO_SENSE = pytest.mark.parametrize(
    "change",
    [
        write_down,
        adopt,
        lambda meeting: meeting.items.update(openness=Openness.COUNCIL),
        lambda meeting: Meeting.objects.update(status=Meeting.Status.CANCELLED),
        lambda meeting: Meeting.objects.update(
            ends_at=datetime(2027, 6, 29, 16, tzinfo=AMSTERDAM)
        ),
        lambda meeting: meeting.council.memberships.filter(role="chair").update(
            ends_on=date(2027, 6, 10)
        ),
    ],
    ids=["written", "adopted", "opened", "called off", "moved", "left"],
)


@NO_SENSE
def test_the_chair_is_not_nudged_where_it_makes_no_sense(meeting, closed, change):
    change(meeting)

    with at("2027-06-11"):
        send_due_mails()

    assert chairs_nudged() == []


@NO_SENSE
def test_of_the_closed_part_it_is_asked_again_when_the_mail_leaves(
    meeting, closed, change
):
    with at("2027-06-11"):
        send_due_mails()
        change(meeting)
        deliver_waiting()

    mail = OutgoingMail.objects.get(key__startswith="minutes_closed:")
    assert mail.status == OutgoingMail.Status.CANCELLED
    assert mail.reason


def test_without_a_chair_the_deputy_is_nudged_for_the_closed_part(meeting, closed):
    deputy = seat(meeting, "deputy_chair")
    meeting.council.memberships.filter(role="chair").delete()

    with at("2027-06-11"):
        send_due_mails()

    assert chairs_nudged() == [(deputy, "2027-06-11")]


def test_who_is_nudged_for_the_minutes_is_not_nudged_for_a_part_of_them(
    meeting, closed
):
    meeting.council.memberships.filter(role="secretary").delete()

    with at("2027-06-11"):
        send_due_mails()

    assert chairs_nudged() == []
    assert [user for user, _day in nudges()] == [person(meeting, "chair")]


def test_a_chair_who_takes_the_place_of_the_secretary_is_nudged_once(meeting, closed):
    chair, secretary = person(meeting, "chair"), person(meeting, "secretary")
    away = meeting.council.memberships.get(role="secretary")
    StandInFactory(term=away, deputy=chair)

    with at("2027-06-11"):
        send_due_mails()

    assert chairs_nudged() == []
    assert {user for user, _day in nudges()} == {chair, secretary}


# --- The draft goes round --------------------------------------------------------


def told(meeting: Meeting) -> set[User]:
    secretary = person(meeting, "secretary")
    with at("2027-06-09"):
        actions.send_round(actions.begin(meeting, by=secretary), by=secretary)
    return {row.user for row in OutgoingMail.objects.filter(kind="minutes_sent")}


def test_the_council_and_its_guests_hear_of_the_draft(meeting):
    AgendaItemFactory(meeting=meeting, title="Geheim onderwerp")
    guest = AttendeeFactory(meeting=meeting, is_guest=True).user
    AttendeeFactory(meeting=meeting, is_guest=True, invited_at=None)

    assert told(meeting) == {
        person(meeting, "secretary"),
        person(meeting, "chair"),
        guest,
    }
    mail = OutgoingMail.objects.filter(user=guest).get()
    assert mail.subject == "Verslag van dinsdag 8 juni 2027"
    assert "Geheim" not in mail.body


@pytest.mark.parametrize("openness", [Openness.COUNCIL, Openness.MEMBERS])
def test_guests_hear_nothing_when_every_item_was_closed(meeting, openness):
    AgendaItemFactory(meeting=meeting, openness=openness)
    AttendeeFactory(meeting=meeting, is_guest=True)

    assert told(meeting) == {person(meeting, "secretary"), person(meeting, "chair")}


def test_who_left_since_does_not_get_the_mail(meeting):
    told(meeting)
    with at("2027-06-09", "10:05"):
        gone = meeting.council.memberships.filter(role="chair")
        gone.update(ends_on=date(2027, 6, 8))
        deliver_waiting()

    mails = OutgoingMail.objects.filter(kind="minutes_sent")
    assert {row.user: str(row.status) for row in mails} == {
        person(meeting, "secretary"): "sent",
        person(meeting, "chair"): "cancelled",
    }
