from functools import reduce
from operator import or_
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareSetting, Council, Location
from councils.permissions import (
    Role,
    council_ids,
    council_seats,
    organisation_ids,
)
from portal.fields import random_id
from portal.models import User
from procurement.models.cycle import Cycle
from procurement.models.request import InformationRequest


class Theme(models.Model):
    """A subject of today by which input is found and compared."""

    id = random_id()
    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Goal(models.TextChoices):
    """The three goals of procurement that input serves."""

    TRUST = "trust", _("Clients can trust that care is good and up to date")
    QUALITY_OF_LIFE = "quality_of_life", _("Care makes life better for clients")
    COOPERATION = "cooperation", _("Working with others on care that fits")


# Who helps a council and is no member of it.
HELPERS = (Role.SECRETARY, Role.SUPPORTER)


class Audience(models.TextChoices):
    """Who, beside the council itself, may read an input: each on its own."""

    CENTRAL_COUNCIL = "central_council", _("the central council")
    ORGANISATION = "organisation", _("the organisation")
    CARE_OFFICE = "care_office", _("the care office")


def as_read_by(user: User, **words: object) -> Q:
    """A condition on the words of inputs as ``user`` reads them.

    A council is searched in what it last saved, others in what was shared with them;
    in nothing else, so that no filter tells what they may not read.
    """
    seats = council_ids(user)
    current = {f"current__{name}": value for name, value in words.items()}
    shared = {f"shared__{name}": value for name, value in words.items()}
    return Q(council__in=seats, **current) | ~Q(council__in=seats) & Q(**shared)


class CouncilInputQuerySet(models.QuerySet):
    def visible_to(self, user: User, *, council: UUID | None = None) -> Self:
        """Inputs that ``user`` may know of, of all councils or of one.

        A draft is its author's alone. The care office is absent on purpose: it reads
        submissions, which are frozen copies, and never this table. What a council
        closed to its secretary stays closed to that person in every other seat too.
        """
        seats = council_ids(user)
        staff_of = organisation_ids(user)
        helps = council_ids(user, *HELPERS)
        Status = CouncilInput.Status
        own = Q(council__in=seats) & (
            Q(status=Status.PASSED_ON) | Q(status=Status.DRAFT, author=user)
        )
        shared = Q(status=Status.PASSED_ON, shared__isnull=False)
        below = shared & Q(for_central_council=True, council__parent__in=seats)
        theirs = shared & Q(for_organisation=True, council__organisation__in=staff_of)
        kinds = {seat.kind for seat in council_seats(user)}
        allowed, within = [], Q()
        if seats:
            allowed, within = [own], Q(pk__in=seats)
        if kinds - {Council.Kind.LOCAL}:
            allowed, within = [*allowed, below], within | Q(parent__in=seats)
        if staff_of:
            allowed, within = [*allowed, theirs], within | Q(organisation__in=staff_of)
        if not allowed:
            return self.none()
        # First the councils that can matter at all, which go by an index: the rest
        # would be looked for among the inputs of the whole country.
        if council:
            found = self.filter(council=council)
        else:
            found = self.filter(council__in=Council.objects.filter(within).values("pk"))
        found = found.filter(reduce(or_, allowed))
        return found.exclude(is_closed_to_secretary=True, council__in=helps)

    def readable_by(self, council: Council, user: User) -> Self:
        """What ``user`` may use when acting for ``council``: its own, and what local
        councils shared with it; never what the person reads from another seat."""
        own = Q(council=council)
        local = Q(council__parent=council, for_central_council=True)
        return self.visible_to(user).filter(
            own | local & Q(shared__isnull=False),
            status=CouncilInput.Status.PASSED_ON,
        )

    def saying(self, user: User, **words: object) -> Self:
        """Inputs whose words, as ``user`` reads them, fit: ``kind="question"``."""
        return self.filter(as_read_by(user, **words))

    def for_list(self) -> Self:
        """With what one line of a list shows, the newest first.

        A database that plans eight joins at most finds its way to a page of them.
        """
        return (
            self.select_related("council", "author", "current", "shared")
            .defer("current__text", "shared__text")
            .order_by("-created_at", "pk")
        )


class CouncilInput(models.Model):
    """One thing a council wants to say about the care that is bought.

    Its words are versions that never change (``current``: what the council last
    saved; ``shared``: what others may read). Typing in progress is an ``InputDraft``.
    Who, beside the council itself, may read the shared version is a set and not a
    ladder: a council may well tell the care office what it does not tell the board.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PASSED_ON = "passed_on", _("passed on to the council")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS = {
        Status.DRAFT: {Status.PASSED_ON, Status.WITHDRAWN},
        Status.PASSED_ON: {Status.WITHDRAWN},
        Status.WITHDRAWN: set(),
    }

    class Kind(models.TextChoices):
        CONCERN = "concern", _("concern")
        GOOD_EXAMPLE = "good_example", _("good example")
        NEW_INSIGHT = "new_insight", _("new insight")
        QUESTION = "question", _("question")

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="inputs")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="inputs")
    request = models.ForeignKey(
        InformationRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inputs",
        verbose_name=_("request"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inputs"
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    current = models.ForeignKey(
        "CouncilInputVersion", models.PROTECT, null=True, related_name="+"
    )
    shared = models.ForeignKey(
        "CouncilInputVersion", models.PROTECT, null=True, related_name="+"
    )
    for_central_council = models.BooleanField(_("the central council"), default=False)
    for_organisation = models.BooleanField(_("the organisation"), default=False)
    for_care_office = models.BooleanField(_("the care office"), default=False)
    is_closed_to_secretary = models.BooleanField(
        _("our secretary may not read this"), default=False
    )
    # The short name that composers use (W3). Given when it is first shared with the
    # central council, and shown to nobody else: gaps would tell that there is more.
    number = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    passed_on_at = models.DateTimeField(null=True, editable=False)
    shared_at = models.DateTimeField(null=True, editable=False)

    objects = CouncilInputQuerySet.as_manager()

    class Meta:
        verbose_name = _("council input")
        verbose_name_plural = _("council input")
        constraints = [
            models.CheckConstraint(
                name="council_input_has_words_once_passed_on",
                condition=Q(status="draft") | ~Q(status="passed_on", current=None),
            ),
            models.CheckConstraint(
                name="council_input_draft_is_shared_with_nobody",
                condition=~Q(status="draft") | Q(shared=None),
            ),
            models.UniqueConstraint(
                name="council_input_number_once", fields=["council", "cycle", "number"]
            ),
            models.CheckConstraint(
                name="council_input_is_shared_with_somebody_or_not_at_all",
                condition=~Q(status="passed_on")
                | Q(
                    shared=None,
                    for_central_council=False,
                    for_organisation=False,
                    for_care_office=False,
                )
                | Q(shared__isnull=False)
                & (
                    Q(for_central_council=True)
                    | Q(for_organisation=True)
                    | Q(for_care_office=True)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["council", "cycle", "status"], name="council_input_of_council"
            ),
            models.Index(fields=["author", "status"], name="council_input_of_author"),
        ]

    def __str__(self):
        return f"input {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("procurement:input_detail", args=[self.pk])

    @property
    def newest(self) -> "CouncilInputVersion":
        """The words that the council last saved; a draft has none yet."""
        if self.current is None:
            raise ValueError("A draft has no version.")
        return self.current

    def version_for(self, user: User) -> "CouncilInputVersion | None":
        """The words that ``user`` reads: the council its newest, others what was
        shared."""
        return self.current if self.council_id in council_ids(user) else self.shared

    @property
    def audiences(self) -> set[Audience]:
        """Who beside the council may read the shared version."""
        return {each for each in Audience if getattr(self, f"for_{each}")}

    @property
    def possible_audiences(self) -> list[Audience]:
        """With whom this can be shared at all: not every council has one above it,
        and a quality round has no care office."""
        possible = [Audience.ORGANISATION]
        if self.council.parent_id:
            possible.insert(0, Audience.CENTRAL_COUNCIL)
        if self.cycle.care_office_id:
            possible.append(Audience.CARE_OFFICE)
        return possible

    @property
    def has_newer_words(self) -> bool:
        """Whether the council saved other words since it shared the input."""
        return self.shared_id is not None and self.shared_id != self.current_id

    @property
    def readers(self) -> list[str]:
        """Who beside the council reads the shared version, as words for a person."""
        return [str(each.label) for each in Audience if each in self.audiences]

    @property
    def is_used(self) -> bool:
        """Whether any of its words stand in a passage or in a submission."""
        return (
            self.submission_items.exists()
            or self.submitted_items.exists()
            or self.versions.used().exists()
        )


class CouncilInputVersionQuerySet(models.QuerySet):
    def used(self) -> Self:
        """Versions that a passage or a submission rests on."""
        return self.filter(
            Q(passage_links__passage__paragraph__removed_at__isnull=True)
            & Q(passage_links__isnull=False)
            | Q(submitted_in__isnull=False)
        ).distinct()


class CouncilInputVersion(models.Model):
    """The words of an input as saved once. Never changed: the database refuses it."""

    # What a person writes; beside these a version only knows its place.
    WORDS = (
        "kind",
        "goal",
        "theme_id",
        "care_setting",
        "location_id",
        "title",
        "text",
        "consulted",
        "consulted_how",
    )

    id = random_id()
    council_input = models.ForeignKey(
        CouncilInput, models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField(editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=CouncilInput.Kind)
    goal = models.CharField(_("goal"), max_length=15, choices=Goal)
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="+", verbose_name=_("theme")
    )
    care_setting = models.CharField(
        _("care setting"),
        max_length=15,
        choices=CareSetting,
        blank=True,
        help_text=_("Leave empty when it is about all of them."),
    )
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
        help_text=_("Leave empty when it is about all of them."),
    )
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("your own words"), max_length=4000)
    consulted = models.PositiveIntegerField(_("number of people asked"), default=0)
    consulted_how = models.CharField(_("who, and how"), max_length=200, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CouncilInputVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an input")
        verbose_name_plural = _("versions of input")
        ordering = ["council_input", "number"]
        constraints = [
            models.UniqueConstraint(
                name="council_input_version_once", fields=["council_input", "number"]
            ),
            models.CheckConstraint(
                name="council_input_version_has_text", condition=~Q(text="")
            ),
        ]

    def __str__(self):
        return f"version {self.number} of input {str(self.council_input_id)[:8]}"

    @property
    def words(self) -> dict:
        """What was written, to compare with another version or to copy."""
        return {name: getattr(self, name) for name in self.WORDS}

    @property
    def is_one_persons(self) -> bool:
        """Whether nobody was consulted: one person wrote it alone."""
        return self.consulted == 0
