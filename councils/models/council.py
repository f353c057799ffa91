from datetime import date
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.care_office import CareOffice, Concession, Region
from councils.models.organisation import CareOrganisation, Location
from councils.models.term import Term, TermQuerySet
from portal.fields import random_id


class CouncilQuerySet(models.QuerySet):
    def of_sector(self, sector: str) -> Self:
        """Councils of organisations that give care in ``sector``."""
        return self.filter(
            organisation__in=CareOrganisation.objects.filter(sectors__sector=sector)
        )

    def in_regions(self, regions):
        """Councils of organisations that give care in one of ``regions``."""
        return self.filter(
            organisation__in=CareOrganisation.objects.filter(regions__in=regions)
        )

    def under(self, care_office: CareOffice) -> Self:
        """Councils of organisations in the regions that ``care_office`` serves now."""
        serving = Concession.objects.current().filter(care_office=care_office)
        return self.in_regions(Region.objects.filter(pk__in=serving.values("region")))

    def in_round(self, care_office_id: UUID | None, contract_year: int, sector: str):
        """Councils for whose care that care office buys in that year and sector."""
        serving = Concession.objects.serving_in(contract_year).filter(
            care_office=care_office_id
        )
        return self.filter(
            organisation__in=CareOrganisation.objects.filter(
                regions__in=serving.values("region"), sectors__sector=sector
            )
        )


class Council(models.Model):
    """A client council; a local one may have a central one above it.

    ``parent`` is the central council that carries its words further.
    """

    class Kind(models.TextChoices):
        CENTRAL = "central", _("central council")
        LOCAL = "local", _("local council")
        RELATIVES = "relatives", _("relatives’ council")

    id = random_id()
    organisation = models.ForeignKey(
        CareOrganisation,
        models.PROTECT,
        related_name="councils",
        verbose_name=_("care organisation"),
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LOCAL)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("central council"),
    )
    locations = models.ManyToManyField(
        Location, blank=True, related_name="councils", verbose_name=_("locations")
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    # How many members must be there to decide; empty: more than half of them.
    quorum = models.PositiveSmallIntegerField(
        _("how many members must be there to decide"), null=True, blank=True
    )

    objects = CouncilQuerySet.as_manager()

    class Meta:
        verbose_name = _("council")
        verbose_name_plural = _("councils")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="council_name_once", fields=["organisation", "name"]
            ),
            models.CheckConstraint(
                name="council_central_stands_on_top",
                condition=~Q(kind="central") | Q(parent__isnull=True),
                violation_error_message=_("A central council has no council above it."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("councils:council_detail", args=[self.pk])

    @property
    def is_central(self) -> bool:
        return self.kind == self.Kind.CENTRAL


class CouncilMembershipQuerySet(TermQuerySet):
    def with_role(self, *roles: str) -> Self:
        """Terms with one of ``roles``."""
        return self.filter(role__in=roles)

    def acting_as(self, *roles: str, on: date | None = None) -> Self:
        """Terms with one of ``roles``, and of who takes the place of such a one on a
        day (default today)."""
        taking_the_place = (
            StandIn.objects.running(on)
            .filter(
                deputy=OuterRef("user"),
                term__council=OuterRef("council"),
                term__role__in=roles,
            )
            .order_by()
        )
        return self.filter(Q(role__in=roles) | Exists(taking_the_place))


class CouncilMembership(Term):
    """A term on a council.

    Nobody sits twice on one council on the same day; someone who changes role gets a
    new term from that day on, so that later one can tell who was what when. Secretary
    and supporter work for the council and are no members of it.
    """

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        CHAIR = "chair", _("chair")
        DEPUTY_CHAIR = "deputy_chair", _("deputy chair")
        SECRETARY = "secretary", _("council secretary")
        SUPPORTER = "supporter", _("supporter")

    council = models.ForeignKey(
        Council, models.PROTECT, related_name="memberships", verbose_name=_("council")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER)

    objects = CouncilMembershipQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("seat in a council")
        verbose_name_plural = _("seats in a council")
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                name="council_membership_one_open_term",
                fields=["council", "user"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("This person already sits on the council."),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends_on"], name="council_seat_of_user"),
        ]

    def __str__(self):
        return f"seat {str(self.pk)[:8]}"


class StandInQuerySet(TermQuerySet):
    def running(self, on: date | None = None) -> Self:
        """Those of a day (default today), as long as who is away has that seat."""
        on = on or timezone.localdate()
        return self.current(on).filter(
            Q(term__ends_on__isnull=True) | Q(term__ends_on__gte=on),
            term__starts_on__lte=on,
        )


class StandIn(models.Model):
    """Somebody who takes the place of a council's chair or secretary for a while.

    From a first up to and including a last day; the seat of who is away stays.
    """

    id = random_id()
    term = models.ForeignKey(
        CouncilMembership,
        models.CASCADE,
        related_name="stand_ins",
        verbose_name=_("who is away"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="stands_in",
        verbose_name=_("who takes the place"),
    )
    starts_on = models.DateField(_("first day"), default=timezone.localdate)
    ends_on = models.DateField(_("last day"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="stand_in_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_(
                    "The end lies before the start. Change one of the two dates."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "ends_on"], name="stand_in_of_deputy"),
        ]

    def __str__(self):
        return f"stand-in {str(self.pk)[:8]}"
