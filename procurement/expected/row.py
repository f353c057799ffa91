"""One thing that waits on somebody's desk, and how a query tells it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    IntegerField,
    QuerySet,
    UUIDField,
)

from councils.permissions import (
    council_seats,
)
from portal.models import User
from portal.unions import part_of


class Row(NamedTuple):
    """One thing that waits; which columns say something depends on ``kind``."""

    kind: str
    pk: UUID
    council_id: UUID
    # Of a request and of a plan: the round; and the phase, or the organisation.
    cycle_id: UUID | None
    phase_id: UUID | None
    title: str
    detail: str
    at: datetime | None
    day: date | None
    first: int | None
    second: int | None
    third: int | None
    is_mine: bool
    is_done: bool


_FIELDS: dict[str, Any] = {
    "pk": UUIDField,
    "council_id": UUIDField,
    "cycle_id": UUIDField,
    "phase_id": UUIDField,
    "title": CharField,
    "detail": CharField,
    "at": DateTimeField,
    "day": DateField,
    "first": IntegerField,
    "second": IntegerField,
    "third": IntegerField,
    "is_mine": BooleanField,
    "is_done": BooleanField,
}


def part(kind: str, rows: QuerySet, **told: Any) -> QuerySet:
    """A part of the union of what waits."""
    return part_of(_FIELDS, kind, rows, **told)


def kept_by(user: User, *roles: str) -> list[UUID]:
    """The councils in which the person has one of these roles, or takes the place."""
    return [seat.party_id for seat in council_seats(user) if seat.acts_as & set(roles)]


def of_kind(rows: list[Row], kind: str) -> Iterator[Row]:
    return (row for row in rows if row.kind == kind)
