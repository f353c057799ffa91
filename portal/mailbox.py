"""The mailbox of the demo: mails stay in a folder here, and can be read at /demo/."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.mail_html import Block, blocks


class SentMail(NamedTuple):
    """A mail as its receiver sees it."""

    to: str
    subject: str
    text: str
    blocks: list[Block]
    attachments: list[str]
    at: datetime


class DemoMailbox(BaseEmailBackend):
    """Keeps every mail, whoever it is for; the oldest go when there are many."""

    KEEP = 500

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for message in email_messages:
            # The name sorts by time; a reader never sees half a file.
            name = f"{time.time_ns():020d}-{uuid4().hex}"
            part = folder / f"{name}.part"
            part.write_bytes(message.message().as_bytes())
            part.rename(folder / f"{name}.eml")
            count += 1
        for path in sorted(folder.glob("*.eml"))[: -self.KEEP]:
            path.unlink(missing_ok=True)
        return count


def sent_mails(to: str = "", most: int = 100) -> list[SentMail]:
    """What was sent, to ``to`` or to anybody, the newest first."""
    found: list[SentMail] = []
    for path in sorted(_folder().glob("*.eml"), reverse=True):
        # Another process may throw an old one away at this very moment.
        with suppress(FileNotFoundError):
            mail = _read(path)
            if not to or mail.to == to:
                found.append(mail)
        if len(found) >= most:
            break
    return found


def empty() -> None:
    """Throw all mails away: the story begins anew."""
    for path in _folder().glob("*"):
        path.unlink(missing_ok=True)


def _folder() -> Path:
    return settings.DATA_DIR / "mailbox"


def _read(path: Path) -> SentMail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return SentMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=text,
        blocks=blocks(text),
        attachments=[part.get_filename() or "" for part in message.iter_attachments()],
        at=datetime.fromtimestamp(int(path.name[:20]) / 1e9, UTC),
    )
