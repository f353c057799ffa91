"""How a council works: the days it is free, and how many must be there to decide."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import meeting as meetings
from councils.actions import recess as actions
from councils.forms.meeting import QuorumForm
from councils.forms.roster import RecessForm
from councils.models import Recess
from councils.permissions import can_prepare, council_ids
from councils.views.meeting_planning import own_council
from portal.held import holding
from portal.http import UserRequest
from portal.permissions import require


def _crumbs() -> list[tuple[str, str]]:
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (_("Plan meetings"), reverse("councils:meeting_where")),
    ]


def listing(request: UserRequest, pk: UUID) -> HttpResponse:
    """The days that the council is free, and a form for more."""
    council = own_council(request.user, pk)
    form = RecessForm(request.POST or None, instance=Recess(council=council))
    if request.method == "POST" and form.is_valid():
        actions.add(form.save(commit=False), by=request.user)
        messages.success(request, _("The free days are saved."))
        return redirect("councils:recess_list", pk=council.pk)
    return render(
        request,
        "councils/recess/list.html",
        {
            "council": council,
            "form": form,
            "recesses": council.recesses.filter(ends_on__gte=timezone.localdate()),
            "crumbs": _crumbs(),
        },
    )


@require_POST
def remove(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take free days off the list."""
    recess = get_object_or_404(
        Recess.objects.filter(council__in=council_ids(request.user)).select_related(
            "council"
        ),
        pk=pk,
    )
    require(can_prepare(request.user, recess.council))
    actions.remove(recess, by=request.user)
    messages.success(request, _("The free days are taken off the list."))
    return redirect("councils:recess_list", pk=recess.council_id)


@holding(lambda request, pk: [own_council(request.user, pk)])
def quorum(request: UserRequest, pk: UUID) -> HttpResponse:
    """How many members must be there to decide."""
    council = own_council(request.user, pk)
    form = QuorumForm(request.POST or None, initial={"quorum": council.quorum})
    if request.method == "POST" and form.is_valid():
        meetings.set_quorum(
            council, quorum=form.cleaned_data["quorum"], by=request.user
        )
        messages.success(request, _("The number is saved."))
        return redirect("councils:meeting_where")
    return render(
        request,
        "councils/recess/quorum.html",
        {"council": council, "form": form, "crumbs": _crumbs()},
    )
