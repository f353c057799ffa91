from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.care_office import CareOffice, CareOfficeMembership, Region
from councils.models.council import Council, CouncilMembership
from councils.models.organisation import CareOrganisation, OrganisationMembership
from portal.fields import random_id


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Invitations that can still be accepted now."""
        return self.filter(
            accepted_at__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=timezone.now(),
        )


class Invitation(models.Model):
    """An invitation to one seat: for one address, once, for seven days.

    Only the hash of the link's token is kept, so that who reads the database cannot
    accept in another's place.
    """

    id = random_id()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    council = models.ForeignKey(
        Council, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    organisation = models.ForeignKey(
        CareOrganisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
    )
    care_office = models.ForeignKey(
        CareOffice, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    regions = models.ManyToManyField(Region, blank=True, verbose_name=_("regions"))
    role = models.CharField(_("role"), max_length=20)
    starts_on = models.DateField(_("first day"), default=timezone.localdate)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="invitation_is_for_one_party",
                condition=(
                    Q(
                        council__isnull=False,
                        organisation__isnull=True,
                        care_office__isnull=True,
                    )
                    | Q(
                        council__isnull=True,
                        organisation__isnull=False,
                        care_office__isnull=True,
                    )
                    | Q(
                        council__isnull=True,
                        organisation__isnull=True,
                        care_office__isnull=False,
                    )
                ),
            ),
        ]

    def __str__(self):
        return f"invitation {str(self.pk)[:8]}"

    @property
    def party(self):
        """The council, organisation or care office that the seat is in."""
        return self.council or self.organisation or self.care_office

    def get_role_display(self) -> str:
        """The word for the offered role; which roles there are depends on the party."""
        roles = {
            **dict(CouncilMembership.Role.choices),
            **dict(OrganisationMembership.Role.choices),
            **dict(CareOfficeMembership.Role.choices),
        }
        return str(roles[self.role])

    @property
    def is_open(self) -> bool:
        return (
            self.accepted_at is None
            and self.withdrawn_at is None
            and self.expires_at > timezone.now()
        )
