"""Puts in the outbox what is due, once: its key is the memory of what was sent before.

Nothing is planned ahead. Each run derives what is due from the rows as they stand, so
a run that was missed is made up for, and a date that moved has another key. What has
lost its sense meanwhile (``useless_after``) the outbox writes down as missed.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from councils.models import Attendee
from portal import mail
from portal.models import OutgoingMail, User

logger = logging.getLogger(__name__)

# Keys that one query looks up.
MANY = 1000


@dataclass(frozen=True)
class Due:
    """One mail that is due now: its kind, for whom, and until when it makes sense.

    A guest without an account is told at the address of the attendee. ``template`` is
    that of its kind, unless it names another.
    """

    kind: str
    to: User | Attendee
    key: str
    useless_after: datetime
    recheck: dict[str, Any]
    context: dict[str, Any]
    template: str = ""


def post(dues: list[Due]) -> None:
    """Queue those that were never in the outbox; one that fails stops no other."""
    for start in range(0, len(dues), MANY):
        some = {OutgoingMail.id_of(due.key): due for due in dues[start : start + MANY]}
        there = OutgoingMail.objects.filter(pk__in=some).values_list("pk", flat=True)
        known = set(there)
        for pk, due in some.items():
            if pk in known:
                continue
            try:
                _queue(due)
            except Exception:
                logger.exception("A mail that is due could not be queued: %s", pk)


@transaction.atomic
def _queue(due: Due) -> None:
    template = due.template or due.kind
    fields: dict[str, Any] = {
        "kind": due.kind,
        "key": due.key,
        "useless_after": due.useless_after,
        "recheck": due.recheck,
        **due.context,
    }
    if isinstance(due.to, User):
        mail.queue(template, to=due.to, **fields)
    else:
        mail.queue_to_address(
            template, address=due.to.email, name=due.to.name, **fields
        )
