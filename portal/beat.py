"""The clock that sets the periodic tasks going."""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class HandyScheduler(PersistentScheduler):
    """Hands a task to the workers, or does it itself while the broker is away.

    So a mail leaves within two minutes of due without Redis too. Only what cannot wait
    is done here (``DONE_BY_BEAT``): everything else is found later by its own sweep.
    """

    # Not one connection for ever, which beat would wait for: one of the pool each time.
    producer: Any = None

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
