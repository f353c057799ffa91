from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class PrintoutQuerySet(models.QuerySet):
    def to_make(self) -> Self:
        """Those that wait, and those whose maker has not been heard of."""
        return self.filter(
            Q(status=Printout.Status.WAITING)
            | Q(status=Printout.Status.MAKING, lease_until__lt=Now())
        )


class Printout(models.Model):
    """A PDF too long to wait for: made by a worker, fetched by who asked for it.

    ``key`` is the fingerprint of all that it says, ``html`` and the files ``behind``
    it. A page finds it by the words that its reader may read at that moment: with
    other rights, or after a change, they have another key. The row is the queue, and
    goes after a day.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MAKING = "making", _("being made")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    MOST_ATTEMPTS = 3

    id = random_id()
    key = models.CharField(max_length=64, unique=True)
    html = models.TextField()
    # Keys of the files that are bound behind it, in order.
    behind = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    pages_expected = models.PositiveIntegerField()
    pages_made = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)

    objects = PrintoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("printout")
        verbose_name_plural = _("printouts")
        indexes = [models.Index(fields=["status"], name="printout_status")]

    def __str__(self):
        return f"printout {str(self.pk)[:8]}"
