"""The connection to the mail server: knows when an outcome is in doubt, and stops in
time for the lease of the mail that it carries."""

import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from django.conf import settings
from django.core.mail.backends import smtp

from portal.mail_message import wire_address

# What a server answers: a code, and words.
_Answer = tuple[int, bytes]
_ACCEPTS = ((250,), (250, 251), (354,))


def _refusal(
    answers: list[_Answer], sender: str = "", recipient: str = ""
) -> smtplib.SMTPException | None:
    """The first no among the answers to MAIL, RCPT and DATA."""
    for step, (code, words) in enumerate(answers):
        if code not in _ACCEPTS[step]:
            return (
                smtplib.SMTPSenderRefused(code, words, sender),
                smtplib.SMTPRecipientsRefused({recipient: (code, words)}),
                smtplib.SMTPDataError(code, words),
            )[step]
    return None


_path = lru_cache(smtplib.quoteaddr)


class _Telling(smtplib.SMTP):
    """smtplib's session, and what happened to the message.

    ``is_in_doubt``: the whole message was given and no answer has come, so that the
    server may have taken it. Before that point it surely has not. ``first`` is called
    when its sender is named, and ``meanwhile`` when it has been given, each while the
    server works on its answer.
    """

    is_in_doubt = False
    deadline = float("inf")
    first: Callable[[], None] | None = None
    meanwhile: Callable[[], None] | None = None

    def give(self, sender: str, recipient: str, wire: bytes, options: str = "") -> None:
        """Hand over one message, in two turns if the server allows it (RFC 2920)."""
        self.is_in_doubt = False
        if self.has_extn("size"):
            options += f" SIZE={len(wire)}"
        envelope = [
            f"MAIL FROM:{_path(sender)}{options}\r\n".encode("ascii"),
            f"RCPT TO:<{recipient}>\r\n".encode("ascii"),
            b"DATA\r\n",
        ]
        answers = self._asked(envelope)
        if refusal := _refusal(answers, sender, recipient):
            self._begin_anew(answers)
            raise refusal
        # A line that begins with a dot gets one more: a dot alone is the end.
        self._content(wire.replace(b"\r\n.", b"\r\n..") + b".\r\n")

    def _asked(self, commands: list[bytes]) -> list[_Answer]:
        """What it answers; after a refusal the rest is not said."""
        turns = [[command] for command in commands]
        if self.has_extn("pipelining"):
            turns = [commands]
        answers: list[_Answer] = []
        for turn in turns:
            self.send(b"".join(turn))
            if self.first and not answers:
                self.first()
            try:
                for _command in turn:
                    answers.append(self.getreply())
            except smtplib.SMTPServerDisconnected:
                # Who refused and hung up is known for what it said.
                if not _refusal(answers):
                    raise
            if _refusal(answers):
                break
        return answers

    def _content(self, content: bytes) -> None:
        if time.monotonic() > self.deadline:
            raise TimeoutError
        self.is_in_doubt = True
        self.send(content)
        if self.meanwhile:
            self.meanwhile()
        answer = self.getreply()
        self.is_in_doubt = False
        if answer[0] != 250:
            self._begin_anew([answer])
            raise smtplib.SMTPDataError(*answer)

    def _begin_anew(self, answers: list[_Answer]) -> None:
        """After a refusal: make ready for another message, or hang up."""
        said = [code for code, _words in answers]
        # Who waits for a message all the same would take RSET for its first line.
        if 421 in said or said[-1] == 354:
            self.close()
        else:
            with suppress(smtplib.SMTPServerDisconnected):
                self.rset()

    def send(self, s):
        self._hurry()
        super().send(s)

    def getreply(self):
        self._hurry()
        return super().getreply()

    def _hurry(self):
        left = self.deadline - time.monotonic()
        if self.sock and left < float("inf"):
            self.sock.settimeout(max(0.05, min(settings.EMAIL_TIMEOUT, left)))


class Session(_Telling):
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
        (recipient,) = map(wire_address, email_message.to)
        if self.connection.has_extn("8bitmime"):
            wire, options = email_message.wire, " BODY=8BITMIME"
        else:
            wire, options = email_message.as_wire(is_8bit=False), ""
        self.connection.give(sender, recipient, wire, options)
        return True
