"""Whether, from where and how a council takes part in a round; who takes part."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from councils.actions.decision import recent_of
from councils.models import Council, Decision
from councils.permissions import (
    acting_council,
    can_prepare,
    can_read_item,
)
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from procurement.actions import participation as actions
from procurement.expected.rounds import is_for
from procurement.forms.participation import (
    NOT_THIS_ROUND,
    LeaveForm,
    ParticipationForm,
)
from procurement.models import Cycle, Participation, Phase


@dataclass(frozen=True)
class Line:
    """One choice in the history, with the decision if the reader may know of it."""

    choice: Participation
    decision: Decision | None


def choose(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """What the council chose for a round, and another choice."""
    council = _own_council(request.user, council_pk)
    phases = _phases_of(council, cycle_pk)
    cycle = phases[0].cycle
    history = _history(council, cycle.pk)
    newest = history[0] if history else None
    may_choose = can_prepare(request.user, council)
    if request.method == "POST":
        require(may_choose)
    form = ParticipationForm(
        request.POST or None,
        phases=phases,
        newest=newest,
        council=council,
        user=request.user,
        decisions=recent_of(council, request.user) if may_choose else [],
        initial=_initial(newest),
    )
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.choose(form.choice(council), seen=seen, by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The choice of your council is recorded."))
            return redirect(cycle)
    return render(
        request,
        "procurement/participation/choose.html",
        {
            "cycle": cycle,
            "council": council,
            "newest": newest,
            "history": _lines(request.user, history),
            "form": form,
            "may_choose": may_choose,
        },
    )


def leave(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """Leave a round, with a reason; the page says first who will read it."""
    council = _own_council(request.user, council_pk)
    require(can_prepare(request.user, council))
    history = _history(council, cycle_pk)
    if not history or not history[0].takes_part:
        if not Cycle.objects.visible_to(request.user).filter(pk=cycle_pk).exists():
            raise Http404
        messages.error(request, _("Your council does not take part in this round."))
        return redirect("procurement:participation_choose", cycle_pk, council_pk)
    newest = history[0]
    form = LeaveForm(
        request.POST or None,
        decisions=recent_of(council, request.user),
        initial={"seen": newest.number},
    )
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.choose(form.choice(newest), seen=seen, by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your council has left this round."))
            return redirect(newest.cycle)
    return render(
        request,
        "procurement/participation/leave.html",
        {
            "cycle": newest.cycle,
            "council": council,
            "form": form,
            "readers": _readers(newest, history),
        },
    )


def listing(request: UserRequest, pk: UUID) -> HttpResponse:
    """The councils that take part in a round, and those that left and why."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).for_list(), pk=pk)
    choices = (
        Participation.objects.newest()
        .visible_to(request.user)
        .filter(cycle=cycle)
        .exclude(step=Participation.Step.DECLINE)
        .select_related("council__organisation", "from_phase")
        .order_by("step", "council__organisation__name", "council__name", "pk")
    )
    return render(
        request,
        "procurement/participation/list.html",
        {"cycle": cycle, "page": paginate(request, choices)},
    )


def _own_council(user: User, pk: UUID) -> Council:
    council = acting_council(user, pk)
    if council is None:
        raise Http404
    return council


def _phases_of(council: Council, cycle_pk: UUID) -> list[Phase]:
    """The steps of a published round that is for this council; else it is not there."""
    phases = list(
        Phase.objects.filter(
            is_for(council.organisation_id),
            cycle=cycle_pk,
            cycle__published_at__isnull=False,
        )
        .select_related("cycle__care_office", "cycle__organisation")
        .order_by("order")
    )
    if not phases:
        raise Http404
    return phases


def _history(council: Council, cycle_pk: UUID) -> list[Participation]:
    """What the council chose for the round, the newest first."""
    return list(
        Participation.objects.filter(council=council.pk, cycle=cycle_pk)
        .select_related(
            "from_phase",
            "decision",
            "chosen_by",
            "cycle__care_office",
            "cycle__organisation",
            "council__organisation",
            "council__parent",
        )
        .order_by("-number")
    )


def _lines(user: User, history: list[Participation]) -> list[Line]:
    """The history for this reader: of a decision that is closed to helpers, helpers
    do not hear."""
    lines = []
    for each in history:
        decision = each.decision
        may_read = decision is not None and can_read_item(user, decision)
        lines.append(Line(each, decision if may_read else None))
    return lines


def _initial(newest: Participation | None) -> dict[str, object]:
    """The form as the council chose last; in and outside when it has not chosen."""
    if newest is None or not newest.takes_part:
        is_out = newest is not None and newest.step == Participation.Step.DECLINE
        return {
            "seen": newest.number if newest else 0,
            "joins": NOT_THIS_ROUND if is_out else "",
            "scopes": ["organisation", "region"],
        }
    scopes = {"organisation": newest.in_organisation, "region": newest.in_region}
    return {
        "seen": newest.number,
        "entry": newest.from_phase_id,
        "level": newest.level,
        "scopes": [name for name, is_in in scopes.items() if is_in],
    }


def _readers(newest: Participation, history: list[Participation]) -> list[str]:
    """Who reads that a council left, and why: those who knew that it took part."""
    in_organisation, in_region = actions.told_before(history)
    council, office = newest.council, newest.cycle.care_office
    return [
        *([council.parent.name] if council.parent else []),
        *([council.organisation.name] if in_organisation else []),
        *([office.name] if in_region and office else []),
    ]
