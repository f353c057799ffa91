"""Many at once on real rows: each in a thread and a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from portal.errors import NotAllowedNow


def at_once(function: Callable, *args: Any, times: int, **kwargs: Any) -> list[Any]:
    """What ``function`` gives to each of ``times`` callers; None where it refused."""

    def run(_: int) -> Any:
        try:
            return function(*args, **kwargs)
        except NotAllowedNow:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))
