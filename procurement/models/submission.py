from datetime import datetime
from typing import Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareSetting, Council, Decision, Location
from councils.permissions import council_ids, organisation_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.composition import Paragraph
from procurement.models.council_input import CouncilInput
from procurement.models.cycle import Cycle, Phase, dates_before
from procurement.models.office_reach import of_own_office
from procurement.models.submission_version import SubmissionVersion, SubmittedItem


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Submissions that ``user`` may know of.

        The council sees its own at any time. A care office sees what was signed, in
        the regions of the seat. An organisation sees it only when at least one item
        of a signed version is meant for it too.
        """
        allowed = Q(council__in=council_ids(user))
        signed = Exists(
            SubmissionVersion.objects.filter(
                submission=OuterRef("pk"), signature__isnull=False
            )
        )
        if of_office := of_own_office(user):
            allowed |= of_office & Q(signed)
        staff_of = organisation_ids(user)
        if staff_of:
            open_items = SubmittedItem.objects.open_to_organisation().filter(
                version__submission=OuterRef("pk")
            )
            allowed |= Q(council__organisation__in=staff_of) & Q(Exists(open_items))
        return self.filter(allowed)

    def for_list(self):
        """With what one line of a list shows."""
        return self.select_related("council__organisation", "cycle__care_office")

    def with_dates(self):
        """With ``closes_at`` of the phase in which the submission is due, and its
        days, so that no page asks for the phase apart."""
        phase = Phase.objects.submission_phase(OuterRef("cycle"))
        return self.annotate(
            closes_at=Subquery(phase.values("closes_at")),
            organisation_days=Subquery(phase.values("organisation_days")),
            central_days=Subquery(phase.values("central_days")),
            local_days=Subquery(phase.values("local_days")),
        )

    def with_home_care(self):
        """With ``has_home_care``: whether the council speaks for clients at home."""
        at_home = Location.objects.filter(care_setting=CareSetting.AT_HOME)
        own = at_home.filter(councils=OuterRef("council"))
        all_of_it = at_home.filter(
            organisation__councils=OuterRef("council"),
            organisation__councils__kind=Council.Kind.CENTRAL,
        )
        return self.annotate(has_home_care=Exists(own) | Exists(all_of_it))

    def with_standing(self):
        """With how far it is: of the newest version, and of the last that was sent."""
        versions = SubmissionVersion.objects.filter(submission=OuterRef("pk")).order_by(
            "-number"
        )
        newest, sent = versions[:1], versions.signed()[:1]
        return self.annotate(
            newest_number=Coalesce(Subquery(newest.values("number")), 0),
            offered_at=Subquery(newest.values("offered_at")),
            signed_at=Subquery(sent.values("signature__signed_at")),
            is_late=Subquery(sent.values("signature__is_late")),
            answered_at=Subquery(sent.values("publication__at")),
        )


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
    # Why it was taken back; for the council's own eyes, until it is offered again.
    returned_why = models.CharField(max_length=500, blank=True, editable=False)
    # By which the council decided to sign it.
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="submissions",
    )
    # When the care office first opened the version that was sent last.
    first_read_at = models.DateTimeField(null=True, editable=False)

    # Of a row that was read with_dates(), with_home_care() and with_standing().
    closes_at: datetime | None
    organisation_days: int
    central_days: int
    local_days: int
    has_home_care: bool
    newest_number: int
    offered_at: datetime | None
    signed_at: datetime | None
    is_late: bool | None
    answered_at: datetime | None

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

    @property
    def title(self) -> str:
        """What pages, mails and papers call it; nothing of its content."""
        return str(_("Submission, %(round)s") % {"round": self.cycle})

    @property
    def council_date(self) -> datetime | None:
        """Until when the council has; for a row read ``with_dates()``."""
        if self.closes_at is None:
            return None
        dates = dates_before(
            self.closes_at, self.organisation_days, self.central_days, self.local_days
        )
        return dates.for_kind(self.council.kind, self.council.parent_id is not None)


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

    @property
    def thing(self) -> CouncilInput | Paragraph:
        """The whole input or the paragraph that stands on this line."""
        return cast(CouncilInput | Paragraph, self.council_input or self.paragraph)
