import json
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareOfficeMembership, Council, CouncilMembership
from councils.permissions import (
    care_office_ids,
    council_ids,
    organisation_ids,
)
from portal.fields import random_id
from portal.models import User
from procurement.models.composition import Paragraph
from procurement.models.council_input import CouncilInput, CouncilInputVersion
from procurement.models.cycle import Cycle


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Submissions that ``user`` may know of.

        The council sees its own at any time. A care office sees what was signed, in
        the regions of the seat. An organisation sees it only when at least one item
        of a signed version is meant for it too.
        """
        offices = care_office_ids(user)
        allowed = Q(council__in=council_ids(user))
        signed = Exists(
            SubmissionVersion.objects.filter(
                submission=OuterRef("pk"), signature__isnull=False
            )
        )
        if offices:
            terms = CareOfficeMembership.objects.current().filter(
                user=user, care_office=OuterRef("cycle__care_office")
            )
            everywhere = Exists(terms.filter(regions__isnull=True))
            here = Exists(
                terms.filter(
                    regions__organisations=OuterRef("council__organisation_id")
                )
            )
            there = Q(everywhere | here)
            allowed |= Q(cycle__care_office__in=offices) & there & Q(signed)
        staff_of = organisation_ids(user)
        if staff_of:
            readable = Exists(
                SubmittedItem.objects.filter(
                    version__submission=OuterRef("pk"),
                    version__signature__isnull=False,
                    for_organisation=True,
                )
            )
            allowed |= Q(council__organisation__in=staff_of) & Q(readable)
        return self.filter(allowed)

    def for_list(self):
        """With what one line of a list shows."""
        return self.select_related("council__organisation", "cycle__care_office")


class Submission(models.Model):
    """What a council hands in for one cycle: collected, offered, signed and sent.

    Offering freezes the words in a ``SubmissionVersion``; signing that version sends
    it. Taking it back and offering again makes the next version.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        OFFERED = "offered", _("waiting for a signature")
        SUBMITTED = "submitted", _("submitted")

    TRANSITIONS = {
        Status.DRAFT: {Status.OFFERED},
        Status.OFFERED: {Status.DRAFT, Status.SUBMITTED},
        Status.SUBMITTED: {Status.DRAFT},
    }

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="submissions")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="submissions")
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    first_read_at = models.DateTimeField(null=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(
                name="submission_one_per_council_and_cycle",
                fields=["council", "cycle"],
            ),
        ]

    def __str__(self):
        return f"submission {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("procurement:submission_detail", args=[self.pk])


class SubmissionItem(models.Model):
    """A line of a draft submission: a whole input of the council, or a paragraph."""

    id = random_id()
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(default=0)
    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, null=True, related_name="submission_items"
    )
    council_input = models.ForeignKey(
        CouncilInput, models.PROTECT, null=True, related_name="submission_items"
    )

    class Meta:
        verbose_name = _("line of a submission")
        verbose_name_plural = _("lines of submissions")
        ordering = ["submission", "position"]
        constraints = [
            models.CheckConstraint(
                name="submission_item_is_one_of_two",
                condition=Q(paragraph__isnull=True, council_input__isnull=False)
                | Q(paragraph__isnull=False, council_input__isnull=True),
            ),
            models.UniqueConstraint(
                name="submission_item_paragraph_once",
                fields=["submission", "paragraph"],
            ),
            models.UniqueConstraint(
                name="submission_item_input_once",
                fields=["submission", "council_input"],
            ),
        ]

    def __str__(self):
        return f"line {str(self.pk)[:8]}"


class SubmissionVersion(models.Model):
    """The exact words that were offered for signing, frozen.

    ``canonical`` is canonical JSON as text (portal.canonical), without names of
    members; ``sha256`` its fingerprint. The database refuses UPDATE, and DELETE until
    ``keep_until`` has passed.
    """

    id = random_id()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField()

    class Meta:
        verbose_name = _("frozen version of a submission")
        verbose_name_plural = _("frozen versions of submissions")
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(
                name="submission_version_number_once", fields=["submission", "number"]
            ),
        ]

    def __str__(self):
        return f"version {self.number} of submission {str(self.submission_id)[:8]}"

    @property
    def content(self) -> dict:
        """The frozen words as data."""
        return json.loads(self.canonical)


class SubmittedItem(models.Model):
    """One item of a frozen version: what the care office answers. Never changed.

    Its words stand in the version's canonical text under the same id; the row keeps
    what access and answers need to know.
    """

    id = random_id()
    version = models.ForeignKey(
        SubmissionVersion, models.PROTECT, related_name="submitted_items"
    )
    position = models.PositiveIntegerField()
    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, null=True, related_name="submitted_items"
    )
    council_input = models.ForeignKey(
        CouncilInput, models.PROTECT, null=True, related_name="submitted_items"
    )
    for_organisation = models.BooleanField()
    keep_until = models.DateField()

    class Meta:
        verbose_name = _("submitted item")
        verbose_name_plural = _("submitted items")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                name="submitted_item_position_once", fields=["version", "position"]
            ),
        ]

    def __str__(self):
        return f"item {self.position} of version {str(self.version_id)[:8]}"


class SubmittedSource(models.Model):
    """A submitted item rests on this version of an input. Never changed."""

    item = models.ForeignKey(SubmittedItem, models.PROTECT, related_name="sources")
    input_version = models.ForeignKey(
        CouncilInputVersion, models.PROTECT, related_name="submitted_in"
    )
    council = models.ForeignKey(
        Council, models.PROTECT, related_name="submitted_sources"
    )
    keep_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="submitted_source_once", fields=["item", "input_version"]
            ),
        ]

    def __str__(self):
        return f"source {self.pk}"


class MinorityStatement(models.Model):
    """What a member holds against an offered text; it travels along, without a name."""

    id = random_id()
    version = models.ForeignKey(
        SubmissionVersion, models.PROTECT, related_name="statements"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    text = models.TextField(_("your minority statement"), max_length=4000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("minority statement")
        verbose_name_plural = _("minority statements")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="minority_statement_once", fields=["version", "author"]
            ),
        ]

    def __str__(self):
        return f"statement {str(self.pk)[:8]}"


class Signature(models.Model):
    """The chair or the deputy signed exactly this: a version with its statements.

    ``canonical`` joins the version's fingerprint, the statements and the signing;
    ``sha256`` is what a signed PDF carries. Never changed.
    """

    id = random_id()
    version = models.OneToOneField(
        SubmissionVersion, models.PROTECT, related_name="signature"
    )
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=12, choices=CouncilMembership.Role)
    signed_at = models.DateTimeField()
    is_late = models.BooleanField()
    keep_until = models.DateField()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self):
        return f"signature {str(self.pk)[:8]}"
