"""Hands messages to the mail server over one connection, and tells what came of it."""

import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.db import Error as DatabaseError
from django.utils.translation import gettext as _

from portal.mail_message import OutboxMessage, message_of
from portal.models import OutgoingMail


class Outcome(Enum):
    SENT = "sent"
    NOT_NOW = "not now"
    NEVER = "never"
    UNKNOWN = "unknown"
    # The connection broke before the message was given.
    BROKE_OFF = "broke off"


class Answer(NamedTuple):
    """What came of a message, with the reason in words if it was not taken."""

    outcome: Outcome
    reason: str = ""


class MailServer:
    """The mail server of settings; opened when needed, and again after a break."""

    def __init__(self) -> None:
        self.backend: Any = get_connection()
        self.is_open = False
        self.prepared: dict[UUID, OutboxMessage] = {}

    def open(self) -> str:
        """Connect; why that cannot be done, in words, or ""."""
        try:
            self.backend.open()
        except OSError as error:  # smtplib's errors are OSErrors too
            self._drop()
            return _("The mail server cannot be reached: %(error)s.") % {
                "error": _said(error) or type(error).__name__
            }
        self.is_open = True
        return ""

    def hand_over(
        self,
        mail: OutgoingMail,
        first: Callable[[], None],
        after_it: OutgoingMail | None = None,
    ) -> Answer:
        """Give one message to the server; afterwards the connection may be broken.

        ``first`` is done before the message itself is given. Both it and the making of
        ``after_it`` are done while the server works on its answers.
        """
        try:
            message = self.prepared.pop(mail.pk, None) or message_of(mail)
        except Exception as error:
            return _no_message(error)
        session = getattr(self.backend, "connection", None)
        if hasattr(session, "deadline"):
            # The answer must come well within the lease, or another sender takes over.
            seconds = settings.MAIL_LEASE.total_seconds() / 2
            session.deadline = time.monotonic() + seconds
            session.first = first
            session.meanwhile = partial(self._prepare, after_it)
        try:
            if not hasattr(session, "deadline"):
                first()
            self.backend.send_messages([message])
        except DatabaseError:
            self._drop()
            raise
        except OSError as error:
            is_in_doubt = getattr(session, "is_in_doubt", True)
            if getattr(session, "sock", None) is None or not _said(error):
                self._drop()
            return _answer(error, is_in_doubt=is_in_doubt)
        except Exception as error:
            # The row itself is at fault: an address or a header that cannot be.
            self._drop()
            return _no_message(error)
        return Answer(Outcome.SENT)

    def close(self) -> None:
        self.is_open = False
        with suppress(OSError):
            self.backend.close()

    def _prepare(self, mail: OutgoingMail | None) -> None:
        self.prepared.clear()
        # What goes wrong with this one must not touch the one that is being sent.
        with suppress(Exception):
            if mail:
                message = message_of(mail)
                assert message.wire
                self.prepared[mail.pk] = message

    def _drop(self) -> None:
        # No QUIT: whoever did not answer before would be waited for once more.
        self.is_open = False
        session = getattr(self.backend, "connection", None)
        if session is not None:
            with suppress(OSError):
                session.close()
            self.backend.connection = None


def _no_message(error: Exception) -> Answer:
    reason = _("No message could be made of it: %(error)s.")
    return Answer(Outcome.NEVER, reason % {"error": type(error).__name__})


def _answer(error: OSError, *, is_in_doubt: bool) -> Answer:
    said = _said(error)
    if said:
        outcome = {"4": Outcome.NOT_NOW, "5": Outcome.NEVER}.get(said[0])
        reason = _("The mail server said: %(answer)s.") % {"answer": said.rstrip(".")}
        return Answer(outcome or Outcome.UNKNOWN, reason)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        reason = _("The mail server cannot take this address.")
        return Answer(Outcome.NEVER, reason)
    if is_in_doubt:
        reason = _("The mail server gave no answer after it had the message.")
        return Answer(Outcome.UNKNOWN, reason)
    return Answer(Outcome.BROKE_OFF, _("The mail server broke off the connection."))


def _said(error: OSError) -> str:
    """The code and the words with which the server refused, or ""."""
    words: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return ""
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return " ".join(f"{code} {text}".split())[:300]
