from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models.council import Council
from councils.models.meeting import Meeting
from councils.models.openness import Openness, in_reach
from portal.fields import random_id
from portal.files import private_path
from portal.models import User
from portal.pdf_behind import Fit


class ItemGoal(models.TextChoices):
    """What a council wants to have done with an item when it is through."""

    INFORM = "inform", _("inform")
    DISCUSS = "discuss", _("discuss")
    DECIDE = "decide", _("decide")


class AgendaItemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Items that ``user`` may read, of meetings and of the backlog."""
        return self.filter(in_reach(user))

    def waiting(self) -> Self:
        """Items without a meeting: the backlog, the oldest first."""
        return self.filter(meeting__isnull=True, dropped_at__isnull=True).order_by(
            "created_at", "pk"
        )

    def in_order(self) -> Self:
        """The items of meetings, sub-items after the item that they are under."""
        return self.filter(dropped_at__isnull=True).order_by("meeting", "order", "pk")

    def closed_and_empty(self) -> Self:
        """Items for members alone, of which nothing was written down.

        What is said under an item is said of it, and that minutes or actions were gone
        through needs no words.
        """
        under = AgendaItem.objects.filter(
            parent=OuterRef("pk"), meeting=OuterRef("meeting"), dropped_at__isnull=True
        )
        empty = {"notes": "", "decisions__isnull": True, "action_items__isnull": True}
        return self.filter(
            ~Exists(under),
            kind=AgendaItem.Kind.NORMAL,
            openness=Openness.MEMBERS,
            dropped_at__isnull=True,
            **empty,
        )


class AgendaItem(models.Model):
    """One subject on an agenda, or in the backlog when it has no meeting yet.

    Its number is not kept: it follows from the order. ``subject`` is what the item is
    about (a submission, a plan, a phase); nothing filters or decides access by it.
    """

    class Kind(models.TextChoices):
        NORMAL = "normal", _("an ordinary item")
        MINUTES = "minutes", _("adopt the minutes of the last meeting")
        ACTIONS = "actions", _("go through the list of actions")

    class Origin(models.TextChoices):
        MADE = "made", _("put on by hand")
        STANDING = "standing", _("returns at every meeting")
        SUGGESTED = "suggested", _("suggested by the round")
        READY = "ready", _("a ready item")
        PROPOSED = "proposed", _("proposed by a member")
        CARRIED = "carried", _("carried over")

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="agenda_items")
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="items"
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    order = models.PositiveIntegerField(default=0, editable=False)
    # A closing item (any other business): what is put on later comes before it.
    is_at_end = models.BooleanField(default=False, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NORMAL)
    origin = models.CharField(
        max_length=10, choices=Origin, default=Origin.MADE, editable=False
    )
    title = models.CharField(_("subject"), max_length=150)
    explanation = models.TextField(_("explanation"), blank=True, max_length=4000)
    goal = models.CharField(
        _("goal"), max_length=10, choices=ItemGoal, default=ItemGoal.INFORM
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes needed"), null=True, blank=True
    )
    introducer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who introduces it"),
    )
    # Of somebody who has no seat here.
    introducer_name = models.CharField(
        _("or somebody else"), max_length=120, blank=True
    )
    openness = models.CharField(
        _("who may read it"), max_length=10, choices=Openness, default=Openness.OPEN
    )
    # Why it was suggested, in words.
    reason = models.CharField(max_length=300, blank=True, editable=False)
    subject_type = models.ForeignKey(
        ContentType, models.PROTECT, null=True, editable=False, related_name="+"
    )
    subject_id = models.UUIDField(null=True, editable=False)
    # The page of the subject, a path of this site.
    subject_url = models.CharField(max_length=300, blank=True, editable=False)
    # What it goes on with: the item of an earlier meeting.
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="carried_to"
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    # What was said in short, when the meeting was held.
    notes = models.TextField(_("what was said"), blank=True, max_length=8000)
    notes_revision = models.PositiveIntegerField(default=0, editable=False)
    # Of a member's proposal: when whoever prepares the agenda took it over.
    accepted_at = models.DateTimeField(null=True, editable=False)
    dropped_at = models.DateTimeField(null=True, editable=False)
    dropped_because = models.CharField(max_length=300, blank=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        indexes = [
            models.Index(fields=["meeting", "order"], name="agenda_item_of_meeting"),
            models.Index(
                fields=["council"],
                condition=Q(meeting__isnull=True),
                name="agenda_item_in_backlog",
            ),
        ]

    def __str__(self):
        return f"agenda item {str(self.pk)[:8]}"

    @property
    def is_closed(self) -> bool:
        """Whether guests and the public paper leave it out."""
        return self.openness != Openness.OPEN

    @property
    def is_proposal(self) -> bool:
        """Whether a member proposed it and nobody has decided about it yet."""
        return (
            self.origin == self.Origin.PROPOSED
            and self.meeting_id is None
            and self.accepted_at is None
            and self.dropped_at is None
        )


class AgendaPaperQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Papers of items that ``user`` may read."""
        return self.filter(in_reach(user, "item__council", "item__openness"))

    def awaited(self, now: datetime | None = None) -> Self:
        """Those that somebody still has to deliver for a meeting that is not over.

        ``due_day`` is the last day for it: its own, or else that of its meeting.
        """
        return self.filter(
            deliverer__isnull=False,
            versions__isnull=True,
            item__dropped_at__isnull=True,
            item__meeting__status=Meeting.Status.PLANNED,
            item__meeting__ends_at__gt=now or timezone.now(),
        ).annotate(due_day=Coalesce("due_on", "item__meeting__papers_due_on"))

    def asked_of(self, user: User, now: datetime | None = None) -> Self:
        """Those that ``user`` has to deliver and may read, the first day first."""
        asked = self.visible_to(user).awaited(now).filter(deliverer=user.pk)
        return asked.order_by(F("due_day").asc(nulls_last=True), "order", "pk")


class AgendaPaper(models.Model):
    """A paper of an item: awaited until a day, or there in some version."""

    id = random_id()
    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="papers")
    title = models.CharField(_("title"), max_length=150)
    # Who delivers it; nobody in particular when empty.
    deliverer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who delivers it"),
    )
    due_on = models.DateField(_("last day to deliver it"), null=True, blank=True)
    # When that person was last told of this paper and its day.
    asked_at = models.DateTimeField(null=True, editable=False)
    order = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = AgendaPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of an agenda item")
        verbose_name_plural = _("papers of agenda items")
        ordering = ["order", "pk"]

    def __str__(self):
        return f"agenda paper {str(self.pk)[:8]}"

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been there before ``today``, if it is not there."""
        return self.due_on is not None and self.due_on < today


class AgendaPaperVersion(models.Model):
    """One file of a paper; what was sent to people stays, a newer one is beside it."""

    id = random_id()
    paper = models.ForeignKey(AgendaPaper, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    file = models.FileField(_("file"), upload_to=private_path)
    filename = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    # Whether it can stand behind an agenda in one file, and with how many pages.
    fit = models.CharField(
        max_length=10, choices=Fit, default=Fit.UNSEEN, db_default=""
    )
    pages = models.PositiveIntegerField(default=0, db_default=0)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    delivered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a paper")
        verbose_name_plural = _("versions of papers")
        ordering = ["paper", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="agenda_paper_version_once", fields=["paper", "number"]
            ),
        ]

    def __str__(self):
        return f"paper version {str(self.pk)[:8]}"


class StandingItem(models.Model):
    """An item that a council wants on every agenda of one kind of meeting."""

    id = random_id()
    council = models.ForeignKey(Council, models.CASCADE, related_name="standing_items")
    meeting_kind = models.CharField(
        _("kind of meeting"), max_length=15, choices=Meeting.Kind
    )
    # The last ones come after everything that is put on by hand.
    is_at_end = models.BooleanField(_("at the end"), default=False)
    order = models.PositiveSmallIntegerField(default=0, editable=False)
    kind = models.CharField(
        max_length=10, choices=AgendaItem.Kind, default=AgendaItem.Kind.NORMAL
    )
    title = models.CharField(_("subject"), max_length=150)
    goal = models.CharField(
        _("goal"), max_length=10, choices=ItemGoal, default=ItemGoal.INFORM
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes needed"), null=True, blank=True
    )
    openness = models.CharField(
        _("who may read it"), max_length=10, choices=Openness, default=Openness.OPEN
    )

    class Meta:
        verbose_name = _("standing item")
        verbose_name_plural = _("standing items")
        ordering = ["meeting_kind", "is_at_end", "order", "pk"]

    def __str__(self):
        return self.title


class ReadyItem(models.Model):
    """An item that a council can take over as it is, with help for the talk."""

    id = random_id()
    title = models.CharField(_("subject"), max_length=150)
    goal = models.CharField(
        _("goal"), max_length=10, choices=ItemGoal, default=ItemGoal.DISCUSS
    )
    minutes = models.PositiveSmallIntegerField(_("minutes needed"), default=20)
    openness = models.CharField(
        _("who may read it"), max_length=10, choices=Openness, default=Openness.COUNCIL
    )
    why = models.CharField(_("what it is good for"), max_length=250)
    # Markdown: questions to ask, and how others went about it.
    help = models.TextField(_("help"), max_length=8000)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("ready item")
        verbose_name_plural = _("ready items")
        ordering = ["order", "title"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("councils:ready_item_detail", args=[self.pk])


class SentAgenda(models.Model):
    """An agenda as it was sent: what guests read, and what later changes are told by.

    ``items``: a list in order, each with id, number, title, explanation, goal, minutes,
    introducer, openness, begins ("14.05"), papers (id, title, version, version_id) and
    level (1 or 2). The rows are frozen until they may go (``keep_until``).
    """

    id = random_id()
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="sent_agendas", verbose_name=_("meeting")
    )
    number = models.PositiveSmallIntegerField()
    items = models.JSONField()
    sent_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("sent agenda")
        verbose_name_plural = _("sent agendas")
        ordering = ["meeting", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="sent_agenda_once", fields=["meeting", "number"]
            ),
        ]

    def __str__(self):
        return f"sent agenda {str(self.pk)[:8]}"
