from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.term import Term, TermQuerySet
from portal.dates import SchoolZone
from portal.fields import random_id


class Sector(models.TextChoices):
    """The sectors in which long-term care is bought."""

    VV = "vv", _("nursing and care (VV)")
    GZ = "gz", _("disability care (GZ)")
    GGZ = "ggz", _("mental health care (GGZ)")


class Region(models.Model):
    """An area in which one care office at a time buys long-term care."""

    id = random_id()
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    # Zones joined by "|", the one of most municipalities first.
    school_holiday_zones = models.CharField(_("school holiday zones"), max_length=30)
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("care office region")
        verbose_name_plural = _("care office regions")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def zones(self) -> tuple[str, ...]:
        """The school-holiday zones of this region, the largest first."""
        return tuple(zone for zone in self.school_holiday_zones.split("|") if zone)


class Municipality(models.Model):
    """A municipality within a region, with its school-holiday zone."""

    id = random_id()
    name = models.CharField(_("name"), max_length=100, unique=True)
    cbs_code = models.CharField(_("CBS code"), max_length=4, unique=True)
    province = models.CharField(_("province"), max_length=40)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="municipalities", verbose_name=_("region")
    )
    school_holiday_zone = models.CharField(
        _("school holiday zone"), max_length=10, choices=SchoolZone
    )
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name"]

    def __str__(self):
        return self.name


class CareOfficeQuerySet(models.QuerySet):
    def of_region(self, region: Region, on: date | None = None) -> Self:
        """The care office that serves ``region`` on a day (default today)."""
        serving = Concession.objects.current(on).filter(region=region)
        return self.filter(pk__in=serving.values("care_office"))


class CareOffice(models.Model):
    """A care office: it buys long-term care for one or several regions."""

    id = random_id()
    name = models.CharField(_("name"), max_length=120, unique=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)
    regions = models.ManyToManyField(Region, through="Concession")

    objects = CareOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("care office")
        verbose_name_plural = _("care offices")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("councils:care_office_detail", args=[self.pk])


class ConcessionQuerySet(models.QuerySet):
    def current(self, on: date | None = None) -> Self:
        """Concessions that run on a day (default today), first and last included."""
        on = on or timezone.localdate()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on
        )

    def serving_in(self, year: int | OuterRef) -> Self:
        """Concessions with a day in ``year``: who buys there for that contract year."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__year__gte=year),
            starts_on__year__lte=year,
        )


class Concession(models.Model):
    """A care office serves a region from a first up to and including a last day."""

    id = random_id()
    care_office = models.ForeignKey(
        CareOffice,
        models.PROTECT,
        related_name="concessions",
        verbose_name=_("care office"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="concessions", verbose_name=_("region")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = ConcessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("concession")
        verbose_name_plural = _("concessions")
        constraints = [
            models.CheckConstraint(
                name="concession_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_(
                    "The end lies before the start. Change one of the two dates."
                ),
            ),
            models.UniqueConstraint(
                name="concession_one_open_per_region",
                fields=["region"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("This region has a care office already."),
            ),
        ]

    def __str__(self):
        return f"{self.region}: {self.care_office}"


class CareOfficeContact(models.Model):
    """Somebody at a care office whom councils may call, for one region or for all."""

    id = random_id()
    care_office = models.ForeignKey(
        CareOffice,
        models.CASCADE,
        related_name="contacts",
        verbose_name=_("care office"),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("Leave empty for all regions."),
    )
    name = models.CharField(_("name"), max_length=120)
    function = models.CharField(_("function"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name"]

    def __str__(self):
        return self.name


class CareOfficeMembership(Term):
    """A term in a care office's staff; without regions it counts for all of them."""

    class Role(models.TextChoices):
        PROCUREMENT_OFFICER = "procurement_officer", _("procurement officer")
        POLICY_ADVISER = "policy_adviser", _("policy adviser")

    care_office = models.ForeignKey(
        CareOffice,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("care office"),
    )
    role = models.CharField(
        _("role"), max_length=20, choices=Role, default=Role.PROCUREMENT_OFFICER
    )
    regions = models.ManyToManyField(Region, blank=True, verbose_name=_("regions"))

    objects = TermQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("seat in a care office")
        verbose_name_plural = _("seats in a care office")
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                name="care_office_membership_one_open_term",
                fields=["care_office", "user"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("This person has this seat already."),
            ),
        ]

    def __str__(self):
        return f"seat {str(self.pk)[:8]}"
