from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.permissions import council_ids, organisation_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.council_input import HELPERS
from procurement.models.submission_version import (
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)


class AnswerQuerySet(models.QuerySet):
    def published(self):
        """Answers that councils can read."""
        return self.filter(published_at__isnull=False)

    def visible_to(self, user: User):
        """Published answers that ``user`` may read at an item of one's own.

        The council that submitted, every local council whose words an item rests on,
        and the organisation at items that are open to it. Drafts are not among them,
        for nobody: the care office reaches those through its own submissions.
        """
        seats = council_ids(user)
        rests_on = SubmittedSource.objects.filter(item=OuterRef("item"))
        own = Q(item__version__submission__council__in=seats) | Q(
            Exists(rests_on.filter(council__in=seats))
        )
        # What a council closed to its secretary is closed here as well.
        closed = rests_on.filter(
            council__in=council_ids(user, *HELPERS),
            input_version__council_input__is_closed_to_secretary=True,
        )
        allowed = own & ~Q(Exists(closed))
        staff_of = organisation_ids(user)
        if staff_of:
            allowed |= Q(
                item__version__submission__council__organisation__in=staff_of,
                item__in=SubmittedItem.objects.open_to_organisation(),
            )
        return self.published().filter(allowed)

    def for_list(self):
        """With what one line of a list shows, the newest first."""
        return self.select_related(
            "item__version__submission__council",
            "item__version__submission__cycle__care_office",
        ).order_by("-published_at", "item__version", "item__position")


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

    objects = AnswerQuerySet.as_manager()

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

    def get_absolute_url(self):
        return reverse("procurement:response_detail", args=[self.pk])

    @property
    def is_complete(self) -> bool:
        """Whether it can be published: an outcome, and what that outcome needs."""
        needs_reason = self.outcome != self.Outcome.TAKEN_UP
        needs_date = self.outcome == self.Outcome.STUDIED
        return bool(
            self.outcome
            and (self.reason or not needs_reason)
            and (self.study_until or not needs_date)
        )


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
