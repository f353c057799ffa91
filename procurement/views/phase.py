"""The dates, texts and tasks of one step of a round."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.moments import nl_date, nl_datetime
from portal.permissions import require
from procurement.actions import phase as actions
from procurement.actions.planning import Proposal, cautions, proposal
from procurement.forms.cycle import PhaseForm, TaskForm
from procurement.models import Cycle, Phase, PhaseRole
from procurement.permissions import can_plan_cycle
from procurement.views.timeline import Step, sums


class Theirs(NamedTuple):
    """What a colleague saved where somebody typed otherwise."""

    label: str
    text: str


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Change a step; awkward dates are told of once, with better ones beside them."""
    phase = get_object_or_404(
        Phase.objects.select_related("cycle__care_office", "cycle__organisation"),
        cycle__in=Cycle.objects.visible_to(request.user),
        pk=pk,
    )
    cycle = phase.cycle
    require(can_plan_cycle(request.user, cycle))
    step = Step(phase, phase.state, sums=sums(phase))
    form = PhaseForm(request.POST or None, instance=phase)
    tasks = _task_forms(request, phase)
    context: dict[str, object] = {}
    if request.method == "POST" and _are_valid(form, tasks):
        phase.revision = form.cleaned_data["revision"]
        context = _warnings(request, form, phase) or _save(request, form, tasks, phase)
        if not context and not form.errors:
            messages.success(request, _("The step is saved."))
            return redirect(f"{cycle.get_absolute_url()}#{phase.kind}")
    return render(
        request,
        "procurement/phase/form.html",
        {
            "form": form,
            "tasks": tasks,
            "phase": phase,
            "step": step,
            "cycle": cycle,
            "crumbs": [
                (_("Rounds"), reverse("procurement:cycle_list")),
                (cycle.title, cycle.get_absolute_url()),
            ],
            "caution": [],
            "proposal": None,
            "theirs": [],
            "colleague": None,
            "is_self": False,
            **context,
        },
    )


def _are_valid(form: PhaseForm, tasks: list[TaskForm]) -> bool:
    # Each of them, so that everything that is wrong is told at once.
    wrong = [each for each in (form, *tasks) if not each.is_valid()]
    return not wrong


def _save(
    request: UserRequest, form: PhaseForm, tasks: list[TaskForm], phase: Phase
) -> dict[str, object]:
    """Save what was typed; what is in the way stands in the form or in the answer."""
    try:
        actions.edit_phase(
            phase,
            [task for each in tasks if (task := each.task())],
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,
        )
    except StaleText as error:
        is_self = error.current.edited_by_id == request.user.pk
        return {**_both_texts(form, error.current), "is_self": is_self}
    except NotAllowedNow as error:
        form.add_error(None, str(error))
    return {}


def _task_forms(request: UserRequest, phase: Phase) -> list[TaskForm]:
    known = {task.role: task for task in phase.tasks.all()}
    roles = list(PhaseRole.values)
    if phase.cycle.organisation_id:
        roles.remove(PhaseRole.CARE_OFFICE)
    return [
        TaskForm(request.POST or None, instance=known.get(role), role=role)
        for role in roles
    ]


def _warnings(request: UserRequest, form: PhaseForm, phase: Phase) -> dict[str, object]:
    """What to show before awkward dates are saved; nothing if they may be."""
    zones = phase.cycle.zones
    found = cautions(phase, zones)
    if not found:
        phase.kept_because = ""
        return {}
    better = proposal(phase, zones)
    if _takes(request, phase, better) or "keep" in request.POST or not form.moves():
        return {}
    form.ask_to_keep()
    return {"caution": found, "proposal": better}


def _takes(request: UserRequest, phase: Phase, better: Proposal) -> bool:
    """Put a proposal in the place of the typed date, if that button was pressed."""
    taken = request.POST.get("take")
    if taken == "start" and better.opens_on:
        phase.opens_on = better.opens_on
    elif taken == "end" and better.closes_at:
        phase.closes_at = better.closes_at
    else:
        return False
    phase.kept_because = ""
    return True


def _both_texts(form: PhaseForm, current: Phase) -> dict[str, object]:
    form.go_on_from(current)
    shown: dict[str, Callable[[Any], str]] = {
        "opens_on": nl_date,
        "closes_at": nl_datetime,
        "local_days": str,
        "central_days": str,
        "organisation_days": str,
        "what_happens": str,
        "council_can": str,
    }
    return {
        "colleague": current.edited_by,
        "theirs": [
            Theirs(str(form.fields[name].label), in_words(getattr(current, name)))
            for name, in_words in shown.items()
            if getattr(current, name) != form.cleaned_data[name]
        ],
    }
