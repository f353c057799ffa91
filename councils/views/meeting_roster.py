"""The roster of a year: how often, a look at every date, and then all at once."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.actions import meeting as actions
from councils.actions import meeting_roster
from councils.actions.roster import DaysOff, RosterDay, days_off_of, roster
from councils.forms.roster import RosterForm
from councils.models import Council
from councils.views.meeting_planning import own_council
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.moments import nl_date
from portal.sentences import enumerated

MOVES = (0, -7, 7)


class Move(NamedTuple):
    """Where a day of the roster can go, in words, with why that day would be off."""

    days: int
    label: str
    is_chosen: bool


class Row(NamedTuple):
    """One line of the look: a day, whether it is taken, and where it can go."""

    day: date
    value: str
    reasons: tuple[str, ...]
    is_taken: bool
    moves: tuple[Move, ...]


def create(request: UserRequest, pk: UUID) -> HttpResponse:
    """Fill in how often, look at the dates, and make all that are ticked."""
    council = own_council(request.user, pk)
    form = RosterForm(request.POST or None)
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        return _form_page(request, council, form)
    pattern = form.pattern()
    off = days_off_of(council, pattern.first, pattern.last)
    found = roster(pattern, off)
    problem = ""
    if "make" in request.POST:
        days = _chosen(request, found)
        if days:
            return _make(request, council, form, days)
        problem = _("Tick at least one date.")
    return render(
        request,
        "councils/meeting/roster.html",
        {
            "council": council,
            "form": form,
            "rows": [_row(each, off, request) for each in found],
            "taken": sum(each.is_free for each in found),
            "skipped": sum(not each.is_free for each in found),
            "unknown_years": enumerated(off.unknown_years(pattern.first, pattern.last)),
            "has_zones": bool(off.zones),
            "problem": problem,
            "crumbs": _crumbs(council),
        },
    )


def _form_page(
    request: UserRequest, council: Council, form: RosterForm
) -> HttpResponse:
    return render(
        request,
        "councils/meeting/roster_form.html",
        {"council": council, "form": form, "crumbs": _crumbs(council)},
    )


def _crumbs(council: Council) -> list[tuple[str, str]]:
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (_("Plan meetings"), reverse("councils:meeting_where")),
    ]


def _row(each: RosterDay, off: DaysOff, request: UserRequest) -> Row:
    value = each.day.isoformat()
    chosen = request.POST.get(f"move-{value}", "0")
    is_taken = each.is_free
    if "make" in request.POST:
        is_taken = value in request.POST.getlist("day")
    moves = tuple(_move(each.day, days, off, str(days) == chosen) for days in MOVES)
    return Row(each.day, value, each.reasons, is_taken, moves)


def _move(day: date, days: int, off: DaysOff, is_chosen: bool) -> Move:
    if not days:
        return Move(0, _("stays on this day"), is_chosen)
    to = day + timedelta(days=days)
    word = _("a week later") if days > 0 else _("a week earlier")
    label = _("%(word)s: %(day)s") % {"word": word, "day": nl_date(to)}
    if reasons := off.reasons(to):
        label = f"{label} ({enumerated(reasons)})"
    return Move(days, label, is_chosen)


def _chosen(request: UserRequest, found: list[RosterDay]) -> list[date]:
    """The days that are ticked, each where it was moved to; a day counts once.

    Who moves a day that was skipped wants the meeting, ticked or not.
    """
    ticked = set(request.POST.getlist("day"))
    days = set()
    for each in found:
        value = each.day.isoformat()
        moved = request.POST.get(f"move-{value}", "0")
        shift = int(moved) if moved in {str(days) for days in MOVES} else 0
        if value in ticked or (shift and not each.is_free):
            days.add(each.day + timedelta(days=shift))
    return sorted(days)


def _make(
    request: UserRequest, council: Council, form: RosterForm, days: list[date]
) -> HttpResponse:
    meetings = [form.meeting_on(day, council=council) for day in days]
    made = actions.plan_many(meetings, by=request.user)
    if made:
        messages.success(
            request,
            ngettext(
                "%(count)s meeting is planned. Nobody has been told yet.",
                "%(count)s meetings are planned. Nobody has been told yet.",
                len(made),
            )
            % {"count": len(made)},
        )
    else:
        messages.info(request, _("These meetings were planned already."))
    return redirect("councils:roster_announce", pk=council.pk)


def announce(request: UserRequest, pk: UUID) -> HttpResponse:
    """Send the dates to the council, in one mail to each; or do it later."""
    council = own_council(request.user, pk)
    context: dict[str, Any] = {"council": council, "crumbs": _crumbs(council)}
    if request.method == "POST":
        try:
            count = meeting_roster.announce(council, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                ngettext(
                    "The dates are on their way to %(count)s person.",
                    "The dates are on their way to %(count)s people.",
                    count,
                )
                % {"count": count},
            )
        return redirect("councils:meeting_list")
    context["meetings"] = meeting_roster.untold(council)
    return render(request, "councils/meeting/announce.html", context)
