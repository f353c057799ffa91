"""What a plan with the board is reckoned with: days, councils, holidays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.utils import timezone

from councils.models import Council, Location, Meeting, Recess
from portal.dates import SchoolHoliday
from procurement.actions.back_planning import Basis, CouncilMeeting
from procurement.models import Participation, Phase, WorkPlanVersion
from procurement.taking_part import TakingPart, asked_for_words


@dataclass(frozen=True)
class Draft:
    """What somebody proposes: how many days for whom, and the dates set by hand."""

    phase: Phase
    board_days: int
    consultation_weeks: int
    papers_days: int
    chosen: Mapping[str, date] = field(default_factory=dict)

    def with_chosen(self, **days: date) -> "Draft":
        """The same with other dates set by hand."""
        return replace(self, chosen={**self.chosen, **days})


def usual(council: Council, phase: Phase) -> Draft:
    """The days that the organisation keeps to, and no date by hand."""
    organisation = council.organisation
    return Draft(
        phase,
        organisation.board_days,
        organisation.consultation_weeks,
        organisation.papers_days,
    )


def draft_of(version: WorkPlanVersion, phase: Phase) -> Draft:
    """What a version was made of."""
    by_hand = [step for step in version.steps.all() if step.is_chosen]
    return Draft(
        phase,
        version.board_days,
        version.consultation_weeks,
        version.papers_days,
        {step.kind: timezone.localdate(step.due_at) for step in by_hand},
    )


def basis_of(council: Council, draft: Draft) -> Basis:
    """All that the dates of a council's plan follow from, as it stands today."""
    phase = draft.phase
    local = _local_with_words(council, phase)
    return Basis(
        closes_at=phase.closes_at,
        organisation_days=phase.organisation_days,
        board_days=draft.board_days,
        consultation_weeks=draft.consultation_weeks,
        papers_days=draft.papers_days,
        has_local=bool(local),
        zones=_zones(council, {council.pk, *local}) or phase.cycle.zones,
        recesses=tuple(
            SchoolHoliday(recess.name, recess.starts_on, recess.ends_on)
            for recess in Recess.objects.filter(council__in=[council.pk, *local])
        ),
        meetings=tuple(
            CouncilMeeting(*row)
            for row in Meeting.objects.planned()
            .filter(
                council=council.pk,
                kind=Meeting.Kind.COUNCIL,
                starts_at__gt=timezone.now(),
                starts_at__lt=phase.closes_at,
            )
            .values_list("pk", "starts_at")
        ),
        chosen=draft.chosen,
    )


def _local_with_words(council: Council, phase: Phase) -> list[UUID]:
    """Its local councils, without those of which the organisation knows that they write
    nothing by then: the weeks are for who talks.

    Who does not take part at all tells nobody, and so counts as who has not chosen.
    """
    told = Participation.objects.newest().exclude(step=Participation.Step.DECLINE)
    silent = {
        choice.council_id
        for choice in told.filter(
            council__parent=council.pk, cycle=phase.cycle_id, in_organisation=True
        ).select_related("from_phase")
        if not asked_for_words(TakingPart.of(choice), phase)
    }
    local = Council.objects.filter(parent=council.pk).values_list("pk", flat=True)
    return [pk for pk in local if pk not in silent]


def _zones(council: Council, speaking: set) -> tuple[str, ...]:
    """The school-holiday zones of the locations that these councils speak for; if none
    is known, those of all locations of the organisation."""
    rows = Location.objects.filter(organisation=council.organisation_id).values_list(
        "municipality__school_holiday_zone", "councils"
    )
    found = list(rows)
    own = {zone for zone, speaker in found if speaker in speaking}
    return tuple(sorted(own or {zone for zone, _speaker in found}))
