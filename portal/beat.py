"""The clock that sets the periodic tasks going."""

import logging
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

# What a clock may be put back without anybody having to mind.
A_BIT = timedelta(minutes=1)


class HandyScheduler(PersistentScheduler):
    """Hands a task to the workers, or does it itself while the broker is away.

    So a mail leaves within two minutes of due without Redis too. Only what cannot wait
    is done here (``DONE_BY_BEAT``): everything else is found later by its own sweep.
    """

    # Not one connection for ever, which beat would wait for: one of the pool each time.
    producer: Any = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Set going what is due now; also when the clock was put back.

        A run that lies in the future would keep its task silent until that day.
        """
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at and entry.last_run_at > now + A_BIT:
                entry.last_run_at = now
                self._heap = None
        seconds: float = super().tick(*args, **kwargs)
        return seconds

    def apply_async(
        self,
        entry: ScheduleEntry,
        producer: object = None,
        advance: bool = True,
        **options: Any,
    ) -> Any:
        try:
            return super().apply_async(entry, None, advance, **options)
        except SchedulingError:
            logger.warning("The broker is away")
            if entry.task in settings.DONE_BY_BEAT:
                close_old_connections()
                try:
                    import_string(entry.task)()
                finally:
                    close_old_connections()
            return None
