"""The order of an agenda as a plain list, and the steps that it can be changed by.

Every step gives a whole new order, or None when there is nowhere to go.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID


class Place(NamedTuple):
    """An item in the order, and the item that it is under."""

    pk: UUID
    parent: UUID | None = None


Order = list[Place]
# An item, and after it what is under it.
Blocks = list[Order]


def blocks_of(places: Iterable[Place]) -> Blocks:
    """The order by item; what was under an item that is not there stands by itself."""
    places = list(places)
    heads = {place.pk: [place] for place in places if place.parent is None}
    blocks: Blocks = []
    for place in places:
        if place.parent is None:
            blocks.append(heads[place.pk])
        elif place.parent not in heads:
            blocks.append([Place(place.pk)])
    for place in places:
        if place.parent in heads:
            heads[place.parent].append(place)
    return blocks


def flat(blocks: Blocks) -> Order:
    return [place for block in blocks for place in block]


def up(places: Order, pk: UUID) -> Order | None:
    """Let an item change places with the one above it, at its own level."""
    return _shift(places, pk, -1)


def down(places: Order, pk: UUID) -> Order | None:
    """Let an item change places with the one below it, at its own level."""
    return _shift(places, pk, 1)


def under(places: Order, pk: UUID) -> Order | None:
    """Put an item under the one above it, as the last; not one that has its own."""
    blocks = blocks_of(places)
    at, nth = _find(blocks, pk)
    if nth or at == 0 or len(blocks[at]) > 1:
        return None
    blocks.pop(at)
    head = blocks[at - 1][0]
    blocks[at - 1].append(Place(pk, head.pk))
    return flat(blocks)


def out(places: Order, pk: UUID) -> Order | None:
    """Let an item that is under another stand by itself, right after that one."""
    blocks = blocks_of(places)
    at, nth = _find(blocks, pk)
    if nth == 0:
        return None
    blocks[at].pop(nth)
    blocks.insert(at + 1, [Place(pk)])
    return flat(blocks)


def before(places: Order, pk: UUID, other: UUID | None) -> Order | None:
    """Put an item before another, at that one's level; before None: at the end.

    An item with others under it takes them along, and then always stands by itself.
    """
    if pk == other:
        return None
    blocks = blocks_of(places)
    at, nth = _find(blocks, pk)
    if other and nth == 0 and any(place.pk == other for place in blocks[at]):
        return None
    moved = [blocks[at].pop(nth)] if nth else blocks.pop(at)
    if other is None:
        blocks.append([Place(pk), *moved[1:]])
        return flat(blocks)
    to, place = _find(blocks, other)
    if place and len(moved) == 1:
        blocks[to].insert(place, Place(pk, blocks[to][0].pk))
    else:
        blocks.insert(to, [Place(pk), *moved[1:]])
    return flat(blocks)


def added(places: Order, pk: UUID, parent: UUID | None, last: set[UUID]) -> Order:
    """Put a new item under ``parent``, or at the end but before the closing ones."""
    blocks = blocks_of(places)
    if parent and any(block[0].pk == parent for block in blocks):
        at, _nth = _find(blocks, parent)
        blocks[at].append(Place(pk, parent))
        return flat(blocks)
    at = len(blocks)
    if pk not in last:
        while at and blocks[at - 1][0].pk in last:
            at -= 1
    blocks.insert(at, [Place(pk)])
    return flat(blocks)


def without(places: Order, pks: set[UUID]) -> Order:
    """The order when those items are gone."""
    return flat(blocks_of(place for place in places if place.pk not in pks))


def _shift(places: Order, pk: UUID, step: int) -> Order | None:
    blocks = blocks_of(places)
    at, nth = _find(blocks, pk)
    rows: list = blocks[at] if nth else blocks
    place, first = (nth, 1) if nth else (at, 0)
    to = place + step
    if not first <= to < len(rows):
        return None
    rows[place], rows[to] = rows[to], rows[place]
    return flat(blocks)


def _find(blocks: Blocks, pk: UUID) -> tuple[int, int]:
    """In which block an item stands, and where in it: 0 is the item itself."""
    for at, block in enumerate(blocks):
        for nth, place in enumerate(block):
            if place.pk == pk:
                return at, nth
    raise LookupError(f"{pk} is not in this order")
