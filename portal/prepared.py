"""Queries of nearly every page, of which the SQL is written once.

Django writes a query anew each time, which takes far longer than the database needs to
answer it. For the same kind of reader the text is the same but for a few ids and
moments: here it is written once with others in their place, kept for the life of the
process, and filled in at each request. The query itself stays what ``visible_to`` and
its like make of it.

The stand-in for a reader has a key and seats and nothing else, and a query may not ask
the database while it is written: one that needs more fails then, and does not answer
for somebody else, or with what was so at that moment.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import CharField, DateTimeField, Field, QuerySet, UUIDField
from django.utils import timezone

from portal.models import User
from portal.seats import seats_of

# In place of the first, second … id, moment and text: no row will ever have these.
FIRST_ID = 0x5EA7_0000_0000_4000_8000_0000_0000_0000
FIRST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC)
FIRST_TEXT = "\x1fin the place of text "
# By which one of these is seen in what was made of it.
STANDING_IN = (f"{FIRST_ID:x}"[:20], FIRST_TEXT)
MOST_KEPT = 500
# In the text of a query: where a value belongs, or a sign that is not to be one.
SIGN = re.compile("%[s%]")
# Of a seat: so many words that are part of the text; after them come ids.
OPEN = 4

Value = UUID | datetime | str
Given = Value | Sequence[UUID] | None

_FIELDS: dict[type, Field] = {
    UUID: UUIDField(),
    datetime: DateTimeField(),
    str: CharField(),
}
_kept: dict[Hashable, "_Prepared"] = {}


@dataclass(frozen=True)
class _StandInSeat:
    """What a query may ask of a seat."""

    party: str
    role: str
    kind: str
    acts_as: frozenset[str]
    party_id: UUID
    organisation_id: UUID | None
    parent_id: UUID | None


def fetch(
    build: Callable[..., QuerySet], user: User, *given: Given, **more: Hashable
) -> list[Any]:
    """The rows of ``build(user, *given, **more)``, as the query set itself gives them.

    Of ``user`` it may ask the key and the seats, of ids only whether they are the
    same. It may depend on the day; a moment or a text it must be ``given``, and that is
    asked for as it is: no later moment, no part of a text. What is in ``more`` becomes
    part of the SQL, so only what has a few values belongs there.
    """
    return _run(build, user.pk, _seats(user), given, more)


def fetch_of(
    build: Callable[..., QuerySet], *given: Given, **more: Hashable
) -> list[Any]:
    """The same for a query that knows no reader: ``build(*given, **more)``."""
    return _run(build, None, None, given, more)


def _seats(user: User) -> tuple[tuple, ...]:
    return tuple(
        (
            seat.party,
            seat.role,
            seat.kind,
            seat.acts_as,
            seat.party_id,
            seat.organisation_id,
            seat.parent_id,
        )
        for seat in seats_of(user)
    )


def _run(
    build: Callable[..., QuerySet],
    user_id: UUID | None,
    seats: tuple[tuple, ...] | None,
    given: tuple[Given, ...],
    more: dict[str, Hashable],
) -> list[Any]:
    names = _Names()
    # Who asks for what, with a number for each value: readers alike share a text.
    shape = (
        build,
        connection.vendor,
        timezone.localdate(),
        names.of(user_id),
        seats
        and tuple(seat[:OPEN] + tuple(map(names.of, seat[OPEN:])) for seat in seats),
        tuple(names.of(each) for each in given),
        tuple(more.items()),
    )
    prepared = _kept.get(shape)
    if prepared is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        prepared = _kept[shape] = _prepare(build, shape, more)
    return prepared.rows(list(names.numbers))


class _Names:
    """Numbers the values that it meets: the same value, the same number."""

    def __init__(self) -> None:
        self.numbers: dict[Value, int] = {}

    def of(self, value: Given) -> Any:
        if value is None:
            return None
        if isinstance(value, UUID | datetime | str):
            return type(value), self.numbers.setdefault(value, len(self.numbers))
        return tuple(self.of(each) for each in value)


def _stand_in(name: Any) -> Any:
    """The other value of a number in a shape."""
    if name is None:
        return None
    if name and isinstance(name[0], type):
        kind, number = name
        if kind is UUID:
            return UUID(int=FIRST_ID + number)
        if kind is str:
            return f"{FIRST_TEXT}{number}"
        return FIRST_MOMENT + timedelta(days=number)
    return [_stand_in(each) for each in name]


def _prepare(
    build: Callable[..., QuerySet], shape: tuple, more: dict[str, Hashable]
) -> "_Prepared":
    *_what, user_id, seats, given, _more = shape
    values = [_stand_in(each) for each in given]
    if user_id is not None:
        values.insert(0, _reader(user_id, seats))
    with connection.execute_wrapper(_refuse):
        queryset = build(*values, **more)
    return _Prepared(queryset, dict(_numbered((user_id, seats, given))))


def _refuse(*_args: Any) -> NoReturn:
    raise TypeError("A query that is written once cannot ask the database first.")


def _reader(user_id: Any, seats: tuple[tuple, ...]) -> User:
    """Somebody with the same seats under other ids, and nothing else."""
    person = User.from_db(DEFAULT_DB_ALIAS, ["id"], [_stand_in(user_id)])
    person._seats = [  # type: ignore[attr-defined]
        _StandInSeat(*seat[:OPEN], *map(_stand_in, seat[OPEN:])) for seat in seats
    ]
    return person


def _numbered(shape: Any) -> Iterator[tuple[Any, tuple[type, int]]]:
    """Each stand-in as the database is given it, with what it stands for."""
    if isinstance(shape, tuple) and shape and isinstance(shape[0], type):
        kind, number = shape
        yield _for_database(_stand_in(shape)), (kind, number)
    elif isinstance(shape, tuple):
        for each in shape:
            yield from _numbered(each)


def _for_database(value: Value, to: Any = connection) -> Any:
    return _FIELDS[type(value)].get_db_prep_value(value, to)


class _Prepared:
    """A query of which the text is there; ``rows`` fills in what differs."""

    def __init__(
        self, queryset: QuerySet, numbers: dict[Any, tuple[type, int]]
    ) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise TypeError("What is fetched beside it would be of the stand-in.")
        # Of what Django keeps to itself: how it makes rows of an answer.
        self.queryset: Any = queryset
        self.compiler = queryset.query.get_compiler(connection=connection)
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, params = "", ()
        self.params = list(params)
        self._find_holes(numbers)
        # How values are read; on SQLite by what a connection has of its own.
        self.converters: dict | None = None
        if self.sql and connection.vendor == "postgresql":
            self._write_out()
            self.converters = self._converters(self.compiler)

    def _find_holes(self, numbers: dict[Any, tuple[type, int]]) -> None:
        self.holes = [
            (place, numbers[param][1])
            for place, param in enumerate(self.params)
            if isinstance(param, str | UUID | datetime) and param in numbers
        ]
        filled = {place for place, _number in self.holes}
        for place, param in enumerate(self.params):
            if place in filled:
                continue
            if isinstance(param, datetime):
                raise TypeError("A moment must be given, or it is that of the first.")
            if any(sign in str(param).replace("-", "") for sign in STANDING_IN):
                raise TypeError("What is given must be asked for as it is.")

    def _write_out(self) -> None:
        """Put into the text what is the same at every request: what is sent apart is
        read, checked and sent each time, and PostgreSQL plans without knowing it."""
        operations: Any = connection.ops
        holes, params = dict(self.holes), iter(enumerate(self.params))
        self.params, self.holes = [], []

        def written(sign: re.Match[str]) -> str:
            if sign[0] == "%%":
                return sign[0]
            place, param = next(params)
            if place not in holes:
                literal: str = operations.compose_sql("%s", [param])
                return literal.replace("%", "%%")
            self.holes.append((len(self.params), holes[place]))
            self.params.append(param)
            return sign[0]

        self.sql = SIGN.sub(written, self.sql)

    def rows(self, values: list[Value]) -> list[Any]:
        if not self.sql:
            return []
        # This thread's own, and not by way of the proxy: it is asked for every column.
        mine = connections[DEFAULT_DB_ALIAS]
        params = self.params.copy()
        given = [_for_database(value, mine) for value in values]
        for place, number in self.holes:
            params[place] = given[number]
        with mine.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        converters = self.converters
        if converters is None:
            compiler: Any = copy(self.compiler)
            compiler.connection = mine
            converters = self._converters(compiler)
        if converters:
            found = [*map(tuple, self.compiler.apply_converters(found, converters))]
        return list(self.queryset._iterable_class(_Answer(self, found)))

    def _converters(self, compiler: Any) -> dict:
        selected = compiler.select[: compiler.col_count]
        return compiler.get_converters([column for column, _sql, _alias in selected])


class _Answer:
    """What the database answered, where Django looks for a query and its compiler: it
    makes rows of it, and asks nothing."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict = {}

    def __init__(self, prepared: _Prepared, rows: list[tuple]) -> None:
        self.model, self.query, self.rows = prepared.queryset.model, self, rows
        self.asked = prepared.queryset.query
        self.select = prepared.compiler.select
        self.klass_info = prepared.compiler.klass_info
        self.annotation_col_map = prepared.compiler.annotation_col_map

    def __getattr__(self, name: str) -> Any:
        return getattr(self.asked, name)

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> "_Answer":
        return self

    def execute_sql(self, **_kwargs: Any) -> list[tuple]:
        return self.rows

    def results_iter(self, *_args: Any, **_kwargs: Any) -> Iterator[tuple]:
        return iter(self.rows)
