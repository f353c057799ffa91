from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class _Written(models.Value):
    """A word of ours that stands in the text of a query itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        return f"'{self.value}'", ()


# No lease runs on so long, and no second try waits so long.
FARTHEST = timedelta(days=1)


class OutgoingMailQuerySet(models.QuerySet):
    """Which mails are where; "now" is the database's, so that no two senders differ."""

    def that_are(self, status: str):
        """Those with this status, found by the index of such rows alone.

        A plan that the database keeps knows of that index only if the status stands in
        the text of the query.
        """
        return self.filter(status=_Written(status))

    def due(self):
        """What may be tried now, but for the hours in which mails wait."""
        return self.that_are(OutgoingMail.Status.QUEUED).filter(
            models.Q(send_at=None) | models.Q(send_at__lte=timezone.now()),
            next_try_at__lte=Now(),
        )

    def abandoned(self):
        """What a sender held that has not been heard of since its lease ended; or of
        which the lease was written by a clock that was ahead."""
        sending = self.that_are(OutgoingMail.Status.SENDING)
        ahead = models.Q(lease_until__gt=Now() + FARTHEST)
        return sending.filter(models.Q(lease_until__lt=Now()) | ahead)

    def put_off_too_far(self):
        """What waits for a try that only a clock that was ahead put so late."""
        queued = self.that_are(OutgoingMail.Status.QUEUED)
        return queued.filter(next_try_at__gt=Now() + FARTHEST)

    def from_ahead(self):
        """Mails at an end that were queued by a clock that was ahead: they would keep
        the same mail of the right day from leaving."""
        Status = OutgoingMail.Status
        at_end = self.filter(status__in=[Status.SENT, Status.CANCELLED, Status.MISSED])
        return at_end.filter(created_at__gt=timezone.now() + FARTHEST)

    def held(self):
        """What waits for a person to look at it, the oldest first."""
        return self.that_are(OutgoingMail.Status.HELD).order_by("created_at")


class OutgoingMail(models.Model):
    """A mail that must leave. The row is the queue; Celery only wakes the senders.

    A try is committed (``handed_at``) before the message is given to the mail server
    and its outcome after it, so that what a killed sender left behind can be told
    apart: not tried yet, or tried with an outcome that nobody knows.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")
        MISSED = "missed", _("missed")
        HELD = "held", _("held for a person")

    # After so many tries of which nobody knows the outcome a person must look.
    MOST_UNKNOWN = 3

    # From the key (``id_of``) when it is queued: twice is the same row.
    id = random_id()
    # What the mail is about and for whom; an action that runs twice queues once.
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(
        "portal.User", models.CASCADE, null=True, related_name="mails"
    )
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    body = models.TextField()
    footer = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    # A login code: leaves at once, also at night; its text is blanked after sending.
    is_secret = models.BooleanField(default=False)
    # Asked again at the moment of sending: {"name": …, "args": {…}}, see MAIL_RECHECKS.
    recheck = models.JSONField(null=True)
    # Not before this moment; after the other one the mail makes no sense any more.
    send_at = models.DateTimeField(null=True)
    useless_after = models.DateTimeField(null=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.TextField(blank=True)
    next_try_at = models.DateTimeField(db_default=Now())
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    unknown_outcomes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="outgoing_mail_queued",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["next_try_at"],
                name="outgoing_mail_secret",
                condition=models.Q(status="queued", is_secret=True),
            ),
            models.Index(
                fields=["lease_until"],
                name="outgoing_mail_sending",
                condition=models.Q(status="sending"),
            ),
            models.Index(
                fields=["created_at"],
                name="outgoing_mail_held",
                condition=models.Q(status="held"),
            ),
        ]
        constraints = [
            # Not unique=True, which on PostgreSQL makes a second index to keep up.
            models.UniqueConstraint(name="outgoing_mail_once", fields=["key"]),
        ]

    def __str__(self):
        return f"mail {str(self.pk)[:8]}"

    @staticmethod
    def id_of(key: str) -> UUID:
        """The id of the mail with this key: always the same."""
        return UUID(
            bytes=sha256(f"outgoing mail {key}".encode()).digest()[:16], version=4
        )

    @property
    def message_id(self) -> str:
        """The same at every try, so that a mail program shows a second copy once."""
        return f"<{self.pk.hex}@{urlsplit(settings.SITE_URL).hostname}>"


class MailOptOut(models.Model):
    """A kind of mail that a person does not want; no row means: wanted."""

    user = models.ForeignKey(
        "portal.User", models.CASCADE, related_name="mail_opt_outs"
    )
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="mail_opt_out_once", fields=["user", "kind"]),
        ]

    def __str__(self):
        return f"{self.kind} {self.user_id}"


class AddressOptOut(models.Model):
    """A kind of mail that somebody without an account does not want.

    Of the address only a keyed hash is kept (``portal.mail_choices.hash_of``).
    """

    address_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="address_opt_out_once", fields=["address_hash", "kind"]
            ),
        ]

    def __str__(self):
        return self.kind


class PeriodicRun(models.Model):
    """When a periodic task last began, last finished, and with what error.

    ``leapt_at``: when it last began long after, or before, the run that came before it.
    """

    task = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    leapt_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("periodic task")
        verbose_name_plural = _("periodic tasks")

    def __str__(self):
        return self.task
