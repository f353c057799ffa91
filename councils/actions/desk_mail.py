"""Every mail of a council's desk that goes at a time: one function for each subject."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from councils.actions import (
    action_item_mail,
    meeting_due,
    minutes_mail,
    paper_mail,
    term,
)

logger = logging.getLogger(__name__)

# Each derives from the rows what is due at a moment, and gives it to due_mail.post.
SENDERS: list[Callable[[datetime], None]] = [
    minutes_mail.nudge,
    minutes_mail.nudge_chairs,
    action_item_mail.remind,
    paper_mail.remind,
    meeting_due.invite_newcomers,
    meeting_due.remind,
    term.remind,
]


def send_due(now: datetime | None = None) -> None:
    """Queue what is due; safe to run twice, late or at once."""
    now = now or timezone.now()
    for sender in SENDERS:
        try:
            sender(now)
        except Exception:
            # One subject that fails must not silence the others.
            logger.exception("Mails that are due failed: %s", sender.__module__)
