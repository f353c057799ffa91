"""Beginning, changing and agreeing a plan of a council and its board."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.decision import recent_of
from councils.models import Council
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import work_plan as actions
from procurement.actions.back_planning_holidays import better_papers_on, cautions
from procurement.actions.work_plan_basis import Draft, draft_of, usual
from procurement.forms.work_plan import AgreeForm, PlanForm
from procurement.models import Cycle, Phase, Side, WorkPlan, WorkPlanVersion
from procurement.permissions import agreeing_side, plan_side
from procurement.views.work_plan import crumbs, get_plan
from procurement.views.work_plan_lines import Line, lines_of, versions_of, without_room


def create(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """Reckon the first version, look at it, and put it before both sides."""
    cycle = get_object_or_404(
        Cycle.objects.visible_to(request.user).for_list(), pk=cycle_pk
    )
    council = get_object_or_404(
        Council.objects.select_related("organisation"), pk=council_pk, parent=None
    )
    side = plan_side(request.user, council)
    takes_part = Cycle.objects.with_council_of(council.organisation_id)
    if side is None or not takes_part.filter(pk=cycle.pk).exists():
        raise Http404
    if there := WorkPlan.objects.filter(council=council, cycle=cycle).first():
        return redirect(there)
    phases = _phases(cycle)
    if not phases:
        messages.error(request, _("All closings of this round have passed."))
        return redirect("procurement:work_plan_list")
    submission = Phase.objects.submission_phase(cycle).first()
    first = next((each for each in phases if each == submission), phases[-1])
    form = PlanForm(
        _typed(request), draft=usual(council, first), phases=phases, prefix=""
    )
    del form.fields["reason"]
    draft = _draft(form)
    if draft and "propose" in request.POST:
        try:
            plan = actions.begin(council, draft, by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The plan is with both sides now."))
            return redirect(plan)
    return _page(request, form, council, cycle, draft, plan=None, version=None)


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Propose the next version, with a reason."""
    plan = get_plan(request, pk)
    require(plan_side(request.user, plan.council) is not None)
    newest = plan.versions.prefetch_related("steps").first()
    assert newest is not None  # a plan begins with its first version
    phase = plan.phase
    phase.cycle = plan.cycle
    form = PlanForm(_typed(request), draft=draft_of(newest, phase), phases=[phase])
    if "propose" not in request.POST:
        form.fields["reason"].required = False
    draft = _draft(form)
    # Only a look needs no reason; the page says that a proposal does.
    form.fields["reason"].required = True
    if draft and "propose" in request.POST:
        try:
            actions.propose(
                plan,
                draft,
                seen=_number(request.POST.get("seen", "")),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("This is the newest version. Both sides are asked again.")
            )
            return redirect(plan)
    return _page(
        request, form, plan.council, plan.cycle, draft, plan=plan, version=newest
    )


def agree(request: UserRequest, pk: UUID) -> HttpResponse:
    """Agree for one's own side to the version that is on the screen."""
    plan = get_plan(request, pk)
    side = agreeing_side(request.user, plan.council)
    require(side is not None)
    newest = plan.versions.prefetch_related("steps").first()
    assert newest is not None  # a plan begins with its first version
    has_agreed = newest.agreements.filter(side=side).exists()
    if request.method != "POST" and has_agreed:
        messages.info(request, _("Your side has agreed to this version already."))
        return redirect(plan)
    decisions = None
    if side == Side.COUNCIL:
        decisions = recent_of(plan.council, request.user)
    form = AgreeForm(request.POST or None, decisions=decisions)
    if request.method == "POST" and form.is_valid():
        try:
            actions.agree(
                WorkPlanVersion(pk=_seen(plan, request), plan=plan),
                by=request.user,
                decision=form.cleaned_data.get("decision"),
            )
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Your side has agreed to this version."))
        return redirect(plan)
    return _agree_page(request, form, plan, newest, side)


def _agree_page(
    request: UserRequest,
    form: AgreeForm,
    plan: WorkPlan,
    version: WorkPlanVersion,
    side: Side | None,
) -> HttpResponse:
    lines = lines_of(
        version.steps.all(),
        plan.council,
        plan.cycle,
        planned_at=version.proposed_at,
        now=timezone.now(),
    )
    return render(
        request,
        "procurement/work_plan/agree.html",
        {
            "plan": plan,
            "version": version,
            "newest": versions_of(plan)[0],
            "form": form,
            "side": side,
            "lines": lines,
            "notes": [*without_room(lines), *version.cautions],
            "crumbs": crumbs(plan, with_plan=True),
        },
    )


def _seen(plan: WorkPlan, request: UserRequest) -> UUID:
    """The version whose number was on the screen."""
    number = _number(request.POST.get("seen", ""))
    return get_object_or_404(plan.versions, number=number).pk


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def _typed(request: UserRequest) -> QueryDict | None:
    """What was typed; with the day of the proposal, if that was taken over."""
    if request.method != "POST":
        return None
    typed = request.POST.copy()
    if take := typed.get("take"):
        typed["papers"], typed["start"] = take, ""
    return typed


def _draft(form: PlanForm) -> Draft | None:
    """What is looked at: as typed, or else as it stands; None while that is wrong."""
    if not form.is_bound:
        return form.draft
    return form.proposed() if form.is_valid() else None


def _phases(cycle: Cycle) -> list[Phase]:
    """The closings that a plan can count back from: those still ahead."""
    phases = [
        each
        for each in cycle.phases.order_by("closes_at")
        if each.councils_deliver and each.closes_at > timezone.now()
    ]
    for each in phases:
        each.cycle = cycle
    return phases


def _lines(steps, council: Council, cycle: Cycle) -> list[Line]:
    now = timezone.now()
    return lines_of(steps, council, cycle, planned_at=now, now=now)


def _page(
    request: UserRequest,
    form: PlanForm,
    council: Council,
    cycle: Cycle,
    draft: Draft | None,
    *,
    plan: WorkPlan | None,
    version: WorkPlanVersion | None,
) -> HttpResponse:
    lines, warnings, better = _foreseen(form, council, cycle, draft)
    side = agreeing_side(request.user, council)
    return render(
        request,
        "procurement/work_plan/form.html",
        {
            "form": form,
            "council": council,
            "cycle": cycle,
            "plan": plan,
            "version": version,
            "lines": lines,
            "no_room": without_room(lines),
            "cautions": warnings,
            "better": better,
            "agrees_too": side is not None,
            "crumbs": crumbs(plan, with_plan=True)
            if plan
            else crumbs(WorkPlan(), with_plan=False),
        },
    )


def _foreseen(
    form: PlanForm, council: Council, cycle: Cycle, draft: Draft | None
) -> tuple[list[Line], list[str], date | None]:
    """The dates that would come out, what is awkward about them, and a better day."""
    if draft is None:
        return [], [], None
    basis, back = actions.preview(council, draft)
    if form.is_bound and back.dropped:
        form.name_misfits(dict(back.dropped), basis.over_until)
    steps = actions.steps_of(draft.phase, WorkPlanVersion(), back)
    better = better_papers_on(basis, back, timezone.localdate())
    return _lines(steps, council, cycle), cautions(basis, back), better
