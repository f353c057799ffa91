"""A clock that leaps: a server that was off for months, or a year ahead for a night."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail as django_mail
from django.db.models.functions import Now
from django.urls import reverse
from pytest_django.asserts import assertContains

from portal import health, printout, tasks
from portal.beat import HandyScheduler
from portal.celery import app as celery
from portal.models import OutgoingMail, PeriodicRun, Printout
from portal.outbox import Status
from tests.factories import UserFactory
from tests.login import with_two_steps

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 6, 16, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TASK = "portal.tasks.forget_old_rows"


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def outgoing(**fields) -> OutgoingMail:
    fields = {"created_at": NOW, "useless_after": NOW + 30 * DAY, **fields}
    return OutgoingMail.objects.create(
        **{"key": str(uuid4()), "kind": "phase_opens", "to": "a@raad.example", **fields}
    )


def keys() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("key", flat=True))


# --- Beat ------------------------------------------------------------------------


class Beat(HandyScheduler):
    """Beat that writes down what it would set going."""

    def __init__(self, filename: str) -> None:
        self.ran: list[str] = []
        super().__init__(celery, schedule_filename=filename)

    def apply_async(self, entry, producer=None, advance=True, **options):
        self.ran.append(entry.task)

    def go_on(self, start: datetime, minutes: int = 5) -> int:
        """How often the sweep of the outbox is set going in these minutes."""
        self.ran.clear()
        for step in range(20 * minutes):
            with at(start + step * timedelta(seconds=3)):
                self.tick()
        return self.ran.count("portal.tasks.deliver_waiting_mail")


@pytest.fixture
def beat(tmp_path) -> Iterator[Beat]:
    with at(NOW):
        running = Beat(str(tmp_path / "beat"))
    yield running
    running.close()


def test_beat_goes_on_when_the_clock_is_put_back(beat):
    assert beat.go_on(NOW) == 4
    assert beat.go_on(NOW + 365 * DAY) == 5

    assert beat.go_on(NOW + timedelta(hours=1)) == 4


def test_beat_goes_on_after_a_restart_on_a_clock_that_was_put_back(beat, tmp_path):
    beat.go_on(NOW + 365 * DAY)
    beat.close()

    with at(NOW + timedelta(hours=1)):
        again = Beat(str(tmp_path / "beat"))
    assert again.go_on(NOW + timedelta(hours=1)) == 4
    again.close()


# --- What deletes by the clock ---------------------------------------------------


def night(number: int) -> None:
    with at(NOW + number * DAY):
        tasks.forget_old_rows()


def test_a_clock_that_is_a_year_ahead_for_a_night_deletes_nothing():
    night(0)
    outgoing(key="sent yesterday", status=Status.SENT)

    night(366)
    night(1)

    assert keys() == ["sent yesterday"]


def test_a_site_that_was_off_for_long_begins_to_forget_after_a_week():
    night(0)
    outgoing(key="old", status=Status.SENT)

    for number in (330, 331, 336):
        night(number)
        assert keys() == ["old"]
    night(337)

    assert keys() == []


def test_one_that_missed_a_week_of_nights_waits_for_nothing():
    night(84)
    outgoing(key="old", status=Status.SENT)

    night(91)

    assert keys() == []


def test_it_waits_anew_when_the_clock_is_put_back_and_then_goes_on():
    night(0)
    night(366)
    outgoing(key="old", status=Status.SENT, created_at=NOW - 90 * DAY)

    for number in (1, 2, 7):
        night(number)
        assert keys() == ["old"]
    night(8)

    assert keys() == []


def test_what_can_be_undone_waits_for_no_clock():
    for number in (0, 366):
        outgoing(key=f"mail {number}", useless_after=NOW + 400 * DAY)
        with at(NOW + number * DAY):
            tasks.deliver_waiting_mail()

    assert len(django_mail.outbox) == 2


def test_the_page_of_tasks_tells_why_and_until_when_it_waits(client):
    night(0)
    night(366)
    moment = NOW + 366 * DAY + timedelta(hours=1)

    with at(moment):
        user = UserFactory(administrator=True)
        client.force_login(user)
        with_two_steps(client, user)
        response = client.get(reverse("mail_queue"))
        told = {state.name: state for state in health.task_states()}

    assert not told[TASK].is_late
    assertContains(
        response, "De klok is versprongen, of er liep meer dan een week niets."
    )
    assertContains(response, "Tot vrijdag 23\xa0juni 2028 om 9.30 uur wordt niets")


def test_a_sweep_that_ran_in_what_is_the_future_now_is_told():
    PeriodicRun.objects.create(
        task="portal.tasks.deliver_waiting_mail", finished_at=NOW + 365 * DAY
    )

    with at(NOW):
        told = {state.name: state.is_late for state in health.task_states()}

    assert told["portal.tasks.deliver_waiting_mail"]


# --- What a clock that was ahead wrote -------------------------------------------


def test_mails_of_days_to_come_can_leave_on_their_day():
    for status in Status:
        outgoing(key=f"ahead {status}", status=status, created_at=NOW + 300 * DAY)
    outgoing(key="of today", status=Status.SENT)

    night(0)

    # What did not end waits for its reader, whoever wrote it and when.
    assert keys() == ["ahead held", "ahead queued", "ahead sending", "of today"]


def test_what_was_missed_before_its_moment_leaves_after_all():
    early = outgoing(status=Status.MISSED, reason="Te laat.")
    outgoing(status=Status.MISSED, key="late", useless_after=NOW - DAY)
    outgoing(status=Status.MISSED, key="code", is_secret=True)

    night(0)

    waiting = OutgoingMail.objects.get(status=Status.QUEUED)
    assert (waiting.pk, waiting.reason) == (early.pk, "")


def test_what_a_clock_that_was_ahead_put_off_or_held_leaves_at_once():
    for key, fields in {
        "put off": {"next_try_at": Now() + 300 * DAY},
        "in hand": {"status": Status.SENDING, "lease_until": Now() + 300 * DAY},
        "second try": {"next_try_at": Now() + timedelta(hours=12)},
    }.items():
        mail = outgoing(key=key)
        OutgoingMail.objects.filter(pk=mail.pk).update(**fields)

    with at(NOW):
        tasks.deliver_waiting_mail()

    sent = OutgoingMail.objects.filter(status=Status.SENT)
    assert sorted(sent.values_list("key", flat=True)) == ["in hand", "put off"]


def test_a_printout_of_a_day_to_come_goes():
    for name, moment in (("ahead", NOW + 300 * DAY), ("of today", NOW)):
        Printout.objects.create(
            key=name, html="", pages_expected=21, status="done", asked_at=moment
        )

    with at(NOW):
        printout.forget_old()

    assert Printout.objects.get().key == "of today"
