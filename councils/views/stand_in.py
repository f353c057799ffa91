"""Naming a stand-in for a chair or secretary, and letting it end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import stand_in as actions
from councils.forms.stand_in import StandInForm
from councils.models import StandIn
from councils.permissions import can_invite
from councils.views.council import kept_by, term_kept_by
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require


def create(request: UserRequest, pk: UUID) -> HttpResponse:
    """Let somebody take the place of who has this seat, from a day until a day."""
    term = term_kept_by(request, pk)
    if not actions.can_be_replaced(term):
        messages.error(request, _("Only a chair or a secretary has a stand-in."))
        return redirect(term.council)
    form = StandInForm(request.POST or None, instance=StandIn(term=term))
    if request.method == "POST" and form.is_valid():
        try:
            named = actions.name(form.save(commit=False), by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("%(deputy)s takes the place of %(away)s on those days.")
                % {"deputy": named.deputy, "away": term.user},
            )
            return redirect(term.council)
    return render(request, "councils/stand_in/form.html", {"form": form, "term": term})


@require_POST
def end(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take the place back today."""
    stand_in = get_object_or_404(
        kept_by(request.user, StandIn.objects.all(), "term__council"), pk=pk
    )
    council = stand_in.term.council
    require(can_invite(request.user, council))
    try:
        actions.end(stand_in, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The stand-in has ended."))
    return redirect(council)
