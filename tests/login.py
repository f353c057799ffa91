"""Logging in for a test that is about something else."""

from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from portal.models import User

NEVER_OVER = 2**40  # a moment so far ahead that no test travels past it


def with_two_steps(client: Client, user: User) -> None:
    """Let the session of ``client`` count as one that showed its second step."""
    session: Any = client.session
    session[WHOSE] = str(user.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "totp", "at": NEVER_OVER}
    ]
    session.save()
