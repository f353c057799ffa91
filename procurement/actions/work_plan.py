"""Begin, change and agree the plan of a council and its board for one round."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council, Decision
from portal import audit
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock
from procurement.actions.back_planning import BackPlan, Basis, Kind, reckon
from procurement.actions.back_planning_holidays import (
    better_papers_on,
    cautions,
    with_holidays,
)
from procurement.actions.work_plan_basis import Draft, basis_of, draft_of, over_of
from procurement.actions.work_plan_mail import ask_to_agree, tell_agreed
from procurement.models import (
    DateChange,
    Phase,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)
from procurement.permissions import agreeing_side, plan_side

Doer = WorkPlanStep.Doer

DOERS = {
    Kind.START: Doer.CENTRAL,
    Kind.PAPERS: Doer.ORGANISATION,
    Kind.LOCAL: Doer.LOCAL,
    Kind.DECISION: Doer.CENTRAL,
    Kind.BOARD: Doer.ORGANISATION,
}


def preview(council: Council, draft: Draft) -> tuple[Basis, BackPlan]:
    """The dates that would come out; nothing is saved."""
    basis = basis_of(council, draft)
    return basis, with_holidays(basis, reckon(basis, timezone.localdate()))


@transaction.atomic
def begin(council: Council, draft: Draft, *, by: User) -> WorkPlan:
    """Put the first version of a plan before both sides.

    Whoever may agree for a side does so by proposing; a secretary or a policy adviser
    does not.
    """
    lock(council)
    cycle = draft.phase.cycle
    if council.parent_id or not cycle.is_published:
        raise NotAllowedNow(_("The central council makes this plan with the board."))
    if WorkPlan.objects.filter(council=council, cycle=cycle).exists():
        raise NotAllowedNow(_("There is a plan for this round already."))
    plan = WorkPlan.objects.create(
        council=council, cycle=cycle, phase=draft.phase, begun_by=by
    )
    version = _add_version(plan, draft, number=1, by=by)
    audit.record("work_plan.begin", version, by=by, scope=council.pk, version=1)
    ask_to_agree("plan_to_agree", version, by=by)
    return plan


@transaction.atomic
def propose(
    plan: WorkPlan, draft: Draft, *, seen: int, reason: str, by: User
) -> WorkPlanVersion:
    """Make the next version, of which both sides are asked anew.

    ``seen`` is the version that was on the screen.
    """
    plan = lock(plan)
    newest = newest_of(plan)
    if newest.number != seen:
        raise NotAllowedNow(
            _("The plan was changed meanwhile. It is version %(number)s now.")
            % {"number": newest.number}
        )
    if not reason.strip():
        raise NotAllowedNow(_("Say why you change it. The other side reads this."))
    draft = replace(draft, phase=plan.phase, over=over_of(newest, timezone.now()))
    version = _add_version(
        plan, draft, number=seen + 1, by=by, reason=reason, instead_of=newest
    )
    audit.record(
        "work_plan.propose",
        version,
        by=by,
        scope=plan.council_id,
        version=version.number,
    )
    ask_to_agree("plan_changed", version, by=by)
    return version


@transaction.atomic
def agree(
    version: WorkPlanVersion, *, by: User, decision: Decision | None = None
) -> WorkPlanAgreement:
    """Agree for one's own side to this very version, while it is the newest."""
    plan = lock(version.plan)
    newest = newest_of(plan)
    if newest.pk != version.pk:
        raise NotAllowedNow(
            _("There is a newer plan: version %(number)s. Look at that one first.")
            % {"number": newest.number}
        )
    if newest.deadline <= timezone.now():
        raise NotAllowedNow(_("The last date of this plan has passed."))
    side = agreeing_side(by, plan.council)
    if side is None:
        raise NotAllowedNow(_("You cannot agree for one of the two sides."))
    _refuse_twice(newest, side, by)
    if decision and (side, decision.council_id) != (Side.COUNCIL, plan.council_id):
        raise NotAllowedNow(_("Choose a decision of the council itself."))
    if decision:
        lock(decision)  # or it could be taken back meanwhile
    agreement = WorkPlanAgreement.objects.create(
        version=newest, side=side, decision=decision, agreed_by=by
    )
    audit.record(
        "work_plan.agree",
        newest,
        by=by,
        scope=plan.council_id,
        side=side,
        version=newest.number,
    )
    if newest.agreements.count() == len(Side):
        tell_agreed(newest, by=by)
    return agreement


def _refuse_twice(version: WorkPlanVersion, side: Side, by: User) -> None:
    agreements = version.agreements.all()
    if any(each.side == side for each in agreements):
        raise NotAllowedNow(_("Your side has agreed to this version already."))
    if any(each.agreed_by_id == by.pk for each in agreements):
        raise NotAllowedNow(
            _("You agreed for the other side. Somebody else agrees for this one.")
        )


# --- Versions --------------------------------------------------------------------


def newest_of(plan: WorkPlan) -> WorkPlanVersion:
    """The version that holds."""
    newest = plan.versions.order_by("-number").first()
    assert newest is not None  # a plan begins with its first version
    return newest


def _add_version(
    plan: WorkPlan,
    draft: Draft,
    *,
    number: int,
    by: User,
    reason: str = "",
    instead_of: WorkPlanVersion | None = None,
) -> WorkPlanVersion:
    """Save the version that somebody proposes, and that person's own agreement."""
    if draft.phase.closes_at <= timezone.now():
        raise NotAllowedNow(_("This step has closed. Choose one that is still ahead."))
    basis, back = preview(plan.council, draft)
    for day in back.dropped.values():
        if day < basis.over_until:
            raise NotAllowedNow(_("A date lies before one that has been."))
        raise NotAllowedNow(_("A date lies after the one that comes next."))
    if instead_of and _is_same(instead_of, draft, back):
        raise NotAllowedNow(_("Nothing changes by this."))
    version = save_version(
        plan,
        draft,
        basis,
        back,
        number=number,
        reason=reason.strip(),
        side=plan_side(by, plan.council),
        by=by,
    )
    if side := agreeing_side(by, plan.council):
        WorkPlanAgreement.objects.create(version=version, side=side, agreed_by=by)
    return version


def save_version(
    plan: WorkPlan,
    draft: Draft,
    basis: Basis,
    back: BackPlan,
    *,
    number: int,
    reason: str,
    side: Side | None = None,
    by: User | None = None,
    change: DateChange | None = None,
) -> WorkPlanVersion:
    """Write a version down with its dates."""
    version = WorkPlanVersion.objects.create(
        plan=plan,
        number=number,
        deadline=draft.phase.closes_at,
        board_days=draft.board_days,
        consultation_weeks=draft.consultation_weeks,
        papers_days=draft.papers_days,
        meeting_id=back.meeting,
        cautions=cautions(basis, back),
        better_papers_on=better_papers_on(basis, back, timezone.localdate()),
        reason=reason,
        date_change=change,
        proposed_side=side or "",
        proposed_by=by,
    )
    WorkPlanStep.objects.bulk_create(steps_of(draft.phase, version, back))
    return version


def steps_of(
    phase: Phase, version: WorkPlanVersion, back: BackPlan
) -> list[WorkPlanStep]:
    """The steps of a version, unsaved: also what a preview shows."""
    of_office = phase.cycle.care_office_id is not None
    what = {
        Kind.START: _("Talk the plan through together"),
        Kind.PAPERS: _("Give the papers to the councils"),
        Kind.LOCAL: _("Say what your local council thinks"),
        Kind.DECISION: _("Decide in the council"),
        Kind.BOARD: _("Adopt what the council decided"),
        Kind.DEADLINE: _("The care office closes")
        if of_office
        else _("This step closes"),
    }
    last = Doer.CARE_OFFICE if of_office else Doer.ORGANISATION
    return [
        WorkPlanStep(
            version=version,
            kind=step.kind,
            doer=DOERS.get(step.kind, last),
            what=what[step.kind],
            due_at=step.moment,
            counted_on=step.counted,
            why=list(step.why),
            slack_days=step.slack_days,
            free_days_short=step.free_days_short,
            is_chosen=step.is_chosen,
            was_over=step.was_over,
        )
        for step in back.steps
    ]


def _is_same(version: WorkPlanVersion, draft: Draft, back: BackPlan) -> bool:
    return has_same_dates(version, back) and draft == draft_of(version, draft.phase)


def has_same_dates(version: WorkPlanVersion, back: BackPlan) -> bool:
    """Whether reckoning gives the dates that the version has, and its meeting."""
    is_same = version.meeting_id == back.meeting
    return is_same and _dates(back) == _dates_of(version)


def _dates(back: BackPlan) -> set[tuple[str, datetime]]:
    return {(str(step.kind), step.moment.astimezone(AMSTERDAM)) for step in back.steps}


def _dates_of(version: WorkPlanVersion) -> set[tuple[str, datetime]]:
    return {
        (step.kind, step.due_at.astimezone(AMSTERDAM)) for step in version.steps.all()
    }
