"""What becomes of a suggestion for an agenda: taken over, set aside, or back again."""

from dataclasses import replace

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from councils.actions import agenda
from councils.actions.suggestion import Suggestion
from councils.models import (
    AgendaItem,
    Council,
    CouncilMembership,
    Meeting,
    Openness,
)
from councils.permissions import is_voting_member
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock
from procurement.models import HELPERS, DroppedSuggestion
from procurement.suggestions import for_meeting


@transaction.atomic
def take(meeting: Meeting, key: str, *, by: User) -> AgendaItem:
    """Put what is suggested on the agenda, once: it is suggested no more then."""
    _hold(meeting)
    found = _as_helpers_may_read(meeting, _found(meeting, key, by), by)
    return agenda.add_item(
        AgendaItem(
            council=meeting.council,
            meeting=meeting,
            origin=AgendaItem.Origin.SUGGESTED,
            title=found.title,
            reason=found.reason,
            goal=found.goal,
            minutes=found.minutes,
            openness=found.openness,
            subject_type=ContentType.objects.get_for_model(found.subject_type),
            subject_id=found.subject_id,
            subject_url=found.subject_url,
        ),
        by=by,
    )


@transaction.atomic
def drop(meeting: Meeting, key: str, *, reason: str, by: User) -> DroppedSuggestion:
    """Set a suggestion aside for the council, with a word why."""
    council = _hold(meeting)
    found = _found(meeting, key, by)
    dropped = DroppedSuggestion.objects.create(
        council=council, key=found.key, reason=reason, dropped_by=by
    )
    audit.record("suggestion.drop", dropped, by=by, scope=council.pk)
    return dropped


@transaction.atomic
def bring_back(meeting: Meeting, key: str, *, by: User) -> None:
    """Suggest again what was set aside."""
    council = _hold(meeting)
    for dropped in DroppedSuggestion.objects.filter(council=council, key=key):
        audit.record("suggestion.bring_back", dropped, by=by, scope=council.pk)
        dropped.delete()


def _hold(meeting: Meeting) -> Council:
    """The council of the meeting, held: two people at once see each other's choice."""
    return lock(meeting.council)


def _as_helpers_may_read(meeting: Meeting, found: Suggestion, by: User) -> Suggestion:
    """What a member takes over, as the helpers of the council are told it; for members
    alone where one of them is not: an item tells no more than a suggestion."""
    if not is_voting_member(by, meeting.council):
        return found
    seats = CouncilMembership.objects.current().with_role(*HELPERS)
    seats = seats.filter(council=meeting.council)
    for seat in seats.select_related("user"):
        told = [each for each in for_meeting(meeting, seat.user) if _is_of(each, found)]
        if not told:
            return replace(found, openness=Openness.MEMBERS)
        # Who is told of less reads fewer reasons.
        found = min(found, told[0], key=lambda each: len(each.reason))
    return found


def _is_of(suggestion: Suggestion, other: Suggestion) -> bool:
    """Whether they suggest the same of the same."""
    kind = other.key.split(":")[0]
    same = suggestion.subject_id == other.subject_id
    return same and suggestion.key.split(":")[0] == kind


def _found(meeting: Meeting, key: str, by: User) -> Suggestion:
    for each in for_meeting(meeting, by):
        if each.key == key and not each.is_dropped:
            return each
    raise NotAllowedNow(
        _("This is no longer suggested. Somebody may have been there before you.")
    )
