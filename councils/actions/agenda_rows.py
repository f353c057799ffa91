"""The items of a meeting, held while somebody changes their order.

Whoever changes an agenda first holds its meeting, so that two who do it at once see
each other's order.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import agenda_order
from councils.actions.agenda_order import Order, Place
from councils.models import AgendaItem, AgendaPaper, Meeting, Minutes
from portal.errors import NotAllowedNow, StaleText
from portal.transitions import lock

Rows = dict[UUID, AgendaItem]


def hold(meeting: Meeting, *, seen: int | None = None) -> Meeting:
    """The meeting, held until the transaction ends; not one that was called off.

    ``seen`` is the agenda that was on the screen: another one now is refused.
    """
    meeting = lock(meeting)
    if meeting.is_cancelled:
        raise NotAllowedNow(
            _("This meeting was called off. Its agenda stays as it is.")
        )
    if seen is not None and seen != meeting.agenda_revision:
        raise StaleText(
            _(
                "Somebody else changed the agenda meanwhile. Below is how it is now."
                " Do it once more."
            ),
            current=meeting,
        )
    return meeting


def hold_both(one: Meeting, other: Meeting, *, seen: int) -> tuple[Meeting, Meeting]:
    """Two meetings, always held in the same order, so that nobody waits in a circle."""
    held: dict[UUID, Meeting] = {}
    for each in sorted([one, other], key=lambda meeting: str(meeting.pk)):
        held[each.pk] = hold(each, seen=seen if each.pk == one.pk else None)
    return held[one.pk], held[other.pk]


def rows_of(meeting: Meeting) -> Rows:
    """The items of a meeting by their id, in order."""
    rows = meeting.items.in_order().select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows}


def order_of(rows: Rows) -> Order:
    return [Place(row.pk, row.parent_id) for row in rows.values()]


def refuse_adopted(meeting: Meeting) -> None:
    """Refuse to change what stands in adopted minutes: the items and their order."""
    if meeting.starts_at > timezone.now():
        return  # what is to come has no minutes
    adopted = Minutes.objects.filter(status=Minutes.Status.ADOPTED)
    if adopted.filter(meeting=meeting).exists():
        raise NotAllowedNow(
            _("These minutes were adopted. Nothing in them changes any more.")
        )


def write_order(meeting: Meeting, rows: Rows, order: Order) -> None:
    """Keep an order: what changed place or level, and that the agenda changed."""
    refuse_adopted(meeting)
    changed = []
    for number, place in enumerate(order, start=1):
        row = rows[place.pk]
        if (row.order, row.parent_id) != (number, place.parent):
            row.order, row.parent_id = number, place.parent
            changed.append(row)
    AgendaItem.objects.bulk_update(changed, ["order", "parent"], batch_size=200)
    touch(meeting)


def touch(meeting: Meeting) -> None:
    """Count a change, by which an older agenda on somebody's screen shows."""
    meeting.agenda_revision += 1
    meeting.save(update_fields=["agenda_revision"])


def insert(meeting: Meeting, items: Iterable[AgendaItem], *, is_new: bool) -> None:
    """Put items on an agenda: each under its parent, or at the end but before the
    closing items. What is under one of them follows it in ``items``."""
    rows = rows_of(meeting)
    order, coming = order_of(rows), list(items)
    for item in coming:
        item.meeting, item.council_id = meeting, meeting.council_id
        if item.parent_id not in rows or rows[item.parent_id].parent_id:
            item.parent = None
        rows[item.pk] = item
        last = {row.pk for row in rows.values() if row.is_at_end}
        order = agenda_order.added(order, item.pk, item.parent_id, last)
    if is_new:
        places = {place.pk: number for number, place in enumerate(order, start=1)}
        for item in coming:
            item.order = places[item.pk]
        AgendaItem.objects.bulk_create(coming)
    else:
        AgendaItem.objects.bulk_update(coming, ["meeting", "parent"])
    write_order(meeting, rows, order)


def take_off(meeting: Meeting, item: AgendaItem) -> list[AgendaItem]:
    """Take an item and what is under it off an agenda; the others close up.

    The rows come back, the item itself first, without a place of their own yet.
    """
    rows = rows_of(meeting)
    if item.pk not in rows:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    under = [row for row in rows.values() if row.parent_id == item.pk]
    taken = [rows[item.pk], *under]
    left = agenda_order.without(order_of(rows), {row.pk for row in taken})
    write_order(meeting, rows, left)
    return taken


def let_wait(meeting: Meeting) -> None:
    """Let what a meeting would deal with wait for another, before it is called off.

    What returns at every meeting stays; the waiting list has one level.
    """
    rows = rows_of(meeting).values()
    for row in rows:
        row.parent = None
        if row.origin != AgendaItem.Origin.STANDING:
            row.meeting = None
            row.accepted_at = row.accepted_at or timezone.now()
    AgendaItem.objects.bulk_update(rows, ["meeting", "parent", "accepted_at"])
    let_papers_wait([row for row in rows if row.meeting is None], meeting)


def let_papers_wait(items: Collection[AgendaItem], meeting: Meeting) -> None:
    """Of items that left the agenda of a meeting nobody is asked for papers."""
    move_paper_days(items, meeting, None)
    awaited = AgendaPaper.objects.filter(item__in=items, versions__isnull=True)
    awaited.update(asked_at=None)


def move_paper_days(
    items: Iterable[AgendaItem], old: Meeting | None, new: Meeting | None
) -> None:
    """Let papers that come by the usual day of a meeting come by that of another.

    A day that somebody chose for a paper stays until it has passed; without a meeting
    there is none.
    """
    was, becomes = (each.papers_due_on if each else None for each in (old, new))
    if was != becomes:
        awaited = AgendaPaper.objects.filter(item__in=items, versions__isnull=True)
        ends = Q(due_on=was) | Q(due_on__lt=timezone.localdate())
        awaited.filter(ends).update(due_on=becomes)
