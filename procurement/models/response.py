from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id
from procurement.models.submission_version import SubmissionVersion, SubmittedItem


class Answer(models.Model):
    """What the care office does with one submitted item, and why.

    A draft (no ``published_at``) is for the care office's staff alone, on every
    channel; all answers to a version are published together.
    """

    class Outcome(models.TextChoices):
        TAKEN_UP = "taken_up", _("Taken up")
        PARTLY = "partly", _("Partly taken up")
        NOT_TAKEN_UP = "not_taken_up", _("Not taken up")
        STUDIED = "studied", _("Being studied")
        ELSEWHERE = "elsewhere", _("Belongs elsewhere")

    id = random_id()
    item = models.OneToOneField(SubmittedItem, models.PROTECT, related_name="answer")
    outcome = models.CharField(
        _("what do you do with it?"), max_length=12, choices=Outcome, blank=True
    )
    reason = models.TextField(
        _("your reason, in plain words"), max_length=4000, blank=True
    )
    study_until = models.DateField(
        _("the council hears more before"), null=True, blank=True
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                name="answer_published_has_outcome",
                condition=Q(published_at__isnull=True) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="answer_published_has_reason",
                condition=Q(published_at__isnull=True)
                | Q(outcome="taken_up")
                | ~Q(reason=""),
                violation_error_message=_(
                    "Give your reason. The council wants to know why."
                ),
            ),
        ]

    def __str__(self):
        return f"answer {str(self.pk)[:8]}"


class Publication(models.Model):
    """All answers to one version became readable at this moment, together."""

    id = random_id()
    version = models.OneToOneField(
        SubmissionVersion, models.PROTECT, related_name="publication"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("publication of answers")
        verbose_name_plural = _("publications of answers")

    def __str__(self):
        return f"publication {str(self.pk)[:8]}"
