"""What waits for an agenda: the waiting list of a council, and what members propose."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from councils.actions import agenda as actions
from councils.forms.agenda import ProposalForm
from councils.models import AgendaItem, Council, Meeting, Openness, ReadyItem
from councils.permissions import (
    acting_council,
    can_edit_item,
    can_prepare,
    can_propose,
    council_seats,
)
from portal.context import current_council
from portal.http import UserRequest
from portal.permissions import require
from portal.templatetags.portal import Badge


class Line(NamedTuple):
    """An item of the waiting list for one reader, and what this reader may do."""

    item: AgendaItem
    badge: Badge | None
    may_edit: bool


def own_council(request: UserRequest, pk: UUID) -> Council:
    """A council in which this person has a seat; else it is not there."""
    council = acting_council(request.user, pk)
    if council is None:
        raise Http404
    return council


def own(request: UserRequest) -> HttpResponse:
    """The waiting list of the council that one looks at, or of the first one."""
    seat = current_council(request)
    if seat is None:
        seat = next(iter(council_seats(request.user)), None)
    if seat is None:
        return redirect("councils:meeting_list")
    return redirect("councils:backlog", seat.party_id)


def backlog(request: UserRequest, pk: UUID) -> HttpResponse:
    """What waits in a council, and what became of one's own proposals."""
    council, user = own_council(request, pk), request.user
    own = Q(origin=AgendaItem.Origin.PROPOSED, added_by=user)
    items = list(
        AgendaItem.objects.visible_to(user)
        .filter(council=council.pk)
        .filter(Q(meeting__isnull=True, dropped_at__isnull=True) | own)
        .select_related("added_by", "meeting")
        .order_by("created_at", "pk")
    )
    lines = [Line(each, _badge(each), can_edit_item(user, each)) for each in items]
    may_prepare = can_prepare(user, council)
    return render(
        request,
        "councils/agenda/backlog.html",
        {
            "council": council,
            "proposals": [line for line in lines if line.item.is_proposal],
            "waiting": [
                line
                for line in lines
                if line.item.meeting is None
                and not line.item.dropped_at
                and not line.item.is_proposal
            ],
            "own": [
                line
                for line in lines
                if line.item.added_by_id == user.pk
                and line.item.origin == AgendaItem.Origin.PROPOSED
                and (line.item.meeting or line.item.dropped_at)
            ],
            "meetings": _coming(council) if may_prepare else [],
            "may_prepare": may_prepare,
            "may_propose": can_propose(user, council),
            "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
        },
    )


def _coming(council: Council) -> list[Meeting]:
    """The next meetings of a council, to choose one from."""
    return list(Meeting.objects.filter(council=council.pk).planned().ahead()[:12])


def _badge(item: AgendaItem) -> Badge | None:
    if item.dropped_at:
        return Badge(_("not taken over"), "", "cross")
    if item.meeting:
        return Badge(_("on the agenda"), "done")
    if item.is_proposal:
        return Badge(_("proposal"), "wait", "hourglass")
    return None


def propose(request: UserRequest, pk: UUID) -> HttpResponse:
    """What a member wants to talk about, with who may read it."""
    council = own_council(request, pk)
    require(can_propose(request.user, council))
    item = AgendaItem(council_id=council.pk, origin=AgendaItem.Origin.PROPOSED)
    form = ProposalForm(
        request.POST or None, instance=item, initial=_initial(request, council)
    )
    if request.method == "POST" and form.is_valid():
        actions.add_item(form.save(commit=False), by=request.user)
        messages.success(request, _("Your proposal is with who prepares the agenda."))
        return redirect("councils:backlog", pk)
    return render(
        request,
        "councils/agenda/propose.html",
        {
            "form": form,
            "council": council,
            "crumbs": [
                (_("Meetings"), reverse("councils:meeting_list")),
                (_("Waiting list"), reverse("councils:backlog", args=[pk])),
            ],
        },
    )


def _initial(request: UserRequest, council: Council) -> dict:
    """What a proposal begins with: closed, or as a ready item has it."""
    asked = request.GET.get("punt", "")
    ready = None
    try:
        ready = ReadyItem.objects.filter(pk=UUID(asked)).first() if asked else None
    except ValueError as error:
        raise Http404 from error
    if ready is None:
        return {"openness": Openness.COUNCIL, "goal": "discuss"}
    names = ("title", "goal", "minutes", "openness")
    return {name: getattr(ready, name) for name in names}
