"""What stands on an agenda and in the backlog, and who says so."""

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import agenda_order
from councils.actions.action_item import owners_of
from councils.actions.agenda_papers import ask_for_papers_of
from councils.actions.agenda_rows import (
    hold,
    hold_both,
    insert,
    let_papers_wait,
    order_of,
    refuse_adopted,
    rows_of,
    take_off,
    touch,
    write_order,
)
from councils.actions.decision import follow_openness
from councils.models import AgendaItem, Meeting, Openness, ReadyItem
from councils.permissions import can_edit_item, can_read_item
from portal import audit
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock

# What a form of an item writes.
EDITED = [
    "title",
    "explanation",
    "goal",
    "minutes",
    "introducer",
    "introducer_name",
    "openness",
]
STEPS = {
    "up": agenda_order.up,
    "down": agenda_order.down,
    "under": agenda_order.under,
    "out": agenda_order.out,
}


@transaction.atomic
def add_item(item: AgendaItem, *, by: User) -> AgendaItem:
    """Put a new item on the agenda of its meeting, or in the backlog without one.

    It comes under its parent, or at the end but before the closing items. The same one
    again (a double press) is the one that is there.
    """
    meeting = hold(item.meeting) if item.meeting else None
    if meeting is None:
        lock(item.council)
    if there := AgendaItem.objects.filter(pk=item.pk).first():
        if (there.council_id, there.added_by_id) == (item.council_id, by.pk):
            return there
        item.pk = uuid4()
    item.added_by = item.edited_by = by
    if meeting is None:
        item.parent = None
        item.save(force_insert=True)
    else:
        insert(meeting, [item], is_new=True)
    audit.record("agenda_item.add", item, by=by, scope=item.council_id)
    return item


@transaction.atomic
def take_ready(ready: ReadyItem, meeting: Meeting, *, by: User) -> AgendaItem:
    """Put a ready item on an agenda; once it is there, that one is meant."""
    meeting, url = hold(meeting), ready.get_absolute_url()
    there = meeting.items.in_order().filter(subject_url=url)
    found = next((each for each in there if can_read_item(by, each)), None)
    return found or add_item(
        AgendaItem(
            meeting=meeting,
            council_id=meeting.council_id,
            origin=AgendaItem.Origin.READY,
            title=ready.title,
            goal=ready.goal,
            minutes=ready.minutes,
            openness=ready.openness,
            subject_url=url,
        ),
        by=by,
    )


@transaction.atomic
def save_item(item: AgendaItem, *, revision: int, by: User) -> AgendaItem:
    """Save what somebody changed of an item whose revision was on the screen.

    When a colleague saved in between ``StaleText`` tells so, with the row as it now
    is; nothing is overwritten, and what was typed is with the caller.
    """
    meeting = hold(item.meeting) if item.meeting else None
    now = lock(item)
    if now.dropped_at:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    if not can_edit_item(by, now):
        # Closed since it was on the screen: what it says now is not for this person.
        raise NotAllowedNow(_("This item was closed meanwhile."))
    if now.revision != revision:
        if _is_the_same(item, now):
            return now
        raise StaleText(
            _("%(name)s changed this text too.") % {"name": now.edited_by},
            current=now,
        )
    if item.openness != now.openness:
        _hold_actions(item)
        _refuse_work_of_helpers(item)
        follow_openness(item)
    item.revision, item.edited_by = now.revision + 1, by
    item.save(update_fields=[*EDITED, "revision", "edited_by"])
    if meeting:
        refuse_adopted(meeting)
        if _shows_to_helpers(item, now):
            touch(meeting)
    audit.record("agenda_item.save", item, by=by, scope=item.council_id)
    return item


def _shows_to_helpers(item: AgendaItem, now: AgendaItem) -> bool:
    """Whether the change is on the screen of who does not read what is for members."""
    is_hidden = item.openness == now.openness == Openness.MEMBERS
    return not is_hidden or item.minutes != now.minutes


def _is_the_same(item: AgendaItem, now: AgendaItem) -> bool:
    """Whether it is saved as it is already: by the first of two presses."""
    return all(getattr(item, name) == getattr(now, name) for name in EDITED)


def _hold_actions(item: AgendaItem) -> None:
    # Nobody gives one to a helper while it is closed to helpers.
    rows = item.action_items.select_for_update(of=("self",), no_key=True)
    list(rows.order_by("pk").values_list("pk"))


def _refuse_work_of_helpers(item: AgendaItem) -> None:
    """Close nothing to helpers that one of them still has to do something for."""
    if item.openness != Openness.MEMBERS:
        return
    members = [user.pk for user in owners_of(item.council, item.openness)]
    actions = item.action_items.open().exclude(owner__in=members)
    papers = item.papers.filter(deliverer__isnull=False, versions__isnull=True)
    if actions.exists() or papers.exclude(deliverer__in=members).exists():
        raise NotAllowedNow(
            _(
                "The secretary or supporter has something to do for this item."
                " Give that to a member first."
            )
        )


@transaction.atomic
def move_item(item: AgendaItem, *, to: str, revision: int, by: User) -> AgendaItem:
    """Move an item one step: "up", "down", "under" the one above it, or "out" again.

    ``revision`` is that of the agenda on the screen; an older one is refused.
    """
    meeting = hold(_meeting_of(item), seen=revision)
    rows = rows_of(meeting)
    if item.pk not in rows:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    order = STEPS[to](order_of(rows), item.pk)
    if order is None:
        raise NotAllowedNow(_no_room(to))
    write_order(meeting, rows, order)
    moved = rows[item.pk]
    audit.record("agenda_item.move", moved, by=by, scope=meeting.council_id)
    return moved


@transaction.atomic
def place_item(
    item: AgendaItem, *, before: UUID | None, revision: int, by: User
) -> AgendaItem:
    """Put an item before another, at that one's level; before None: at the end."""
    meeting = hold(_meeting_of(item), seen=revision)
    rows = rows_of(meeting)
    if item.pk not in rows or (before and before not in rows):
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    order = agenda_order.before(order_of(rows), item.pk, before)
    if order is None:
        raise NotAllowedNow(_("The item stands there already."))
    write_order(meeting, rows, order)
    moved = rows[item.pk]
    audit.record("agenda_item.move", moved, by=by, scope=meeting.council_id)
    return moved


def _meeting_of(item: AgendaItem) -> Meeting:
    if item.meeting is None:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    return item.meeting


def _no_room(to: str) -> str:
    if to == "up":
        return _("This item cannot go up any further.")
    if to == "down":
        return _("This item cannot go down any further.")
    if to == "under":
        return _(
            "This item cannot go under another: it is the first one, or it has items"
            " of its own."
        )
    return _("This item stands by itself already.")


# --- From here to elsewhere ------------------------------------------------------


@transaction.atomic
def move_to_meeting(
    item: AgendaItem, meeting: Meeting, *, revision: int, by: User
) -> AgendaItem:
    """Move an item with what is under it to another meeting of its council.

    After the meeting it goes on there as an item of its own: see `carry_over`.
    """
    here, there = hold_both(_meeting_of(item), meeting, seen=revision)
    _refuse_of_another_council(item, there)
    if here.is_over:
        return carry_over(item, there, by=by)
    taken = take_off(here, item)
    taken[0].parent = None
    let_papers_wait(taken, here)
    insert(there, taken, is_new=False)
    ask_for_papers_of(taken, by=by)
    audit.record(
        "agenda_item.to_meeting",
        taken[0],
        by=by,
        scope=here.council_id,
        meeting=str(there.pk),
    )
    return taken[0]


@transaction.atomic
def to_backlog(item: AgendaItem, *, revision: int, by: User) -> AgendaItem:
    """Take an item with what is under it off its agenda and let it wait."""
    here = hold(_meeting_of(item), seen=revision)
    if here.is_over:
        return carry_over(item, None, by=by)
    taken = take_off(here, item)
    for row in taken:
        row.meeting = row.parent = None
        row.accepted_at = row.accepted_at or timezone.now()
        row.save(update_fields=["meeting", "parent", "accepted_at"])
    let_papers_wait(taken, here)
    audit.record("agenda_item.to_backlog", taken[0], by=by, scope=here.council_id)
    return taken[0]


@transaction.atomic
def put_on(item: AgendaItem, meeting: Meeting, *, by: User) -> AgendaItem:
    """Put an item that waits on an agenda; a proposal is taken over by it.

    Pressed twice it stands there once.
    """
    meeting = hold(meeting)
    _refuse_of_another_council(item, meeting)
    row = lock(item)
    if row.meeting_id == meeting.pk and not row.dropped_at:
        return row
    if row.meeting_id or row.dropped_at:
        raise NotAllowedNow(_("This item does not wait any more."))
    row.accepted_at = row.accepted_at or timezone.now()
    row.save(update_fields=["accepted_at"])
    insert(meeting, [row], is_new=False)
    ask_for_papers_of([row], by=by)
    audit.record("agenda_item.put_on", row, by=by, scope=meeting.council_id)
    return row


@transaction.atomic
def carry_over(item: AgendaItem, meeting: Meeting | None, *, by: User) -> AgendaItem:
    """Let a subject go on in a later meeting or wait for one; its item stays.

    For what was not finished: notes and decisions stay in the minutes of the old one.
    """
    there = hold(meeting) if meeting else None
    if there:
        _refuse_of_another_council(item, there)
    goes_on = AgendaItem.objects.filter(carried_from=item, dropped_at__isnull=True)
    if goes_on.filter(meeting=there).exists():
        raise NotAllowedNow(_("This item goes on there already."))
    copied = {name: getattr(item, name) for name in EDITED}
    follower = AgendaItem(
        **copied,
        council_id=item.council_id,
        kind=item.kind,
        origin=AgendaItem.Origin.CARRIED,
        carried_from=item,
        subject_type=item.subject_type,
        subject_id=item.subject_id,
        subject_url=item.subject_url,
        added_by=by,
        edited_by=by,
    )
    if there:
        insert(there, [follower], is_new=True)
    else:
        follower.save(force_insert=True)
    audit.record("agenda_item.carry_over", follower, by=by, scope=item.council_id)
    return follower


@transaction.atomic
def drop_item(item: AgendaItem, *, reason: str, by: User) -> AgendaItem:
    """Take an item with what is under it away; the row and its reason stay.

    Of a proposal whoever proposed it reads why.
    """
    if item.meeting:
        taken = take_off(hold(item.meeting), item)
    else:
        taken = [lock(item)]
        if taken[0].dropped_at or taken[0].meeting_id:
            raise NotAllowedNow(_("This item does not wait any more."))
    if not all(can_edit_item(by, row) for row in taken):
        raise NotAllowedNow(
            _("Something closed stands under this item. Move that first.")
        )
    for row in taken:
        row.dropped_at, row.dropped_because = timezone.now(), reason
        row.save(update_fields=["dropped_at", "dropped_because"])
    audit.record("agenda_item.drop", taken[0], by=by, scope=item.council_id)
    return taken[0]


@transaction.atomic
def accept(item: AgendaItem, *, by: User) -> AgendaItem:
    """Keep a member's proposal on the waiting list."""
    row = lock(item)
    if not row.is_proposal:
        raise NotAllowedNow(_("Somebody decided about this proposal already."))
    row.accepted_at = timezone.now()
    row.save(update_fields=["accepted_at"])
    audit.record("agenda_item.accept", row, by=by, scope=row.council_id)
    return row


def _refuse_of_another_council(item: AgendaItem, meeting: Meeting) -> None:
    if item.council_id != meeting.council_id:
        raise NotAllowedNow(_("That meeting is of another council."))
