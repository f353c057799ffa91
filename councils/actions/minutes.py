"""The minutes of a meeting: written per item, sent round as a draft, adopted later."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.minutes_content import content_of
from councils.actions.minutes_mail import tell_adopted, tell_round
from councils.models import (
    ActionItem,
    AdoptedMinutes,
    AgendaItem,
    Decision,
    Meeting,
    Minutes,
)
from councils.permissions import can_read_item
from portal import audit
from portal.canonical import canonical_json, fingerprint
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock, move

Written = TypeVar("Written", Decision, ActionItem)

Status = Minutes.Status
# Who sends round again so soon pressed twice.
ONE_PRESS = timedelta(minutes=1)


def writable(meeting: Meeting | None, *, by: User) -> Minutes:
    """The minutes of ``meeting``, held, if something can be written in them now.

    They begin with the first thing that is written.
    """
    if meeting is None:
        raise NotAllowedNow(_("This item is not on the agenda of a meeting."))
    if meeting.is_cancelled:
        raise NotAllowedNow(_("This meeting was called off."))
    if meeting.starts_at > timezone.now():
        raise NotAllowedNow(_("The meeting has not begun yet."))
    begun, _is_new = Minutes.objects.get_or_create(
        meeting=meeting, defaults={"begun_by": by}
    )
    minutes = lock(begun)
    if minutes.is_adopted:
        raise NotAllowedNow(
            _("These minutes were adopted. Nothing in them changes any more.")
        )
    return minutes


def hold_item(item: AgendaItem, *, by: User) -> AgendaItem:
    """The item as it now is, held, if something can be written down at it now.

    What is written at it is for who may read it now: somebody may have closed it since
    it was on the screen.
    """
    writable(item.meeting, by=by)
    now = lock(item)
    if now.dropped_at is not None or now.meeting_id != item.meeting_id:
        raise NotAllowedNow(_("This item was taken off the agenda."))
    _refuse_who_cannot_read(now, by)
    return now


def hold_readable(row: Written, *, by: User) -> Written:
    """A decision or an action as it now is, held, if ``by`` may read it still."""
    now = lock(row)
    _refuse_who_cannot_read(now, by)
    return now


def _refuse_who_cannot_read(row: AgendaItem | Decision | ActionItem, by: User) -> None:
    if not can_read_item(by, row):
        raise NotAllowedNow(_("This item was closed meanwhile."))


@transaction.atomic
def begin(meeting: Meeting, *, by: User) -> Minutes:
    """The minutes of a meeting that has begun, made with the first call."""
    return writable(meeting, by=by)


@transaction.atomic
def save_opening(meeting: Meeting, text: str, *, revision: int, by: User) -> Minutes:
    """Keep what belongs to no item; two who write at once both keep their text."""
    minutes = writable(meeting, by=by)
    if minutes.opening == text:
        return minutes
    if minutes.revision != revision:
        raise StaleText(_stale(), current=minutes)
    minutes.opening = text
    minutes.revision += 1
    minutes.save(update_fields=["opening", "revision"])
    audit.record("minutes.save_opening", minutes, by=by, scope=meeting.council_id)
    return minutes


@transaction.atomic
def save_notes(item: AgendaItem, text: str, *, revision: int, by: User) -> AgendaItem:
    """Keep what was said at an item; two who write at once both keep their text."""
    item = hold_item(item, by=by)
    if item.notes == text:
        return item
    if item.notes_revision != revision:
        raise StaleText(_stale(), current=item)
    item.notes = text
    item.notes_revision += 1
    item.save(update_fields=["notes", "notes_revision"])
    audit.record("minutes.save_notes", item, by=by, scope=item.council_id)
    return item


@transaction.atomic
def send_round(minutes: Minutes, *, by: User) -> Minutes:
    """Send the draft to the council, and to guests as far as items are open to them.

    What is changed afterwards is read by them at once; sending again tells them. To
    press twice, or two people at once, sends once.
    """
    minutes = lock(minutes)
    if minutes.sent_at and timezone.now() - minutes.sent_at < ONE_PRESS:
        return minutes
    move(minutes, Status.DRAFT)
    minutes.sent_at = timezone.now()
    minutes.save(update_fields=["status", "sent_at"])
    scope = minutes.meeting.council_id
    audit.record("minutes.send_round", minutes, by=by, scope=scope)
    tell_round(minutes, minutes.sent_at)
    return minutes


@transaction.atomic
def adopt(minutes: Minutes, *, meeting: Meeting, by: User) -> AdoptedMinutes:
    """Let the council's later ``meeting`` make a draft final, and freeze it.

    From then on no note, decision or action of it changes its text.
    """
    # Whoever changes an item, or who was there, holds the meeting.
    lock(minutes.meeting)
    minutes = lock(minutes)
    now = timezone.now()
    _check_adopting(minutes.meeting, meeting, now)
    move(minutes, Status.ADOPTED)
    minutes.adopted_in = meeting
    minutes.adopted_at = now
    minutes.save(update_fields=["status", "adopted_in", "adopted_at"])
    content = content_of(minutes)
    adopted = AdoptedMinutes.objects.create(
        minutes=minutes,
        content=content,
        fingerprint=fingerprint(canonical_json(content)),
        adopted_by=by,
        adopted_at=now,
    )
    audit.record("minutes.adopt", minutes, by=by, scope=meeting.council_id)
    tell_adopted(minutes)
    return adopted


def _check_adopting(of: Meeting, meeting: Meeting, now: datetime) -> None:
    if meeting.council_id != of.council_id:
        raise NotAllowedNow(_("Only a meeting of the same council adopts these."))
    if meeting.is_cancelled:
        raise NotAllowedNow(_("This meeting was called off."))
    if meeting.starts_at <= of.starts_at:
        raise NotAllowedNow(_("Minutes are adopted in a later meeting."))
    if meeting.starts_at > now:
        raise NotAllowedNow(_("The meeting has not begun yet."))


def _stale() -> str:
    return _("Somebody else changed this while you wrote. Both texts are below.")
