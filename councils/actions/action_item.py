"""What somebody took on in a meeting: kept until it is done or no longer needed."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.minutes import hold_item, hold_readable, writable
from councils.models import (
    VOTING_ROLES,
    ActionItem,
    Council,
    CouncilMembership,
    Minutes,
    Openness,
)
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import move

Status = ActionItem.Status


@transaction.atomic
def take_on(action: ActionItem, *, by: User) -> ActionItem:
    """Save a new action at its item, with an owner of the council and a day."""
    if action.item is None:
        raise NotAllowedNow(_("This item is not on the agenda of a meeting."))
    item = action.item = hold_item(action.item, by=by)
    if written := ActionItem.objects.filter(pk=action.pk, item=item).first():
        return written  # the same page was sent twice
    action.council, action.openness = item.council, item.openness
    _check_owner(action)
    action.made_by = by
    action.save(force_insert=True)
    _record("action_item.take_on", action, by)
    return action


@transaction.atomic
def reword(action: ActionItem, *, what: str, by: User) -> ActionItem:
    """Say it in other words, as long as the minutes are not adopted."""
    if action.item is not None:
        writable(action.item.meeting, by=by)
    action = hold_readable(action, by=by)
    action.what = what
    action.save(update_fields=["what"])
    _record("action_item.reword", action, by)
    return action


@transaction.atomic
def remove(action: ActionItem, *, by: User) -> None:
    """Take back what was written down by mistake, before the minutes are adopted."""
    if action.item is not None:
        writable(action.item.meeting, by=by)
    action = hold_readable(action, by=by)
    _record("action_item.remove", action, by)
    action.delete()


@transaction.atomic
def hand_over(action: ActionItem, *, owner: User, due_on: date, by: User) -> ActionItem:
    """Give it another owner or another day; only while it is open."""
    action = hold_readable(action, by=by)
    if action.status != Status.OPEN:
        raise NotAllowedNow(_("This is not open any more. Open it again first."))
    action.owner, action.due_on = owner, due_on
    _check_owner(action)
    action.save(update_fields=["owner", "due_on"])
    _record("action_item.hand_over", action, by)
    return action


@transaction.atomic
def finish(action: ActionItem, *, note: str, by: User) -> ActionItem:
    """It is done; ``note`` says what came of it."""
    action = _end(action, Status.DONE, note, by)
    _record("action_item.finish", action, by)
    return action


@transaction.atomic
def drop(action: ActionItem, *, note: str, by: User) -> ActionItem:
    """It need not be done any more; ``note`` says why."""
    action = _end(action, Status.DROPPED, note, by)
    _record("action_item.drop", action, by)
    return action


@transaction.atomic
def reopen(action: ActionItem, *, by: User) -> ActionItem:
    """It is to be done after all; what was said of it stays."""
    action = hold_readable(action, by=by)
    move(action, Status.OPEN)
    action.ended_at = None
    action.save(update_fields=["status", "ended_at"])
    _record("action_item.reopen", action, by)
    return action


def is_frozen(action: ActionItem) -> bool:
    """Whether its words stand in adopted minutes."""
    if action.item is None:
        return False
    adopted = Minutes.objects.filter(status=Minutes.Status.ADOPTED)
    return adopted.filter(meeting=action.item.meeting_id).exists()


def owners_of(council: Council, openness: str) -> list[User]:
    """Who can take on what is closed so far: helpers not what only members read."""
    terms = CouncilMembership.objects.current().filter(council=council.pk)
    if openness == Openness.MEMBERS:
        terms = terms.filter(role__in=VOTING_ROLES)
    return [
        term.user for term in terms.select_related("user").order_by("user__name", "pk")
    ]


def _check_owner(action: ActionItem) -> None:
    owners = owners_of(action.council, action.openness)
    if action.owner_id not in {owner.pk for owner in owners}:
        raise NotAllowedNow(_("Choose somebody of the council who may read this item."))


def _end(action: ActionItem, status: str, note: str, by: User) -> ActionItem:
    action = hold_readable(action, by=by)
    move(action, status)
    action.note, action.ended_at = note, timezone.now()
    action.save(update_fields=["status", "note", "ended_at"])
    return action


def _record(verb: str, action: ActionItem, by: User) -> None:
    # Of its item: what is closed stays closed in the trail, also when it is taken back.
    audit.record(verb, action.item or action, by=by, scope=action.council_id)
