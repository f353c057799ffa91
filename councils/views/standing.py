"""What returns on every agenda: the list of a council, per kind of meeting."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from councils.actions import standing as actions
from councils.forms.standing import initial_of, standing_formset
from councils.models import Meeting, StandingItem
from councils.permissions import can_prepare
from councils.views.backlog import own_council
from portal.held import holding
from portal.http import UserRequest
from portal.permissions import require

Kind = Meeting.Kind


@holding(lambda request, pk: [own_council(request, pk)])
def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """A council's standing items for one kind of meeting (``?soort=``)."""
    council = own_council(request, pk)
    require(can_prepare(request.user, council))
    asked = request.GET.get("soort", "")
    kind = Kind(asked) if asked in Kind.values else Kind.COUNCIL
    own = list(StandingItem.objects.filter(council=council.pk, meeting_kind=kind))
    initial = initial_of(own or actions.defaults(kind))
    formset = standing_formset(request.POST or None, initial=initial)
    if request.method == "POST" and formset.is_valid():
        actions.save_standing(council, kind, formset.items(), by=request.user)
        messages.success(
            request, _("The standing items are saved. New meetings begin with them.")
        )
        return redirect(f"{request.path}?soort={kind.value}")
    return render(
        request,
        "councils/standing/edit.html",
        {
            "council": council,
            "kind": kind,
            "kinds": Kind.choices,
            "formset": formset,
            "is_own": bool(own),
            "crumbs": [
                (_("Meetings"), reverse("councils:meeting_list")),
                (_("Waiting list"), reverse("councils:backlog", args=[pk])),
            ],
        },
    )
