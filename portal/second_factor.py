"""Who must log in in two steps, and what this session has proved.

allauth writes down in the session how somebody logged in; a passkey, which asks for
the finger or the code of the device, counts as two steps at once.
"""

import time

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.models import User
from portal.seats import seats_of

STILL_NEEDED = _(
    "In your role you need a second step. Add another one first, then take this away."
)


def is_needed_by(user: User) -> bool:
    """Whether a seat of ``user``, or being an administrator, asks for two steps."""
    return user.is_staff or any(seat.needs_second_factor for seat in seats_of(user))


def has_one(user: User) -> bool:
    """Whether ``user`` ever set up a second step."""
    return Authenticator.objects.filter(user=user).exists()


def kinds_of(user: User) -> set[str]:
    """What ``user`` can show as a second step: totp, webauthn, recovery_codes."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def is_proved(request: HttpRequest) -> bool:
    """Whether this session showed a second step, less than half a day ago."""
    return _has_record_since(
        request, settings.SECOND_FACTOR_AGE.total_seconds(), method="mfa"
    )


def proved_lately(request: HttpRequest) -> bool:
    """Whether somebody logged in, or proved who they are, in the last half hour."""
    return _has_record_since(request, settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _has_record_since(
    request: HttpRequest, seconds: float, method: str | None = None
) -> bool:
    records = get_authentication_records(request, request.user)
    return any(
        method in (None, record["method"]) and time.time() - record["at"] < seconds
        for record in records
    )


def note_made(request: HttpRequest, kind: str) -> None:
    """Making a second step showed that it works: this session has proved it."""
    record_authentication(request, request.user, "mfa", type=kind)


def may_take_away(authenticator: Authenticator) -> bool:
    """Not the last second step of somebody who cannot do without."""
    others = Authenticator.objects.filter(user=authenticator.user_id)
    others = others.exclude(pk=authenticator.pk)
    others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return others.exists() or settings.DEMO or not is_needed_by(authenticator.user)
