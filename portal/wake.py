"""Tells the senders that there is mail. The rows are the queue: to tell is only faster.

A wave of mails wakes them about once a second and not once a mail, and a broker that
is away costs one page a second: after that it is left alone for a while. Whatever is
not told here is found by the sweep of every minute.
"""

import logging
import time
from threading import Lock

from django.conf import settings
from django.db import connection, transaction

from portal.celery import app

logger = logging.getLogger(__name__)

TASK = "portal.tasks.deliver_mail"
PAUSE_SECONDS = 1.0
AWAY_SECONDS = 30.0

# In memory there is no broker between processes: set by who runs a worker in this one.
has_worker_here = False

_lock = Lock()
_last = _failed = float("-inf")


def senders_after_commit(*, at_once: bool = False) -> None:
    """Wake the senders when the transaction commits, once however many mails it has."""
    function = _at_once if at_once else senders
    inside = set(connection.savepoint_ids)
    # What a savepoint may still roll back does not count as told.
    if not any(
        waiting is function and savepoints <= inside
        for savepoints, waiting, *_ in connection.run_on_commit
    ):
        transaction.on_commit(function, robust=True)


def senders() -> None:
    """Wake them, unless they were woken a moment ago: they look around a little longer
    than that before they go back to sleep."""
    global _last
    now = time.monotonic()
    with _lock:
        if abs(now - _last) < PAUSE_SECONDS:
            return
        _last = now
    _tell()


def worker_after_commit(task: str, *arguments: str) -> None:
    """Hand a task to a worker when the transaction commits; a sweep finds its row when
    none takes it."""
    transaction.on_commit(lambda: _tell(task, arguments), robust=True)


def _at_once() -> None:
    _tell()


def _tell(task: str = TASK, arguments: tuple[str, ...] = ()) -> None:
    global _failed
    if settings.CELERY_BROKER_URL.startswith("memory:") and not has_worker_here:
        return
    if abs(time.monotonic() - _failed) < AWAY_SECONDS:
        return
    try:
        # No countdown and no expiry: the clocks of two machines may differ.
        app.send_task(task, arguments, retry=False)
    except Exception as error:
        # Whatever ails the broker, the mail or the paper waits in its row.
        _failed = time.monotonic()
        logger.warning("The broker is away: %s", type(error).__name__)
