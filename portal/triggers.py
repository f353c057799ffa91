"""Rows that the database itself refuses to change.

An action keeps to the rules, but a script, a console or a mistake may not: for what is
evidence (the audit trail, what was submitted) the database holds the last word. Apps
name their tables with `frozen()` when they start; `install()` runs after every migrate,
because SQLite drops the triggers of a table that a migration rebuilds.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Func

PREFIX = "frozen_"
_FUNCTION = "frozen_row_refused"

_registry: dict[str, "Frozen"] = {}


class DatabaseDay(Func):
    """Today as the triggers have it: in UTC, by the clock of the database."""

    template = "CURRENT_DATE"
    output_field = DateField()


class Frozen(NamedTuple):
    """How far the rows of a table are frozen."""

    table: str
    update: bool
    delete: bool
    columns: tuple[str, ...]
    delete_after: str
    unless: str
    once: str


class Trigger(NamedTuple):
    """One trigger; its name holds a digest of what it does, so that old ones show."""

    name: str
    table: str
    event: str
    create: str

    def __str__(self):
        return f"{self.table} {self.event}"


def frozen(
    table: str,
    *,
    update: bool = True,
    delete: bool = True,
    columns: Sequence[str] = (),
    delete_after: str = "",
    unless: str = "",
    once: str = "",
) -> None:
    """Name a table whose rows the database must keep as they are.

    ``columns``: only these may not change, the others may. ``delete_after``: a column
    with a date; once that day is past, its row may be deleted. ``unless``: a condition
    in SQL on ``OLD`` under which a row is still free (``OLD.status = 'draft'``).
    ``once``: a column beside ``columns`` that may be filled in where it is empty.
    """
    _registry[table] = Frozen(
        table, update, delete, tuple(columns), delete_after, unless, once
    )


def install(using: str = "default", **_signal: object) -> None:
    """Give every frozen table that exists its triggers; safe to run again."""
    connection = connections[using]
    expected = {trigger.name: trigger for trigger in _expected(connection)}
    present = _present(connection)
    with connection.cursor() as cursor:
        for name, table in present.items():
            if name not in expected:
                cursor.execute(_drop(connection, name, table))
        if expected and connection.vendor == "postgresql":
            cursor.execute(_REFUSE_ON_POSTGRESQL)
        for name, trigger in expected.items():
            if name not in present:
                # One that was switched off is not among the present, but is there.
                cursor.execute(_drop(connection, name, trigger.table))
                cursor.execute(trigger.create)


def missing(using: str = "default") -> list[str]:
    """What is not guarded as it should be, in words such as ``portal_x UPDATE``."""
    connection = connections[using]
    present = _present(connection)
    return [str(each) for each in _expected(connection) if each.name not in present]


def remove(using: str = "default") -> None:
    """Take all triggers away.

    For a migration that must rewrite frozen rows: the end of the same migrate puts
    them back. Nothing that a visitor can reach calls this.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _present(connection).items():
            cursor.execute(_drop(connection, name, table))


def _expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    tables = set(connection.introspection.table_names())
    return [
        trigger
        for each in _registry.values()
        if each.table in tables
        for trigger in _triggers(connection, each)
    ]


def _triggers(connection: BaseDatabaseWrapper, frozen: Frozen) -> Iterator[Trigger]:
    quote = connection.ops.quote_name
    free = f"({frozen.unless}) IS NOT TRUE" if frozen.unless else ""
    if frozen.update:
        changes = [_changes(connection, name) for name in frozen.columns]
        if frozen.once:
            filled = f"OLD.{quote(frozen.once)} IS NOT NULL"
            changes.append(f"({filled} AND {_changes(connection, frozen.once)})")
        changed = " OR ".join(changes)
        yield _trigger(connection, frozen.table, "UPDATE", [free, changed])
    if frozen.delete:
        kept = ""
        if frozen.delete_after:
            # CURRENT_DATE is of UTC on both engines: never a day too early here.
            column = f"OLD.{quote(frozen.delete_after)}"
            kept = f"{column} IS NULL OR {column} >= CURRENT_DATE"
        yield _trigger(connection, frozen.table, "DELETE", [free, kept])
        if connection.vendor == "postgresql":
            yield _trigger(connection, frozen.table, "TRUNCATE", [])


def _trigger(
    connection: BaseDatabaseWrapper, table: str, event: str, conditions: list[str]
) -> Trigger:
    when = " AND ".join(f"({condition})" for condition in conditions if condition)
    clause = f"WHEN ({when}) " if when else ""
    if connection.vendor == "sqlite":
        scope = "FOR EACH ROW"
        body = f"BEGIN SELECT RAISE(ABORT, 'frozen: {table} {event}'); END"
    else:
        scope = "FOR EACH STATEMENT" if event == "TRUNCATE" else "FOR EACH ROW"
        body = f"EXECUTE FUNCTION {_FUNCTION}()"
    what = f"BEFORE {event} ON {connection.ops.quote_name(table)} {scope} {clause}"
    digest = hashlib.sha256(f"{what}{body}".encode()).hexdigest()[:8]
    # PostgreSQL cuts names at 63.
    name = f"{PREFIX}{event.lower()}_{digest}_{table}"[:63]
    return Trigger(name, table, event, f'CREATE TRIGGER "{name}" {what}{body}')


def _changes(connection: BaseDatabaseWrapper, column: str) -> str:
    name = connection.ops.quote_name(column)
    if connection.vendor == "sqlite":
        return f"OLD.{name} IS NOT NEW.{name}"
    return f"OLD.{name} IS DISTINCT FROM NEW.{name}"


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The names and tables of our triggers that are there and switched on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            )
        else:
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
                " AND pg_table_is_visible(c.oid)"
            )
        return {
            name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)
        }


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    quote = connection.ops.quote_name
    if connection.vendor == "sqlite":
        return f"DROP TRIGGER IF EXISTS {quote(name)}"
    return f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}"


# The class of a broken constraint, so that Django raises IntegrityError as on SQLite.
_REFUSE_ON_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'frozen: % %', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""
