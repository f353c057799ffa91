"""What is forgotten of people when its time is over, and not a day before."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from councils import tasks
from councils.actions import agenda_sending, forgetting
from councils.actions import minutes as minutes_actions
from councils.models import (
    AdoptedMinutes,
    Attendee,
    Forgetting,
    Invitation,
    Meeting,
    SentAgenda,
)
from portal.actions_account import FORGOTTEN
from portal.audit import first_broken
from portal.dates import AMSTERDAM
from portal.models import AuditChain, AuditEvent, MailOptOut, OutgoingMail, User
from procurement.actions import retention
from procurement.models import CalendarFeed
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def at(day, hour=4):
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), AMSTERDAM)
    return time_machine.travel(moment + timedelta(hours=hour))


def night(day):
    with at(day):
        tasks.forget_old_rows()


@pytest.fixture
def meeting():
    """On Tuesday 8 June 2027, from 14.00 to 16.00."""
    return MeetingFactory()


def outsider(meeting, **fields):
    return AttendeeFactory(
        meeting=meeting,
        user=None,
        name="Noor Spreekster",
        email="noor@example.nl",
        is_guest=True,
        votes=False,
        **fields,
    )


def event_counts():
    rows = AuditEvent.objects.filter(verb="people.forget").order_by("position")
    return [row.data["counts"] for row in rows]


# --- Meetings --------------------------------------------------------------------


def test_a_year_after_a_meeting_the_names_and_answers_go_and_presence_stays(meeting):
    moment = datetime(2027, 6, 1, 9, tzinfo=AMSTERDAM)
    guest = outsider(meeting, answer="yes", answered_at=moment, was_present=True)
    member = AttendeeFactory(
        meeting=meeting, answer="no", answered_at=moment, was_present=False
    )
    name = member.name

    night("2028-06-07")
    guest.refresh_from_db()
    assert (guest.name, guest.answer) == ("Noor Spreekster", "yes")

    night("2028-06-08")
    guest.refresh_from_db()
    member.refresh_from_db()
    assert (guest.name, guest.email) == ("een gast", "")
    assert (member.name, member.was_present) == (name, False)
    assert guest.was_present
    for row in (guest, member):
        assert (row.answer, row.answered_at) == ("", None)
    assert event_counts() == [{"guests": 1, "answers": 2}]


def test_two_guests_of_one_meeting_are_forgotten_alike(meeting):
    outsider(meeting)
    AttendeeFactory(
        meeting=meeting, user=None, name="Jo", email="jo@example.nl", is_guest=True
    )

    night("2028-06-09")

    assert set(Attendee.objects.values_list("name", "email")) == {("een gast", "")}


def test_a_meeting_that_was_moved_ahead_is_kept(meeting):
    outsider(meeting)
    Meeting.objects.update(
        starts_at=datetime(2028, 3, 1, 14, tzinfo=AMSTERDAM),
        ends_at=datetime(2028, 3, 1, 16, tzinfo=AMSTERDAM),
    )

    night("2028-06-09")

    assert Attendee.objects.get().name == "Noor Spreekster"
    assert event_counts() == []


def test_why_a_meeting_was_called_off_and_who_introduced_it_go(meeting):
    item = AgendaItemFactory(meeting=meeting, introducer_name="Mevrouw Buiten")
    Meeting.objects.update(status="cancelled", cancelled_because="Riet is ziek.")

    night("2028-06-09")

    meeting.refresh_from_db()
    item.refresh_from_db()
    assert (meeting.cancelled_because, item.introducer_name) == ("", "")
    assert event_counts() == [{"introducers": 1, "reasons": 1}]


def sent_long_ago():
    """An agenda of a meeting of 2020, so that the clock of the database agrees."""
    meeting = MeetingFactory(
        starts_at=datetime(2020, 6, 8, 14, tzinfo=AMSTERDAM),
        ends_at=datetime(2020, 6, 8, 16, tzinfo=AMSTERDAM),
    )
    AgendaItemFactory(meeting=meeting, introducer=UserFactory(name="Oude Naam"))
    with at("2020-06-01"):
        by = CouncilMembershipFactory(council=meeting.council, role="secretary").user
        return agenda_sending.send_agenda(meeting, by=by)


def test_an_agenda_as_it_was_sent_goes_with_the_names_in_it():
    sent = sent_long_ago()
    assert sent.items[0]["introducer"] == "Oude Naam"
    assert sent.keep_until == date(2021, 6, 8)

    tasks.forget_old_rows()

    assert not SentAgenda.objects.exists()
    assert event_counts()[0]["agendas"] == 1


def test_the_database_keeps_an_agenda_until_its_day(meeting):
    AgendaItemFactory(meeting=meeting)
    with at("2027-06-01"):
        by = CouncilMembershipFactory(council=meeting.council, role="secretary").user
        sent = agenda_sending.send_agenda(meeting, by=by)

    with pytest.raises(IntegrityError), transaction.atomic():
        SentAgenda.objects.filter(pk=sent.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        SentAgenda.objects.filter(pk=sent.pk).update(number=9)

    assert connection.is_usable()


def test_adopted_minutes_decisions_and_actions_keep_every_word(meeting):
    secretary = CouncilMembershipFactory(council=meeting.council, role="secretary")
    item = AgendaItemFactory(meeting=meeting, notes="Riet zei dat het goed was.")
    decision = DecisionFactory(item=item, text="Wij doen het.")
    action = ActionItemFactory(council=meeting.council, what="Bel Noor")
    guest = outsider(meeting, was_present=True)
    later = MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=28),
        ends_at=meeting.ends_at + timedelta(days=28),
    )
    with at("2027-07-07"):
        minutes = minutes_actions.begin(meeting, by=secretary.user)
        minutes_actions.send_round(minutes, by=secretary.user)
        minutes_actions.adopt(minutes, meeting=later, by=secretary.user)
    before = AdoptedMinutes.objects.values().get()

    night("2029-01-01")

    for each in (item, decision, action, guest):
        each.refresh_from_db()
    assert item.notes == "Riet zei dat het goed was."
    assert (decision.text, action.what) == ("Wij doen het.", "Bel Noor")
    assert guest.name == "een gast"
    assert AdoptedMinutes.objects.values().get() == before


# --- Who left --------------------------------------------------------------------


def left(ends_on="2027-06-30", **fields):
    user = UserFactory(name="Truus Vertrokken", phone="06 1", **fields)
    return CouncilMembershipFactory(user=user, ends_on=date.fromisoformat(ends_on)).user


def test_a_year_after_the_last_day_name_and_address_are_gone():
    user = left(email="truus@example.nl")
    user.set_password("een lang wachtwoord")
    user.save()
    MailOptOut.objects.create(user=user, kind="phase_opens")
    EmailAddress.objects.create(user=user, email=user.email)
    OutgoingMail.objects.create(key="x", kind="security", user=user, to=user.email)
    row = AttendeeFactory(
        user=user,
        meeting__starts_at=datetime(2028, 6, 8, 14, tzinfo=AMSTERDAM),
        meeting__ends_at=datetime(2028, 6, 8, 16, tzinfo=AMSTERDAM),
    )
    action = ActionItemFactory(owner=user)

    night("2028-06-29")
    user.refresh_from_db()
    assert user.name == "Truus Vertrokken"

    night("2028-06-30")
    for each in (user, row, action):
        each.refresh_from_db()
    assert user.name == row.name == str(action.owner) == "iemand die is gestopt"
    assert user.email.endswith(FORGOTTEN)
    assert (user.phone, user.is_active) == ("", False)
    assert not user.has_usable_password()
    assert not MailOptOut.objects.exists()
    assert not EmailAddress.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert event_counts() == [{"people": 1}]


def test_who_has_or_gets_another_seat_is_kept():
    again, staff, buyer = left(), left(), left()
    CouncilMembershipFactory(user=again, starts_on=date(2028, 9, 1))
    OrganisationMembershipFactory(user=staff)
    CareOfficeMembershipFactory(user=buyer, ends_on=date(2027, 12, 31))

    night("2028-07-10")

    names = User.objects.filter(pk__in=[again.pk, staff.pk, buyer.pk])
    assert set(names.values_list("name", flat=True)) == {"Truus Vertrokken"}


def test_administrators_and_who_never_had_a_seat_are_kept():
    administrator, newcomer = left(is_staff=True), UserFactory(name="Nieuw")

    night("2030-01-01")

    for each in (administrator, newcomer):
        each.refresh_from_db()
    assert (administrator.name, newcomer.name) == ("Truus Vertrokken", "Nieuw")


def test_two_who_left_are_forgotten_apart_and_once():
    left(), left()

    night("2029-01-01")
    night("2029-01-02")

    assert User.objects.filter(email__endswith=FORGOTTEN).count() == 2
    assert event_counts() == [{"people": 1}, {"people": 1}]
    assert Forgetting.objects.get().counts == {"people": 2}
    assert all(first_broken(chain) is None for chain in AuditChain.objects.all())


def test_no_name_and_no_address_stands_in_the_event(meeting):
    outsider(meeting)
    left(email="truus@example.nl")

    night("2029-01-01")

    events = AuditEvent.objects.filter(verb="people.forget")
    told = " ".join(f"{event.data} {event.subject_label}" for event in events)
    assert [word for word in ("Noor", "Truus", "@") if word in told] == []
    assert [event.actor for event in events] == [None, None]


def test_old_invitations_go(meeting):
    council = meeting.council
    fields = {"council": council, "role": "member", "invited_by": UserFactory()}
    for number, day in enumerate(("2027-06-01", "2028-06-01")):
        Invitation.objects.create(
            token_hash=str(number),
            email="x@example.nl",
            name="X",
            expires_at=datetime.fromisoformat(f"{day}T09:00+02:00"),
            **fields,
        )

    night("2028-06-03")

    assert Invitation.objects.get().token_hash == "1"


# --- Calendar addresses ----------------------------------------------------------


def test_the_calendar_address_goes_with_the_last_seat():
    user, stays = left(), left()
    CouncilMembershipFactory(user=stays, starts_on=date(2027, 9, 1))
    for each in (user, stays):
        CalendarFeed.objects.create(user=each)

    with at("2027-06-30"):
        retention.forget_old_rows()
        assert CalendarFeed.objects.count() == 2
    with at("2027-07-01"):
        retention.forget_old_rows()

    assert CalendarFeed.objects.get().user == stays


# --- The command -----------------------------------------------------------------


def test_a_dry_run_tells_how_much_of_what_and_changes_nothing(meeting, capsys):
    outsider(meeting, answer="yes")
    left()
    with at("2029-01-01"):
        call_command("forget", dry_run=True)
        told = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
        assert {name for name, count in told.items() if count != "0"} == {
            "guests",
            "answers",
            "people",
        }
        assert Attendee.objects.get().name == "Noor Spreekster"
        assert not AuditEvent.objects.exists()

        call_command("forget")

    assert Attendee.objects.get().name == "een gast"
    assert event_counts() == [{"guests": 1, "answers": 1}, {"people": 1}]


def test_periods_are_settings(meeting, settings):
    settings.KEEP_MEETINGS = timedelta(days=10)
    outsider(meeting)

    night("2027-06-19")

    assert Attendee.objects.get().name == "een gast"
    assert forgetting.due() == dict.fromkeys(forgetting.due(), 0)
