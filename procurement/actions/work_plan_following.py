"""Plans that follow what moved: the closing of a step, a meeting of the council, or
what its local councils do in the round.

Nobody proposes these versions; both sides are asked anew.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council
from portal import audit
from portal.dates import AMSTERDAM
from portal.moments import nl_date, nl_datetime
from portal.transitions import lock
from procurement.actions.back_planning import Kind
from procurement.actions.work_plan import (
    has_same_dates,
    newest_of,
    preview,
    save_version,
)
from procurement.actions.work_plan_basis import Draft, basis_of, draft_of
from procurement.actions.work_plan_mail import ask_to_agree
from procurement.models import (
    Cycle,
    DateChange,
    WorkPlan,
    WorkPlanStep,
    WorkPlanVersion,
)

logger = logging.getLogger(__name__)


def recompute(change: DateChange) -> int:
    """Reckon anew the plans that count back from a phase whose dates have moved.

    What has been stays, and what was set by hand where it fits.
    """
    phase = change.phase
    plans = WorkPlan.objects.filter(phase=phase).order_by("pk").values_list("pk")
    why = _why_moved(change)
    count = 0
    for (pk,) in plans:
        plan = lock(WorkPlan(pk=pk))
        newest = newest_of(plan)
        count += _reckon_anew(plan, newest, draft_of(newest, phase), why, change=change)
    return count


def follow_meetings(now: datetime | None = None) -> int:
    """Reckon anew the plans whose council does not meet on the day that was planned."""
    count = 0
    for pk in set(_without_their_meeting(now or timezone.now())):
        try:
            count += _follow(pk)
        except Exception:
            # One that cannot be reckoned must not keep the others waiting.
            logger.exception("A plan could not be reckoned anew: %s", pk)
    return count


def _without_their_meeting(now: datetime) -> Iterable[UUID]:
    ahead = WorkPlanVersion.objects.newest().filter(
        deadline__gt=now, meeting__isnull=False
    )
    decisions = WorkPlanStep.objects.filter(
        Q(due_at__gt=now) | Q(version__meeting__starts_at__gt=now),
        kind=Kind.DECISION,
        version__in=ahead,
    ).select_related("version__meeting")
    return [each.version.plan_id for each in decisions if why_not_met(each)]


@transaction.atomic
def _follow(pk: UUID) -> bool:
    plan = lock(WorkPlan(pk=pk))
    newest = newest_of(plan)
    decision = newest.steps.select_related("version__meeting").get(kind=Kind.DECISION)
    why = why_not_met(decision)
    if not why:
        return False
    draft = draft_of(newest, plan.phase)
    chosen = {kind: day for kind, day in draft.chosen.items() if kind != Kind.DECISION}
    return _reckon_anew(plan, newest, replace(draft, chosen=chosen), why)


def why_not_met(decision: WorkPlanStep) -> str:
    """Why the council does not meet on the day on which it was to decide, or ""."""
    meeting = decision.version.meeting
    if meeting is None:
        return ""
    if meeting.is_cancelled:
        return _("The meeting of %(date)s, in which the council decides, is off.") % {
            "date": nl_date(decision.due_at)
        }
    if _day(meeting.starts_at) == _day(decision.due_at):
        return ""
    return _(
        "The meeting in which the council decides moved from %(old)s to %(new)s."
    ) % {"old": nl_date(decision.due_at), "new": nl_date(meeting.starts_at)}


def _day(at: datetime) -> date:
    return timezone.localdate(at, AMSTERDAM)


def follow_local_councils(council: Council, cycle: Cycle) -> bool:
    """Reckon anew the plan of a round, once no local council under ``council`` talks
    any more, or one does again.

    As far as the organisation knows: the version says what changed in the plan, not
    which council chose what.
    """
    # Held, so that a plan that is being begun is either there or sees the choice.
    lock(council)
    found = WorkPlan.objects.filter(council=council.pk, cycle=cycle.pk).first()
    if found is None:
        return False
    plan = lock(found)
    newest = newest_of(plan)
    if newest.deadline <= timezone.now():
        return False
    draft = draft_of(newest, plan.phase)
    has_weeks = newest.steps.filter(kind=Kind.LOCAL).exists()
    if basis_of(plan.council, draft).has_local == has_weeks:
        return False
    why = _("What local councils do in this round has changed.")
    return _reckon_anew(plan, newest, draft, why)


def _reckon_anew(
    plan: WorkPlan,
    newest: WorkPlanVersion,
    draft: Draft,
    why: str,
    *,
    change: DateChange | None = None,
) -> bool:
    basis, back = preview(plan.council, draft)
    if has_same_dates(newest, back):
        return False
    kept = {kind: day for kind, day in draft.chosen.items() if kind not in back.dropped}
    dropped = [
        _("This date set by hand no longer fits: %(date)s (%(step)s).")
        % {"date": nl_date(day), "step": Kind(kind).label}
        for kind, day in back.dropped.items()
    ]
    version = save_version(
        plan,
        replace(draft, chosen=kept),
        basis,
        back,
        number=newest.number + 1,
        reason=" ".join([why, *dropped])[:500],
        change=change,
    )
    audit.record(
        "work_plan.recompute",
        version,
        by=None,
        scope=plan.council_id,
        version=version.number,
    )
    ask_to_agree("plan_changed", version, by=None)
    return True


def _why_moved(change: DateChange) -> str:
    if change.new_closes_at == change.old_closes_at:
        return _("The days of the organisation before the closing changed.")
    return _("The closing moved from %(old)s to %(new)s.") % {
        "old": nl_datetime(change.old_closes_at),
        "new": nl_datetime(change.new_closes_at),
    }
