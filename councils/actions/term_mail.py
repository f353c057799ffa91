"""Tells whose seat it is until when it runs, once somebody set another last day."""

from datetime import date

from django.utils import timezone

from councils.models import CouncilMembership
from portal import mail
from portal.models import User


def tell_last_day(term: CouncilMembership, *, by: User) -> None:
    """Mail the holder of a seat its last day, unless that person set it."""
    if term.user_id == by.pk:
        return
    last_day = term.ends_on
    mail.queue(
        "seat_last_day",
        to=term.user,
        key=f"seat_last_day:{term.pk}:{timezone.now().isoformat()}",
        recheck={
            "name": "seat_last_day",
            "args": {"term": str(term.pk), "on": str(last_day or "")},
        },
        council=term.council.name,
        role=term.get_role_display(),
        last_day=last_day,
        is_over=last_day is not None and last_day < timezone.localdate(),
        giver=by.name,
        link=term.council.get_absolute_url(),
    )


def is_last_day(term: str, on: str) -> bool:
    """Whether that is still the last day of a seat; empty: none that is known."""
    ends_on = date.fromisoformat(on) if on else None
    return CouncilMembership.objects.filter(pk=term, ends_on=ends_on).exists()
