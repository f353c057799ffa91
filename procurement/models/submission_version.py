"""What was offered, exactly as it was: the database refuses to change it."""

import json
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council, CouncilMembership
from portal.canonical import short_code
from portal.fields import random_id
from procurement.models.composition import Paragraph
from procurement.models.council_input import CouncilInput, CouncilInputVersion, Goal

# The role of who signs while taking the place of the chair.
FOR_CHAIR = ("for_chair", _("in the chair’s place"))


class SheetGoal(NamedTuple):
    """One of the three goals, with the frozen items that serve it."""

    number: int
    label: str
    items: list[dict[str, Any]]


def sheet_of(items: Iterable[dict[str, Any]]) -> list[SheetGoal]:
    """Items under the goal that each serves, numbered as one reads.

    Numbered here and not when frozen: to who may not read all of them, no gap tells of
    the others. ``answer`` is for who adds what the care office said.
    """
    goals: dict[str, SheetGoal] = {}
    order = list(Goal.values)
    for number, item in enumerate(items, start=1):
        code = item["goal"]
        if code not in goals:
            goals[code] = SheetGoal(order.index(code) + 1, item["goal_label"], [])
        goals[code].items.append(
            {
                **item,
                "number": number,
                "sources": [_dated(source) for source in item["sources"]],
                "answer": None,
            }
        )
    return list(goals.values())


def _dated(source: dict[str, Any]) -> dict[str, Any]:
    return {**source, "written_on": date.fromisoformat(str(source["written_on"]))}


class SubmissionVersionQuerySet(models.QuerySet):
    def signed(self):
        """What was sent; the one with the highest number stands."""
        return self.filter(signature__isnull=False)

    def for_page(self):
        """With who offered and who signed it, the newest first."""
        return self.select_related(
            "offered_by", "signature__signed_by", "previous", "publication"
        ).order_by("-number")


class SubmissionVersion(models.Model):
    """The exact words that were offered for signing, frozen.

    ``canonical`` is canonical JSON as text (portal.canonical), without names of
    members; ``sha256`` its fingerprint. The database refuses UPDATE, and DELETE until
    ``keep_until`` has passed.
    """

    id = random_id()
    submission = models.ForeignKey(
        "procurement.Submission", models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField()

    objects = SubmissionVersionQuerySet.as_manager()

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

    @property
    def is_signed(self) -> bool:
        return hasattr(self, "signature")

    @property
    def code(self) -> str:
        """The short code of what stands: of the signing, or else of the text alone."""
        return short_code(self.signature.sha256 if self.is_signed else self.sha256)

    def sheet(self, only: Collection[UUID] | None = None) -> list[SheetGoal]:
        """The frozen items as one reads them; ``only``: those open to a reader."""
        allowed = None if only is None else {str(pk) for pk in only}
        return sheet_of(
            item
            for item in self.content["items"]
            if allowed is None or item["id"] in allowed
        )


class SubmittedItemQuerySet(models.QuerySet):
    def open_to_organisation(self):
        """Items of the version that stands, as far as the organisation may read them.

        An audience goes with the words: an item closes again for the organisation
        when a council that it quotes takes that permission back.
        """
        later = SubmissionVersion.objects.signed().filter(
            submission=OuterRef("version__submission"),
            number__gt=OuterRef("version__number"),
        )
        closed = SubmittedSource.objects.filter(
            item=OuterRef("pk"), input_version__council_input__for_organisation=False
        )
        return self.filter(
            ~Exists(later),
            ~Exists(closed),
            version__signature__isnull=False,
            for_organisation=True,
        )


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

    objects = SubmittedItemQuerySet.as_manager()

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
    """What a member holds against an offered text; it travels along, without a name.

    It may be changed until the version is signed; ``keep_until`` is set then, and from
    that moment the database refuses any change.
    """

    id = random_id()
    version = models.ForeignKey(
        SubmissionVersion, models.PROTECT, related_name="statements"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    text = models.TextField(_("your minority statement"), max_length=4000)
    at = models.DateTimeField(default=timezone.now, editable=False)
    keep_until = models.DateField(null=True, editable=False)

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


def answer_day(signed_on: date) -> date:
    """Until when the care office has to answer what was signed on that day."""
    return signed_on + timedelta(days=settings.AGREED_RESPONSE_DAYS)


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
    role = models.CharField(
        max_length=12, choices=[*CouncilMembership.Role.choices, FOR_CHAIR]
    )
    signed_at = models.DateTimeField()
    is_late = models.BooleanField()
    keep_until = models.DateField()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self):
        return f"signature {str(self.pk)[:8]}"

    @property
    def statements(self) -> list[str]:
        """The minority statements that were signed along, in their order."""
        return [each["text"] for each in json.loads(self.canonical)["statements"]]

    @property
    def answer_by(self) -> date:
        """Until when the care office has, by the agreed response term."""
        return answer_day(timezone.localdate(self.signed_at))
