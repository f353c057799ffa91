"""The audit trail: one event per change, chained by hash, without any content."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from portal.models import AuditChain, AuditEvent, User


def record(
    verb: str,
    subject: Model,
    *,
    by: User | None,
    scope: UUID | None = None,
    **data: Any,
) -> AuditEvent:
    """Write down that ``by`` did ``verb`` to ``subject``.

    Called from an action, inside its transaction, so that there is never a change
    without its event nor an event without its change. ``by`` is None when the portal
    itself acts. ``scope`` is the id of the party whose trail this is (a council reads
    its own). ``data`` holds what a later reader needs to understand the event, as
    JSON, never the text of an input.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs in the transaction of the change")
    chain, _ = AuditChain.objects.get_or_create(scope=scope or AuditChain.PORTAL)
    chain = AuditChain.objects.select_for_update().get(pk=chain.pk)
    event = AuditEvent(
        chain=chain,
        position=chain.length + 1,
        verb=verb,
        actor=by,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        subject_label=f"{subject._meta.verbose_name} {str(subject.pk)[:8]}"[:120],
        data=data,
        at=timezone.now(),
        previous=chain.head,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    chain.length, chain.head = event.position, event.hash
    chain.save(update_fields=["length", "head"])
    return event


def digest(event: AuditEvent) -> str:
    """The SHA-256 over what ``event`` says and the hash of the event before it."""
    content = {
        "chain": str(event.chain.scope),
        "position": event.position,
        "verb": event.verb,
        "actor": str(event.actor_id),
        "subject": str(event.subject_id),
        "data": event.data,
        "at": event.at.isoformat(timespec="microseconds"),
        "previous": event.previous,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_broken(chain: AuditChain) -> int | None:
    """The position of the first event that does not fit in ``chain``, or None."""
    previous, position = "0" * 64, 0
    for event in chain.events.order_by("position").iterator():
        position += 1
        event.chain = chain
        if (
            event.position != position
            or event.previous != previous
            or event.hash != digest(event)
        ):
            return position
        previous = event.hash
    return None if (position, previous) == (chain.length, chain.head) else position + 1
