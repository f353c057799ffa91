"""What reminders lie ahead for some councils, for the page of who prepares for them.

The same judgement as a run (``reminder_due``), over seats and facts read once.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from councils.models import CouncilMembership, StandIn
from councils.permissions import REPLACED
from portal.seats import Seat
from procurement.actions.reminder_answers import of_round, who_is_told
from procurement.actions.reminder_due import Deriving, Due, Row, is_local, rows_of
from procurement.expected.rounds import Round
from procurement.facts import PEOPLE, Done, Step, done_in
from procurement.models import Cycle, PhaseKind, ReminderRule

AHEAD = timedelta(days=60)


class Foreseen(Deriving):
    """The coming reminders of the councils of ``seats``: four queries for all."""

    def __init__(self, seats: list[Seat], rounds: list[Round], now: datetime) -> None:
        councils = {seat.party_id for seat in seats}
        super().__init__(now + AHEAD, now, ahead=True, councils=councils)
        self.rounds = {
            each.cycle.pk: each for each in rounds if each.cycle.is_published
        }
        self.reached: dict[UUID, set[UUID]] = {
            pk: {seat.party_id for seat in seats if each.reaches(seat)}
            for pk, each in self.rounds.items()
        }
        sitting = CouncilMembership.objects.current().filter(council__in=councils)
        self.rows = list(rows_of(sitting.annotate(**_places(now)), *_places(now)))
        known = done_in([each.cycle for each in self.rounds.values()], councils)
        for (council, cycle), done in known.items():
            self.facts.setdefault(cycle, {})[council, cycle] = done

    def dues(self) -> list[Due]:
        """All of them, the first to come first."""
        found = [due for batch in self.batches() for due in batch.due]
        return sorted(
            found,
            key=lambda due: (due.times.due_at, due.council.name, due.user.name),
        )

    def when_answered(self) -> list[tuple[Cycle, str]]:
        """Per round of a care office: who gets a mail when it publishes its answers.

        Until the step of the final outcome is past.
        """
        return [
            (each.cycle, who_is_told(of_round(self.rules, each.phases)))
            for pk, each in self.rounds.items()
            if each.cycle.care_office_id
            and self.reached[pk]
            and not _has_outcome(each, self.since)
        ]

    def _steps(self, kinds: set[str]) -> Iterator[Step]:
        for each in self.rounds.values():
            yield from (step for step in each.steps if step.phase.kind in kinds)

    def _facts(self, cycle: Cycle) -> dict[tuple[UUID, UUID], Done]:
        return self.facts.get(cycle.pk, {})

    def _known(self, rule: ReminderRule, step: Step) -> set[tuple]:
        return set()  # what lies ahead was not recorded yet

    def _signers(
        self, rule: ReminderRule, step: Step, councils: Collection[UUID]
    ) -> Iterator[Row]:
        return self._acting(rule, step, councils, self.since)

    def _acting(
        self, rule: ReminderRule, step: Step, councils: Collection[UUID], at: datetime
    ) -> Iterator[Row]:
        """Whom the rule means at a moment, also who takes the place of such a one."""
        reached = self.reached[step.phase.cycle_id]
        for row in self.rows:
            if (
                row.council.pk in reached
                and row.council.pk in councils
                and _roles_at(row, at) & PEOPLE[rule.role]
            ):
                yield row

    def _people(
        self, rule: ReminderRule, step: Step, local: bool, due_at: datetime
    ) -> Iterator[Row]:
        everybody = self.reached[step.phase.cycle_id]
        for row in self._acting(rule, step, everybody, due_at):
            if is_local(row.council) == local:
                yield row


def _places(now: datetime) -> dict[str, Subquery]:
    """From when until when the holder of a seat takes which place: of each the first
    that is not over yet."""
    found = {}
    for role in REPLACED:
        stand_ins = StandIn.objects.filter(
            deputy=OuterRef("user"),
            term__council=OuterRef("council"),
            term__role=role,
            ends_on__gte=timezone.localdate(now),
        ).order_by("starts_on")
        for day in ("starts_on", "ends_on"):
            found[f"{role}_{day}"] = Subquery(stand_ins.values(day)[:1])
    return found


def _roles_at(row: Row, at: datetime) -> set[str]:
    """The own role, and those whose place this person takes on that day."""
    roles, day, days = {row.role}, timezone.localdate(at), iter(row.more)
    for role, first, last in zip(REPLACED, days, days, strict=False):
        if first and first <= day <= last:
            roles.add(str(role))
    return roles


def _has_outcome(each: Round, now: datetime) -> bool:
    return any(
        phase.kind == PhaseKind.FINAL_AWARD and phase.closes_at <= now
        for phase in each.phases
    )
