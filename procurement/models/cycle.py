from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareOffice, CareOrganisation, Sector
from councils.permissions import care_office_ids, council_seats, organisation_ids
from portal.dates import BackDate, back_from
from portal.fields import random_id
from portal.models import User


class CycleKind(models.TextChoices):
    """What the phases of a cycle are about."""

    PROCUREMENT = "procurement", _("procurement round")
    QUALITY_PLAN = "quality_plan", _("quality round")


class PhaseKind(models.TextChoices):
    """The 14 phases of a procurement year and the 4 of a quality plan."""

    ORIENTATION = "orientation", _("Orientation and contours")
    COUNCIL_CONSULTATION = "council_consultation", _("Consult the constituency")
    POLICY_PUBLICATION = "policy_publication", _("Policy published")
    CLARIFICATION = "clarification", _("Questions and clarification")
    SELF_ANALYSIS = "self_analysis", _("Self-analysis")
    DEVELOPMENT_PLAN = "development_plan", _("Development plan")
    REGISTRATION = "registration", _("Registration")
    PROVISIONAL_AWARD = (
        "provisional_award",
        _("Assessment and provisional outcome"),
    )
    DIALOGUE = "dialogue", _("Dialogue")
    FINAL_AWARD = "final_award", _("Final outcome")
    CONTRACT_SIGNING = "contract_signing", _("Contract and budget")
    RESHUFFLE = "reshuffle", _("Reshuffle of this year")
    MONITORING = "monitoring", _("Delivery and monitoring")
    EVALUATION = "evaluation", _("Evaluation")
    PLAN_DRAFTING = "plan_drafting", _("Drafting the plan")
    PLAN_ADOPTION = "plan_adoption", _("Adopting the plan")
    PLAN_MONITORING = "plan_monitoring", _("Monitoring of the plan")
    PLAN_EVALUATION = "plan_evaluation", _("Evaluation of the plan")


class PhaseRole(models.TextChoices):
    """For whom a phase asks something."""

    MEMBER = "member", _("council member")
    CHAIR = "chair", _("chair")
    SECRETARY = "secretary", _("council secretary")
    ORGANISATION = "organisation", _("care organisation")
    CARE_OFFICE = "care_office", _("care office")


class CycleTemplate(models.Model):
    """A pattern of phases from which a care office starts a cycle."""

    id = random_id()
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=15, choices=CycleKind)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("cycle template")
        verbose_name_plural = _("cycle templates")
        ordering = ["name"]

    def __str__(self):
        return self.name


class PhaseTemplate(models.Model):
    """A phase of a template: its window as days of a year around the contract year.

    ``opens_year`` and ``closes_year`` count from the contract year: -1 is the year
    before it. Days are month and day; a deadline has a time of day in Amsterdam.
    """

    id = random_id()
    template = models.ForeignKey(
        CycleTemplate, models.CASCADE, related_name="phases", verbose_name=_("template")
    )
    order = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("phase"), max_length=25, choices=PhaseKind)
    opens_year = models.SmallIntegerField(_("opens in year"), default=-1)
    opens_month = models.PositiveSmallIntegerField(_("opens in month"))
    opens_day = models.PositiveSmallIntegerField(_("opens on day"))
    closes_year = models.SmallIntegerField(_("closes in year"), default=-1)
    closes_month = models.PositiveSmallIntegerField(_("closes in month"))
    closes_day = models.PositiveSmallIntegerField(_("closes on day"))
    closes_time = models.TimeField(_("closes at"))
    organisation_days = models.PositiveSmallIntegerField(
        _("days for the organisation"), default=0
    )
    central_days = models.PositiveSmallIntegerField(
        _("days for the central council"), default=14
    )
    local_days = models.PositiveSmallIntegerField(
        _("days for local councils"), default=28
    )
    what_happens = models.TextField(_("what happens"), blank=True)
    council_can = models.TextField(_("what your council can do"), blank=True)

    class Meta:
        verbose_name = _("phase of a template")
        verbose_name_plural = _("phases of templates")
        ordering = ["template", "order"]
        constraints = [
            models.UniqueConstraint(
                name="phase_template_once", fields=["template", "kind"]
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class PhaseTaskTemplate(models.Model):
    """What a phase of a template asks of one role."""

    id = random_id()
    phase = models.ForeignKey(PhaseTemplate, models.CASCADE, related_name="tasks")
    role = models.CharField(_("role"), max_length=15, choices=PhaseRole)
    what = models.CharField(_("what is asked"), max_length=250)
    why = models.CharField(_("why"), max_length=250)
    minutes = models.PositiveSmallIntegerField(_("minutes needed"))

    class Meta:
        verbose_name = _("task of a template")
        verbose_name_plural = _("tasks of templates")
        constraints = [
            models.UniqueConstraint(
                name="phase_task_template_once", fields=["phase", "role"]
            ),
        ]

    def __str__(self):
        return self.what


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Cycles that ``user`` may know of.

        Staff of the care office (or of the organisation, for a quality plan) see
        drafts too; councils and organisations see what was published in their region
        and sector.
        """
        of_councils = [seat.organisation_id for seat in council_seats(user)]
        organisations = CareOrganisation.objects.filter(
            pk__in=[*of_councils, *organisation_ids(user)]
        )
        offices = CareOffice.objects.filter(
            concessions__ends_on__isnull=True,
            concessions__region__organisations__in=organisations,
        )
        sectors = organisations.values("sectors__sector")
        published = Q(published_at__isnull=False)
        return self.filter(
            Q(care_office__in=care_office_ids(user))
            | Q(organisation__in=organisation_ids(user))
            | published & Q(organisation__in=of_councils)
            | published & Q(care_office__in=offices, sector__in=sectors)
        )

    def for_list(self):
        """With what one line of a list shows, newest contract year first."""
        return self.select_related("care_office", "organisation").order_by(
            "-contract_year", "sector", "pk"
        )


class Cycle(models.Model):
    """One round: a care office buys care of one sector for one contract year.

    A quality-plan cycle belongs to an organisation instead of a care office.
    """

    id = random_id()
    kind = models.CharField(
        _("kind"), max_length=15, choices=CycleKind, default=CycleKind.PROCUREMENT
    )
    care_office = models.ForeignKey(
        CareOffice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cycles",
        verbose_name=_("care office"),
    )
    organisation = models.ForeignKey(
        CareOrganisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quality_cycles",
        verbose_name=_("care organisation"),
    )
    contract_year = models.PositiveSmallIntegerField(_("contract year"))
    sector = models.CharField(_("sector"), max_length=4, choices=Sector)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.CheckConstraint(
                name="cycle_belongs_to_one_party",
                condition=Q(
                    kind="procurement",
                    care_office__isnull=False,
                    organisation__isnull=True,
                )
                | Q(
                    kind="quality_plan",
                    care_office__isnull=True,
                    organisation__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                name="cycle_once_per_office_year_and_sector",
                fields=["care_office", "contract_year", "sector"],
                violation_error_message=_(
                    "This round exists already: the same care office, year and sector."
                ),
            ),
            models.UniqueConstraint(
                name="cycle_once_per_organisation_and_year",
                fields=["organisation", "contract_year", "sector"],
                violation_error_message=_(
                    "This round exists already: the same organisation, year and sector."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.contract_year}"

    def get_absolute_url(self):
        return reverse("procurement:cycle_detail", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def owner(self) -> CareOffice | CareOrganisation:
        """Whose round it is: the care office, or the organisation of a quality plan."""
        return self.care_office or self.organisation


@dataclass(frozen=True)
class PhaseDates:
    """The dates of one phase: who must be ready when, each with its sum."""

    care_office: datetime
    organisation: BackDate
    central: BackDate
    local: BackDate

    def for_kind(self, council_kind: str, has_parent: bool) -> datetime:
        """The date of a council: a local one under a central one is earlier."""
        if council_kind != "central" and has_parent:
            return self.local.moment
        return self.central.moment


def dates_before(
    closes_at: datetime, organisation_days: int, central_days: int, local_days: int
) -> PhaseDates:
    """Reckon back from a closing: organisation, central council, local councils.

    Each date is so many calendar days before the one above it, at the same time of
    day, rolled back to a working day.
    """
    organisation = back_from(closes_at, organisation_days)
    central = back_from(organisation.moment, central_days)
    local = back_from(central.moment, local_days)
    return PhaseDates(closes_at, organisation, central, local)


class PhaseQuerySet(models.QuerySet):
    def open(self, now: datetime | None = None):
        """Phases that run at a moment (default now); as ``Phase.state``."""
        now = now or timezone.now()
        return self.filter(opens_on__lte=timezone.localdate(now), closes_at__gt=now)


class Phase(models.Model):
    """A window of a cycle: from a first day until a moment. Windows may overlap.

    Whether it is past, running or coming follows from these dates at the moment of
    reading; nothing flips a flag.
    """

    class State(models.TextChoices):
        PAST = "past", _("Past")
        NOW = "now", _("Running now")
        COMING = "coming", _("Coming")

    id = random_id()
    cycle = models.ForeignKey(
        Cycle, models.CASCADE, related_name="phases", verbose_name=_("round")
    )
    kind = models.CharField(_("phase"), max_length=25, choices=PhaseKind)
    order = models.PositiveSmallIntegerField(_("order"))
    opens_on = models.DateField(_("opens on"))
    closes_at = models.DateTimeField(_("closes at"))
    organisation_days = models.PositiveSmallIntegerField(
        _("days for the organisation"), default=0
    )
    central_days = models.PositiveSmallIntegerField(
        _("days for the central council"), default=14
    )
    local_days = models.PositiveSmallIntegerField(
        _("days for local councils"), default=28
    )
    what_happens = models.TextField(_("what happens"), blank=True, max_length=1000)
    council_can = models.TextField(
        _("what your council can do"), blank=True, max_length=1000
    )

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["cycle", "order"]
        constraints = [
            models.UniqueConstraint(
                name="phase_once_per_cycle", fields=["cycle", "kind"]
            ),
        ]
        indexes = [models.Index(fields=["closes_at"], name="phase_closes_at")]

    def __str__(self):
        return self.get_kind_display()

    @property
    def state(self) -> str:
        """Past, running now or coming, by the dates at this moment."""
        return self.state_at(timezone.now())

    def state_at(self, now: datetime) -> str:
        """The state at a moment: the first day counts from midnight in Amsterdam."""
        if self.closes_at <= now:
            return self.State.PAST
        if self.opens_on <= timezone.localdate(now):
            return self.State.NOW
        return self.State.COMING

    @property
    def is_open(self) -> bool:
        return self.state == self.State.NOW

    @property
    def dates(self) -> PhaseDates:
        """Who must be ready when, reckoned back from the closing."""
        return dates_before(
            self.closes_at, self.organisation_days, self.central_days, self.local_days
        )


class PhaseTask(models.Model):
    """What a phase asks of one role: what, why and how long it takes."""

    id = random_id()
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="tasks")
    role = models.CharField(_("role"), max_length=15, choices=PhaseRole)
    what = models.CharField(_("what is asked"), max_length=250)
    why = models.CharField(_("why"), max_length=250)
    minutes = models.PositiveSmallIntegerField(_("minutes needed"))

    class Meta:
        verbose_name = _("task of a phase")
        verbose_name_plural = _("tasks of phases")
        constraints = [
            models.UniqueConstraint(name="phase_task_once", fields=["phase", "role"]),
        ]

    def __str__(self):
        return self.what


class DateChange(models.Model):
    """A phase got another window: from what to what, by whom and why."""

    id = random_id()
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="date_changes")
    old_opens_on = models.DateField()
    old_closes_at = models.DateTimeField()
    new_opens_on = models.DateField()
    new_closes_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("date change")
        verbose_name_plural = _("date changes")
        ordering = ["at"]

    def __str__(self):
        return f"date change {str(self.pk)[:8]}"
