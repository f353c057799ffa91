from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.council import Council
from councils.models.organisation import Location
from councils.models.reach import care_office_ids, council_ids, organisation_ids
from portal.fields import random_id
from portal.models import User


class Recess(models.Model):
    """Days on which a council does not work, beside the school holidays."""

    id = random_id()
    council = models.ForeignKey(
        Council, models.CASCADE, related_name="recesses", verbose_name=_("council")
    )
    name = models.CharField(_("name"), max_length=60)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("recess")
        verbose_name_plural = _("recesses")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="recess_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_(
                    "The end lies before the start. Change one of the two dates."
                ),
            ),
        ]

    def __str__(self):
        return self.name


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Meetings of one's own councils, and those to which one was invited.

        A guest (of the board, of the care office) knows of a meeting from the
        invitation on, and never by working in the same organisation. Whoever left
        the council, or no longer works there, knows of none.
        """
        own = Q(council__in=council_ids(user))
        as_guest = Q(council__organisation__in=organisation_ids(user))
        if care_office_ids(user):
            as_guest = Q()
        elif not organisation_ids(user):
            return self.filter(own)
        invited = Attendee.objects.filter(
            user=user.pk, is_guest=True, invited_at__isnull=False
        )
        return self.filter(own | as_guest & Q(pk__in=invited.values("meeting")))

    def planned(self) -> Self:
        """Those that were not called off."""
        return self.filter(status=Meeting.Status.PLANNED)

    def ahead(self, now: datetime | None = None) -> Self:
        """Those that have not ended yet, the nearest first."""
        return self.filter(ends_at__gt=now or timezone.now()).order_by(
            "starts_at", "pk"
        )

    def over(self, now: datetime | None = None) -> Self:
        """Those that have ended, the last first."""
        return self.filter(ends_at__lte=now or timezone.now()).order_by(
            "-starts_at", "pk"
        )


class Meeting(models.Model):
    """A meeting of a council: by itself, with the board, with the care office, a visit
    to a location, or of a working group.

    Whether it is over follows from its times. ``sequence`` goes up with every change
    of time or place, by which calendars move the entry that they have.
    """

    class Kind(models.TextChoices):
        COUNCIL = "council", _("council meeting")
        BOARD = "board", _("meeting with the board")
        CARE_OFFICE = "care_office", _("meeting with the care office")
        SITE_VISIT = "site_visit", _("site visit")
        WORKING_GROUP = "working_group", _("working group")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("called off")

    TRANSITIONS = {
        Status.PLANNED: {Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    id = random_id()
    council = models.ForeignKey(
        Council, models.PROTECT, related_name="meetings", verbose_name=_("council")
    )
    kind = models.CharField(
        _("kind of meeting"), max_length=15, choices=Kind, default=Kind.COUNCIL
    )
    title = models.CharField(_("name of the meeting"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    video_link = models.URLField(_("video link"), blank=True, max_length=500)
    # Of a site visit: where it goes.
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("location"),
    )
    # Of a talk with the care office: some councils talk to it without the board.
    with_board = models.BooleanField(_("the board is there too"), default=False)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PLANNED, editable=False
    )
    cancelled_because = models.CharField(max_length=300, blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    # From this day on the agenda should be with its readers; and until when papers
    # can be delivered for it.
    agenda_goes_out_on = models.DateField(_("the agenda goes out on"), null=True)
    papers_due_on = models.DateField(_("last day for papers"), null=True)
    # Every change of the order or of an item; who saves an older one is told.
    agenda_revision = models.PositiveIntegerField(default=0, editable=False)
    agenda_sent_at = models.DateTimeField(null=True, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_(
                    "The end lies before the start. Change one of the two times."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["council", "starts_at"], name="meeting_of_council"),
        ]

    def __str__(self):
        return f"meeting {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("councils:meeting_detail", args=[self.pk])

    @property
    def name(self) -> str:
        """What people call it: its own name, or else its kind."""
        return self.title or str(self.Kind(self.kind).label)

    @property
    def minutes_long(self) -> int:
        """How long it lasts, in whole minutes."""
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class AttendeeQuerySet(models.QuerySet):
    def expected(self) -> Self:
        """Those who did not say that they stay away."""
        return self.exclude(answer=Attendee.Answer.NO)

    def present(self) -> Self:
        return self.filter(was_present=True)


class Attendee(models.Model):
    """Somebody who is expected at a meeting, and whether that person comes and came.

    ``votes`` counts for the quorum: the seat on the day of inviting. A guest has an
    account (of the board, of the care office) or a name and an address alone.
    """

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        YES = "yes", _("is there")
        NO = "no", _("is not there")

    id = random_id()
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    is_guest = models.BooleanField(_("guest"), default=False)
    votes = models.BooleanField(_("counts for the quorum"), default=False)
    # When the last mail of the time and place went, and with which sequence.
    invited_at = models.DateTimeField(null=True, editable=False)
    told_sequence = models.PositiveIntegerField(null=True, editable=False)
    answer = models.CharField(
        _("answer"), max_length=3, choices=Answer, default=Answer.NONE, blank=True
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    was_present = models.BooleanField(_("was present"), null=True)
    # Was there without being on the list: noted afterwards, and never invited.
    came_unasked = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ["is_guest", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="attendee_person_once", fields=["meeting", "user"]
            ),
            models.UniqueConstraint(
                name="attendee_address_once",
                fields=["meeting", "email"],
                condition=Q(user__isnull=True) & ~Q(email=""),
                violation_error_message=_("This address is on the list already."),
            ),
            models.CheckConstraint(
                name="attendee_can_be_reached",
                condition=Q(user__isnull=False) | Q(is_guest=True),
            ),
        ]
        indexes = [models.Index(fields=["user", "answer"], name="attendee_of_user")]

    def __str__(self):
        return f"attendee {str(self.pk)[:8]}"

    @property
    def address(self) -> str:
        """Where mail for this person goes."""
        return self.user.email if self.user else self.email
