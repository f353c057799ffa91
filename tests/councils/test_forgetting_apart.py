"""Forgetting goes thing by thing: what fails, dies or runs beside it harms no other."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from councils import tasks
from councils.actions import forgetting
from councils.models import Attendee, Forgetting, Invitation, SentAgenda
from portal import health
from portal.actions_account import FORGOTTEN
from portal.dates import AMSTERDAM
from portal.models import AuditEvent, OutgoingMail, User
from tests.factories import (
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    UserFactory,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db

NIGHT = datetime(2029, 1, 1, 4, tzinfo=AMSTERDAM)


@pytest.fixture(autouse=True)
def at_night():
    with time_machine.travel(NIGHT):
        yield


def left() -> User:
    user = UserFactory(name="Truus Vertrokken")
    CouncilMembershipFactory(user=user, ends_on=date(2027, 6, 30))
    return user


def guest(**fields) -> Attendee:
    named = {"name": "Noor Spreekster", "email": "noor@example.nl", **fields}
    return AttendeeFactory(user=None, is_guest=True, votes=False, **named)


def names(*people: User) -> list[str]:
    found = User.objects.in_bulk([person.pk for person in people])
    return [found[person.pk].name for person in people]


def counted() -> list[dict[str, int]]:
    rows = AuditEvent.objects.filter(verb="people.forget").order_by("position")
    return [row.data["counts"] for row in rows]


# --- One that cannot go ----------------------------------------------------------


def stuck() -> User:
    """Somebody whose new address is another's already."""
    person = left()
    UserFactory(email=f"{person.pk.hex}{FORGOTTEN}")
    return person


def test_who_cannot_be_forgotten_does_not_keep_the_others(caplog):
    kept, gone, other = stuck(), left(), guest()

    tasks.forget_old_rows()

    assert names(kept, gone) == ["Truus Vertrokken", "iemand die is gestopt"]
    other.refresh_from_db()
    assert other.name == "een gast"
    assert counted() == [{"guests": 1}, {"people": 1}]
    assert f"Forgetting user failed: {kept.pk}" in caplog.text


def test_files_of_an_import_that_cannot_go_keep_nobody(settings):
    person, settings.KEEP_IMPORTS = left(), None

    with pytest.raises(TypeError):
        tasks.forget_old_rows()

    assert names(person) == ["iemand die is gestopt"]


def test_the_page_of_tasks_tells_that_not_all_of_it_worked(client):
    stuck()

    tasks.forget_old_rows()

    told = {state.name: state for state in health.task_states()}
    state = told["councils.tasks.forget_old_rows"]
    # It ran: no machine must be called for one row.
    assert (state.is_late, state.has_failed) == (False, True)
    assert state.run.error == "1 onderdeel is niet gelukt en staat in het logboek"


def test_the_command_does_the_others_and_says_that_some_failed(capsys):
    kept, gone = stuck(), left()

    with pytest.raises(CommandError, match="1 failed"):
        call_command("forget")

    assert "people: 2" in capsys.readouterr().out
    assert names(kept, gone) == ["Truus Vertrokken", "iemand die is gestopt"]


# --- Killed, out of time, twice at once ------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_run_did_is_done_and_the_next_night_does_the_rest(monkeypatch):
    people, forget_person = [left(), left(), left()], forgetting.forget_person

    def killed_at_the_second(person):
        if Forgetting.objects.exists():
            raise SystemExit
        forget_person(person)

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "forget_person", killed_at_the_second)
        with pytest.raises(SystemExit):
            tasks.forget_old_rows()
    assert sorted(names(*people)).count("iemand die is gestopt") == 1
    assert counted() == [{"people": 1}]

    tasks.forget_old_rows()

    assert names(*people) == ["iemand die is gestopt"] * 3
    assert counted() == [{"people": 1}] * 3
    assert sorted(row.counts["people"] for row in Forgetting.objects.all()) == [1, 2]


def test_a_run_whose_time_is_over_leaves_the_rest_to_the_next():
    person = left()

    assert forgetting.forget(seconds=0) == {}
    assert names(person) == ["Truus Vertrokken"]

    assert forgetting.forget(seconds=300) == {"people": 1}


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_do_each_thing_once():
    people, meeting = [left(), left(), left()], MeetingFactory()
    for number in range(2):
        guest(meeting=meeting, email=f"gast{number}@example.nl")
    Invitation.objects.create(
        council=meeting.council,
        role="member",
        invited_by=UserFactory(),
        email="x@example.nl",
        name="X",
        expires_at=datetime(2027, 6, 1, 9, tzinfo=AMSTERDAM),
    )

    runs = at_once(forgetting.forget, times=4)

    assert names(*people) == ["iemand die is gestopt"] * 3
    done = [counts for counts in counted() if counts]
    assert sorted(done, key=str) == [
        {"guests": 2},
        {"invitations": 1},
        *[{"people": 1}] * 3,
    ]
    assert {
        name: sum(run.get(name, 0) for run in runs)
        for name in ("guests", "invitations", "people")
    } == {"guests": 2, "invitations": 1, "people": 3}


# --- Mails of who has no account -------------------------------------------------


def mail(address: str, status: str) -> None:
    OutgoingMail.objects.create(
        key=f"{status} {address}",
        kind="meeting_invitation",
        to=address,
        subject="Uitnodiging",
        body="Beste Noor Spreekster",
        status=status,
    )


def test_mails_that_are_held_or_wait_go_with_the_guest_that_they_name():
    guest()
    for status in ("held", "queued", "sent", "sending"):
        mail("noor@example.nl", status)
    mail("ander@example.nl", "held")

    tasks.forget_old_rows()

    # One that is with a sender just now ends by itself.
    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == [
        "held ander@example.nl",
        "sending noor@example.nl",
    ]


def test_mails_stay_while_another_meeting_or_an_invitation_needs_the_address():
    old = guest()
    guest(
        meeting__starts_at=NIGHT + timedelta(days=3),
        meeting__ends_at=NIGHT + timedelta(days=3, hours=2),
    )
    asked = guest(email="jo@example.nl")
    Invitation.objects.create(
        council=asked.meeting.council,
        role="member",
        invited_by=UserFactory(),
        email="jo@example.nl",
        name="Jo",
        expires_at=NIGHT + timedelta(days=7),
    )
    mail("noor@example.nl", "held")
    mail("jo@example.nl", "queued")

    tasks.forget_old_rows()

    old.refresh_from_db()
    assert old.email == ""
    assert OutgoingMail.objects.count() == 2


def test_an_invitation_that_is_held_goes_with_the_person_whom_it_invited():
    person = left()
    mail(person.email, "held")

    tasks.forget_old_rows()

    assert not OutgoingMail.objects.exists()


# --- An agenda that the code of before wrote while a migration ran ---------------


def undated(ended: datetime) -> SentAgenda:
    meeting = MeetingFactory(starts_at=ended - timedelta(hours=2), ends_at=ended)
    return SentAgenda.objects.create(
        meeting=meeting, number=1, items=[{"introducer": "Oud"}], sent_by=UserFactory()
    )


def test_an_agenda_without_a_day_of_its_own_goes_a_year_after_its_meeting():
    undated(datetime(2020, 6, 8, 16, tzinfo=AMSTERDAM))
    kept = undated(NIGHT - timedelta(days=300))
    assert forgetting.due()["agendas"] == 1

    tasks.forget_old_rows()

    assert SentAgenda.objects.get() == kept
    assert counted() == [{"agendas": 1}]
    assert forgetting.due()["agendas"] == 0


def test_its_day_can_be_filled_in_once_and_nothing_else_can_change():
    sent = undated(NIGHT - timedelta(days=300))
    rows = SentAgenda.objects.filter(pk=sent.pk)
    later = timezone.localdate() + timedelta(days=9)

    kept = {field.attname for field in SentAgenda._meta.concrete_fields}
    for name in kept - {"keep_until"}:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows.update(keep_until=later, **{name: None})
    rows.update(keep_until=later)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(keep_until=date(2020, 1, 1))
    assert rows.get().keep_until == later


# --- A clock that leaps ----------------------------------------------------------


def night(days: int) -> None:
    with time_machine.travel(NIGHT + timedelta(days=days)):
        tasks.forget_old_rows()


def test_a_clock_that_is_a_year_ahead_for_a_night_forgets_nobody():
    user = UserFactory(name="Truus Gebleven")
    CouncilMembershipFactory(user=user, ends_on=(NIGHT - timedelta(days=9)).date())
    yesterday = guest(
        meeting__starts_at=NIGHT - timedelta(days=1, hours=2),
        meeting__ends_at=NIGHT - timedelta(days=1),
    )
    night(0)

    night(370)
    night(1)

    yesterday.refresh_from_db()
    assert (yesterday.name, *names(user)) == ("Noor Spreekster", "Truus Gebleven")
    assert counted() == []


def test_a_site_that_was_off_for_long_forgets_again_after_a_week():
    person = left()
    with time_machine.travel(NIGHT - timedelta(days=330)):
        tasks.forget_old_rows()

    night(0)
    night(6)
    assert names(person) == ["Truus Vertrokken"]

    night(7)
    assert names(person) == ["iemand die is gestopt"]


def test_by_hand_it_is_done_at_once():
    person = left()
    with time_machine.travel(NIGHT - timedelta(days=330)):
        tasks.forget_old_rows()
    night(0)

    call_command("forget")

    assert names(person) == ["iemand die is gestopt"]
