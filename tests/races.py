"""Many at once on real rows: each in a thread and a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
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


def side_by_side(*functions: Callable[[], Any]) -> list[Any]:
    """What each gives when all begin at the same moment; None for one that refused."""
    barrier = Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return function()
        except NotAllowedNow:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))
