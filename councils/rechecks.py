"""Whether a mail of a council's desk still makes sense: named by MAIL_RECHECKS."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.action_item_mail import still_open
from councils.actions.guest_link import reads_minutes, without_account
from councils.actions.meeting_people import is_still_expected
from councils.actions.minutes_mail import closed_is_missing
from councils.actions.paper_mail import are_still_asked, is_still_asked
from councils.actions.term import still_ends
from councils.actions.term_mail import is_last_day
from councils.models import (
    AgendaItem,
    Attendee,
    CouncilMembership,
    Invitation,
    Meeting,
    Minutes,
    Openness,
    StandIn,
)
from councils.permissions import KEEPERS, PREPARERS, SPEAKERS, VOTING_ROLES, Role
from portal.models import User


def meeting(attendee: str, sequence: int, kind: str, **_old: object) -> str:
    """Why somebody need not hear this of a meeting any more, or ""."""
    found = (
        Attendee.objects.select_related("meeting", "user").filter(pk=attendee).first()
    )
    if found is None or not is_still_expected(found):
        return _("This person no longer belongs to the meeting.")
    if kind == "meeting_dates":
        return ""
    if found.meeting.sequence != sequence:
        return _("A later mail tells what changed since.")
    if found.meeting.is_over:
        return _("The meeting is over.")
    if kind == "meeting_answer" and found.answer != Attendee.Answer.NONE:
        return _("This person has answered already.")
    return ""


def agenda(
    meeting: str, user: str, *, for_members: bool = False, items: Sequence[str] = ()
) -> str:
    """Why somebody need not be told of an agenda any more, or "".

    ``for_members``: it tells what is closed to helpers; ``items``: which it names.
    """
    found = (
        Attendee.objects.select_related("meeting")
        .filter(meeting=meeting, user=user)
        .first()
    )
    if found is None or not is_still_expected(found):
        return _("This person no longer belongs to the meeting.")
    if found.meeting.is_cancelled or found.meeting.is_over:
        return _("The meeting is over.")
    seats = CouncilMembership.objects.current().filter(role__in=VOTING_ROLES)
    voting = seats.filter(council=found.meeting.council_id, user=user)
    if for_members and not voting.exists():
        return _("This person has no such seat in the council any more.")
    return _why_not_named(items, found)


def _why_not_named(items: Sequence[str], attendee: Attendee) -> str:
    """Whether what a mail names was closed to its reader while it waited to go."""
    rows = AgendaItem.objects.filter(pk__in=items)
    if attendee.is_guest or attendee.user is None:
        readable = rows.filter(openness=Openness.OPEN)
    else:
        readable = rows.visible_to(attendee.user)
    if rows.exclude(pk__in=readable.values("pk")).exists():
        return _("An item that it names was closed meanwhile.")
    return ""


def guest_agenda(attendee: str, *, items: Sequence[str] = ()) -> str:
    """Why a guest without an account need not be told of an agenda, or ""."""
    found = _guest(attendee)
    if found is None:
        return _("This person no longer belongs to the meeting.")
    if found.meeting.is_cancelled or found.meeting.is_over:
        return _("The meeting is over.")
    return _why_not_named(items, found)


def guest_minutes(attendee: str) -> str:
    """Why a guest without an account need not be told of minutes, or ""."""
    found = _guest(attendee)
    if found is None or not reads_minutes(found.meeting):
        return _("This person no longer belongs to the meeting.")
    return ""


def _guest(attendee: str) -> Attendee | None:
    rows = Attendee.objects.select_related("meeting__minutes").filter(pk=attendee)
    return without_account(rows).first()


def minutes_missing(meeting: str, user: str) -> str:
    """Why nobody need be told any more that there are no minutes, or ""."""
    found = Meeting.objects.select_related("minutes").filter(pk=meeting).first()
    if found is None or found.is_cancelled:
        return _("This meeting was called off.")
    if hasattr(found, "minutes") and found.minutes.status != Minutes.Status.WRITING:
        return _("The minutes were sent round.")
    return _why_not_nudged(found, user, PREPARERS)


def minutes_closed(meeting: str, user: str) -> str:
    """Why a chair need not be told any more that a closed item is empty, or ""."""
    found = Meeting.objects.select_related("minutes").filter(pk=meeting).first()
    if found is None or found.is_cancelled:
        return _("This meeting was called off.")
    if not closed_is_missing(found, User.objects.get(pk=user)):
        return _("It was written down meanwhile.")
    return _why_not_nudged(found, user, SPEAKERS)


def _why_not_nudged(meeting: Meeting, user: str, roles: frozenset[str]) -> str:
    if meeting.ends_at > timezone.now():
        return _("The date has moved.")
    seats = CouncilMembership.objects.current().acting_as(*roles)
    if not seats.filter(council=meeting.council_id, user=user).exists():
        return _("This person has no such seat in the council any more.")
    return ""


def minutes_sent(meeting: str, user: str) -> str:
    """Why somebody need not be told of minutes any more, or ""."""
    reader = User.objects.get(pk=user)
    if Meeting.objects.visible_to(reader).filter(pk=meeting).exists():
        return ""
    return _("This person has no such seat in the council any more.")


def action_due(council: str, user: str, due_on: str) -> str:
    """Why somebody need not be reminded of what is to be done, or ""."""
    if not still_open(council, user, due_on):
        return _("There is nothing left to do for that day.")
    seats = CouncilMembership.objects.current().filter(council=council, user=user)
    if not seats.exists():
        return _("This person has no such seat in the council any more.")
    return ""


def paper_asked(paper: str, user: str) -> str:
    """Why somebody need not be told of a paper any more, or ""."""
    if is_still_asked(paper, user):
        return ""
    return _("This paper is not asked of this person any more.")


def papers_due(meeting: str, user: str, due_on: str) -> str:
    """Why somebody need not be reminded of papers any more, or ""."""
    if are_still_asked(meeting, user, due_on):
        return ""
    return _("This paper is not asked of this person any more.")


def paper_not_needed(paper: str, item: str, user: str) -> str:
    """Why nobody need be told that a paper is not needed any more, or ""."""
    if is_still_asked(paper, user):
        return _("This paper is asked of this person again.")
    reader = User.objects.get(pk=user)
    if AgendaItem.objects.visible_to(reader).filter(pk=item).exists():
        return ""
    return _("This person has no such seat in the council any more.")


def term_ends(term: str, user: str, on: str) -> str:
    """Why nobody need be told any more that a term ends, or ""."""
    if not still_ends(term, on):
        return _("The date has moved.")
    council = CouncilMembership.objects.filter(pk=term).values("council")
    keepers = CouncilMembership.objects.current().acting_as(*KEEPERS)
    if not keepers.filter(council__in=council, user=user).exists():
        return _("This person has no such seat in the council any more.")
    return ""


def seat_last_day(term: str, on: str) -> str:
    """Why nobody need be told that last day of a seat any more, or ""."""
    return "" if is_last_day(term, on) else _("The date has moved.")


def stand_in(stand_in: str) -> str:
    """Why nobody need be told any more whose place they take, or ""."""
    today = timezone.localdate()
    if StandIn.objects.filter(pk=stand_in, ends_on__gte=today).exists():
        return ""
    return _("The stand-in has ended.")


def invitation(invitation: str) -> str:
    """Why an invitation need not go to its address any more, or ""."""
    if Invitation.objects.open().filter(pk=invitation).exists():
        return ""
    return _("This invitation is no longer open.")


def invitation_told(invitation: str, user: str) -> str:
    """Why a chair need not hear of an invitation any more, or ""."""
    found = Invitation.objects.filter(pk=invitation, withdrawn_at=None).first()
    if found is None:
        return _("This invitation is no longer open.")
    chairs = CouncilMembership.objects.current().with_role(Role.CHAIR)
    if not chairs.filter(council=found.council, user=user).exists():
        return _("This person has no such seat in the council any more.")
    return ""
