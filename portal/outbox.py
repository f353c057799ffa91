"""Who works on which row of the outbox, and what came of it.

All of it by the database's clock, each change in one statement that names the claim:
who lost its claim changes nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Now, Trim
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.dates import within_sending_hours
from portal.models import OutgoingMail

Status = OutgoingMail.Status

_FREE = {"claimed_by": None, "lease_until": None}
# A code is blanked as soon as its mail is at an end.
_NOTHING = Value("", TextField())
_BODY = Case(When(is_secret=True, then=_NOTHING), default=F("body"))


def too_late() -> str:
    return _("Its moment had passed before it could be sent.")


def record_missed() -> None:
    """Write down what came too late, also while it waits for the morning."""
    queued = OutgoingMail.objects.that_are(Status.QUEUED)
    late = queued.filter(useless_after__lt=timezone.now())
    reason = Trim(Concat(Value(f"{too_late()} ", TextField()), F("reason")))
    late.update(status=Status.MISSED, reason=reason, body=_BODY)


def free_abandoned() -> None:
    """Take back what a sender held when it died.

    A mail that was handed over may have left or not: it goes again with the same
    Message-ID, and after the third time it waits for a person.
    """
    abandoned = OutgoingMail.objects.abandoned()
    abandoned.filter(handed_at=None).update(status=Status.QUEUED, **_FREE)
    handed = abandoned.filter(handed_at__isnull=False)
    last = OutgoingMail.MOST_UNKNOWN - 1
    unknown = {
        **_FREE,
        "handed_at": None,
        "unknown_outcomes": F("unknown_outcomes") + 1,
    }
    handed.filter(unknown_outcomes__gte=last).update(
        status=Status.HELD, reason=_nobody_knows(), **unknown
    )
    handed.filter(unknown_outcomes__lt=last).update(status=Status.QUEUED, **unknown)


def free_put_off() -> None:
    """Let go at once what a clock that was ahead put off until its own days."""
    OutgoingMail.objects.put_off_too_far().update(next_try_at=Now())


def undo_clock_ahead() -> None:
    """Take back what a clock that was ahead wrote, once it goes as it should again.

    Mails of days to come can leave on their day, and those whose moment had not passed
    after all leave now.
    """
    OutgoingMail.objects.from_ahead().delete()
    missed = OutgoingMail.objects.filter(status=Status.MISSED, is_secret=False)
    missed.filter(useless_after__gt=timezone.now()).update(
        status=Status.QUEUED, reason="", next_try_at=Now()
    )


def _nobody_knows() -> str:
    return _("It was tried three times, and nobody knows whether it arrived.")


# Not made by the ORM, because every mail needs it. Whoever sends and dies afterwards,
# it stays written; but the disk need not have it at once, because the next tries that
# are announced take it along.
_SENT = """
    UPDATE portal_outgoingmail
    SET status = 'sent', sent_at = %s, reason = '',
        body = CASE WHEN is_secret THEN '' ELSE body END
    {and_this} WHERE id = %s AND claimed_by = %s AND status = 'sending'
"""
_LATER_ON_DISK = """
    WITH this_commit AS MATERIALIZED
        (SELECT set_config('synchronous_commit', 'off', true))
"""
_SENT_ON = {
    "postgresql": _LATER_ON_DISK + _SENT.format(and_this="FROM this_commit"),
    "sqlite": _SENT.format(and_this=""),
}
# A claim takes the half of what is left, so that all senders end at the same time, but
# not fewer than this.
_LEAST_CLAIM = 100


def _key(value: UUID) -> Any:
    return OutgoingMail._meta.pk.get_db_prep_value(value, connection)


def _locked(rows: QuerySet[OutgoingMail], most: int) -> list[UUID]:
    """The first of them; those that another sender takes just now are passed over."""
    rows = rows.select_for_update(skip_locked=True, no_key=True)
    return list(rows.order_by("next_try_at").values_list("pk", flat=True)[:most])


class Claim:
    """What one sender has in its hands, for as long as its lease runs."""

    def __init__(self) -> None:
        self.token = uuid4()

    @property
    def rows(self) -> QuerySet[OutgoingMail]:
        sending = OutgoingMail.objects.that_are(Status.SENDING)
        return sending.filter(claimed_by=self.token)

    @transaction.atomic
    def take(self, most: int, *, only_secret: bool = False) -> list[OutgoingMail]:
        """Up to ``most`` rows that may leave now, codes first."""
        due = OutgoingMail.objects.due()
        ids = _locked(due.filter(is_secret=True), most)
        if not only_secret and within_sending_hours(timezone.now()):
            mails = due.filter(is_secret=False)
            half = max(_LEAST_CLAIM, mails[: 2 * most].count() // 2)
            ids += _locked(mails, min(most - len(ids), half))
        if not ids:
            return []
        rows = OutgoingMail.objects.filter(pk__in=ids)
        rows.update(
            status=Status.SENDING,
            claimed_by=self.token,
            lease_until=Now() + settings.MAIL_LEASE,
            handed_at=None,
        )
        return list(rows.order_by("-is_secret", "next_try_at"))

    def renew(self) -> None:
        self.rows.update(lease_until=Now() + settings.MAIL_LEASE)

    def let_go(self, *, wait: timedelta | None = None, reason: str = "") -> None:
        """Give back what was not tried, to be tried again after ``wait``."""
        later = {"next_try_at": Now() + wait, "reason": reason} if wait else {}
        self.rows.filter(handed_at=None).update(status=Status.QUEUED, **_FREE, **later)

    # --- One row -------------------------------------------------------------------

    def announce(self, mails: list[OutgoingMail]) -> set[UUID]:
        """Commit that these are going to be handed over; which of them may be.

        The others are another sender's by now, and must be left alone.
        """
        rows = self.rows.filter(pk__in=[mail.pk for mail in mails])
        count = rows.filter(handed_at=None).update(
            handed_at=timezone.now(), attempts=F("attempts") + 1
        )
        for mail in mails:
            mail.attempts += 1
        if count == len(mails):
            return {mail.pk for mail in mails}
        return self.announced(mail.pk for mail in mails)

    def announced(self, keys: Iterable[UUID]) -> set[UUID]:
        """Which of these are this sender's, and announced."""
        rows = self.rows.filter(pk__in=list(keys))
        return set(rows.filter(handed_at__isnull=False).values_list("pk", flat=True))

    def take_back(self, mails: list[OutgoingMail]) -> None:
        """They were announced, and not handed over after all."""
        rows = self.rows.filter(pk__in=[mail.pk for mail in mails])
        rows.filter(handed_at__isnull=False).update(
            handed_at=None, attempts=F("attempts") - 1
        )
        for mail in mails:
            mail.attempts -= 1

    def sent(self, mail: OutgoingMail) -> None:
        """The mail server took it."""
        at = connection.ops.adapt_datetimefield_value(timezone.now())
        keys = [_key(mail.pk), _key(self.token)]
        with connection.cursor() as cursor:
            cursor.execute(_SENT_ON[connection.vendor], [at, *keys])
            if cursor.rowcount:
                return
        # The lease ran out while the server took it: say so before it goes again.
        lost = OutgoingMail.objects.filter(status__in=[Status.QUEUED, Status.HELD])
        lost.filter(pk=mail.pk).update(
            status=Status.SENT, sent_at=timezone.now(), reason="", body=_BODY
        )

    def end(self, mail: OutgoingMail, status: Status, reason: str) -> None:
        self.rows.filter(pk=mail.pk).update(
            status=status, reason=reason, body=_BODY, handed_at=None, **_FREE
        )

    def try_later(self, mail: OutgoingMail, reason: str) -> None:
        """The server said: not now. After the last wait a person must look."""
        if mail.attempts > len(settings.MAIL_BACKOFF):
            reason = _("It was refused time and again: %(reason)s") % {"reason": reason}
            return self.end(mail, Status.HELD, reason)
        self._again(mail, settings.MAIL_BACKOFF[max(mail.attempts - 1, 0)], reason)

    def nobody_knows(self, mail: OutgoingMail, reason: str) -> None:
        """It was handed over, and no answer came."""
        count = mail.unknown_outcomes + 1
        self.rows.filter(pk=mail.pk).update(unknown_outcomes=count)
        if count >= OutgoingMail.MOST_UNKNOWN:
            return self.end(mail, Status.HELD, f"{_nobody_knows()} {reason}".strip())
        self._again(mail, settings.MAIL_BACKOFF[0], reason)

    def _again(self, mail: OutgoingMail, wait: timedelta, reason: str) -> None:
        self.rows.filter(pk=mail.pk).update(
            status=Status.QUEUED,
            next_try_at=Now() + wait,
            attempts=mail.attempts,
            reason=reason,
            handed_at=None,
            **_FREE,
        )
