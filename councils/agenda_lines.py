"""An agenda as it is read: numbers by themselves, and a clock that runs along."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from councils.models import AgendaItem, Openness
from portal.dates import AMSTERDAM


class ItemRow(NamedTuple):
    """An item as an agenda needs it: to make models of sixty takes three times as
    long as to read them."""

    pk: UUID
    parent_id: UUID | None
    # Whether it stands on the agenda; else it waits for one.
    is_on: bool
    order: int
    kind: str
    origin: str
    title: str
    explanation: str
    goal: str
    minutes: int | None
    openness: str
    subject_url: str
    accepted_at: datetime | None
    added_by_id: UUID | None
    proposed: str | None
    introduced: str | None
    introducer_name: str

    @property
    def is_closed(self) -> bool:
        """As of an ``AgendaItem``."""
        return self.openness != Openness.OPEN

    @property
    def is_proposal(self) -> bool:
        """As of an ``AgendaItem``: what was dropped is not asked for."""
        return (
            self.origin == AgendaItem.Origin.PROPOSED
            and not self.is_on
            and self.accepted_at is None
        )

    @property
    def introducer(self) -> str:
        """The name of who introduces it, or an empty text."""
        return self.introduced or self.introducer_name


Item = TypeVar("Item", AgendaItem, ItemRow)


class AgendaLine(NamedTuple, Generic[Item]):
    """One line of an agenda for one reader.

    A line that the reader may not read keeps its number, its minutes and its place;
    ``title`` then says that it is closed. Show nothing else of its ``item``.
    """

    item: Item
    number: str
    # 1 for an item, 2 for an item under another.
    level: int
    # "14.05", or an empty text when nobody knows when it begins.
    begins: str
    is_readable: bool
    # What it takes, with what is under it; ``overrun`` is by how much that is longer
    # than the minutes of the item itself.
    minutes: int
    overrun: int = 0

    @property
    def title(self) -> str:
        return self.item.title if self.is_readable else _("Closed")


def lines_of(
    items: Iterable[Item],
    starts_at: datetime | None,
    readable: Callable[[Item], bool],
) -> list[AgendaLine[Item]]:
    """The lines of an agenda, in order; ``readable`` says what this reader may read.

    An item takes the minutes that it asks for, or those of what is under it when they
    are more.
    """
    lines: list[AgendaLine[Item]] = []
    passed = 0
    for place, (item, under) in enumerate(in_blocks(items), start=1):
        inside = sum(each.minutes or 0 for each in under)
        takes = max(item.minutes or 0, inside)
        overrun = inside - item.minutes if item.minutes and inside > item.minutes else 0
        lines.append(
            AgendaLine(
                item,
                str(place),
                1,
                _clock(starts_at, passed),
                readable(item),
                takes,
                overrun,
            )
        )
        before = passed
        for nth, each in enumerate(under, start=1):
            number, begins = f"{place}.{nth}", _clock(starts_at, before)
            lines.append(
                AgendaLine(each, number, 2, begins, readable(each), each.minutes or 0)
            )
            before += each.minutes or 0
        passed += takes
    return lines


def minutes_of(lines: Iterable[AgendaLine]) -> int:
    """How long the whole agenda takes."""
    return sum(line.minutes for line in lines if line.level == 1)


def in_blocks(items: Iterable[Item]) -> list[tuple[Item, list[Item]]]:
    """Each item with what stands under it, in the order of the agenda."""
    ordered = sorted(items, key=lambda item: (item.order, item.pk))
    heads = {item.pk for item in ordered if item.parent_id is None}
    under: dict[UUID, list[Item]] = defaultdict(list)
    for item in ordered:
        if item.parent_id and item.parent_id in heads:
            under[item.parent_id].append(item)
    # What stood under an item that is gone stands by itself.
    return [
        (item, under.get(item.pk, []))
        for item in ordered
        if item.parent_id not in heads
    ]


@lru_cache(maxsize=1000)
def _clock(starts_at: datetime | None, minutes: int) -> str:
    if starts_at is None:
        return ""
    at = (starts_at + timedelta(minutes=minutes)).astimezone(AMSTERDAM)
    return f"{at.hour}.{at.minute:02}"
