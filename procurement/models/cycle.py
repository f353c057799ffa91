from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareOffice, CareOrganisation, Concession, Sector
from councils.permissions import care_office_ids, council_seats, organisation_ids
from portal.dates import BackDate, back_from
from portal.fields import random_id
from portal.models import User
from procurement.models.cycle_template import CycleKind, PhaseKind, PhaseRole


def _bought_from(organisations: Sequence[UUID | None]) -> Exists:
    """Whether the cycle buys care, in its sector, where these organisations give it."""
    return Exists(
        Concession.objects.serving_in(OuterRef("contract_year")).filter(
            care_office=OuterRef("care_office"),
            region__organisations__in=organisations,
            region__organisations__sectors__sector=OuterRef("sector"),
        )
    )


TITLES = {
    CycleKind.PROCUREMENT: _("Care procurement %(year)s"),
    CycleKind.QUALITY_PLAN: _("Quality plan %(year)s"),
}


def title_of(kind: str, year: int) -> str:
    """What people call a round: Zorginkoop 2028."""
    return str(TITLES[CycleKind(kind)]) % {"year": year}


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Cycles that ``user`` may know of.

        Staff of the care office (or of the organisation, for a quality plan) see
        drafts too; councils and organisations see what was published in their region
        and sector.
        """
        of_councils = [seat.organisation_id for seat in council_seats(user)]
        staff_of = organisation_ids(user)
        return self.filter(
            Q(care_office__in=care_office_ids(user))
            | Q(organisation__in=staff_of)
            | Q(published_at__isnull=False)
            & (
                Q(organisation__in=of_councils)
                | _bought_from([*of_councils, *staff_of])
            )
        )

    def with_council_of(self, organisation_id: UUID) -> Self:
        """Published cycles in which the councils of an organisation take part."""
        return self.filter(
            Q(organisation=organisation_id) | _bought_from([organisation_id]),
            published_at__isnull=False,
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
    # Zones joined by "|", as on a region: what the planning reckons with.
    school_holiday_zones = models.CharField(
        _("school holiday zones"), max_length=30, blank=True
    )
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
    def title(self) -> str:
        """What people call this round."""
        return title_of(self.kind, self.contract_year)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def zones(self) -> tuple[str, ...]:
        """The school-holiday zones of the councils in this round."""
        return tuple(zone for zone in self.school_holiday_zones.split("|") if zone)

    @property
    def owner(self) -> CareOffice | CareOrganisation:
        """Whose round it is: the care office, or the organisation of a quality plan."""
        owner = self.care_office or self.organisation
        assert owner is not None  # the database sees to it
        return owner


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
    def open(self, now: datetime | None = None) -> Self:
        """Phases that run at a moment (default now); as ``Phase.state``."""
        now = now or timezone.now()
        return self.filter(opens_on__lte=timezone.localdate(now), closes_at__gt=now)

    def submission_phase(self, cycle):
        """The phase before whose closing councils submit: the registration, or else
        the last one. ``cycle`` may be an OuterRef."""
        first = Case(When(kind=PhaseKind.REGISTRATION, then=0), default=1)
        return self.filter(cycle=cycle).order_by(first, "-closes_at")[:1]


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
    # Whether councils hand something in, and so have dates of their own.
    councils_deliver = models.BooleanField(
        _("councils hand something in"), default=True
    )
    what_happens = models.TextField(_("what happens"), blank=True, max_length=1000)
    council_can = models.TextField(
        _("what your council can do"), blank=True, max_length=1000
    )
    # Why a date stays although it falls badly; councils read it.
    kept_because = models.CharField(
        _("why this date stays"), blank=True, max_length=300
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
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
            models.CheckConstraint(
                name="phase_councils_come_first",
                condition=Q(central_days__gte=1, local_days__gte=1),
                violation_error_message=_("Councils need one day or more."),
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
    """A phase got other dates: from what to what, by whom and why.

    The days are kept too, since the dates of councils follow from them.
    """

    id = random_id()
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="date_changes")
    old_opens_on = models.DateField()
    old_closes_at = models.DateTimeField()
    old_organisation_days = models.PositiveSmallIntegerField()
    old_central_days = models.PositiveSmallIntegerField()
    old_local_days = models.PositiveSmallIntegerField()
    new_opens_on = models.DateField()
    new_closes_at = models.DateTimeField()
    new_organisation_days = models.PositiveSmallIntegerField()
    new_central_days = models.PositiveSmallIntegerField()
    new_local_days = models.PositiveSmallIntegerField()
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    # When who had been mailed the old date was told the new one.
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("date change")
        verbose_name_plural = _("date changes")
        ordering = ["at"]

    def __str__(self):
        return f"date change {str(self.pk)[:8]}"

    @property
    def old_dates(self) -> PhaseDates:
        """Who had to be ready when, before this change."""
        return dates_before(
            self.old_closes_at,
            self.old_organisation_days,
            self.old_central_days,
            self.old_local_days,
        )

    @property
    def new_dates(self) -> PhaseDates:
        """Who must be ready when, since this change."""
        return dates_before(
            self.new_closes_at,
            self.new_organisation_days,
            self.new_central_days,
            self.new_local_days,
        )
