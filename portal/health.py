"""Whether the site can do its work: for a machine (/readyz) and an administrator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from portal import wake
from portal.dates import moment, sending_hours, within_sending_hours
from portal.models import OutgoingMail, PeriodicRun
from portal.periodic import waits_until

# Mails leave within two minutes of due; after ten something is wrong.
LONGEST_WAIT = timedelta(minutes=10)
# A task that runs so often must have run before a site that has just started is ready.
OFTEN = timedelta(minutes=10)

Status = OutgoingMail.Status


class TaskState(NamedTuple):
    """A periodic task: when it last finished, and whether that is too long ago."""

    name: str
    label: str | Promise
    run: PeriodicRun | None
    is_late: bool

    @property
    def waits_until(self) -> datetime | None:
        """Until when it does nothing, because the clock leapt."""
        return waits_until(self.run)

    @property
    def has_failed(self) -> bool:
        """Whether the last run went wrong, or not all of it was done."""
        run = self.run
        if run is None or run.failed_at is None:
            return False
        return run.finished_at is None or run.failed_at >= run.finished_at


class Queue(NamedTuple):
    """How many mails wait, how long one has waited at most, and what keeps them."""

    waiting: int
    sending: int
    longest_wait: timedelta
    reasons: list[tuple[str, int]]


def report() -> dict[str, dict[str, Any]]:
    """Every check by name, with ``ok`` and what it found; no check breaks another."""
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        "database": _database,
        "broker": _broker,
        "tasks": _tasks,
        "mail": _mail,
    }
    for path in settings.READY_CHECKS:
        checks[path] = partial(_told, path)
    return {name: _safely(check) for name, check in checks.items()}


def often() -> list[str]:
    """The tasks without which a site that has just started is not ready."""
    tasks = settings.PERIODIC_TASKS.items()
    return [name for name, (*_, late_after) in tasks if late_after <= OFTEN]


def task_states() -> list[TaskState]:
    runs = PeriodicRun.objects.in_bulk()
    now = timezone.now()
    return [
        TaskState(name, label, runs.get(name), _is_late(runs.get(name), late, now))
        for name, (label, _when, late) in settings.PERIODIC_TASKS.items()
    ]


def queue() -> Queue:
    now = timezone.now()
    may_leave = Q(is_secret=True)
    if within_sending_hours(now):
        may_leave |= Q(is_secret=False)
    is_due = Q(send_at=None) | Q(send_at__lte=now)
    waiting = (
        OutgoingMail.objects.that_are(Status.QUEUED)
        .values("reason")
        .annotate(
            count=Count("pk"),
            since=Min(
                Coalesce("send_at", "created_at"),
                filter=is_due & may_leave & Q(attempts=0),
            ),
        )
        .order_by("-count", "reason")
    )
    rows = list(waiting)
    since = min((row["since"] for row in rows if row["since"]), default=None)
    return Queue(
        waiting=sum(row["count"] for row in rows),
        sending=OutgoingMail.objects.that_are(Status.SENDING).count(),
        longest_wait=_wait_since(since, now),
        reasons=[(row["reason"], row["count"]) for row in rows if row["reason"]],
    )


def _wait_since(oldest: datetime | None, now: datetime) -> timedelta:
    if oldest is None:
        return timedelta()
    # What was queued at night began to wait in the morning.
    morning = moment(timezone.localdate(now), sending_hours()[0])
    is_past = morning <= now and within_sending_hours(now)
    began = max(oldest, morning) if is_past else oldest
    return max(now - began, timedelta())


def _is_late(run: PeriodicRun | None, late_after: timedelta, now: datetime) -> bool:
    if run is None or run.finished_at is None:
        return late_after <= OFTEN
    since = now - run.finished_at
    # One that ran in what is the future now: the clock was put back.
    return (abs(since) if late_after <= OFTEN else since) > late_after


def _safely(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return check()
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _broker() -> dict[str, Any]:
    if not settings.REDIS_URL:
        # In memory: only a worker in this very process hears what is said.
        return {"ok": wake.has_worker_here}
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    with client:
        return {"ok": bool(client.ping())}


def _tasks() -> dict[str, Any]:
    now = timezone.now()
    states = task_states()
    ages = {
        state.name: (
            round((now - state.run.finished_at).total_seconds())
            if state.run and state.run.finished_at
            else None
        )
        for state in states
    }
    return {"ok": not any(state.is_late for state in states), "age_in_seconds": ages}


def _mail() -> dict[str, Any]:
    found = queue()
    return {
        "ok": found.longest_wait <= LONGEST_WAIT,
        "waiting": found.waiting,
        "sending": found.sending,
        "held": OutgoingMail.objects.held().count(),
        "longest_wait_in_seconds": round(found.longest_wait.total_seconds()),
    }


def _told(path: str) -> dict[str, Any]:
    problems = import_string(path)()
    return {"ok": not problems, "problems": problems}
