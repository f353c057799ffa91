"""Keeps when each periodic task last ran, so that one that fell silent is seen, and a
clock that leapt too."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from traceback import extract_tb

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.errors import NotAllDone
from portal.models import PeriodicRun

logger = logging.getLogger(__name__)

# A task that begins so long after, or before, it last did: the clock leapt, or nothing
# ran meanwhile.
LEAP = timedelta(days=7)
# How long it then must go on as it should: time for somebody to see that it is wrong.
CALM = timedelta(days=7)


def periodic(task: Callable[[], None]) -> Callable[[], None]:
    """Note in ``PeriodicRun`` when ``task`` begins, ends and fails.

    Below ``@shared_task``. What cannot be undone waits while the clock leapt less than
    ``CALM`` ago (``WAITS_AFTER_LEAP``): one that is a year ahead for a night makes all
    of yesterday a year old. The error is told by its kind and place only: its words may
    hold what people typed.
    """
    name = f"{task.__module__}.{task.__name__}"

    @wraps(task)
    def noted() -> None:
        run = _begin(name)
        try:
            if until := waits_until(run):
                logger.warning("The clock leapt: %s waits until %s", name, until)
            else:
                task()
        except NotAllDone as error:
            # It ran to its end all the same, and the next run tries those again.
            now = timezone.now()
            _note(name, finished_at=now, failed_at=now, error=str(error))
            return
        except Exception as error:
            _note(name, failed_at=timezone.now(), error=_place(error))
            raise
        _note(name, finished_at=timezone.now())

    return noted


def waits_until(run: PeriodicRun | None) -> datetime | None:
    """Until when the clock must go on calmly before this task does its work again."""
    if run is None or run.leapt_at is None:
        return None
    until = run.leapt_at + CALM
    is_waiting = run.task in settings.WAITS_AFTER_LEAP and timezone.now() < until
    return until if is_waiting else None


def _begin(name: str) -> PeriodicRun:
    """Note that it begins, and whether the clock leapt since it last did."""
    now = timezone.now()
    run = PeriodicRun.objects.filter(task=name).first()
    if run and run.started_at and abs(now - run.started_at) > LEAP:
        return _note(name, started_at=now, leapt_at=now)
    return _note(name, started_at=now)


@transaction.atomic
def _note(name: str, **moments: object) -> PeriodicRun:
    return PeriodicRun.objects.update_or_create(task=name, defaults=moments)[0]


def _place(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(frame.filename).name} {frame.lineno}"[:200]
