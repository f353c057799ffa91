from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council, Decision, Meeting
from councils.permissions import council_ids, organisation_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.cycle import Cycle, DateChange, Phase


class WorkPlanQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Plans of one's own councils, of the central one above them, and of the
        councils of the organisation where one works: both sides make it."""
        own = council_ids(user)
        return self.filter(
            Q(council__in=own)
            | Q(council__children__in=own)
            | Q(council__organisation__in=organisation_ids(user))
        ).distinct()


class WorkPlan(models.Model):
    """The plan of a council and its board for one round: who does what, and when.

    It is reckoned back from the closing of ``phase``. What holds is the newest version;
    it counts once both sides agreed to that very one.
    """

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="work_plans")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="work_plans")
    phase = models.ForeignKey(
        Phase, models.PROTECT, related_name="work_plans", verbose_name=_("phase")
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    begun_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WorkPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan with the board")
        verbose_name_plural = _("plans with the board")
        constraints = [
            models.UniqueConstraint(name="work_plan_once", fields=["council", "cycle"]),
        ]

    def __str__(self):
        return f"plan {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("procurement:work_plan_detail", args=[self.pk])


class Side(models.TextChoices):
    """Who agrees to a plan, and who may propose another."""

    COUNCIL = "council", _("the council")
    ORGANISATION = "organisation", _("the organisation")


class WorkPlanVersionQuerySet(models.QuerySet):
    def newest(self) -> Self:
        """The version that holds, of each plan."""
        newer = WorkPlanVersion.objects.filter(
            plan=OuterRef("plan"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(newer))

    def agreed(self) -> Self:
        """Versions to which both sides agreed."""
        agreed = WorkPlanAgreement.objects.filter(version=OuterRef("pk"))
        return self.filter(
            Exists(agreed.filter(side=Side.COUNCIL)),
            Exists(agreed.filter(side=Side.ORGANISATION)),
        )


class WorkPlanVersion(models.Model):
    """One version of a plan: what it was reckoned with, and the dates that came out.

    A change by either side, or a care office that moves its date, makes the next one;
    nobody changes a version. ``proposed_by`` is None when the portal reckoned anew.
    """

    id = random_id()
    plan = models.ForeignKey(WorkPlan, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    deadline = models.DateTimeField()
    board_days = models.PositiveSmallIntegerField(
        _("days that the board needs to adopt")
    )
    consultation_weeks = models.PositiveSmallIntegerField(
        _("weeks that local councils have")
    )
    papers_days = models.PositiveSmallIntegerField(_("days to read the papers"))
    # The meeting in which the council decides, if there is one on a fitting day.
    meeting = models.ForeignKey(
        Meeting,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="work_plans",
        verbose_name=_("meeting in which the council decides"),
    )
    # What is awkward about its dates, a sentence each; and the earlier day for the
    # papers by which local councils keep enough days without a holiday.
    cautions = models.JSONField(default=list)
    better_papers_on = models.DateField(null=True)
    reason = models.CharField(_("why it changed"), max_length=500, blank=True)
    # Of a closing that moved: with why, as who moved it wrote.
    date_change = models.ForeignKey(
        DateChange,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("date change"),
    )
    proposed_side = models.CharField(max_length=12, choices=Side, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=timezone.now)

    objects = WorkPlanVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a plan")
        verbose_name_plural = _("versions of plans")
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="work_plan_version_once", fields=["plan", "number"]
            ),
        ]

    def __str__(self):
        return f"plan version {str(self.pk)[:8]}"


class WorkPlanStep(models.Model):
    """One date of a version: until when, who does what, and why this date."""

    class Kind(models.TextChoices):
        START = "start", _("talk the plan through")
        PAPERS = "papers", _("papers are with the councils")
        LOCAL = "local", _("local councils have said what they think")
        DECISION = "decision", _("the central council decides")
        BOARD = "board", _("the board adopts")
        DEADLINE = "deadline", _("the care office closes")

    class Doer(models.TextChoices):
        CENTRAL = "central", _("central council")
        LOCAL = "local", _("local councils")
        ORGANISATION = "organisation", _("organisation")
        CARE_OFFICE = "care_office", _("care office")

    id = random_id()
    version = models.ForeignKey(WorkPlanVersion, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    doer = models.CharField(_("who"), max_length=12, choices=Doer)
    what = models.CharField(_("what"), max_length=250)
    due_at = models.DateTimeField(_("until when"))
    # Where the bare count ended, before it rolled to a working day.
    counted_on = models.DateField()
    # The sum in words, a sentence each.
    why = models.JSONField(default=list)
    # Days more (or, below zero, fewer) than the step needs.
    slack_days = models.SmallIntegerField(default=0)
    # Of the papers: days without a holiday that councils lack to talk about them.
    free_days_short = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_chosen = models.BooleanField(_("set by hand"), default=False)
    # It had been when this version was made, and so stays as it was.
    was_over = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of plans")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="work_plan_step_once", fields=["version", "kind"]
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="work_plan_step_due")]

    def __str__(self):
        return f"plan step {str(self.pk)[:8]}"


class WorkPlanAgreement(models.Model):
    """One side agreed to one version of a plan."""

    id = random_id()
    version = models.ForeignKey(
        WorkPlanVersion, models.CASCADE, related_name="agreements"
    )
    side = models.CharField(max_length=12, choices=Side)
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_agreements",
        verbose_name=_("decision of the council"),
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("agreement to a plan")
        verbose_name_plural = _("agreements to plans")
        constraints = [
            models.UniqueConstraint(
                name="work_plan_agreement_once", fields=["version", "side"]
            ),
            # Whoever changed sides meanwhile does not agree for both.
            models.UniqueConstraint(
                name="work_plan_agreement_one_side_each",
                fields=["version", "agreed_by"],
            ),
        ]

    def __str__(self):
        return f"agreement {str(self.pk)[:8]}"
