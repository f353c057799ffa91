"""Somebody takes the place of a council's chair or secretary for a while."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import CouncilMembership, StandIn, share_a_day
from councils.permissions import VOTING_ROLES, Role
from portal import audit, mail
from portal.dates import ONE_DAY
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock

# Whose place can be taken, and by which seats of the same council.
DEPUTIES: dict[str, set[str]] = {
    Role.CHAIR: {str(role) for role in VOTING_ROLES},
    Role.SECRETARY: {*VOTING_ROLES, Role.SECRETARY, Role.SUPPORTER},
}


def can_be_replaced(term: CouncilMembership) -> bool:
    """Whether this is the seat of a chair or a secretary."""
    return term.role in DEPUTIES


def candidates(term: CouncilMembership) -> QuerySet[CouncilMembership]:
    """The seats of today whose holders can take this place."""
    return (
        CouncilMembership.objects.current()
        .with_role(*DEPUTIES.get(term.role, ()))
        .filter(council=term.council_id)
        .exclude(user=term.user_id)
    )


@transaction.atomic
def name(stand_in: StandIn, *, by: User) -> StandIn:
    """Let ``stand_in.deputy`` take the place of ``stand_in.term`` for some days.

    One at a time for each seat, so that it is always plain who speaks.
    """
    term = lock(stand_in.term)
    if not can_be_replaced(term):
        raise NotAllowedNow(_("Only a chair or a secretary has a stand-in."))
    if term.ends_on and term.ends_on < stand_in.ends_on:
        raise NotAllowedNow(_("The seat ends before that day."))
    if stand_in.ends_on < timezone.localdate():
        raise NotAllowedNow(_("Choose a day that is not in the past."))
    others = StandIn.objects.filter(term=term)
    if any(share_a_day(stand_in, other) for other in others):
        raise NotAllowedNow(_("Somebody takes this place on those days already."))
    if not candidates(term).filter(user=stand_in.deputy_id).exists():
        raise NotAllowedNow(_("This person cannot take this place."))
    stand_in.named_by = by
    stand_in.save(force_insert=True)
    audit.record(
        "stand_in.name", stand_in, by=by, scope=term.council_id, role=term.role
    )
    _tell(stand_in, term)
    return stand_in


@transaction.atomic
def end(stand_in: StandIn, *, by: User) -> None:
    """Let it end today: the access of the place stops at the next request.

    What has not begun is taken back; of what ran until today the days stay.
    """
    stand_in = lock(stand_in)
    today, council_id = timezone.localdate(), stand_in.term.council_id
    if stand_in.ends_on < today:
        raise NotAllowedNow(_("This has ended already."))
    audit.record(
        "stand_in.end", stand_in, by=by, scope=council_id, role=stand_in.term.role
    )
    if stand_in.starts_on >= today:
        stand_in.delete()
        return
    stand_in.ends_on = today - ONE_DAY
    stand_in.save(update_fields=["ends_on"])


def _tell(stand_in: StandIn, term: CouncilMembership) -> None:
    mail.queue(
        "stand_in",
        to=stand_in.deputy,
        key=f"stand_in:{stand_in.pk}",
        useless_after=None,
        recheck={"name": "stand_in", "args": {"stand_in": str(stand_in.pk)}},
        away=term.user.name,
        role=term.get_role_display(),
        is_chair=term.role == Role.CHAIR,
        council=term.council.name,
        first=stand_in.starts_on,
        last=stand_in.ends_on,
        link=term.council.get_absolute_url(),
    )
