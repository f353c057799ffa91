"""Whose session this is: Django's sessions, and allauth's way to check a password.

Every page begins with these two queries; here their SQL is written once.
"""

from datetime import datetime
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend as AllauthsBackend
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from portal.models import User
from portal.prepared import fetch_of


class SessionStore(DjangosStore):
    """The sessions of ``django.contrib.sessions``."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Only what keys are made of is asked for: no database takes a NUL."""
        is_long_enough = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(key and is_long_enough and key.isascii() and key.isalnum())

    def _get_session_from_db(self) -> Session | None:
        found = fetch_of(_session, self.session_key, timezone.now())
        if not found:
            self._session_key = None
            return None
        return found[0]


class AuthenticationBackend(AllauthsBackend):
    """Checks a password as allauth does, and knows the person of a session."""

    def get_user(self, user_id: UUID) -> User | None:
        found = fetch_of(_person, user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


def _session(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


def _person(user_id: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=user_id)
