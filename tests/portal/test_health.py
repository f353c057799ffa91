"""Alive, ready, and the administrator's page of mail and tasks."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from portal import wake
from portal.health import often, queue, report
from portal.models import AuditEvent, OutgoingMail, PeriodicRun
from tests.factories import UserFactory
from tests.login import with_two_steps
from tests.servers import free_port

pytestmark = pytest.mark.django_db

MORNING = datetime(2027, 6, 16, 7, 30, tzinfo=UTC)  # half past nine in Amsterdam


@pytest.fixture(autouse=True)
def in_the_morning(time_machine):
    time_machine.move_to(MORNING, tick=False)


def outgoing(**fields) -> OutgoingMail:
    return OutgoingMail.objects.create(
        **{"key": str(uuid4()), "kind": "phase_opens", "to": "a@raad.example", **fields}
    )


def ran(task: str, ago: timedelta) -> None:
    PeriodicRun.objects.update_or_create(
        task=task, defaults={"finished_at": timezone.now() - ago}
    )


@pytest.fixture
def all_ran():
    for name in often():
        ran(name, timedelta(minutes=1))


@pytest.fixture
def all_well(all_ran, redis, settings):
    settings.REDIS_URL = redis


@pytest.fixture
def administrator(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    with_two_steps(client, user)
    return user


# --- For machines ----------------------------------------------------------------


def test_alive_asks_nothing_of_anything_else(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"alive": True})


def test_ready_when_everything_does_its_work(client, all_well):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {
            "database": {"ok": True},
            "broker": {"ok": True},
            "tasks": {
                "ok": True,
                "age_in_seconds": {
                    name: 60 if name in often() else None
                    for name in settings.PERIODIC_TASKS
                },
            },
            "mail": {
                "ok": True,
                "waiting": 0,
                "sending": 0,
                "held": 0,
                "longest_wait_in_seconds": 0,
            },
            "portal.triggers.missing": {"ok": True, "problems": []},
        },
    }


def test_a_lost_broker_is_told_and_breaks_no_other_check(client, all_well, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["broker"] == {
        "ok": False,
        "error": "ConnectionError",
    }
    assert response.json()["checks"]["database"] == {"ok": True}


@pytest.mark.parametrize(("has_worker", "ok"), [(True, True), (False, False)])
def test_a_broker_in_memory_needs_a_worker_in_this_process(monkeypatch, has_worker, ok):
    monkeypatch.setattr(wake, "has_worker_here", has_worker)

    assert report()["broker"] == {"ok": ok}


@pytest.mark.parametrize(
    ("task", "minutes", "ok"),
    [
        ("deliver_waiting_mail", 5, True),
        ("deliver_waiting_mail", 6, False),
        ("forget_old_rows", 25 * 60, True),
        ("forget_old_rows", 27 * 60, False),
    ],
)
def test_a_task_that_fell_silent_is_told(all_ran, task, minutes, ok):
    ran(f"portal.tasks.{task}", timedelta(minutes=minutes))

    assert report()["tasks"]["ok"] is ok


def test_without_a_sweep_of_the_queue_it_is_not_ready():
    assert report()["tasks"]["ok"] is False


@pytest.mark.parametrize(("minutes", "ok"), [(10, True), (11, False)])
def test_a_mail_that_waits_too_long_is_told(minutes, ok):
    outgoing(created_at=MORNING - timedelta(minutes=minutes))

    assert report()["mail"]["ok"] is ok


def test_what_waits_for_the_morning_or_for_its_moment_waits_for_nothing(time_machine):
    outgoing(created_at=datetime(2027, 6, 15, 20, 0, tzinfo=UTC))
    outgoing(created_at=MORNING - timedelta(days=1), send_at=MORNING)
    outgoing(send_at=MORNING + timedelta(days=1))
    outgoing(created_at=MORNING - timedelta(days=2), attempts=1)

    time_machine.move_to(datetime(2027, 6, 16, 2, 0, tzinfo=UTC))
    assert queue().longest_wait == timedelta()
    time_machine.move_to(datetime(2027, 6, 16, 5, 35, tzinfo=UTC))
    assert queue().longest_wait == timedelta(minutes=5)


def test_a_code_that_waits_at_night_is_told(time_machine):
    outgoing(created_at=datetime(2027, 6, 16, 1, 40, tzinfo=UTC), is_secret=True)

    time_machine.move_to(datetime(2027, 6, 16, 2, 0, tzinfo=UTC))

    assert queue().longest_wait == timedelta(minutes=20)


def test_a_check_of_settings_that_finds_something_makes_it_unready(client, settings):
    settings.READY_CHECKS = ["tests.portal.test_health.unguarded"]

    checks = client.get("/readyz").json()["checks"]

    assert checks["tests.portal.test_health.unguarded"] == {
        "ok": False,
        "problems": ["portal_auditevent UPDATE"],
    }


def unguarded() -> list[str]:
    return ["portal_auditevent UPDATE"]


# --- For the administrator -------------------------------------------------------


def test_the_page_shows_queue_tasks_and_what_is_held_without_what_it_says(
    client, administrator
):
    outgoing(reason="De mailserver is niet bereikbaar.")
    outgoing(
        status="held",
        reason="De mailserver zei: 550 5.1.1 No such mailbox.",
        to="weg@raad.example",
        body="Beste Truus",
    )
    PeriodicRun.objects.create(
        task="portal.tasks.deliver_waiting_mail",
        finished_at=MORNING - timedelta(minutes=1),
    )
    PeriodicRun.objects.create(
        task="portal.tasks.forget_old_rows",
        finished_at=MORNING - timedelta(days=2),
        failed_at=MORNING - timedelta(days=1),
        error="OperationalError, tasks.py 30",
    )

    response = client.get(reverse("mail_queue"))

    assertContains(response, "De mailserver is niet bereikbaar.")
    assertContains(response, "weg@raad.example")
    assertContains(response, "De mailserver zei: 550 5.1.1 No such mailbox.")
    assertContains(response, "woensdag 16\xa0juni 2027 om 9.29 uur")
    assertContains(response, "Te lang niet gelopen")
    assertContains(response, "OperationalError, tasks.py 30")
    assertNotContains(response, "Beste Truus")


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_queries_for_any_number(
    client, administrator, django_assert_num_queries, count
):
    for _ in range(count):
        outgoing(status="held", reason="550")

    # session, user, seats; waiting by reason, being sent, tasks, held: count and rows
    with django_assert_num_queries(8):
        response = client.get(reverse("mail_queue"))

    assertContains(response, "Stuur opnieuw", count=count)


def test_what_is_held_goes_again_and_that_is_written_down(client, administrator):
    held, other = outgoing(status="held"), outgoing(status="held")

    client.post(reverse("mail_send_again", args=[held.pk]))

    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.status, other.status) == ("queued", "held")
    event = AuditEvent.objects.get(subject_id=held.pk)
    assert (event.verb, event.actor) == ("mail.send_again", administrator)


def test_all_that_is_held_goes_again(client, administrator):
    for _ in range(3):
        outgoing(status="held")
    sent = outgoing(status="sent")

    client.post(reverse("mail_send_all_again"))

    assert OutgoingMail.objects.filter(status="queued").count() == 3
    sent.refresh_from_db()
    assert sent.status == "sent"


def test_what_was_sent_meanwhile_does_not_go_again(client, administrator):
    sent = outgoing(status="sent")

    response = client.post(reverse("mail_send_again", args=[sent.pk]), follow=True)

    assertContains(response, "Deze mail wordt niet meer vastgehouden.")
    sent.refresh_from_db()
    assert sent.status == "sent"


def test_the_pages_are_for_administrators(client):
    held = outgoing(status="held")
    client.force_login(UserFactory())

    assert client.get(reverse("mail_queue")).status_code == 403
    assert client.post(reverse("mail_send_all_again")).status_code == 403
    assert client.post(reverse("mail_send_again", args=[held.pk])).status_code == 403
    held.refresh_from_db()
    assert held.status == "held"


def test_the_admin_shows_that_a_mail_was_sent_and_not_what_it_says(
    client, administrator
):
    mail = outgoing(
        status="sent", subject="Onderwerp-7", body="Tekst-7", footer="Voet-7"
    )

    page = client.get(reverse("admin:portal_outgoingmail_change", args=[mail.pk]))
    listing = client.get(reverse("admin:portal_outgoingmail_changelist"))

    assertContains(page, "a@raad.example")
    assertContains(listing, "a@raad.example")
    for response in (page, listing):
        for secret in ("Onderwerp-7", "Tekst-7", "Voet-7"):
            assertNotContains(response, secret)
    address = reverse("admin:portal_outgoingmail_delete", args=[mail.pk])
    assert client.post(address).status_code == 403
