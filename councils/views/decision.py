"""Decisions: to find again, to read, and to go on from."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import decision as actions
from councils.forms.decision import DecisionFilter
from councils.forms.minutes import DecisionChangeForm
from councils.models import Decision
from councils.permissions import can_prepare, council_seats
from portal.errors import NotAllowedNow
from portal.held import holding
from portal.http import UserRequest
from portal.paging import paginate
from portal.permissions import require

# The portal holds no decisions of before; a year that is asked for may have none.
FIRST_YEAR = 2026


def listing(request: UserRequest) -> HttpResponse:
    """The decisions of one's councils, the newest first, by words, year and council."""
    years = range(timezone.localdate().year, FIRST_YEAR - 1, -1)
    asked = DecisionFilter(request.GET, council_seats(request.user), years)
    found = asked.apply(Decision.objects.visible_to(request.user))
    found = found.select_related("council", "item").order_by(
        "-decided_on", "-year", "-number", "pk"
    )
    return render(
        request,
        "councils/decision/list.html",
        {"page": paginate(request, found), "filter": asked},
    )


def get_decision(request: UserRequest, pk: UUID) -> Decision:
    return get_object_or_404(
        Decision.objects.visible_to(request.user).select_related(
            "council", "item__meeting__minutes"
        ),
        pk=pk,
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One decision: its words, its votes, and the step that its item was about."""
    decision = get_decision(request, pk)
    meeting = decision.item.meeting
    return render(
        request,
        "councils/decision/detail.html",
        {
            "decision": decision,
            "meeting": meeting,
            "votes": (
                decision.votes_for,
                decision.votes_against,
                decision.votes_abstained,
            ),
            "may_change": can_prepare(request.user, decision.council)
            and not _is_final(decision),
            "crumbs": [(_("Decisions"), reverse("councils:decision_list"))],
        },
    )


def _is_final(decision: Decision) -> bool:
    minutes = getattr(decision.item.meeting, "minutes", None)
    return minutes is not None and minutes.is_adopted


def _held(request: UserRequest, pk: UUID) -> list[Model]:
    decision = get_decision(request, pk)
    require(can_prepare(request.user, decision.council))
    minutes = getattr(decision.item.meeting, "minutes", None)
    return [minutes, decision] if minutes else [decision]


@holding(_held)
def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Say it in other words, or count the votes anew; until the minutes are adopted."""
    decision = get_decision(request, pk)
    require(can_prepare(request.user, decision.council))
    if request.method != "POST" and _is_final(decision):
        messages.info(
            request,
            _("These minutes were adopted. Nothing in them changes any more."),
        )
        return redirect(decision)
    form = DecisionChangeForm(request.POST or None, instance=decision)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.change(form.save(commit=False), by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The decision is saved."))
            return redirect(saved)
    return render(
        request,
        "councils/decision/form.html",
        {
            "form": form,
            "decision": decision,
            "crumbs": [
                (_("Decisions"), reverse("councils:decision_list")),
                (
                    _("Decision %(number)s") % {"number": decision.reference},
                    decision.get_absolute_url(),
                ),
            ],
        },
    )


@require_POST
def remove(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take back a decision that was recorded by mistake: only the last one."""
    decision = get_decision(request, pk)
    require(can_prepare(request.user, decision.council))
    meeting = decision.item.meeting_id
    try:
        actions.remove(decision, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect(decision)
    messages.success(request, _("The decision is taken back."))
    return redirect("councils:minutes_edit", meeting)
