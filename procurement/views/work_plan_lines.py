"""A plan as its readers see it: its dates with their room, and what changed when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Council, Openness
from councils.permissions import is_member, is_voting_member
from portal.dates import AMSTERDAM
from portal.models import User
from portal.moments import nl_date
from portal.sentences import enumerated
from procurement.actions.back_planning_room import Room, room_of
from procurement.models import (
    Cycle,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)
from procurement.views.work_plan_meeting import fitting_meeting

Kind = WorkPlanStep.Kind
Doer = WorkPlanStep.Doer
PAST, NOW, NEXT = "past", "now", "next"


@dataclass(frozen=True)
class Line:
    """One date on the page: who does what until when, and how much room there is."""

    step: WorkPlanStep
    who: str
    room: Room | None
    state: str


@dataclass
class Version:
    """One version with its dates, who agreed, and what became different."""

    version: WorkPlanVersion
    steps: list[WorkPlanStep] = field(default_factory=list)
    agreements: dict[str, WorkPlanAgreement] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)

    @property
    def is_agreed(self) -> bool:
        return len(self.agreements) == len(Side)

    @property
    def has_local(self) -> bool:
        """Whether it keeps weeks in which local councils talk."""
        return any(step.kind == Kind.LOCAL for step in self.steps)

    @property
    def of_council(self) -> WorkPlanAgreement | None:
        return self.agreements.get(Side.COUNCIL)

    @property
    def of_organisation(self) -> WorkPlanAgreement | None:
        return self.agreements.get(Side.ORGANISATION)


def lines_of(
    steps: Iterable[WorkPlanStep],
    council: Council,
    cycle: Cycle,
    *,
    planned_at: datetime,
    now: datetime,
) -> list[Line]:
    """The dates in their order; the first that is still ahead is the one of now.

    What was too late when it was reckoned has not been.
    """
    lines: list[Line] = []
    for step in sorted(steps, key=lambda each: (each.due_at, ORDER[each.kind])):
        is_late = step.due_at < planned_at and not step.was_over
        is_past = step.due_at <= now and not is_late
        has_one = any(line.state == NOW for line in lines)
        lines.append(
            Line(
                step,
                who_of(step, council, cycle),
                _room(step, planned_at, now),
                PAST if is_past else NEXT if has_one or is_late else NOW,
            )
        )
    return lines


ORDER = {kind: number for number, kind in enumerate(Kind.values)}


def who_of(step: WorkPlanStep, council: Council, cycle: Cycle) -> str:
    """Who does it, by name."""
    return {
        Doer.CENTRAL: council.name,
        Doer.LOCAL: _("Local councils"),
        Doer.ORGANISATION: council.organisation.name,
        Doer.CARE_OFFICE: cycle.owner.name,
    }[Doer(step.doer)]


def _room(step: WorkPlanStep, planned_at: datetime, now: datetime) -> Room | None:
    """None for the closing, and for what passed as it was planned."""
    if step.kind == Kind.DEADLINE:
        return None
    if step.was_over:
        return room_of(step, planned_at) if step.slack_days < 0 else None
    if step.due_at < planned_at:
        return room_of(step, planned_at)
    return room_of(step, now) if step.due_at > now else None


def without_room(lines: Iterable[Line]) -> list[str]:
    """What can no longer be done in time, in sentences."""
    lines = list(lines)
    late = [line for line in lines if line.room and line.room.tone == "late"]
    names = enumerated(
        str(Kind(line.step.kind).label)
        for line in sorted(late, key=lambda line: ORDER[line.step.kind])
    )
    found = [_("There is no time left for: %(names)s.") % {"names": names}] * bool(late)
    steps = sorted((line.step for line in lines), key=lambda step: ORDER[step.kind])
    for step, after in pairwise(steps):
        if step.was_over and not after.was_over and step.slack_days < 0:
            found.append(_too_few_days(step, after))
    return found


def _too_few_days(step: WorkPlanStep, after: WorkPlanStep) -> str:
    day, next_day = (
        timezone.localdate(each.due_at, AMSTERDAM) for each in (step, after)
    )
    left = max((next_day - day).days, 0)
    return ngettext(
        "After %(date)s (%(step)s) there is %(left)s day until the date after it. "
        "%(needed)s are needed.",
        "After %(date)s (%(step)s) there are %(left)s days until the date after it. "
        "%(needed)s are needed.",
        left,
    ) % {
        "date": nl_date(step.due_at),
        "step": Kind(step.kind).label,
        "left": left,
        "needed": (next_day - day).days - step.slack_days,
    }


def versions_of(plan: WorkPlan) -> list[Version]:
    """Every version, the newest first, in two queries."""
    found: dict[object, Version] = {}
    # These first: of a version that is made meanwhile, all are read or none.
    agreements = list(
        WorkPlanAgreement.objects.filter(version__plan=plan.pk).select_related(
            "agreed_by", "decision"
        )
    )
    steps = WorkPlanStep.objects.filter(version__plan=plan.pk)
    for step in (
        steps.select_related(
            "version__proposed_by", "version__meeting", "version__date_change"
        )
        .annotate(fitting_at=fitting_meeting(plan))
        .order_by("-version__number", "due_at")
    ):
        found.setdefault(step.version_id, Version(step.version)).steps.append(step)
    for agreement in agreements:
        found[agreement.version_id].agreements[agreement.side] = agreement
    versions = list(found.values())
    for newer, older in zip(versions, versions[1:], strict=False):
        newer.changes = _changes(older, newer)
    return versions


def _changes(older: Version, newer: Version) -> list[str]:
    before = {step.kind: step for step in older.steps}
    after = {step.kind: step for step in newer.steps}
    found = []
    for kind in Kind.values:
        old, new = before.get(kind), after.get(kind)
        if old and new and old.due_at != new.due_at:
            words = {
                "what": new.what,
                "old": nl_date(old.due_at),
                "new": nl_date(new.due_at),
            }
            found.append(_("%(what)s: was %(old)s, is now %(new)s.") % words)
        elif new and not old:
            found.append(_("New: %(what)s.") % {"what": new.what})
        elif old and not new:
            found.append(_("No longer there: %(what)s.") % {"what": old.what})
    return found


def decision_for(user: User, plan: WorkPlan, version: Version) -> str:
    """The decision behind the council's agreement, for who may read it there."""
    agreement = version.of_council
    decision = agreement.decision if agreement else None
    if decision is None or not is_member(user, plan.council):
        return ""
    is_closed = decision.openness == Openness.MEMBERS
    if is_closed and not is_voting_member(user, plan.council):
        return ""
    return decision.reference
