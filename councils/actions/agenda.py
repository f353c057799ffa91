"""What stands on an agenda, in which order, and who says so.

Whoever changes an agenda first holds its meeting, so that two who do it at once see
each other's order.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from councils.actions import agenda_order
from councils.actions.agenda_order import Order, Place
from councils.models import AgendaItem, Meeting
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock


@transaction.atomic
def add_item(item: AgendaItem, *, by: User) -> AgendaItem:
    """Put a new item on the agenda of its meeting, or in the backlog without one.

    It comes under its parent, or at the end but before the closing items.
    """
    item.added_by = item.edited_by = by
    if item.meeting is None:
        item.parent = None
        item.save(force_insert=True)
    else:
        meeting = hold(item.meeting)
        _insert(item, meeting)
    audit.record("agenda_item.add", item, by=by, scope=item.council_id)
    return item


def _insert(item: AgendaItem, meeting: Meeting) -> None:
    rows = rows_of(meeting)
    item.council_id = meeting.council_id
    last = {row.pk for row in rows.values() if row.is_at_end}
    if item.is_at_end:
        last.add(item.pk)
    order = agenda_order.added(order_of(rows), item.pk, item.parent_id, last)
    item.save(force_insert=True)
    rows[item.pk] = item
    write_order(meeting, rows, order)


# --- The order -------------------------------------------------------------------


def hold(meeting: Meeting) -> Meeting:
    """The meeting, held until the transaction ends; not one that was called off."""
    meeting = lock(meeting)
    if meeting.is_cancelled:
        raise NotAllowedNow(
            _("This meeting was called off. Its agenda stays as it is.")
        )
    return meeting


def rows_of(meeting: Meeting) -> dict[UUID, AgendaItem]:
    """The items of a meeting by their id, in order."""
    rows = meeting.items.in_order().select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows}


def order_of(rows: dict[UUID, AgendaItem]) -> Order:
    return [Place(row.pk, row.parent_id) for row in rows.values()]


def write_order(meeting: Meeting, rows: dict[UUID, AgendaItem], order: Order) -> None:
    """Keep an order: what changed place or level, and that the agenda changed."""
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
