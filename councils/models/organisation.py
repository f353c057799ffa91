from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from councils.models.care_office import Municipality, Region, Sector
from councils.models.term import Term, TermQuerySet
from portal.fields import random_id


class CareSetting(models.TextChoices):
    """Where and how care is given."""

    NURSING_HOME = "nursing_home", _("nursing home")
    SMALL_SCALE = "small_scale", _("small-scale living")
    AT_HOME = "at_home", _("care at home")
    DAY_CARE = "day_care", _("day care")


class CareOrganisation(models.Model):
    """An organisation that gives care, in one or several regions and sectors."""

    id = random_id()
    name = models.CharField(_("name"), max_length=120, unique=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    regions = models.ManyToManyField(
        Region, related_name="organisations", verbose_name=_("regions")
    )
    # What a plan with a council reckons with; no law names a number.
    consultation_weeks = models.PositiveSmallIntegerField(
        _("weeks that local councils have at least"), default=4, db_default=4
    )
    board_days = models.PositiveSmallIntegerField(
        _("days that the board needs to adopt"), default=14, db_default=14
    )
    papers_days = models.PositiveSmallIntegerField(
        _("days to read papers before talking about them"), default=7, db_default=7
    )

    class Meta:
        verbose_name = _("care organisation")
        verbose_name_plural = _("care organisations")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("councils:organisation_detail", args=[self.pk])


class OrganisationSector(models.Model):
    """A sector in which an organisation gives care."""

    organisation = models.ForeignKey(
        CareOrganisation, models.CASCADE, related_name="sectors"
    )
    sector = models.CharField(_("sector"), max_length=4, choices=Sector)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        constraints = [
            models.UniqueConstraint(
                name="organisation_sector_once", fields=["organisation", "sector"]
            ),
        ]

    def __str__(self):
        return self.get_sector_display()


class Location(models.Model):
    """A house or a team of an organisation, in one municipality and care setting."""

    id = random_id()
    organisation = models.ForeignKey(
        CareOrganisation,
        models.PROTECT,
        related_name="locations",
        verbose_name=_("care organisation"),
    )
    name = models.CharField(_("name"), max_length=120)
    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        related_name="+",
        verbose_name=_("municipality"),
    )
    care_setting = models.CharField(
        _("care setting"), max_length=15, choices=CareSetting
    )
    clients = models.PositiveIntegerField(_("number of clients"), null=True, blank=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="location_name_once", fields=["organisation", "name"]
            ),
        ]

    def __str__(self):
        return self.name


class OrganisationMembership(Term):
    """A term in an organisation's staff."""

    class Role(models.TextChoices):
        EXECUTIVE = "executive", _("executive")
        POLICY_ADVISER = "policy_adviser", _("policy adviser")

    organisation = models.ForeignKey(
        CareOrganisation,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("care organisation"),
    )
    role = models.CharField(
        _("role"), max_length=20, choices=Role, default=Role.POLICY_ADVISER
    )

    objects = TermQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("seat in an organisation")
        verbose_name_plural = _("seats in an organisation")
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                name="organisation_membership_one_open_term",
                fields=["organisation", "user"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("This person has this seat already."),
            ),
        ]

    def __str__(self):
        return f"seat {str(self.pk)[:8]}"
