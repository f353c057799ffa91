"""Frozen rows can be cleared away between tests, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal import triggers


@contextmanager
def lifted() -> Iterator[None]:
    """Take the triggers away for as long as this lasts."""
    triggers.remove()
    try:
        yield
    finally:
        triggers.install()
