"""Invitations: for one address, once, for seven days; the chair hears of each."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import membership
from councils.models import CouncilMembership, Invitation, Region
from portal import audit, mail
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock


@transaction.atomic
def invite(
    invitation: Invitation, *, by: User, regions: list[Region] | None = None
) -> Invitation:
    """Save an invitation and mail its link to the address; the link stands nowhere
    else. An earlier open invitation of this address to this party lapses.

    Pressed twice it is one.
    """
    lock(invitation.party)
    if made := _made(invitation, by):
        return made
    token = secrets.token_urlsafe(24)
    now = timezone.now()
    invitation.email = invitation.email.strip().lower()
    invitation.token_hash = hash_of(token)
    invitation.invited_by = by
    invitation.expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    Invitation.objects.open().filter(
        email=invitation.email,
        council=invitation.council,
        organisation=invitation.organisation,
        care_office=invitation.care_office,
    ).update(withdrawn_at=now)
    invitation.save(force_insert=True)
    invitation.regions.set(regions or [])
    audit.record(
        "invitation.send",
        invitation,
        by=by,
        scope=invitation.party.pk,
        role=invitation.role,
    )
    _mail_link(invitation, token, by=by)
    _tell_chair(invitation, by=by)
    return invitation


def _made(invitation: Invitation, by: User) -> Invitation | None:
    """What the first of two presses made, while it is open; else a key of its own."""
    made = Invitation.objects.filter(pk=invitation.pk).first()
    if made is None:
        return None
    is_own = (made.party, made.invited_by_id) == (invitation.party, by.pk)
    if is_own and made.is_open:
        return made
    invitation.pk = uuid4()
    return None


def _mail_link(invitation: Invitation, token: str, *, by: User) -> None:
    mail.queue_to_address(
        "invitation",
        address=invitation.email,
        key=f"invitation:{invitation.pk}",
        useless_after=invitation.expires_at,
        recheck={"name": "invitation", "args": {"invitation": str(invitation.pk)}},
        name=invitation.name,
        sender=by.name,
        role=invitation.get_role_display(),
        council=str(invitation.party),
        deadline=invitation.expires_at,
        link=reverse("invitation_accept", args=[token]),
    )


def hash_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _tell_chair(invitation: Invitation, *, by: User) -> None:
    if invitation.council is None:
        return
    chairs = (
        CouncilMembership.objects.current()
        .with_role(CouncilMembership.Role.CHAIR)
        .filter(council=invitation.council)
        .exclude(user=by)
        .select_related("user")
    )
    for term in chairs:
        mail.queue(
            "chair_hears_of_invitation",
            to=term.user,
            key=f"chair_hears_of_invitation:{invitation.pk}:{term.user_id}",
            recheck={
                "name": "invitation_told",
                "args": {"invitation": str(invitation.pk), "user": str(term.user_id)},
            },
            sender=by.name,
            invited=invitation.name,
            role=invitation.get_role_display(),
            council=invitation.council.name,
            deadline=invitation.expires_at,
            link=invitation.council.get_absolute_url(),
        )


@transaction.atomic
def accept(invitation: Invitation) -> User:
    """Take the seat that an invitation offers; makes the account if there is none.

    Whoever has the link has read the mail at that address: that is the proof.
    """
    invitation = lock(invitation)
    if not invitation.is_open:
        raise NotAllowedNow(
            _("This invitation is no longer valid. Ask %(name)s for a new one.")
            % {"name": invitation.invited_by}
        )
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = User.objects.create_user(invitation.email, invitation.name)
    if not user.is_active:
        raise NotAllowedNow(_("This account is closed."))
    starts_on = max(invitation.starts_on, timezone.localdate())
    if invitation.ends_on and invitation.ends_on < starts_on:
        raise NotAllowedNow(_("The seat that was offered has ended already."))
    _take_seat(invitation, user, starts_on)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user


def _take_seat(invitation: Invitation, user: User, starts_on: date) -> None:
    days: Any = {"starts_on": starts_on, "ends_on": invitation.ends_on, "by": user}
    if invitation.council:
        membership.begin(user, invitation.council, role=invitation.role, **days)
    elif invitation.organisation:
        membership.begin_in_organisation(
            user, invitation.organisation, role=invitation.role, **days
        )
    elif invitation.care_office:
        membership.begin_in_care_office(
            user,
            invitation.care_office,
            role=invitation.role,
            regions=list(invitation.regions.all()),
            **days,
        )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> Invitation:
    """Take an invitation back before it is accepted; its link stops working."""
    invitation = lock(invitation)
    if not invitation.is_open:
        raise NotAllowedNow(_("This invitation is no longer open."))
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    audit.record("invitation.withdraw", invitation, by=by, scope=invitation.party.pk)
    return invitation
