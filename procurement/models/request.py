from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council, Region
from councils.permissions import care_office_ids, council_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.cycle import Cycle, Phase, PhaseDates, dates_before


class Right(models.TextChoices):
    """The right under which a council is asked (Wmcz 2018)."""

    INFORMATION = "information", _("right to information")
    INPUT = "input", _("input, by agreement")


class InformationRequestQuerySet(models.QuerySet):
    def published(self):
        """Requests that councils can read."""
        return self.filter(status=InformationRequest.Status.PUBLISHED)

    def asked_of(self, councils):
        """Published requests that were put to one of ``councils``."""
        asked = RequestCouncil.objects.filter(council__in=councils).values("request")
        return self.published().filter(pk__in=asked)

    def visible_to(self, user: User) -> Self:
        """The care office sees its own, drafts too; a council what it was asked."""
        asked = RequestCouncil.objects.filter(council__in=council_ids(user))
        return self.filter(
            Q(cycle__care_office__in=care_office_ids(user))
            | Q(status__in=["published", "withdrawn"], pk__in=asked.values("request"))
        )

    def for_list(self) -> Self:
        """With what a line of a list shows: what is open first, the nearest on top."""
        ahead = Case(When(closes_at__gt=timezone.now(), then=F("closes_at")))
        return self.select_related("phase", "cycle__care_office").order_by(
            ahead.asc(nulls_last=True), "-closes_at", "pk"
        )


class InformationRequest(models.Model):
    """A question of a care office to councils, with its purpose.

    What, why, how it is used and who reads it are required: a council that does not
    know those cannot answer well.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS = {
        Status.DRAFT: {Status.PUBLISHED},
        Status.PUBLISHED: {Status.WITHDRAWN},
        Status.WITHDRAWN: set(),
    }

    class Selection(models.TextChoices):
        REGION = "region", _("all councils in one or more regions")
        SECTOR = "sector", _("all councils of this sector")
        CHOSEN = "chosen", _("a selection that I make")

    id = random_id()
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, related_name="requests", verbose_name=_("round")
    )
    phase = models.ForeignKey(
        Phase, models.PROTECT, related_name="requests", verbose_name=_("phase")
    )
    title = models.CharField(_("your question in one sentence"), max_length=150)
    what = models.TextField(_("what do you ask?"), max_length=4000)
    why = models.TextField(_("why do you ask this?"), max_length=4000)
    use = models.TextField(_("how do you use it?"), max_length=4000)
    readers = models.TextField(_("who reads it?"), max_length=1000)
    not_asked = models.TextField(_("what do you not ask?"), max_length=2000, blank=True)
    right = models.CharField(
        _("right that applies"), max_length=12, choices=Right, default=Right.INPUT
    )
    legal_note = models.TextField(_("note on the right"), max_length=1000, blank=True)
    closes_at = models.DateTimeField(_("closes at"))
    selection = models.CharField(
        _("which councils?"), max_length=8, choices=Selection, default=Selection.SECTOR
    )
    regions = models.ManyToManyField(
        Region, blank=True, related_name="+", verbose_name=_("regions")
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whom can councils call?"),
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    councils = models.ManyToManyField(
        Council, through="RequestCouncil", related_name="requests"
    )

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(
                name="request_has_purpose_unless_draft",
                condition=Q(status="draft")
                | ~Q(title="") & ~Q(what="") & ~Q(why="") & ~Q(use="") & ~Q(readers=""),
            ),
        ]

    def __str__(self):
        return f"request {self.reference}"

    def get_absolute_url(self):
        return reverse("procurement:request_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """What one names on the telephone."""
        return str(self.pk)[:8].upper()

    @property
    def is_open(self) -> bool:
        """Whether councils can answer in time: published, and not closed yet."""
        return self.status == self.Status.PUBLISHED and self.closes_at > timezone.now()

    def reach(self, region_ids: Collection[UUID] | None = None):
        """The councils to which it may be put: of this round, in ``region_ids``.

        None stands for every region of the care office.
        """
        cycle = self.cycle
        councils = Council.objects.in_round(
            cycle.care_office_id, cycle.contract_year, cycle.sector
        )
        return councils if region_ids is None else councils.in_regions(region_ids)

    def chosen(self, region_ids: Collection[UUID] | None = None):
        """The councils to which it goes when it is published now, within reach."""
        reach = self.reach(region_ids)
        if self.selection == self.Selection.REGION:
            return reach.in_regions(self.regions.all())
        if self.selection == self.Selection.CHOSEN:
            return reach.filter(asked_by__request=self)
        return reach

    @property
    def dates(self) -> PhaseDates:
        """Who must be ready when, by the days of its phase."""
        phase = self.phase
        return dates_before(
            self.closes_at,
            phase.organisation_days,
            phase.central_days,
            phase.local_days,
        )


class RequestCouncil(models.Model):
    """A council to which a request is put; while it is a draft: will be put."""

    request = models.ForeignKey(
        InformationRequest, models.CASCADE, related_name="asked"
    )
    council = models.ForeignKey(Council, models.PROTECT, related_name="asked_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="request_council_once", fields=["request", "council"]
            ),
        ]

    def __str__(self):
        return f"asked {self.pk}"


class RequestVersion(models.Model):
    """The texts of a draft as somebody saved them, so that no words get lost.

    ``is_aside``: saved over a newer text; it stands beside the draft until somebody
    makes one text of the two.
    """

    id = random_id()
    request = models.ForeignKey(
        InformationRequest, models.CASCADE, related_name="versions"
    )
    # Which save of the draft this was; of a text aside: which one it came after.
    revision = models.PositiveIntegerField()
    words = models.JSONField()
    is_aside = models.BooleanField(default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a request")
        verbose_name_plural = _("versions of requests")
        ordering = ["revision", "saved_at"]

    def __str__(self):
        return f"version {str(self.pk)[:8]}"
