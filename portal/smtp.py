"""The connection to the mail server: knows when an outcome is in doubt, and stops in
time for the lease of the mail that it carries."""

import smtplib
import time

from django.conf import settings
from django.core.mail.backends import smtp


class _Telling:
    """Added to smtplib's session.

    ``is_in_doubt``: the whole message was given and no answer has come, so that the
    server may have taken it. Before that point it surely has not.
    """

    is_in_doubt = False
    deadline = float("inf")

    def mail(self, *args, **kwargs):
        self.is_in_doubt = False
        return super().mail(*args, **kwargs)

    def send(self, s):
        self._hurry()
        # smtplib sends commands as text and the message itself as bytes.
        if isinstance(s, bytes):
            self.is_in_doubt = True
        super().send(s)

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
