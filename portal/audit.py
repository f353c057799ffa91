"""The audit trail: one event per change, chained by hash, without any content."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from portal.models import AuditChain, AuditEvent, User

MANY_CHAINS = 200


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
    event = _next_event(chain, verb, subject, by, data, timezone.now())
    event.save(force_insert=True)
    chain.save(update_fields=["length", "head"])
    return event


def record_many(
    verb: str,
    changes: Sequence[tuple[Model, UUID | None, dict[str, Any]]],
    *,
    by: User | None,
) -> None:
    """As `record`, for many changes of one kind at once: subject, scope and data."""
    if not connection.in_atomic_block:
        raise RuntimeError("record_many() belongs in the transaction of the change")
    chains = _hold({scope or AuditChain.PORTAL for _subject, scope, _data in changes})
    now = timezone.now()
    events = []
    for subject, scope, data in changes:
        chain = chains[scope or AuditChain.PORTAL]
        events.append(_next_event(chain, verb, subject, by, data, now))
    AuditEvent.objects.bulk_create(events, batch_size=1000)
    AuditChain.objects.bulk_update(
        chains.values(), ["length", "head"], batch_size=MANY_CHAINS
    )


def _hold(scopes: set[UUID]) -> dict[UUID, AuditChain]:
    """The chains of these scopes, locked, always in one order."""
    held: dict[UUID, AuditChain] = {}
    ordered = sorted(scopes)
    for start in range(0, len(ordered), MANY_CHAINS):
        some = ordered[start : start + MANY_CHAINS]
        AuditChain.objects.bulk_create(
            [AuditChain(scope=scope) for scope in some], ignore_conflicts=True
        )
        rows = AuditChain.objects.select_for_update().filter(scope__in=some)
        held |= {chain.scope: chain for chain in rows.order_by("scope")}
    return held


def _next_event(
    chain: AuditChain,
    verb: str,
    subject: Model,
    by: User | None,
    data: dict[str, Any],
    at: datetime,
) -> AuditEvent:
    """The event that comes next in ``chain``, which moves on to it."""
    event = AuditEvent(
        chain=chain,
        position=chain.length + 1,
        verb=verb,
        actor=by,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        subject_label=f"{subject._meta.verbose_name} {str(subject.pk)[:8]}"[:120],
        data=data,
        at=at,
        previous=chain.head,
    )
    event.hash = digest(event)
    chain.length, chain.head = event.position, event.hash
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
