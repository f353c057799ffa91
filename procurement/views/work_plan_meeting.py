"""Whether the council still meets when its plan says that it decides."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import (
    DateTimeField,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Meeting
from portal.dates import AMSTERDAM
from portal.moments import nl_datetime
from procurement.actions.back_planning import LONGEST_WAIT, Kind
from procurement.actions.work_plan_following import why_not_met
from procurement.models import WorkPlan, WorkPlanStep


class MeetingNews(NamedTuple):
    """What a reader of a plan should know of the meeting in which the council decides.

    ``reason`` is that of another version, where somebody may propose one.
    """

    sentences: list[str]
    reason: str = ""


def fitting_meeting(plan: WorkPlan) -> Subquery:
    """For each date of a plan, when the council meets last before it."""
    due_at = ExpressionWrapper(OuterRef("due_at"), output_field=DateTimeField())
    meetings = Meeting.objects.planned().filter(
        Q(starts_at__lte=due_at) | Q(starts_at__date=TruncDate(due_at)),
        council=plan.council_id,
        kind=Meeting.Kind.COUNCIL,
        starts_at__gt=timezone.now(),
        starts_at__gte=due_at - LONGEST_WAIT,
    )
    return Subquery(meetings.order_by("-starts_at").values("starts_at")[:1])


def news_of(steps: list[WorkPlanStep], now: datetime) -> MeetingNews | None:
    """None where the meeting is as the plan says, or the decision has been."""
    decision = next(step for step in steps if step.kind == Kind.DECISION)
    if why := why_not_met(decision):
        again = _("Inbreng reckons the plan anew today and asks both sides again.")
        return MeetingNews([why, again])
    meets_at: datetime | None = getattr(decision, "fitting_at", None)
    if decision.due_at <= now or meets_at is None or meets_at == decision.due_at:
        return None
    words = {"moment": nl_datetime(meets_at)}
    if _day(meets_at) == _day(decision.due_at):
        return MeetingNews([_("The council meets that day: %(moment)s.") % words])
    if decision.version.meeting_id or decision.is_chosen:
        return None
    found = _("The council meets on %(moment)s. It can decide then.") % words
    return MeetingNews([found], reason=found)


def _day(at: datetime) -> date:
    return timezone.localdate(at, AMSTERDAM)
