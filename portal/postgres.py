"""How moments that PostgreSQL tells are read: a page has dozens of them."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class MomentLoader(Loader):
    """Has Python read the whole of a moment, where Django reads it part by part: a
    tenth of the time."""

    # What Django asks of a loader before it trusts it: every connection is in UTC.
    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


def read_moments_at_once(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Receives that a connection was opened."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", MomentLoader)
