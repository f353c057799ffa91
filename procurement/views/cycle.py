"""Rounds: the list, the timeline, and how one is made and published."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.permissions import care_office_ids, organisation_ids
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.moments import nl_date
from portal.paging import paginate
from portal.permissions import require
from portal.seats import seats_of
from procurement.actions import cycle as actions
from procurement.actions.planning import cautions, proposal, shifted
from procurement.exports.year_drawing import draw
from procurement.forms.cycle import CycleForm
from procurement.models import Cycle, InformationRequest, Participation, Phase
from procurement.permissions import can_plan_cycle, can_start_cycle
from procurement.views.planned_mail import planned_mails
from procurement.views.timeline import Timeline, tasks_by_phase
from procurement.views.work_plan_on_timeline import has_plans, plan_of


def listing(request: UserRequest) -> HttpResponse:
    """The rounds that the reader may know of, the newest contract year first."""
    phases = Prefetch("phases", Phase.objects.order_by("order"))
    cycles = Cycle.objects.visible_to(request.user).for_list()
    page = paginate(request, cycles.prefetch_related(phases))
    rows = [(cycle, *_state(list(cycle.phases.all()))) for cycle in page]
    return render(
        request,
        "procurement/cycle/list.html",
        {
            "page": page,
            "rows": rows,
            "may_start": can_start_cycle(request.user),
            # A care office has no part in the plans of councils and boards.
            "has_plans": has_plans(request.user),
        },
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """The timeline: what was, what runs, what comes, and what is asked of you."""
    phases = tasks_by_phase(pk, request.user)
    if phases:
        cycle = next(iter(phases)).cycle
    else:
        cycle = get_object_or_404(
            Cycle.objects.visible_to(request.user).for_list(), pk=pk
        )
    requests = (
        InformationRequest.objects.visible_to(request.user)
        .filter(cycle=cycle)
        .exclude(status=InformationRequest.Status.WITHDRAWN)
        .order_by("closes_at", "pk")
    )
    timeline = Timeline(cycle, phases, request.user, requests)
    _foretell(timeline, request.user)
    may_plan = can_plan_cycle(request.user, cycle)
    drawing = None
    if phases:
        drawing = draw(list(phases), cycle.zones, timezone.localdate())
    return render(
        request,
        "procurement/cycle/detail.html",
        {
            "cycle": cycle,
            "timeline": timeline,
            "lead": _lead(timeline),
            "taking_part": _taking_part(cycle, request.user),
            "drawing": drawing,
            "plan": plan_of(next(iter(phases), None)),
            "next_year": cycle.contract_year + 1,
            "main_request": None if may_plan else _main_request(timeline),
            "may_plan": may_plan,
            "may_ask": may_plan and cycle.care_office_id and cycle.is_published,
        },
    )


def create(request: UserRequest) -> HttpResponse:
    """Start a round from a template."""
    require(can_start_cycle(request.user))
    form = CycleForm(request.POST or None, seats=seats_of(request.user))
    if request.method == "POST" and form.is_valid():
        made = form.cleaned_data
        try:
            cycle = actions.start_from_template(
                made["template"],
                contract_year=made["contract_year"],
                sector=made["sector"],
                by=request.user,
                **form.party(),
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The round is there as a draft. Only colleagues see it.")
            )
            return redirect("procurement:cycle_publish", cycle.pk)
    return render(
        request,
        "procurement/cycle/form.html",
        {"form": form, "crumbs": [_crumb_of_list()]},
    )


def copy(request: UserRequest, pk: UUID) -> HttpResponse:
    """Show this round a year later, with the sum of each date, and make it."""
    cycle = _planned(request, pk)
    if request.method == "POST":
        try:
            made = actions.copy_last_year(cycle, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
            return redirect("procurement:cycle_copy", cycle.pk)
        messages.success(
            request, _("The round is there as a draft. Only colleagues see it.")
        )
        return redirect("procurement:cycle_publish", made.pk)
    return render(
        request,
        "procurement/cycle/copy.html",
        {
            "cycle": cycle,
            "next_year": cycle.contract_year + 1,
            "rows": [(phase, shifted(phase)) for phase in cycle.phases.all()],
            "crumbs": [_crumb_of_list(), _crumb(cycle)],
        },
    )


def publish(request: UserRequest, pk: UUID) -> HttpResponse:
    """Check whether a draft is ready, and put it before the councils."""
    cycle = _planned(request, pk)
    if request.method == "POST":
        try:
            actions.publish(cycle, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
            return redirect("procurement:cycle_publish", cycle.pk)
        messages.success(request, _("Published. Councils can see this round now."))
        return redirect(cycle)
    if cycle.is_published:
        return redirect(cycle)
    phases = list(cycle.phases.all())
    missing = actions.what_is_missing(phases)
    rows = [
        (phase, cautions(phase, cycle.zones), str(proposal(phase, cycle.zones)))
        for phase in phases
    ]
    return render(
        request,
        "procurement/cycle/publish.html",
        {
            "cycle": cycle,
            "missing": missing,
            "rows": rows,
            "awkward": sum(bool(found) for _phase, found, _proposal in rows),
            "may_publish": not missing,
            "crumbs": [_crumb_of_list(), _crumb(cycle)],
        },
    )


def _planned(request: UserRequest, pk: UUID) -> Cycle:
    """A round that the reader plans: 404 if unknown, 403 for who only reads it."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).for_list(), pk=pk)
    require(can_plan_cycle(request.user, cycle))
    return cycle


def _taking_part(cycle: Cycle, user: User) -> dict[str, int] | None:
    """How many councils told the reader's office or organisation that they take part,
    and how many left; nothing for people of councils."""
    if not cycle.is_published or not (care_office_ids(user) or organisation_ids(user)):
        return None
    newest = Participation.objects.newest().visible_to(user).filter(cycle=cycle)
    return newest.aggregate(
        join=Count("pk", filter=Q(step="join")),
        leave=Count("pk", filter=Q(step="leave")),
    )


def _main_request(timeline: Timeline) -> UUID | None:
    """The question that this reader's council can answer now, the nearest first."""
    asked = [each for step in timeline.running for each in step.requests]
    ahead = [each for each in asked if each.is_open]
    nearest = min(ahead, key=lambda each: each.closes_at, default=None)
    return nearest.pk if nearest and timeline.councils else None


def _foretell(timeline: Timeline, user: User) -> None:
    """Say when the reader gets a mail about what runs."""
    seats, running = timeline.councils, timeline.running
    if not seats or not running:
        return
    phases = [step.phase for step in running]
    mails = planned_mails(phases, seats, user, timeline.choices)
    for step in running:
        step.mails = mails.get(step.phase.pk, [])


def _crumb_of_list() -> tuple[str, str]:
    return _("Rounds"), reverse("procurement:cycle_list")


def _crumb(cycle: Cycle) -> tuple[str, str]:
    return cycle.title, cycle.get_absolute_url()


def _state(phases: list[Phase]) -> tuple[str, str]:
    """A round in a list: its tone, and where it stands in words."""
    running = [phase for phase in phases if phase.is_open]
    if running:
        return "now", ", ".join(phase.get_kind_display() for phase in running)
    coming = [phase for phase in phases if phase.state == Phase.State.COMING]
    if coming:
        first = min(coming, key=lambda phase: phase.opens_on)
        return "", _("%(phase)s begins on %(date)s.") % {
            "phase": first.get_kind_display(),
            "date": nl_date(first.opens_on),
        }
    return "done", _("All steps are past.")


def _lead(timeline: Timeline) -> str:
    """Where the round stands, in one sentence."""
    numbers = [str(step.number) for step in timeline.running]
    if numbers:
        return ngettext(
            "Step %(numbers)s runs now.",
            "Steps %(numbers)s and %(last)s run now.",
            len(numbers),
        ) % {
            "numbers": ", ".join(numbers[:-1] or numbers),
            "last": numbers[-1],
        }
    if step := timeline.next_up:
        return _("No step runs now. Step %(number)s begins on %(date)s.") % {
            "number": step.number,
            "date": nl_date(step.phase.opens_on),
        }
    return _("All steps are past.")
