"""What the door adds to the trail; ``portal.apps`` ties it to allauth's signals."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from portal import audit
from portal.models import User


def logged_in(sender, request: HttpRequest, user: User, **kwargs) -> None:
    ways = [record["method"] for record in get_authentication_records(request, user)]
    _record("user.login", user, ways=ways)


def logged_out(sender, request: HttpRequest, user: User | None, **kwargs) -> None:
    if user:
        _record("user.logout", user)


def password_changed(sender, request: HttpRequest, user: User, **kwargs) -> None:
    _record("user.password", user)


def code_rejected(
    sender, request: HttpRequest, user: User, last_attempt: bool, **kwargs
) -> None:
    if last_attempt:
        with transaction.atomic():
            audit.record("user.login_limited", user, by=None)


def second_factor_added(
    sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs
) -> None:
    _record("user.second_factor_add", user, type=authenticator.type)


def second_factor_removed(
    sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs
) -> None:
    _record("user.second_factor_remove", user, type=authenticator.type)


def recovery_codes_renewed(sender, request: HttpRequest, user: User, **kwargs) -> None:
    _record("user.recovery_codes", user)


def _record(verb: str, user: User, **data: Any) -> None:
    with transaction.atomic():
        audit.record(verb, user, by=user, **data)
