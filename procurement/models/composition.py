from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council
from councils.permissions import council_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.council_input import (
    CouncilInput,
    CouncilInputVersion,
    Goal,
    Theme,
)
from procurement.models.cycle import Cycle
from procurement.models.request import InformationRequest


class ParagraphQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Paragraphs in the making: only for the council that writes them."""
        return self.filter(council__in=council_ids(user))

    def in_use(self):
        """Paragraphs that were not removed."""
        return self.filter(removed_at__isnull=True)


class Paragraph(models.Model):
    """A paragraph of a central council, composed from what local councils shared.

    Its words stand in passages; each names the local versions that it rests on. Who
    may read it is at most the intersection of what those sources allow.
    """

    # Whom it can be for, beside its own council, by the fields that say so.
    READERS = {
        "for_care_office": _("the care office"),
        "for_organisation": _("the organisation"),
    }

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="paragraphs")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="paragraphs")
    request = models.ForeignKey(
        InformationRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="paragraphs",
        verbose_name=_("request"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=CouncilInput.Kind,
        default=CouncilInput.Kind.CONCERN,
    )
    goal = models.CharField(_("goal"), max_length=15, choices=Goal)
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="+", verbose_name=_("theme")
    )
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveIntegerField(default=0, editable=False)
    for_organisation = models.BooleanField(_("the organisation"), default=False)
    for_care_office = models.BooleanField(_("the care office"), default=True)
    # Raised by each save, so that of two who edit neither loses a text.
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = ParagraphQuerySet.as_manager()

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        ordering = ["council", "cycle", "position"]

    def __str__(self):
        return f"paragraph {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("procurement:paragraph_edit", args=[self.pk])


class ParagraphVersion(models.Model):
    """A paragraph as somebody saved it: the words that were there before the next save.

    ``is_aside``: a colleague had saved in the meantime, so these words were kept here
    and did not become the paragraph.
    """

    id = random_id()
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    # The passages in order: {"text": …, "versions": [id, …]}.
    passages = models.JSONField(default=list)
    is_aside = models.BooleanField(default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a paragraph")
        verbose_name_plural = _("versions of paragraphs")
        ordering = ["paragraph", "-saved_at"]

    def __str__(self):
        return f"version {self.number} of paragraph {str(self.paragraph_id)[:8]}"


class Passage(models.Model):
    """One or more sentences of a paragraph, with the local words they rest on."""

    id = random_id()
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="passages")
    position = models.PositiveIntegerField()
    text = models.TextField(_("sentences"), max_length=4000)
    sources = models.ManyToManyField(
        CouncilInputVersion, through="PassageSource", related_name="used_in"
    )

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["paragraph", "position"]

    def __str__(self):
        return f"passage {str(self.pk)[:8]}"


class PassageSource(models.Model):
    """A passage rests on a version of a local input, in its words of that day.

    PROTECT makes a used version impossible to remove.
    """

    passage = models.ForeignKey(Passage, models.CASCADE, related_name="source_links")
    version = models.ForeignKey(
        CouncilInputVersion, models.PROTECT, related_name="passage_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="passage_source_once", fields=["passage", "version"]
            ),
        ]

    def __str__(self):
        return f"source {self.pk}"


class Disuse(models.Model):
    """A central council says why it does not use a local input."""

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="disuses")
    council_input = models.ForeignKey(
        CouncilInput, models.CASCADE, related_name="disuses"
    )
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("input that is not used")
        verbose_name_plural = _("input that is not used")
        constraints = [
            models.UniqueConstraint(
                name="disuse_once", fields=["council", "council_input"]
            ),
        ]

    def __str__(self):
        return f"disuse {str(self.pk)[:8]}"


class ShowingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Showings that ``user`` may know of: of a paragraph of one's council, or one
        that rests on words of one's council."""
        seats = council_ids(user)
        return self.filter(
            Q(paragraph__council__in=seats)
            | Q(pk__in=ShowingPart.objects.filter(council__in=seats).values("showing"))
        )


class Showing(models.Model):
    """A paragraph as it was put before the local councils whose words it uses.

    Until then a central council's text is its own. Each local council gets its part:
    the passages that rest on its words only, in ``ShowingPart``.
    """

    id = random_id()
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="showings")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ShowingQuerySet.as_manager()

    class Meta:
        verbose_name = _("text put before local councils")
        verbose_name_plural = _("texts put before local councils")
        ordering = ["paragraph", "number"]
        constraints = [
            models.UniqueConstraint(
                name="showing_number_once", fields=["paragraph", "number"]
            ),
        ]

    def __str__(self):
        return f"showing {str(self.pk)[:8]}"


class ShowingPartQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Parts for a council of ``user``, and those of its paragraphs."""
        seats = council_ids(user)
        return self.filter(
            Q(council__in=seats) | Q(showing__paragraph__council__in=seats)
        )

    def newest(self):
        """Only the part of each paragraph that was shown last to a council."""
        later = ShowingPart.objects.filter(
            council=OuterRef("council"),
            showing__paragraph=OuterRef("showing__paragraph"),
            showing__number__gt=OuterRef("showing__number"),
        )
        return self.filter(~Exists(later))


class ShowingPart(models.Model):
    """What one local council may check: the passages on its own words, as frozen text.

    ``passages`` is a list of ``{"text": …, "versions": [id, …]}``; ``sha256`` binds
    a reaction to exactly this text. ``has_mixed`` tells that a passage also rests on
    another council's words and is therefore not shown.
    """

    class Verdict(models.TextChoices):
        AGREED = "agreed", _("agreed")
        NOT_LIKE_THIS = "not_like_this", _("not like this")

    id = random_id()
    showing = models.ForeignKey(Showing, models.PROTECT, related_name="parts")
    council = models.ForeignKey(Council, models.PROTECT, related_name="showing_parts")
    passages = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    has_mixed = models.BooleanField(default=False)
    verdict = models.CharField(max_length=15, choices=Verdict, blank=True)
    words = models.TextField(
        _("what should be different?"), max_length=1000, blank=True
    )
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    verdict_at = models.DateTimeField(null=True)

    objects = ShowingPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part for a local council")
        verbose_name_plural = _("parts for local councils")
        constraints = [
            models.UniqueConstraint(
                name="showing_part_once", fields=["showing", "council"]
            ),
        ]

    def __str__(self):
        return f"part {str(self.pk)[:8]}"

    def get_absolute_url(self):
        return reverse("procurement:used_detail", args=[self.pk])
