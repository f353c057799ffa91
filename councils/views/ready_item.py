"""Ready items: subjects with help that a council can take over as they are."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import agenda as actions
from councils.models import Meeting, ReadyItem
from councils.permissions import (
    VOTING_ROLES,
    can_prepare,
    council_seats,
    seats_to_prepare,
)
from councils.views.agenda import agenda_url
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require


def listing(request: UserRequest) -> HttpResponse:
    """Every ready item, with what it is good for."""
    return render(
        request,
        "councils/ready_item/list.html",
        {
            "items": ReadyItem.objects.filter(is_active=True),
            "meeting": request.GET.get("vergadering", ""),
            "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
        },
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """A ready item with its help; one press puts it on an agenda."""
    item = get_object_or_404(ReadyItem, pk=pk)
    return render(
        request,
        "councils/ready_item/detail.html",
        {
            "item": item,
            "meetings": _coming(request.user),
            "chosen": request.GET.get("vergadering", ""),
            "proposing": [
                seat
                for seat in council_seats(request.user)
                if seat.role in VOTING_ROLES
            ],
            "crumbs": [
                (_("Meetings"), reverse("councils:meeting_list")),
                (_("Ready items"), reverse("councils:ready_item_list")),
            ],
        },
    )


def _coming(user: User) -> list[Meeting]:
    """The next meetings of which ``user`` makes the agenda."""
    councils = [seat.party_id for seat in seats_to_prepare(user)]
    if not councils:
        return []
    meetings = Meeting.objects.filter(council__in=councils).planned().ahead()
    return list(meetings.select_related("council")[:20])


@require_POST
def take(request: UserRequest, pk: UUID) -> HttpResponse:
    """Put a ready item on the agenda that was chosen."""
    ready = get_object_or_404(ReadyItem, pk=pk)
    try:
        chosen = UUID(request.POST.get("meeting", ""))
    except ValueError:
        messages.error(request, _("Choose a meeting first."))
        return redirect(ready)
    meeting = get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("council"), pk=chosen
    )
    require(can_prepare(request.user, meeting.council))
    try:
        item = actions.take_ready(ready, meeting, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect(ready)
    messages.success(
        request, _("“%(title)s” is on the agenda now.") % {"title": ready.title}
    )
    return redirect(f"{agenda_url(meeting)}#{item.pk}")
