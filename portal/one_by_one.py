"""Work on many things, each in a transaction of its own.

One that fails is told and keeps none of the others. What a run that was killed, or
whose time was over, did not come to is for the next.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from portal.errors import NotAllDone

logger = logging.getLogger(__name__)

Key = TypeVar("Key")

# How long a task of the night goes on; Celery ends it after fourteen minutes.
A_WHILE = 300.0


class OneByOne:
    """One run: how long it may go on (``None``: to the end), and how many failed."""

    def __init__(self, seconds: float | None = None) -> None:
        self.until = None if seconds is None else time.monotonic() + seconds
        self.failed = 0

    @property
    def is_over(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def over(
        self, what: str, keys: Iterable[Key], act: Callable[[Key], object]
    ) -> None:
        """Do ``act`` with each of these, until the time is over."""
        for key in keys:
            if self.is_over:
                return
            try:
                act(key)
            except Exception:
                logger.exception("%s failed: %s", what, key)
                self.failed += 1

    def tell(self) -> None:
        """Raise if any failed: whoever runs this passes it on."""
        if self.failed:
            raise NotAllDone(self.failed)
