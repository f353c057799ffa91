"""The rounds that concern a person, with their phases: one query for everybody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from councils.models import Concession
from councils.permissions import care_office_ids, organisation_ids
from portal.models import User
from portal.prepared import fetch
from portal.seats import Seat, seats_of
from procurement.facts import Step, steps_of
from procurement.models import Cycle, Phase, PhaseRole

# A round counts as long as one of its phases closed no longer ago than this.
LOOK_BACK = timedelta(days=60)
ROLES = {
    "chair": PhaseRole.CHAIR,
    "deputy_chair": PhaseRole.CHAIR,
    "member": PhaseRole.MEMBER,
    "secretary": PhaseRole.SECRETARY,
}


@dataclass
class Asked:
    """What a phase asks of one role, in the words of the round."""

    what: str
    why: str
    minutes: int


@dataclass
class Round:
    """A cycle with its phases in order, and the organisations that it reaches."""

    cycle: Cycle
    phases: list[Phase] = field(default_factory=list)
    asked: dict[tuple[UUID, str], Asked] = field(default_factory=dict)
    organisations: set[UUID] = field(default_factory=set)

    @property
    def steps(self) -> list[Step]:
        return steps_of(self.phases)

    @property
    def submission_phase(self) -> Phase | None:
        return next((step.phase for step in self.steps if step.is_submission), None)

    def running(self, now: datetime) -> Phase | None:
        """Where the round is now: of what runs, what councils deliver in, soonest."""
        open_now = [
            phase for phase in self.phases if phase.state_at(now) == Phase.State.NOW
        ]
        return min(
            open_now,
            key=lambda phase: (not phase.councils_deliver, phase.closes_at),
            default=None,
        )

    def reaches(self, seat: Seat) -> bool:
        """Whether the round is for the council of this seat."""
        return self.cycle.is_published and seat.organisation_id in self.organisations


def role_of(seat: Seat) -> str:
    """The role of a phase that fits a seat; a supporter has none."""
    if seat.party == "council":
        return ROLES.get(seat.role, "")
    return seat.party


def rounds_of(user: User, now: datetime) -> list[Round]:
    """The rounds of every seat of ``user`` that have not long ended."""
    names = columns_of(user)
    if not names and not care_office_ids(user):
        return []
    return _by_cycle(fetch(_phases, user, now - LOOK_BACK), names)


def columns_of(user: User) -> dict[str, UUID]:
    """The organisations for which ``user`` acts, each under the name of a column."""
    found = [
        seat.party_id if seat.party == "organisation" else seat.organisation_id
        for seat in seats_of(user)
    ]
    return {f"reaches_{at}": pk for at, pk in enumerate(dict.fromkeys(found)) if pk}


def _phases(user: User, since: datetime) -> QuerySet:
    names = columns_of(user)
    # First the rounds, and of those alone the phases.
    mine = Q(care_office__in=care_office_ids(user))
    mine |= Q(organisation__in=organisation_ids(user))
    for pk in names.values():
        mine |= Q(published_at__isnull=False) & is_for(pk, of_round="")
    living = Phase.objects.filter(cycle=OuterRef("pk"), closes_at__gt=since)
    rounds = Cycle.objects.filter(mine, Exists(living))
    there = {name: is_for(pk) for name, pk in names.items()}
    roles = sorted({role_of(seat) for seat in seats_of(user)})
    return (
        Phase.objects.alias(
            task=FilteredRelation("tasks", condition=Q(tasks__role__in=roles))
        )
        .annotate(
            **there,
            task_role=F("task__role"),
            task_what=F("task__what"),
            task_why=F("task__why"),
            task_minutes=F("task__minutes"),
        )
        .filter(cycle__in=rounds)
        .select_related("cycle__care_office", "cycle__organisation")
        .order_by("-cycle__contract_year", "cycle", "order")
    )


def is_for(organisation_id: UUID, of_round: str = "cycle__") -> Q:
    """Whether the round of a phase is for this organisation; as ``visible_to``.

    ``of_round`` leads to the round from what is asked for: here from a phase.
    """
    bought_there = Concession.objects.serving_in(
        OuterRef(f"{of_round}contract_year")
    ).filter(
        care_office=OuterRef(f"{of_round}care_office"),
        region__organisations=organisation_id,
        region__organisations__sectors__sector=OuterRef(f"{of_round}sector"),
    )
    return Exists(bought_there) | Q(**{f"{of_round}organisation": organisation_id})


def _by_cycle(phases, names: dict[str, UUID]) -> list[Round]:
    found: dict[UUID, Round] = {}
    for row in phases:
        each = found.setdefault(row.cycle_id, Round(row.cycle))
        each.organisations |= {pk for name, pk in names.items() if getattr(row, name)}
        if not each.phases or each.phases[-1].pk != row.pk:
            row.cycle = each.cycle
            each.phases.append(row)
        if row.task_role:
            each.asked[row.pk, row.task_role] = Asked(
                row.task_what, row.task_why, row.task_minutes
            )
    return list(found.values())
