"""Who works on which row of the outbox, and what came of it.

All of it by the database's clock, each change in one statement that names the claim:
who lost its claim changes nothing.
"""

from collections.abc import Iterator
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
    late = OutgoingMail.objects.filter(
        status=Status.QUEUED, useless_after__lt=timezone.now()
    )
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


def _nobody_knows() -> str:
    return _("It was tried three times, and nobody knows whether it arrived.")


def _key(value: UUID | None) -> Any:
    return OutgoingMail._meta.pk.get_db_prep_value(value, connection)


# One statement for two mails, and not made by the ORM: it is what a mail costs most.
_PASS_ON = """
    UPDATE portal_outgoingmail SET
        status = CASE WHEN id = %(done)s THEN 'sent' ELSE status END,
        sent_at = CASE WHEN id = %(done)s THEN %(at)s ELSE sent_at END,
        reason = CASE WHEN id = %(done)s THEN '' ELSE reason END,
        handed_at = CASE WHEN id = %(next)s THEN %(at)s ELSE handed_at END,
        attempts = attempts + CASE WHEN id = %(next)s THEN 1 ELSE 0 END
    WHERE id IN (%(done)s, %(next)s) AND claimed_by = %(me)s AND status = 'sending'
"""


class Claim:
    """What one sender has in its hands, for as long as its lease runs."""

    def __init__(self) -> None:
        self.token = uuid4()

    @property
    def rows(self) -> QuerySet[OutgoingMail]:
        return OutgoingMail.objects.filter(claimed_by=self.token, status=Status.SENDING)

    @transaction.atomic
    def take(self, most: int, *, only_secret: bool = False) -> list[OutgoingMail]:
        """Up to ``most`` rows that may leave now, codes first."""
        ids: list = []
        for rows in self._may_leave_now(only_secret):
            rows = rows.order_by("next_try_at").values_list("pk", flat=True)
            # Rows that another sender takes at this very moment are passed over.
            rows = rows.select_for_update(skip_locked=True, no_key=True)
            ids += rows[: most - len(ids)]
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

    def pass_on(self, done: OutgoingMail | None, to: OutgoingMail | None) -> bool:
        """Commit that ``done`` was sent and that ``to`` is going to be handed over.

        False if another sender has ``to`` by now, so that it must be left alone.
        """
        if done and done.is_secret:
            self._sent(done, self.rows)
            done = None
        wanted = [mail for mail in (done, to) if mail]
        if not wanted:
            return False
        with connection.cursor() as cursor:
            at = connection.ops.adapt_datetimefield_value(timezone.now())
            keys = {
                "done": done.pk if done else None,
                "next": to.pk if to else None,
                "me": self.token,
            }
            cursor.execute(
                _PASS_ON, {"at": at} | {name: _key(key) for name, key in keys.items()}
            )
            changed = cursor.rowcount
        if to:
            to.attempts += 1
        if changed == len(wanted):
            return to is not None
        if done:
            # The lease ran out while the server took it: say so before it goes again.
            lost = OutgoingMail.objects.filter(status__in=[Status.QUEUED, Status.HELD])
            self._sent(done, lost)
        return bool(to) and self.rows.filter(pk=to.pk, attempts=to.attempts).exists()

    def not_given(self, mail: OutgoingMail) -> None:
        """Take back that it was going to be handed over: it was not."""
        rows = self.rows.filter(pk=mail.pk, handed_at__isnull=False)
        mail.attempts -= rows.update(handed_at=None, attempts=F("attempts") - 1)

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

    def _sent(self, mail: OutgoingMail, rows: QuerySet[OutgoingMail]) -> None:
        rows.filter(pk=mail.pk).update(
            status=Status.SENT, sent_at=timezone.now(), reason="", body=_BODY
        )

    def _may_leave_now(self, only_secret: bool) -> Iterator[QuerySet[OutgoingMail]]:
        due = OutgoingMail.objects.due()
        yield due.filter(is_secret=True)
        if not only_secret and within_sending_hours(timezone.now()):
            yield due.filter(is_secret=False)
