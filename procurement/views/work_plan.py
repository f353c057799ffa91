"""Plans of councils and their boards to read: the list, one plan, its paper."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council
from councils.permissions import organisation_ids, seats_to_prepare
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.views_printout import answer
from procurement.exports import work_plan_pdf
from procurement.models import (
    Cycle,
    Phase,
    WorkPlan,
)
from procurement.permissions import agreeing_side, plan_side
from procurement.views.submission import rounds_without
from procurement.views.work_plan_lines import (
    Version,
    decision_for,
    lines_of,
    versions_of,
    without_room,
)
from procurement.views.work_plan_meeting import news_of
from procurement.views.work_plan_on_timeline import newest_versions, state_of

AT_MOST = 20


class Row(NamedTuple):
    """A plan in the list: how its newest version stands, and until when it runs."""

    plan: WorkPlan
    state: str
    is_agreed: bool
    deadline: datetime


def listing(request: UserRequest) -> HttpResponse:
    """The plans that the reader may know of, and the rounds that still lack one."""
    page = paginate(
        request,
        with_newest(WorkPlan.objects.visible_to(request.user)).order_by(
            "-cycle__contract_year", "council__name", "pk"
        ),
    )
    return render(
        request,
        "procurement/work_plan/list.html",
        {
            "page": page,
            "rows": [row_of(plan) for plan in page],
            "startable": startable(request.user),
        },
    )


def with_newest(plans: QuerySet[WorkPlan]) -> QuerySet:
    """With the newest version and who agreed to it."""
    newest = newest_versions().filter(plan=OuterRef("pk"))
    return plans.select_related(
        "council", "cycle__care_office", "cycle__organisation"
    ).annotate(
        **{
            name: Subquery(newest.values(name)[:1])
            for name in ("number", "deadline", "of_council", "of_organisation")
        }
    )


def row_of(plan) -> Row:
    state = state_of(plan.number, plan.of_council, plan.of_organisation)
    return Row(plan, state, plan.of_council and plan.of_organisation, plan.deadline)


def startable(user: User) -> list[Cycle]:
    """Rounds in which a council of the reader could have a plan and has none."""
    own = [seat.party_id for seat in seats_to_prepare(user) if seat.parent_id is None]
    councils: list[UUID] | QuerySet = own
    if staff_of := organisation_ids(user):
        at_work = Council.objects.filter(organisation__in=staff_of, parent=None)
        councils = at_work.values("pk")
    elif not own:
        return []
    ahead = Phase.objects.filter(
        cycle=OuterRef("pk"), councils_deliver=True, closes_at__gt=timezone.now()
    )
    rounds = rounds_without(WorkPlan, councils).filter(Exists(ahead))
    return list(rounds[:AT_MOST])


# --- One plan --------------------------------------------------------------------


def get_plan(request: UserRequest, pk: UUID) -> WorkPlan:
    """The plan with this key, if it exists for the visitor."""
    plans = WorkPlan.objects.visible_to(request.user).select_related(
        "council__organisation", "cycle__care_office", "cycle__organisation", "phase"
    )
    return get_object_or_404(plans, pk=pk)


def detail(request: UserRequest, pk: UUID, number: int | None = None) -> HttpResponse:
    """The plan as it holds now, or an older version; what changed, and who agreed."""
    plan, versions = get_plan(request, pk), None
    versions = versions_of(plan)
    newest, shown = versions[0], _version(versions, number)
    now = timezone.now()
    lines = lines_of(
        shown.steps,
        plan.council,
        plan.cycle,
        planned_at=shown.version.proposed_at,
        now=now,
    )
    side = agreeing_side(request.user, plan.council)
    is_newest, is_ahead = shown is newest, newest.version.deadline > now
    return render(
        request,
        "procurement/work_plan/detail.html",
        {
            "plan": plan,
            "shown": shown,
            "newest": newest,
            "is_newest": is_newest,
            "versions": versions,
            "lines": lines,
            "no_room": without_room(lines),
            "meeting": news_of(shown.steps, now) if is_newest and is_ahead else None,
            "state": state_of(
                shown.version.number, shown.of_council, shown.of_organisation
            ),
            "decision": decision_for(request.user, plan, shown),
            "better": _better_day(shown, now) if is_newest else None,
            "may_agree": is_newest
            and is_ahead
            and side is not None
            and side not in shown.agreements,
            "may_edit": is_ahead and plan_side(request.user, plan.council) is not None,
            "crumbs": crumbs(plan, with_plan=not is_newest),
        },
    )


def _better_day(shown: Version, now: datetime) -> date | None:
    """A day for the papers that lies better, as long as it is ahead."""
    day = shown.version.better_papers_on
    return day if day and day > timezone.localdate(now) else None


def pdf(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """The newest version on paper."""
    plan = get_plan(request, pk)
    shown = versions_of(plan)[0]
    lines = lines_of(
        shown.steps,
        plan.council,
        plan.cycle,
        planned_at=shown.version.proposed_at,
        now=shown.version.proposed_at,
    )
    paper = work_plan_pdf.Paper(
        plan,
        shown.version,
        lines,
        [*without_room(lines), *shown.version.cautions],
        shown.agreements,
        decision_for(request.user, plan, shown),
        shown.changes,
    )
    return answer(
        request, lambda: work_plan_pdf.sheet(paper), crumbs(plan, with_plan=True)
    )


def _version(versions: list[Version], number: int | None) -> Version:
    if number is None:
        return versions[0]
    for each in versions:
        if each.version.number == number:
            return each
    raise Http404


def crumbs(plan: WorkPlan, *, with_plan: bool) -> list[tuple[str, str]]:
    up = [(_("Plans with the board"), reverse("procurement:work_plan_list"))]
    return [*up, (title_of(plan), plan.get_absolute_url())] if with_plan else up


def title_of(plan: WorkPlan) -> str:
    return f"{plan.cycle.title}, {plan.council.name}"
