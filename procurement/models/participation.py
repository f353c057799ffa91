from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council, Decision
from councils.permissions import council_ids, organisation_ids
from portal.fields import random_id
from portal.models import User
from procurement.models.cycle import Cycle, Phase
from procurement.models.office_reach import of_own_office


class ParticipationQuerySet(models.QuerySet):
    def newest(self) -> Self:
        """The choice that holds now, of each council in each round."""
        newest = (
            Participation.objects.filter(
                council=OuterRef("council"), cycle=OuterRef("cycle")
            )
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(newest))

    def visible_to(self, user: User) -> Self:
        """Choices that ``user`` may know of: of one's own councils and the local ones
        under them; and those in which a council takes part, or left, where one works
        (at a care office: in the regions of the seat).

        That a council does not take part is its own affair: it is told to nobody.
        """
        own = council_ids(user)
        takes_part = ~Q(step=Participation.Step.DECLINE)
        allowed = (
            Q(council__in=own)
            | Q(council__parent__in=own) & takes_part
            | Q(in_organisation=True, council__organisation__in=organisation_ids(user))
            & takes_part
        )
        if of_office := of_own_office(user):
            allowed |= Q(in_region=True) & takes_part & of_office
        return self.filter(allowed)


class Participation(models.Model):
    """A council's choice for a round: whether, from which phase and how it joins in.

    Each change is a row of its own; the one with the highest ``number`` holds. Without
    a row the council has not chosen, and is asked everything.
    """

    class Step(models.TextChoices):
        JOIN = "join", _("takes part")
        DECLINE = "decline", _("does not take part")
        LEAVE = "leave", _("left")

    class Level(models.TextChoices):
        READ_ALONG = "read_along", _("reads along")
        TALK_ALONG = "talk_along", _("talks along")
        CO_ASSESS = "co_assess", _("co-assesses")
        ADVISE = "advise", _("advises")

    id = random_id()
    council = models.ForeignKey(Council, models.PROTECT, related_name="participations")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="participations")
    number = models.PositiveSmallIntegerField(editable=False)
    step = models.CharField(max_length=8, choices=Step)
    from_phase = models.ForeignKey(
        Phase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from which phase"),
    )
    level = models.CharField(_("how"), max_length=10, choices=Level, blank=True)
    in_organisation = models.BooleanField(_("inside the organisation"), default=True)
    in_region = models.BooleanField(_("in the region"), default=True)
    # Of who leaves: read by those to whom the council had said that it takes part.
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("decision of the council"),
    )
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    chosen_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice to take part")
        verbose_name_plural = _("choices to take part")
        constraints = [
            models.UniqueConstraint(
                name="participation_number_once",
                fields=["council", "cycle", "number"],
            ),
            models.CheckConstraint(
                name="participation_joins_somewhere",
                condition=~Q(step="join")
                | ~Q(level="")
                & Q(from_phase__isnull=False)
                & (Q(in_organisation=True) | Q(in_region=True)),
            ),
            models.CheckConstraint(
                name="participation_leaves_with_a_reason",
                condition=~Q(step="leave") | ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return f"participation {str(self.pk)[:8]}"

    @property
    def takes_part(self) -> bool:
        return self.step == self.Step.JOIN
