"""Settings from the environment: typed, and loud when one is missing or wrong."""

import os
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}
MOST_DAYS = 36_500


def env(name: str, default: str | None = None) -> str:
    """The text of ``name``; without a default a missing one is an error."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    """Whether ``name`` says yes (1, true, yes, on) or no (0, false, no, off)."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def env_int(name: str, default: int) -> int:
    """The whole number in ``name``."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be a whole number, not {value!r}."
        ) from error


def env_days(name: str, default: int) -> timedelta:
    """A term of ``name`` whole days: at least one, and not longer than a century.

    A term that is nothing or less would take away what is still to come.
    """
    days = env_int(name, default)
    if not 1 <= days <= MOST_DAYS:
        raise ImproperlyConfigured(
            f"{name} must be between 1 and {MOST_DAYS}, not {days}."
        )
    return timedelta(days=days)


def env_secret(name: str) -> str:
    """A secret: from ``name``, or from the file that ``name``_FILE points to."""
    path = os.environ.get(f"{name}_FILE")
    value = Path(path).read_text().strip() if path else os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE.")
    return value
