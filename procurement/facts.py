"""What councils have done in a round and what is left to do, told from what is there.

The home page and the reminders both ask here, so that the two cannot differ.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Concession, Council
from councils.permissions import VOTING_ROLES, Role
from procurement.models import (
    CouncilInput,
    Cycle,
    CycleKind,
    Participation,
    Phase,
    PhaseKind,
    PhaseRole,
    Submission,
    SubmissionVersion,
)
from procurement.taking_part import TakingPart, asked_for_words, choice_of

# Who in a council is meant by a role of a phase.
PEOPLE: dict[str, set[Role]] = {
    PhaseRole.MEMBER: VOTING_ROLES,
    PhaseRole.CHAIR: {Role.CHAIR, Role.DEPUTY_CHAIR},
    PhaseRole.SECRETARY: {Role.SECRETARY},
}


class Left(TextChoices):
    """The next thing that a council, or somebody in it, still has to do in a phase."""

    WRITE = "write", _("write input")
    SHARE = "share", _("share input with the central council")
    OFFER = "offer", _("offer the submission for signing")
    SIGN = "sign", _("sign the submission")


class PhaseLike(Protocol):
    """A phase, or what was read of one."""

    @property
    def pk(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def opens_on(self) -> date: ...
    @property
    def closes_at(self) -> datetime: ...


SomePhase = TypeVar("SomePhase", bound=PhaseLike)


@dataclass
class Words:
    """What a council has passed on in one round."""

    last_at: datetime | None = None
    phases: set[UUID | None] = field(default_factory=set)
    is_shared: bool = False

    def add(self, phase_id: UUID | None, at: datetime, is_shared: bool) -> None:
        self.last_at = max(self.last_at, at) if self.last_at else at
        self.phases.add(phase_id)
        self.is_shared = self.is_shared or is_shared


@dataclass
class Done:
    """How far one council is in one round.

    ``open_words`` leaves out what the council closed to its secretary: nothing that
    the secretary is told may give away that it is there.
    """

    words: Words = field(default_factory=Words)
    open_words: Words = field(default_factory=Words)
    status: str = ""
    offered_at: datetime | None = None
    submission_id: UUID | None = None
    # What the council chose for the round last; None when it has not chosen.
    taking_part: TakingPart | None = None

    def add(
        self, phase_id: UUID | None, at: datetime, *, is_closed: bool, is_shared: bool
    ) -> None:
        """Count in something that the council passed on, in answer to a phase."""
        self.words.add(phase_id, at, is_shared)
        if not is_closed:
            self.open_words.add(phase_id, at, is_shared)

    def words_for(self, role: str) -> Words:
        return self.open_words if role == PhaseRole.SECRETARY else self.words


class Step(NamedTuple):
    """A phase, and whether councils hand in their submission before it closes."""

    phase: Phase
    is_submission: bool


def step_of(phase: Phase) -> Step:
    """The phase as a step; asks the database only when its kind does not tell."""
    if phase.cycle.kind != CycleKind.PROCUREMENT:
        return Step(phase, is_submission=False)
    if phase.kind == PhaseKind.REGISTRATION:
        return Step(phase, is_submission=True)
    last = Phase.objects.submission_phase(phase.cycle).first()
    return Step(phase, is_submission=last == phase)


def steps_of(phases: Collection[Phase]) -> list[Step]:
    """The same for all phases of one round, without a query."""
    last = submission_among(phases)
    return [
        Step(phase, phase is last and phase.cycle.kind == CycleKind.PROCUREMENT)
        for phase in phases
    ]


def submission_among(phases: Collection[SomePhase]) -> SomePhase | None:
    """Of the phases of one round the one before whose closing councils hand in; as
    ``Phase.objects.submission_phase``."""
    return max(
        phases,
        key=lambda each: (each.kind == PhaseKind.REGISTRATION, each.closes_at),
        default=None,
    )


def left_to_do(step: Step, role: str, *, has_parent: bool, done: Done) -> Left | None:
    """What ``role`` of a council still has to do in a phase, or None.

    A council has done its part in a phase once it passed on input: for the submission
    anywhere in the round, otherwise in answer to a request of the phase or since the
    phase opened. Who prepares the papers then shares it or hands it in. A council that
    does not take part there, or reads along, is asked for nothing.
    """
    if not step.phase.councils_deliver:
        return None
    if not asked_for_words(done.taking_part, step.phase):
        return None
    words = done.words_for(role)
    if not step.is_submission:
        return None if has_words(step.phase, words) else Left.WRITE
    if role == PhaseRole.MEMBER:
        return None if words.last_at else Left.WRITE
    if has_parent:
        return None if words.is_shared else Left.SHARE
    if done.status == Submission.Status.SUBMITTED:
        return None
    if done.status == Submission.Status.OFFERED:
        return Left.SIGN if role == PhaseRole.CHAIR else None
    return Left.OFFER


def has_words(phase: PhaseLike, words: Words) -> bool:
    """Whether words were passed on in answer to the phase, or since it opened."""
    if phase.pk in words.phases:
        return True
    return (
        words.last_at is not None
        and timezone.localdate(words.last_at) >= phase.opens_on
    )


def councils_in(cycle: Cycle) -> QuerySet[Council]:
    """The councils that a round is for; as ``Cycle.objects.visible_to``."""
    if cycle.organisation_id:
        return Council.objects.filter(organisation=cycle.organisation_id)
    regions = (
        Concession.objects.serving_in(cycle.contract_year)
        .filter(care_office=cycle.care_office_id)
        .values("region")
    )
    return Council.objects.in_regions(regions).of_sector(cycle.sector)


def done_in(
    cycles: Collection[Cycle], councils: Collection[UUID] | None = None
) -> dict[tuple[UUID, UUID], Done]:
    """How far councils are in these rounds, by (council, cycle): two queries for all.

    Who did and chose nothing is absent; ``councils`` narrows it down.
    """
    found: dict[tuple[UUID, UUID], Done] = defaultdict(Done)
    only = {} if councils is None else {"council__in": councils}
    passed_on = (
        CouncilInput.objects.filter(cycle__in=cycles, status="passed_on", **only)
        .order_by()
        .values_list("council", "cycle", "request__phase", "is_closed_to_secretary")
        .annotate(
            at=Max("passed_on_at"),
            shared=Count(
                "pk", filter=Q(for_central_council=True, shared__isnull=False)
            ),
        )
    )
    for council_id, cycle_id, phase_id, is_closed, at, shared in passed_on:
        done = found[council_id, cycle_id]
        done.add(phase_id, at, is_closed=is_closed, is_shared=shared > 0)
    for council_id, cycle_id, pk, status, offered_at, *choice in _handed_in_and_chosen(
        cycles, only
    ):
        done = found[council_id, cycle_id]
        if pk is None:
            done.taking_part = choice_of(status, *choice)
        else:
            done.submission_id, done.status, done.offered_at = pk, status, offered_at
    return dict(found)


def _handed_in_and_chosen(cycles: Collection[Cycle], only: dict) -> QuerySet:
    """The submissions, and what was chosen last (without a key): one query for both."""
    newest = SubmissionVersion.objects.filter(submission=OuterRef("pk")).order_by(
        "-number"
    )
    nothing = Value("")
    handed_in = Submission.objects.filter(cycle__in=cycles, **only).values_list(
        "council",
        "cycle",
        Cast("pk", UUIDField(null=True)),
        "status",
        Subquery(newest.values("offered_at")[:1]),
        nothing,
        Value(0),
        nothing,
    )
    chosen = Participation.objects.filter(cycle__in=cycles, **only).newest()
    return handed_in.union(
        chosen.values_list(
            "council",
            "cycle",
            Cast(Value(None), UUIDField(null=True)),
            "step",
            Cast(Value(None), DateTimeField(null=True)),
            "level",
            Coalesce("from_phase__order", 0),
            Coalesce("from_phase__kind", nothing),
        ),
        all=True,
    )
