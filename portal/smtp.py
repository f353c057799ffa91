"""The connection to the mail server: knows when an outcome is in doubt, and stops in
time for the lease of the mail that it carries."""

import smtplib
import time
from collections.abc import Callable

from django.conf import settings
from django.core.mail.backends import smtp

from portal.mail_message import wire_address


class _Telling:
    """Added to smtplib's session.

    ``is_in_doubt``: the whole message was given and no answer has come, so that the
    server may have taken it. Before that point it surely has not. ``first`` is called
    when the message is announced, and ``meanwhile`` when it has been given, each while
    the server works on its answer.
    """

    is_in_doubt = False
    deadline = float("inf")
    first: Callable[[], None] | None = None
    meanwhile: Callable[[], None] | None = None

    def putcmd(self, cmd, args=""):
        super().putcmd(cmd, args)
        if cmd == "mail" and self.first:
            self.is_in_doubt = False
            self.first()

    def send(self, s):
        self._hurry()
        # smtplib sends commands as text and the message itself as bytes.
        is_message = isinstance(s, bytes)
        if is_message:
            self.is_in_doubt = True
        super().send(s)
        if is_message and self.meanwhile:
            self.meanwhile()

    def getreply(self):
        self._hurry()
        answer = super().getreply()
        self.is_in_doubt = False
        return answer

    def _hurry(self):
        left = self.deadline - time.monotonic()
        if self.sock and left < float("inf"):
            self.sock.settimeout(max(0.05, min(settings.EMAIL_TIMEOUT, left)))


class Session(_Telling, smtplib.SMTP):
    pass


class SecureSession(_Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's, with a session that tells."""

    @property
    def connection_class(self):
        return SecureSession if self.use_ssl else Session

    def open(self):
        opened = super().open()
        self.connection.ehlo_or_helo_if_needed()
        return opened

    def _send(self, email_message):
        if not hasattr(email_message, "wire"):
            return super()._send(email_message)
        sender = wire_address(email_message.from_email)
        receivers = [wire_address(address) for address in email_message.to]
        if self.connection.has_extn("8bitmime"):
            wire, options = email_message.wire, ["BODY=8BITMIME"]
        else:
            wire, options = email_message.as_wire(is_8bit=False), []
        self.connection.sendmail(sender, receivers, wire, options)
        return True
