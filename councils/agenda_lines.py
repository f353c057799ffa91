"""An agenda as it is read: numbers by themselves, and a clock that runs along."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from councils.models import AgendaItem
from portal.dates import AMSTERDAM


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One line of an agenda for one reader.

    A line that the reader may not read keeps its number, its minutes and its place;
    ``title`` then says that it is closed. Show nothing else of its ``item``.
    """

    item: AgendaItem
    number: str
    # 1 for an item, 2 for an item under another.
    level: int
    # "14:05", or an empty text when nobody knows when it begins.
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
    items: Iterable[AgendaItem],
    starts_at: datetime | None,
    readable: Callable[[AgendaItem], bool],
) -> list[AgendaLine]:
    """The lines of an agenda, in order; ``readable`` says what this reader may read.

    An item takes the minutes that it asks for, or those of what is under it when they
    are more.
    """
    lines: list[AgendaLine] = []
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


def in_blocks(
    items: Iterable[AgendaItem],
) -> list[tuple[AgendaItem, list[AgendaItem]]]:
    """Each item with what stands under it, in the order of the agenda."""
    ordered = sorted(items, key=lambda item: (item.order, str(item.pk)))
    heads = {item.pk for item in ordered if item.parent_id is None}
    under: dict[UUID, list[AgendaItem]] = defaultdict(list)
    for item in ordered:
        if item.parent_id in heads:
            under[item.parent_id].append(item)
    # What stood under an item that is gone stands by itself.
    return [
        (item, under.get(item.pk, []))
        for item in ordered
        if item.parent_id not in heads
    ]


def _clock(starts_at: datetime | None, minutes: int) -> str:
    if starts_at is None:
        return ""
    moment = starts_at + timedelta(minutes=minutes)
    return moment.astimezone(AMSTERDAM).strftime("%H:%M")
