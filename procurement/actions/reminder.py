"""Reminds whoever still has something to do, once, and writes down why others not.

The row of a reminder is claim, memory and proof in one: it is made in the transaction
that puts its mail in the outbox, and whoever runs at the same time loses the claim.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from portal import mail
from portal.models import OutgoingMail
from procurement.actions.reminder_due import Deriving, Due
from procurement.actions.reminder_mail import compose, compose_catch_up
from procurement.models import Reminder

logger = logging.getLogger(__name__)

# So many people are claimed and mailed in one transaction.
BATCH = 500
REASON_LENGTH = 200
# What a mail is that is at an end, as a reminder tells it.
ENDS = {
    OutgoingMail.Status.SENT: Reminder.Status.SENT,
    OutgoingMail.Status.CANCELLED: Reminder.Status.CANCELLED,
    OutgoingMail.Status.MISSED: Reminder.Status.MISSED,
    OutgoingMail.Status.HELD: Reminder.Status.HELD,
}


def send_due(now: datetime | None = None) -> Counter[str]:
    """Send what is due, and record who is skipped; safe to run twice, late or at once.

    Gives how many reminders became what.
    """
    now = now or timezone.now()
    counts: Counter[str] = Counter()
    late: dict[UUID, list[Due]] = {}
    for batch in Deriving(now).batches():
        now_due = []
        for due in batch.due:
            if due.status == Reminder.Status.QUEUED and due.is_late:
                late.setdefault(due.user.pk, []).append(due)
            else:
                now_due.append(due)
        counts += _record(_by_mail(now_due), lambda dues: compose(dues, now))
    counts += _record(list(late.values()), compose_catch_up)
    return counts


def _by_mail(dues: list[Due]) -> list[list[Due]]:
    """Those that one mail can tell: one person, one date."""
    groups: dict[tuple, list[Due]] = {}
    for due in dues:
        key = due.user.pk, due.times, due.status == Reminder.Status.QUEUED
        groups.setdefault(key, []).append(due)
    return list(groups.values())


def _record(
    groups: list[list[Due]], compose_mail: Callable[[Sequence[Due]], OutgoingMail]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for some in _some_at_a_time(groups):
        try:
            counts += _record_some(some, compose_mail)
        except Exception:
            # What cannot be done for one must not silence the others.
            logger.exception("Reminders failed; trying one by one")
            for group in some:
                try:
                    counts += _record_some([group], compose_mail)
                except Exception:
                    logger.exception("A reminder failed: %s", group[0].rule.pk)
    return counts


def _some_at_a_time(groups: list[list[Due]]) -> Iterator[list[list[Due]]]:
    for start in range(0, len(groups), BATCH):
        yield groups[start : start + BATCH]


@transaction.atomic
def _record_some(
    groups: list[list[Due]], compose_mail: Callable[[Sequence[Due]], OutgoingMail]
) -> Counter[str]:
    """Claim, and put in the outbox what was claimed: all of it or nothing."""
    mails: list[OutgoingMail] = []
    reminders: list[Reminder] = []
    for group in groups:
        sent = None
        if group[0].status == Reminder.Status.QUEUED:
            sent = compose_mail(group)
            mails.append(sent)
        reminders += [_row(due, sent) for due in group]
    mail.queue_all(mails)
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    _drop_unclaimed(mails)
    return Counter(row.status for row in reminders)


def _row(due: Due, sent: OutgoingMail | None) -> Reminder:
    return Reminder(
        rule=due.rule,
        phase=due.phase,
        party_id=due.council.pk,
        council=due.council,
        user=due.user,
        due_at=due.times.due_at,
        status=due.status,
        reason=due.reason,
        mail=sent,
    )


def _drop_unclaimed(mails: list[OutgoingMail]) -> None:
    """Take back mails whose every reminder was claimed by another run meanwhile."""
    if not mails:
        return
    ids = [each.pk for each in mails]
    lost = OutgoingMail.objects.filter(
        pk__in=ids, reminders=None, status=OutgoingMail.Status.QUEUED
    )
    lost.delete()


def follow_mails() -> int:
    """Let each reminder tell how its mail ended: sent, cancelled, missed or held."""
    changed = 0
    its_mail = OutgoingMail.objects.filter(pk=OuterRef("mail"))
    said = its_mail.values(said=Left("reason", REASON_LENGTH))
    open_ones = Reminder.objects.filter(status__in=Reminder.MAY_LEAVE)
    for end, status in ENDS.items():
        changed += (
            open_ones.filter(mail__status=end)
            .exclude(status=status)
            .update(status=status, reason=Subquery(said[:1]))
        )
    again = [OutgoingMail.Status.QUEUED, OutgoingMail.Status.SENDING]
    changed += (
        open_ones.filter(mail__status__in=again)
        .exclude(status=Reminder.Status.QUEUED)
        .update(status=Reminder.Status.QUEUED, reason="")
    )
    return changed
