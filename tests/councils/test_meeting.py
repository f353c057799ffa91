"""Meetings: planned, moved, called off, and who is told what."""

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core import mail as django_mail
from django.urls import reverse

from councils.actions import desk_mail, meeting_roster
from councils.actions import meeting as actions
from councils.actions.meeting_calendar import event_of
from councils.actions.meeting_mail import answer_link
from councils.models import Attendee, Meeting
from portal.dates import moment
from portal.delivery import deliver_waiting
from portal.errors import NotAllowedNow
from portal.mail_message import message_of
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    CouncilFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    UserFactory,
)
from tests.portal.test_ical import as_utc, events, read

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-05-03 09:00+02:00")]

Status = OutgoingMail.Status
JUNE_8 = date(2027, 6, 8)


def planned(council=None, day=JUNE_8, at=time(14), **fields):
    starts_at = moment(day, at)
    meeting = Meeting(
        council=council or CouncilFactory(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        **{"place": "De huiskamer"} | fields,
    )
    return actions.plan(meeting, by=UserFactory())


def a_council(members=3):
    council = CouncilFactory()
    people = CouncilMembershipFactory.create_batch(members, council=council)
    return council, [term.user for term in people]


def moved(meeting, by_days=7, **fields):
    meeting = Meeting.objects.get(pk=meeting.pk)
    meeting.starts_at += timedelta(days=by_days)
    meeting.ends_at += timedelta(days=by_days)
    for name, value in fields.items():
        setattr(meeting, name, value)
    return actions.move(meeting, by=UserFactory())


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=kind).order_by("created_at", "pk"))


# --- Planning --------------------------------------------------------------------


def test_a_planned_meeting_expects_the_people_of_the_council_and_tells_nobody():
    council, (member, *_others) = a_council()
    CouncilMembershipFactory(council=council, role="secretary")
    CouncilMembershipFactory(council=council, ends_on="2027-05-02")
    CouncilMembershipFactory(council=council, ends_on="2027-06-07")

    meeting = planned(council)

    rows = meeting.attendees.all()
    assert sorted(row.votes for row in rows) == [False, True, True, True]
    assert rows.get(user=member).invited_at is None
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(
    ("day", "agenda", "papers"),
    [
        (JUNE_8, date(2027, 6, 1), date(2027, 5, 31)),
        # A week before lies on a Sunday.
        (date(2027, 6, 13), date(2027, 6, 4), date(2027, 6, 3)),
        # Whit Monday, 17 May, is no working day.
        (date(2027, 5, 25), date(2027, 5, 18), date(2027, 5, 14)),
        # Too near for a week.
        (date(2027, 5, 5), date(2027, 5, 3), date(2027, 5, 3)),
    ],
)
def test_agenda_goes_out_a_week_ahead_and_papers_come_a_working_day_before_it(
    day, agenda, papers
):
    meeting = planned(day=day)

    assert (meeting.agenda_goes_out_on, meeting.papers_due_on) == (agenda, papers)


def test_the_board_is_proposed_for_its_meeting_and_for_no_other():
    executive = OrganisationMembershipFactory()
    adviser = OrganisationMembershipFactory(
        organisation=executive.organisation, role="policy_adviser"
    )
    council = CouncilFactory(organisation=executive.organisation)

    with_board = planned(council, kind="board")
    alone = planned(council, kind="care_office")
    together = planned(council, kind="care_office", with_board=True, at=time(9))

    guests = [
        [row.user for row in meeting.attendees.filter(is_guest=True)]
        for meeting in (with_board, alone, together)
    ]
    assert guests == [[executive.user], [], [executive.user]]
    assert adviser.user not in guests[0]


def test_the_same_meeting_twice_is_one():
    council = CouncilFactory()

    first, second = planned(council), planned(council)

    assert first == second
    assert Meeting.objects.count() == 1
    assert AuditEvent.objects.filter(verb="meeting.plan").count() == 1


def test_a_roster_pressed_twice_is_made_once():
    council = CouncilFactory()
    by = UserFactory()

    def press():
        return actions.plan_many(
            [
                Meeting(
                    council=council,
                    starts_at=moment(day, time(14)),
                    ends_at=moment(day, time(16)),
                )
                for day in (JUNE_8, date(2027, 6, 22))
            ],
            by=by,
        )

    assert [len(press()), len(press())] == [2, 0]
    assert Meeting.objects.count() == 2


# --- Inviting and what a calendar reads ------------------------------------------


def test_everybody_gets_an_invitation_of_their_own_once():
    council, people = a_council()
    meeting = planned(council)

    actions.invite(meeting, by=people[0])
    with pytest.raises(NotAllowedNow):
        actions.invite(meeting, by=people[0])

    sent = mails("meeting_invitation")
    assert {mail.user for mail in sent} == set(people)
    for mail in sent:
        (event,) = events(mail.calendar)
        own = meeting.attendees.get(user=mail.user)
        assert answer_link(own) in mail.body
        attendee = [value for name, value in event.items() if "ATTENDEE" in name]
        assert attendee == [f"mailto:{mail.to}"]


def test_mail_says_what_when_where_and_why_and_holds_no_name_of_others():
    council, people = a_council()
    meeting = planned(council, video_link="https://video.example/kamer")
    actions.invite(meeting, by=people[0])

    mail = mails("meeting_invitation")[0]

    assert f"Wat: {meeting.name}" in mail.body
    assert "dinsdag 8 juni 2027 om 14.00 uur, tot 16.00 uur" in mail.body
    assert "Waar: De huiskamer, of via beeld" in mail.body
    assert f"omdat u bij {council} hoort" in mail.body
    assert "video.example" not in mail.body
    others = [user.name for user in people if user != mail.user]
    assert not any(name in mail.body + mail.calendar for name in others)


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2027, 3, 27), datetime(2027, 3, 27, 13, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 12, tzinfo=UTC)),
        (date(2027, 10, 30), datetime(2027, 10, 30, 12, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 13, tzinfo=UTC)),
    ],
)
def test_invitation_stays_at_two_o_clock_across_both_changes_of_the_clock(day, utc):
    with time_machine.travel("2027-01-04 09:00+01:00", tick=False):
        council, (member,) = a_council(1)
        meeting = planned(council, day=day)
        actions.invite(meeting, by=member)
    (mail,) = mails("meeting_invitation")
    (event,) = events(mail.calendar)

    begin = event["DTSTART;TZID=Europe/Amsterdam"]
    assert begin == f"{day:%Y%m%d}T140000"
    assert as_utc(mail.calendar, event, "DTSTART") == utc
    assert as_utc(mail.calendar, event, "DTEND") == utc + timedelta(hours=2)


def test_one_appointment_is_invited_moved_and_called_off():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    meeting = moved(meeting)
    OutgoingMail.objects.update(status=Status.SENT)
    meeting = moved(meeting, by_days=1)
    actions.cancel(meeting, reason="Ziekte.", by=member)

    told = [
        *mails("meeting_invitation"),
        *mails("meeting_moved"),
        *mails("meeting_cancelled"),
    ]
    read_back = [
        (read(mail.calendar)["METHOD"], events(mail.calendar)) for mail in told
    ]
    methods = [method for method, _events in read_back]
    found = [event for _method, (event,) in read_back]
    assert methods == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert {event["UID"] for event in found} == {f"meeting-{meeting.pk}@inbreng"}
    assert [event["SEQUENCE"] for event in found] == ["0", "1", "2", "3"]
    assert [event["STATUS"] for event in found] == [
        "CONFIRMED",
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


def test_feed_has_the_same_event_as_the_invitation():
    meeting = planned()

    event = event_of(meeting)

    assert event.uid == f"meeting-{meeting.pk}@inbreng"
    assert (event.starts_at, event.ends_at) == (meeting.starts_at, meeting.ends_at)
    assert event.location == "De huiskamer"
    assert event.attendee is None


# --- Moving and calling off ------------------------------------------------------


def test_who_was_told_hears_of_a_move_once_with_the_old_and_the_new_time():
    council, (member, _other) = a_council(2)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    OutgoingMail.objects.update(status=Status.SENT)

    moved(meeting)

    sent = mails("meeting_moved")
    assert len(sent) == 2
    assert "Het was: dinsdag 8 juni 2027 om 14.00 uur" in sent[0].body
    assert "Het wordt: dinsdag 15 juni 2027 om 14.00 uur" in sent[0].body


def test_nobody_hears_of_a_move_of_what_nobody_was_told():
    council, _people = a_council()

    moved(planned(council))

    assert OutgoingMail.objects.count() == 0


def test_who_has_not_had_the_first_mail_yet_gets_the_invitation_with_the_new_time():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)

    moved(meeting)

    first, second = mails("meeting_invitation")
    assert mails("meeting_moved") == []
    assert "dinsdag 15 juni 2027" in second.body + first.body
    assert {first.recheck["args"]["sequence"], second.recheck["args"]["sequence"]} == {
        0,
        1,
    }


def test_two_moves_before_a_mail_left_are_told_from_what_one_last_heard():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    OutgoingMail.objects.update(status=Status.SENT)

    moved(moved(meeting), by_days=1)

    newest = max(
        mails("meeting_moved"), key=lambda mail: mail.recheck["args"]["sequence"]
    )
    assert "Het was: dinsdag 8 juni 2027" in newest.body
    assert "Het wordt: woensdag 16 juni 2027" in newest.body


def test_another_time_asks_anew_and_another_place_keeps_the_answers():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    actions.answer(meeting.attendees.get(), answer="yes", by=member)

    moved(meeting, by_days=0, place="De serre")
    after_place = meeting.attendees.get().answer
    moved(meeting, by_days=1)

    assert (after_place, meeting.attendees.get().answer) == ("yes", "")


def test_a_new_name_alone_mails_nobody_and_moves_no_calendar():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)

    changed = moved(meeting, by_days=0, title="Jaarvergadering")

    assert (changed.title, changed.sequence) == ("Jaarvergadering", 0)
    assert mails("meeting_moved") == []


def test_days_of_the_agenda_go_along_with_the_day():
    meeting = moved(planned())

    assert meeting.agenda_goes_out_on == JUNE_8
    assert meeting.papers_due_on == date(2027, 6, 7)


def test_what_is_over_or_off_can_no_longer_be_moved_or_called_off():
    meeting = planned()
    off = actions.cancel(planned(), reason="Ziekte.", by=UserFactory())

    with pytest.raises(NotAllowedNow):
        moved(off)
    with pytest.raises(NotAllowedNow):
        actions.cancel(off, reason="Nog eens.", by=UserFactory())
    with time_machine.travel("2027-06-09 09:00+02:00"), pytest.raises(NotAllowedNow):
        actions.cancel(meeting, reason="Te laat.", by=UserFactory())


def test_reason_of_calling_off_stands_in_no_mail():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)

    actions.cancel(meeting, reason="De voorzitter is ziek.", by=member)

    (mail,) = mails("meeting_cancelled")
    assert "ziek" not in mail.subject + mail.body + mail.calendar


# --- Who joins, who leaves, who forgets ------------------------------------------


def test_who_joins_after_the_invitations_gets_one_too():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    newcomer = CouncilMembershipFactory(council=council).user

    desk_mail.send_due()
    desk_mail.send_due()

    assert {mail.user for mail in mails("meeting_invitation")} == {member, newcomer}


def test_nobody_joins_a_meeting_to_which_nobody_was_invited():
    council, _people = a_council(1)
    planned(council)
    CouncilMembershipFactory(council=council)

    desk_mail.send_due()

    assert OutgoingMail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_who_left_the_council_gets_no_mail_any_more():
    term = CouncilMembershipFactory()
    meeting = planned(term.council)
    actions.invite(meeting, by=term.user)
    term.ends_on = date(2027, 5, 2)
    term.save()

    deliver_waiting()

    (mail,) = mails("meeting_invitation")
    assert (mail.status, mail.reason) == (
        Status.CANCELLED,
        "Deze persoon hoort niet meer bij de vergadering.",
    )
    assert django_mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_a_later_move_overtook_is_not_sent():
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    moved(meeting)

    deliver_waiting()

    (sent,) = django_mail.outbox
    assert "15 juni" in sent.body


@pytest.mark.parametrize(
    ("now", "count"),
    [
        ("2027-06-05 08:45+02:00", 0),
        ("2027-06-05 09:00+02:00", 1),  # three days before Tuesday 8 June
        ("2027-06-08 10:00+02:00", 1),  # a run that was missed is made up for
        ("2027-06-12 09:00+02:00", 0),
    ],
)
def test_who_did_not_answer_is_asked_three_days_ahead(now, count):
    council, people = a_council(2)
    meeting = planned(council)
    actions.invite(meeting, by=people[0])
    actions.answer(meeting.attendees.get(user=people[1]), answer="no", by=people[1])

    with time_machine.travel(now, tick=False):
        desk_mail.send_due()
        desk_mail.send_due()

    assert [mail.user for mail in mails("meeting_answer")] == people[:1] * count


def test_who_was_invited_within_the_three_days_is_not_asked_twice():
    council, (member,) = a_council(1)
    meeting = planned(council)
    with time_machine.travel("2027-06-06 10:00+02:00", tick=False):
        actions.invite(meeting, by=member)
        desk_mail.send_due()

    assert mails("meeting_answer") == []


# --- Guests ----------------------------------------------------------------------


def test_an_outsider_is_invited_by_name_and_address_and_answers_by_the_link(client):
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.choose_people(
        meeting, guests=[], outsiders=[("Ria Spreker", "Ria@Elders.example")], by=member
    )
    actions.invite(meeting, by=member)
    guest = meeting.attendees.get(is_guest=True)

    (mail,) = [mail for mail in mails("meeting_invitation") if mail.user is None]
    client.post(answer_link(guest), {"answer": "yes"})

    assert (mail.to, guest.address) == ("ria@elders.example", "ria@elders.example")
    assert reverse("councils:meeting_detail", args=[meeting.pk]) not in mail.calendar
    guest.refresh_from_db()
    assert guest.answer == Attendee.Answer.YES


def test_a_guest_who_is_no_longer_asked_hears_so_and_the_meeting_goes_on():
    staff = OrganisationMembershipFactory()
    council = CouncilFactory(organisation=staff.organisation)
    meeting = planned(council, kind="board")
    by = UserFactory()
    actions.invite(meeting, by=by)

    actions.choose_people(meeting, guests=[], by=by)

    (mail,) = mails("meeting_cancelled")
    assert mail.subject.startswith("U hoeft niet te komen")
    assert read(mail.calendar)["METHOD"] == "CANCEL"
    assert meeting.attendees.filter(is_guest=True).count() == 0


def test_of_a_working_group_only_the_chosen_are_asked_also_who_joins_later():
    council, (one, two, _three) = a_council(3)
    meeting = planned(council, kind="working_group")
    actions.choose_people(meeting, guests=[], members={one.pk, two.pk}, by=one)
    actions.invite(meeting, by=one)
    CouncilMembershipFactory(council=council)

    desk_mail.send_due()

    assert {mail.user for mail in mails("meeting_invitation")} == {one, two}


# --- The dates of a year ---------------------------------------------------------


def test_dates_of_a_year_go_out_in_one_mail_to_each_with_every_appointment():
    council, people = a_council(2)
    days = [JUNE_8, date(2027, 6, 22), date(2027, 9, 7)]
    meetings = [planned(council, day=day) for day in days]

    count = meeting_roster.announce(council, by=people[0])
    with pytest.raises(NotAllowedNow):
        meeting_roster.announce(council, by=people[0])

    sent = mails("meeting_dates")
    assert (count, len(sent)) == (2, 2)
    uids = [event["UID"] for event in events(sent[0].calendar)]
    assert uids == [f"meeting-{meeting.pk}@inbreng" for meeting in meetings]
    assert "dinsdag 7 september 2027" in sent[0].body


def test_who_had_the_dates_hears_of_a_move_under_the_same_appointment():
    council, people = a_council(1)
    meeting = planned(council)
    meeting_roster.announce(council, by=people[0])
    OutgoingMail.objects.update(status=Status.SENT)

    moved(meeting)

    (mail,) = mails("meeting_moved")
    (event,) = events(mail.calendar)
    assert (event["UID"], event["SEQUENCE"]) == (f"meeting-{meeting.pk}@inbreng", "1")


# --- Presence and quorum ---------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "present", "expected"),
    [
        (None, 2, False),  # of four, more than half is three
        (None, 3, True),
        (2, 2, True),
        (4, 3, False),
    ],
)
def test_quorum_is_what_the_council_chose_or_more_than_half(chosen, present, expected):
    council, people = a_council(4)
    CouncilMembershipFactory(council=council, role="secretary")
    actions.set_quorum(council, quorum=chosen, by=people[0])
    meeting = planned(council)
    members = meeting.attendees.filter(votes=True)[:present]
    helper = meeting.attendees.get(votes=False)

    with time_machine.travel("2027-06-08 16:30+02:00"):
        actions.note_presence(
            meeting, present={row.pk for row in members} | {helper.pk}, by=people[0]
        )

    assert actions.has_quorum(meeting) is expected


def test_presence_is_noted_once_the_meeting_has_begun():
    meeting = planned()

    with pytest.raises(NotAllowedNow):
        actions.note_presence(meeting, present=set(), by=UserFactory())


# --- Over a real mail server -----------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_invitation_arrives_as_one_that_mail_programs_know(settings, mail_server):
    settings.EMAIL_BACKEND = "portal.smtp.EmailBackend"
    settings.EMAIL_PORT = mail_server.port
    council, (member,) = a_council(1)
    meeting = planned(council)
    actions.invite(meeting, by=member)
    deliver_waiting()
    actions.cancel(Meeting.objects.get(pk=meeting.pk), reason="Ziekte.", by=member)
    deliver_waiting()

    methods = []
    for message in mail_server.accepted:
        parts = [
            part
            for part in message.walk()
            if part.get_content_type() == "text/calendar"
        ]
        methods.append([part["Content-Type"].params["method"] for part in parts])
        for part in parts:
            lines = part.get_content().splitlines()
            (event,) = events("".join(f"{line}\r\n" for line in lines if line))
            assert event["UID"] == f"meeting-{meeting.pk}@inbreng"
    assert methods == [["REQUEST", "REQUEST"], ["CANCEL", "CANCEL"]]


def test_wire_of_an_invitation_says_the_same_as_django_would_write():
    council, (member,) = a_council(1)
    actions.invite(planned(council, title="Über één ding"), by=member)
    message = message_of(mails("meeting_invitation")[0])

    ours = message_from_bytes(message.wire, policy=policy.default)
    theirs = message_from_bytes(message.message().as_bytes(), policy=policy.default)

    def told(whole):
        return [
            (part.get_content_type(), part.get_content().split())
            for part in whole.walk()
            if not part.is_multipart()
        ]

    assert told(ours) == told(theirs)
