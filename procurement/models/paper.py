from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id
from procurement.models.submission_version import SubmissionVersion


class PaperQuerySet(models.QuerySet):
    def to_make(self) -> Self:
        """Papers that wait, and those whose maker has not been heard of."""
        return self.filter(
            Q(status=Paper.Status.WAITING)
            | Q(status=Paper.Status.MAKING, lease_until__lt=Now())
        )


class Paper(models.Model):
    """A PDF too long to wait for: made by a worker, fetched by who asked for it.

    ``key`` is the fingerprint of all that it says, so that it is made once, and given
    only to who may read exactly that. ``items``: those of an extract; None for the
    whole. The row is the queue, and goes after a day.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MAKING = "making", _("being made")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    MOST_ATTEMPTS = 3

    id = random_id()
    key = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey(
        SubmissionVersion, models.CASCADE, related_name="papers"
    )
    items = models.JSONField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    pages_expected = models.PositiveIntegerField()
    pages_made = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        indexes = [models.Index(fields=["status"], name="paper_status")]

    def __str__(self):
        return f"paper {str(self.pk)[:8]}"
