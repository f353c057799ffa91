"""What runs by itself: that it is noted, may run twice, and wakes who must wake."""

import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from portal import mail, tasks, wake
from portal.models import OutgoingMail, PeriodicRun
from portal.outbox import Claim
from portal.periodic import periodic
from tests.factories import UserFactory
from tests.portal.test_mail import FIELDS
from tests.races import at_once
from tests.servers import ROOT, free_port, site_environment

NOW = datetime(2027, 6, 16, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_the_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def outgoing(**fields) -> OutgoingMail:
    return OutgoingMail.objects.create(
        **{"key": str(uuid4()), "kind": "phase_opens", "to": "a@raad.example", **fields}
    )


# --- Noted -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_run_of_a_periodic_task_is_noted():
    tasks.forget_old_rows()

    run = PeriodicRun.objects.get()
    assert run.task == "portal.tasks.forget_old_rows"
    assert (run.started_at, run.finished_at, run.failed_at) == (NOW, NOW, None)


@pytest.mark.django_db
def test_every_task_of_settings_notes_its_run():
    for name in settings.PERIODIC_TASKS:
        import_string(name)()

    noted = PeriodicRun.objects.filter(finished_at=NOW).values_list("task", flat=True)
    assert sorted(noted) == sorted(settings.PERIODIC_TASKS)


@pytest.mark.django_db
def test_a_failure_is_noted_by_kind_and_place_and_not_by_what_it_says():
    @periodic
    def breaks() -> None:
        raise LookupError("truus@raad.example")

    with pytest.raises(LookupError):
        breaks()

    run = PeriodicRun.objects.get()
    assert (run.finished_at, run.failed_at) == (None, NOW)
    assert run.error.startswith("LookupError, test_tasks.py ")
    assert "truus" not in run.error


# --- Forgotten -------------------------------------------------------------------


@pytest.mark.django_db
def test_old_mail_is_forgotten_but_for_what_is_not_at_an_end():
    old, young = NOW - timedelta(days=91), NOW - timedelta(days=89)
    for status in OutgoingMail.Status.values:
        outgoing(status=status, created_at=old, key=f"old {status}")
    outgoing(status="sent", created_at=young, key="young sent")
    for days in (364, 366):
        created_at = NOW - timedelta(days=days)
        outgoing(status="held", created_at=created_at, key=f"held {days}")

    tasks.forget_old_rows()
    tasks.forget_old_rows()

    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == [
        "held 364",
        "old held",
        "old queued",
        "old sending",
        "young sent",
    ]


# --- Two at once -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_share_the_rows_and_send_each_once(settings, mail_server):
    settings.EMAIL_BACKEND = "portal.smtp.EmailBackend"
    settings.EMAIL_PORT = mail_server.port
    settings.MAIL_BATCH = 7
    for number in range(60):
        outgoing(to=f"lid{number}@raad.example")

    at_once(tasks.deliver_waiting_mail, times=4)

    assert sorted(mail_server.recipients) == sorted(
        f"lid{number}@raad.example" for number in range(60)
    )
    assert set(OutgoingMail.objects.values_list("status", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_one_sender_gets_the_mail():
    outgoing()

    claims = at_once(lambda: Claim().take(10), times=6)

    assert sorted(len(claim) for claim in claims) == [0, 0, 0, 0, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_one_mail_is_queued_by_six_at_once():
    user = UserFactory()

    def queue() -> None:
        with transaction.atomic():
            mail.queue("phase_opens", to=user, key="phase:1", **FIELDS)

    at_once(queue, times=6)

    assert OutgoingMail.objects.count() == 1


# --- Woken -----------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch):
    """Grows by one each time the broker would be told; nothing else is replaced."""
    times: list[str] = []
    monkeypatch.setattr(wake, "_tell", lambda: times.append("wake"))
    for name in ("_last", "_failed"):
        monkeypatch.setattr(wake, name, float("-inf"))
    return times


@pytest.mark.django_db
def test_a_wave_wakes_the_senders_once(told, django_capture_on_commit_callbacks):
    user = UserFactory()

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        for number in range(200):
            mail.queue("phase_opens", to=user, key=f"phase:{number}", **FIELDS)

    assert len(callbacks) == 1
    assert len(told) == 1


def test_a_wave_of_many_transactions_wakes_them_once_a_second(told, monkeypatch):
    monkeypatch.setattr(wake, "PAUSE_SECONDS", 0.5)

    for _ in range(100):
        wake.senders()
    time.sleep(0.6)
    for _ in range(100):
        wake.senders()

    assert len(told) == 2


@pytest.mark.django_db
def test_a_code_wakes_them_whatever_came_before(
    told, django_capture_on_commit_callbacks
):
    wake.senders()
    wake.senders()

    with django_capture_on_commit_callbacks(execute=True):
        mail.queue(
            "login_code",
            to=UserFactory(),
            key="code:1",
            kind="security",
            secret=True,
            **FIELDS,
        )

    assert len(told) == 2


@pytest.mark.django_db(transaction=True)
def test_who_is_woken_looks_around_for_what_comes_while_it_is_at_work(mailoutbox):
    outgoing()
    later = threading.Timer(0.7, lambda: (outgoing(), connection.close()))
    later.start()

    tasks.deliver_mail()
    later.join()

    assert len(mailoutbox) == 2


@pytest.mark.django_db
def test_what_is_told_in_a_savepoint_that_rolls_back_is_told_again(
    told, django_capture_on_commit_callbacks
):
    user = UserFactory()

    def fails() -> None:
        with transaction.atomic():
            mail.queue("phase_opens", to=user, key="phase:1", **FIELDS)
            raise LookupError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(LookupError):
            fails()
        mail.queue("phase_opens", to=user, key="phase:2", **FIELDS)

    assert len(told) == 1


AWAY = """
import time, django
django.setup()
from portal import wake
times = []
for _ in range(3):
    began = time.perf_counter()
    wake._tell()
    times.append(time.perf_counter() - began)
print(*times)
"""


@pytest.mark.parametrize("answers", [False, True])
def test_a_broker_that_is_away_or_silent_costs_a_page_some_seconds_once(answers):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if answers else free_port()
        env = site_environment(
            "sqlite://:memory:", REDIS_URL=f"redis://127.0.0.1:{port}/0"
        )
        said = subprocess.run(
            [sys.executable, "-c", AWAY],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )

    first, *others = map(float, said.stdout.split())
    # A loaded machine is slower; a broker that is waited for takes six seconds or more.
    assert first < 5
    assert max(others) < 0.1
    assert said.stderr.count("The broker is away") == 1


@pytest.mark.django_db
def test_what_waits_is_due_by_the_clock_of_the_database():
    outgoing()

    row = OutgoingMail.objects.values_list("next_try_at", Now()).get()

    assert row[0] <= row[1]
