"""Keeps when each periodic task last ran, so that one that fell silent is seen."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from traceback import extract_tb

from django.db import transaction
from django.utils import timezone

from portal.errors import NotAllDone
from portal.models import PeriodicRun


def periodic(task: Callable[[], None]) -> Callable[[], None]:
    """Note in ``PeriodicRun`` when ``task`` begins, ends and fails.

    Below ``@shared_task``. The error is told by its kind and place only: its words may
    hold what people typed.
    """
    name = f"{task.__module__}.{task.__name__}"

    @wraps(task)
    def noted() -> None:
        _note(name, started_at=timezone.now())
        try:
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


def _note(name: str, **moments: object) -> None:
    with transaction.atomic():
        PeriodicRun.objects.update_or_create(task=name, defaults=moments)


def _place(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(frame.filename).name} {frame.lineno}"[:200]
