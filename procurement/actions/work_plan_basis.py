"""What a plan with the board is reckoned with: days, councils, holidays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from councils.models import Council, Location, Meeting, Recess
from portal.dates import AMSTERDAM, SchoolHoliday
from procurement.actions.back_planning import (
    Basis,
    CouncilMeeting,
    Kind,
    PlannedStep,
)
from procurement.models import Participation, Phase, WorkPlanStep, WorkPlanVersion
from procurement.taking_part import TakingPart, asked_for_words


@dataclass(frozen=True)
class Draft:
    """What somebody proposes: how many days for whom, and the dates set by hand.

    ``over`` is what has been, of the version that this one follows.
    """

    phase: Phase
    board_days: int
    consultation_weeks: int
    papers_days: int
    chosen: Mapping[str, date] = field(default_factory=dict)
    over: Mapping[str, PlannedStep] = field(default_factory=dict)

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
    """What a version was made of, to make the next: with what has been meanwhile."""
    over = over_of(version, timezone.now())
    ahead = [step for step in version.steps.all() if step.kind not in over]
    return Draft(
        phase,
        version.board_days,
        version.consultation_weeks,
        version.papers_days,
        {
            step.kind: timezone.localdate(step.due_at)
            for step in ahead
            if step.is_chosen
        },
        over,
    )


def over_of(version: WorkPlanVersion, now: datetime) -> dict[str, PlannedStep]:
    """The dates of a version that have been, and with each what comes before it.

    A date that had passed when it was reckoned was too late; that one has not been,
    unless somebody set it by hand.
    """
    steps = {step.kind: step for step in version.steps.all()}
    found: dict[str, PlannedStep] = {}
    waiting: dict[str, PlannedStep] = {}
    for kind in Kind.values:
        if kind in steps and kind != Kind.DEADLINE:
            waiting[kind] = _as_it_was(steps[kind], version)
            if _has_been(steps[kind], version, now):
                found, waiting = {**found, **waiting}, {}
    return found


def _has_been(step: WorkPlanStep, version: WorkPlanVersion, now: datetime) -> bool:
    if step.kind == Kind.DECISION and (meeting := version.meeting):
        # It may have been moved, or called off, in its last hours.
        return meeting.starts_at <= now and not meeting.is_cancelled
    was_too_late = step.due_at < version.proposed_at and not step.is_chosen
    return step.due_at <= now and (step.was_over or not was_too_late)


def _as_it_was(step: WorkPlanStep, version: WorkPlanVersion) -> PlannedStep:
    return PlannedStep(
        Kind(step.kind),
        step.due_at.astimezone(AMSTERDAM),
        step.counted_on,
        tuple(step.why),
        step.slack_days,
        is_chosen=step.is_chosen,
        meeting=version.meeting_id if step.kind == Kind.DECISION else None,
        was_over=True,
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
        has_local=_has_local(draft, bool(local)),
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
        over=draft.over,
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


def _has_local(draft: Draft, has_now: bool) -> bool:
    """Once local councils have spoken, or the council decided, that stays so."""
    if Kind.DECISION in draft.over:
        return Kind.LOCAL in draft.over
    return has_now or Kind.LOCAL in draft.over


def _zones(council: Council, speaking: set) -> tuple[str, ...]:
    """The school-holiday zones of the locations that these councils speak for; if none
    is known, those of all locations of the organisation."""
    rows = Location.objects.filter(organisation=council.organisation_id).values_list(
        "municipality__school_holiday_zone", "councils"
    )
    found = list(rows)
    own = {zone for zone, speaker in found if speaker in speaking}
    return tuple(sorted(own or {zone for zone, _speaker in found}))
