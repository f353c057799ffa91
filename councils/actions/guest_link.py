"""What a guest without an account reads by the link in a mail, and until when.

The link is of one attendee, and says nothing of what may be read: that follows from the
rows at the moment of reading. Who is taken off the list, and everybody of a meeting
that is called off, has a link that does not work any more.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from councils.models import Attendee, Meeting, Minutes

_SALT = "meeting.guest"


def guest_token(attendee: Attendee) -> str:
    return signing.Signer(salt=_SALT).sign(attendee.pk.hex)


def guest_link(attendee: Attendee) -> str:
    """The address on which this guest reads what is for guests, without a login."""
    return reverse("councils:meeting_guest", args=[guest_token(attendee)])


def guest_of(token: str) -> Attendee | None:
    """Whose link this is, or None if it is not, or no longer, one of ours."""
    try:
        pk = UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    rows = Attendee.objects.select_related(
        "meeting__council", "meeting__location", "meeting__minutes__adopted_in"
    )
    return without_account(rows).filter(pk=pk).first()


def without_account(rows: QuerySet[Attendee]) -> QuerySet[Attendee]:
    """The guests who were invited at an address alone."""
    invited = rows.filter(is_guest=True, user__isnull=True, invited_at__isnull=False)
    return invited.exclude(email="")


def has_no_account(attendee: Attendee) -> bool:
    """The same of one attendee."""
    was_invited = attendee.is_guest and attendee.invited_at is not None
    return was_invited and attendee.user_id is None and bool(attendee.email)


def came_or_may_have(rows: QuerySet[Attendee]) -> QuerySet[Attendee]:
    """But for those who said that they stay away, and did."""
    stayed_away = Q(answer=Attendee.Answer.NO) & ~Q(was_present=True)
    return rows.exclude(stayed_away)


def agenda_until(meeting: Meeting) -> datetime:
    """Until when its guests read the agenda."""
    return meeting.ends_at + settings.GUEST_LINK_LIFE


def minutes_until(minutes: Minutes) -> datetime | None:
    """Until when its guests read the minutes; None before they are adopted."""
    if not minutes.is_adopted or minutes.adopted_at is None:
        return None
    return minutes.adopted_at + settings.GUEST_LINK_LIFE


def reads_agenda(meeting: Meeting) -> bool:
    """Whether a guest finds the agenda, if it was sent."""
    return not meeting.is_cancelled and timezone.now() <= agenda_until(meeting)


def reads_minutes(meeting: Meeting) -> bool:
    """Whether a guest finds the minutes: adopted ones, and for some weeks."""
    minutes = getattr(meeting, "minutes", None)
    until = minutes_until(minutes) if minutes else None
    if until is None or meeting.is_cancelled:
        return False
    return timezone.now() <= until
