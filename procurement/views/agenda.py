"""Suggestions for an agenda: taken over, set aside with a word why, brought back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.models import Meeting
from councils.permissions import can_prepare
from portal.choice import typed
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import suggestion as actions
from procurement.expected.task import address
from procurement.forms.suggestion import DropForm
from procurement.suggestions import for_meeting


def _meeting(request: UserRequest, pk: UUID) -> Meeting:
    """A meeting of which this person makes the agenda; else it is not there."""
    meeting = get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("council"), pk=pk
    )
    require(can_prepare(request.user, meeting.council))
    return meeting


def _agenda_of(meeting: Meeting) -> str:
    return address(
        ("councils:agenda_edit", meeting.pk), ("councils:meeting_detail", meeting.pk)
    )


@require_POST
def take(request: UserRequest, pk: UUID) -> HttpResponse:
    """Put what is suggested on the agenda with one press."""
    meeting = _meeting(request, pk)
    try:
        item = actions.take(meeting, request.POST.get("key", ""), by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("“%(title)s” is on the agenda now.") % {"title": item.title}
        )
    return redirect(_agenda_of(meeting))


def drop(request: UserRequest, pk: UUID) -> HttpResponse:
    """Ask why it is not wanted, and set it aside."""
    meeting = _meeting(request, pk)
    key = request.POST.get("key") or request.GET.get("key", "")
    found = {each.key: each for each in for_meeting(meeting, request.user)}
    if key not in found:
        if request.method == "POST":
            messages.error(request, _("This is no longer suggested."))
            return redirect(_agenda_of(meeting))
        raise Http404
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop(
                meeting, key, reason=form.cleaned_data["reason"], by=request.user
            )
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is set aside. You can bring it back."))
        return redirect(_agenda_of(meeting))
    return render(
        request,
        "procurement/agenda/drop.html",
        {
            "form": form,
            "meeting": meeting,
            "suggestion": found[key],
            "back": _agenda_of(meeting),
        },
    )


@require_POST
def restore(request: UserRequest, pk: UUID) -> HttpResponse:
    """Suggest again what was set aside."""
    meeting = _meeting(request, pk)
    actions.bring_back(meeting, typed(request.POST, "key"), by=request.user)
    return redirect(_agenda_of(meeting))
