"""Terms that end: who keeps the list sees them, and what can be done then."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from councils.actions import handover as handovers
from councils.actions import term as actions
from councils.forms.term import ExtendForm, HandoverForm
from councils.models import Council, CouncilMembership
from councils.permissions import can_invite
from councils.views.council import term_kept_by
from portal.dates import ONE_DAY
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require

# So long after a last day a seat is still told of, and can be handed over from.
RECENTLY = 92 * ONE_DAY
A_YEAR_AHEAD = 366 * ONE_DAY


@dataclass(frozen=True)
class Group:
    """Terms that end in about the same time."""

    name: str
    terms: list[CouncilMembership]
    is_over: bool = False


@require_safe
def terms(request: UserRequest, pk: UUID) -> HttpResponse:
    """Whose term ends within a year, soonest first, and what to do about it."""
    council = get_object_or_404(Council, pk=pk)
    require(can_invite(request.user, council))
    today = timezone.localdate()
    found = list(
        actions.ending(today - RECENTLY, today + A_YEAR_AHEAD)
        .filter(council=council)
        .select_related("user")
    )
    return render(
        request,
        "councils/council/terms.html",
        {
            "council": council,
            "groups": _groups(found, today),
            "crumbs": [(council.name, council.get_absolute_url())],
        },
    )


def _groups(found: list[CouncilMembership], today: date) -> list[Group]:
    names = {
        1: _("Within a month"),
        6: _("Within six months"),
        12: _("Within a year"),
        0: _("Ended in the last three months"),
    }
    by_months: dict[int, list[CouncilMembership]] = {months: [] for months in names}
    for term in found:
        assert term.ends_on  # the query asks for it
        months = 0
        if term.ends_on >= today:
            months = actions.months_left(term.ends_on, today) or 12
        by_months[months].append(term)
    return [
        Group(name, by_months[months], is_over=months == 0)
        for months, name in names.items()
        if by_months[months]
    ]


def extend(request: UserRequest, pk: UUID) -> HttpResponse:
    """Give a seat a later last day."""
    term = term_kept_by(request, pk)
    if request.method != "POST" and (term.ends_on is None or not term.is_current()):
        messages.info(request, _("This seat has no last day that can be later."))
        return redirect("councils:council_terms", pk=term.council_id)
    form = ExtendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.extend(
                term, last_day=form.cleaned_data["last_day"], by=request.user
            )
        except NotAllowedNow as error:
            form.add_error("last_day", str(error))
        else:
            messages.success(request, _("The last day is saved."))
            return redirect("councils:council_terms", pk=term.council_id)
    return render(
        request, "councils/council/term_extend.html", {"form": form, "term": term}
    )


def hand_over(request: UserRequest, pk: UUID) -> HttpResponse:
    """Give the work of somebody who leaves to others, with one press."""
    council = get_object_or_404(Council, pk=pk)
    require(can_invite(request.user, council))
    leaver = _leaver(request, council)
    if leaver is None:
        return redirect("councils:council_terms", pk=council.pk)
    things = handovers.things_of(leaver.user, council, reader=request.user)
    people = (
        CouncilMembership.objects.current()
        .filter(council=council)
        .exclude(user=leaver.user_id)
    )
    form = HandoverForm(
        request.POST if request.method == "POST" else None,
        things=things,
        people=list(people.select_related("user").order_by("user__name")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            count = handovers.hand_over(
                leaver.user, council, form.takers, by=request.user
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _told(count))
            return redirect("councils:council_terms", pk=council.pk)
    context = {"council": council, "leaver": leaver, "things": things, "form": form}
    return render(request, "councils/council/handover.html", _with_crumbs(context))


def _with_crumbs(context: dict[str, Any]) -> dict[str, Any]:
    council = context["council"]
    ends = reverse("councils:council_terms", args=[council.pk])
    return context | {
        "crumbs": [
            (council.name, council.get_absolute_url()),
            (_("Terms that end"), ends),
        ]
    }


def _leaver(request: UserRequest, council: Council) -> CouncilMembership | None:
    """Whose work it is: named by a seat of this council, of today or not long ago."""
    if not (asked := request.GET.get("van")):
        return None
    try:
        pk = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    since = timezone.localdate() - RECENTLY
    seats = CouncilMembership.objects.filter(council=council).overlapping(since, None)
    return get_object_or_404(seats.select_related("user"), pk=pk)


def _told(count: int) -> str:
    return ngettext(
        "%(count)s thing is handed over.", "%(count)s things are handed over.", count
    ) % {"count": count}
