from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.agenda import AgendaItem
from councils.models.council import Council
from councils.models.meeting import Meeting
from councils.models.openness import Openness, in_reach
from portal.fields import random_id
from portal.models import User


class Minutes(models.Model):
    """The minutes of one meeting: begun, sent round as a draft, adopted in a later one.

    What was said stands at the items; who was there at the attendees.
    """

    class Status(models.TextChoices):
        WRITING = "writing", _("being written")
        DRAFT = "draft", _("draft, sent round")
        ADOPTED = "adopted", _("adopted")

    TRANSITIONS = {
        Status.WRITING: {Status.DRAFT},
        Status.DRAFT: {Status.DRAFT, Status.ADOPTED},
        Status.ADOPTED: set(),
    }

    id = random_id()
    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="minutes")
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WRITING, editable=False
    )
    # Where it really began and ended, and what belongs to no item.
    opening = models.TextField(_("opening"), blank=True, max_length=4000)
    revision = models.PositiveIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    adopted_in = models.ForeignKey(
        Meeting, models.PROTECT, null=True, editable=False, related_name="adopts"
    )
    adopted_at = models.DateTimeField(null=True, editable=False)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    begun_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        constraints = [
            models.CheckConstraint(
                name="minutes_adopted_have_a_moment",
                condition=~Q(status="adopted") | Q(adopted_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"minutes {str(self.pk)[:8]}"

    @property
    def is_adopted(self) -> bool:
        return self.status == self.Status.ADOPTED


class AdoptedMinutes(models.Model):
    """Minutes as they were adopted: a frozen copy, with its fingerprint."""

    id = random_id()
    minutes = models.OneToOneField(Minutes, models.PROTECT, related_name="adopted")
    content = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    adopted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("adopted minutes")
        verbose_name_plural = _("adopted minutes")

    def __str__(self):
        return f"adopted minutes {str(self.pk)[:8]}"


class InReachQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Those of one's own councils, but for what is closed to helpers."""
        return self.filter(in_reach(user))


class Decision(models.Model):
    """What a council decided: numbered per council and year, and to be found again.

    ``openness`` is that of its item. Votes are counted only where a vote was held.
    """

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="decisions")
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="decisions")
    year = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveIntegerField(editable=False)
    text = models.TextField(_("what was decided"), max_length=2000)
    votes_for = models.PositiveSmallIntegerField(_("in favour"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(
        _("against"), null=True, blank=True
    )
    votes_abstained = models.PositiveSmallIntegerField(
        _("abstained"), null=True, blank=True
    )
    openness = models.CharField(max_length=10, choices=Openness, editable=False)
    decided_on = models.DateField(_("decided on"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )

    objects = InReachQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="decision_number_once", fields=["council", "year", "number"]
            ),
        ]

    def __str__(self):
        return f"decision {self.reference}"

    def get_absolute_url(self):
        return reverse("councils:decision_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How people name it: 2027-12."""
        return f"{self.year}-{self.number}"

    @property
    def was_voted(self) -> bool:
        return self.votes_for is not None


class ActionItemQuerySet(InReachQuerySet):
    def open(self) -> Self:
        """Those that wait to be done, the earliest date first."""
        return self.filter(status=ActionItem.Status.OPEN).order_by("due_on", "pk")


class ActionItem(models.Model):
    """Something that somebody took on in a meeting, to be done before a day."""

    class Status(models.TextChoices):
        OPEN = "open", _("to be done")
        DONE = "done", _("done")
        DROPPED = "dropped", _("no longer needed")

    TRANSITIONS = {
        Status.OPEN: {Status.DONE, Status.DROPPED},
        Status.DONE: {Status.OPEN},
        Status.DROPPED: {Status.OPEN},
    }

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="action_items")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    what = models.CharField(_("what"), max_length=250)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="action_items",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("before which day"))
    openness = models.CharField(
        max_length=10, choices=Openness, default=Openness.OPEN, editable=False
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    note = models.CharField(_("what came of it"), max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["owner", "status"], name="action_item_of_owner"),
            models.Index(fields=["council", "status"], name="action_item_of_council"),
        ]

    def __str__(self):
        return f"action {str(self.pk)[:8]}"

    def is_overdue(self, today: date) -> bool:
        """Whether it is still open after its last day."""
        return self.status == self.Status.OPEN and self.due_on < today
