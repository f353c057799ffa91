"""When somebody tries too often: allauth counts, this tells it to the reader."""

import math
import time

from allauth.account.internal.stagekit import unstash_login
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from portal import audit
from portal.models import User

_APP = "allauth.account"
_SECONDS_BETWEEN_EVENTS = 300


def try_again(minutes: int = 5) -> str:
    """That was many times in a row; and when it can be tried again."""
    if minutes > 60:
        return gettext("That was many times in one day. Try again tomorrow.")
    return ngettext(
        "That was many times in a row. Try again after 1 minute.",
        "That was many times in a row. Try again after %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def consume(request: HttpRequest, action: str, key: str) -> None:
    """Count this try of ``action`` for ``key``; over the limit it is an error."""
    if not ratelimit.consume(request, app=_APP, action=action, key=key):
        raise limit_error(request, action, key)


def limit_error(
    request: HttpRequest, action: str = "login_failed", key: str = ""
) -> ValidationError:
    """The complaint of a form; ``LimitMiddleware`` answers it with status 429."""
    request.is_over_limit = True  # type: ignore[attr-defined]
    person = _whose_account(request)
    if person and cache.add(f"limit:{person.pk}", 1, _SECONDS_BETWEEN_EVENTS):
        # Once for each time that somebody guesses, not once for each guess.
        with transaction.atomic():
            audit.record("user.login_limited", person, by=None)
    keys = [key] if key else _keys(request, person)
    minutes = max(_minutes_to_wait(request, action, key) for key in keys)
    return ValidationError(try_again(minutes), code="limit")


def _minutes_to_wait(request: HttpRequest, action: str, key: str) -> int:
    waits = [0.0]
    for rate in ratelimit.get_rates(app=_APP, action=action):
        counted = cache.get(
            ratelimit.get_cache_key(
                request, app=_APP, action=action, rate=rate, key=key
            ),
            [],
        )
        if len(counted) >= rate.amount:  # the newest stands first
            waits.append(counted[-1] + rate.duration - time.time())
    return max(1, math.ceil(max(waits) / 60))


def _keys(request: HttpRequest, person: User | None) -> list[str]:
    """What allauth counts failed logins by: the address, or the owner of an app."""
    address = person.email if person else _address(request)
    return [address, *([f"mfa-auth-user-{person.pk}"] if person else [])]


def _whose_account(request: HttpRequest) -> User | None:
    if request.user.is_authenticated:
        return request.user
    login = unstash_login(request, peek=True)
    if login and login.user:
        return login.user
    return User.objects.filter(email=_address(request)).first()


def _address(request: HttpRequest) -> str:
    typed = request.POST.get("login") or request.POST.get("email") or ""
    return typed.strip().lower()
