"""Inviting: a council its people, an administrator the staff of other parties."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import invitation as invitations
from councils.forms.membership import InvitationForm
from councils.models import CareOffice, CareOrganisation, Council, Invitation
from councils.permissions import can_invite
from councils.views.council import kept_by
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require


def invite_to_council(request: UserRequest, pk: UUID) -> HttpResponse:
    """Invite somebody to a seat in a council; the chair hears of it."""
    council = get_object_or_404(Council, pk=pk)
    require(can_invite(request.user, council))
    return _invite(request, Invitation(council=council), council)


def invite_to_organisation(request: UserRequest, pk: UUID) -> HttpResponse:
    require(request.user.is_staff)
    organisation = get_object_or_404(CareOrganisation, pk=pk)
    return _invite(request, Invitation(organisation=organisation), organisation)


def invite_to_care_office(request: UserRequest, pk: UUID) -> HttpResponse:
    require(request.user.is_staff)
    office = get_object_or_404(CareOffice, pk=pk)
    return _invite(request, Invitation(care_office=office), office)


def _invite(
    request: UserRequest,
    empty: Invitation,
    party: Council | CareOrganisation | CareOffice,
) -> HttpResponse:
    form = InvitationForm(request.POST or None, instance=empty)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invitations.invite(
                form.save(commit=False),
                by=request.user,
                regions=list(form.cleaned_data.get("regions") or []),
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("The invitation for %(name)s is on its way to %(email)s.")
                % {"name": sent.name, "email": sent.email},
            )
            return redirect(party)
    return render(
        request,
        "councils/invitation/form.html",
        {"form": form, "party": party, "tells_chair": isinstance(party, Council)},
    )


@require_POST
def withdraw(request: UserRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(
        kept_by(request.user, Invitation.objects.filter(council__isnull=False)), pk=pk
    )
    require(can_invite(request.user, invitation.council))
    try:
        invitations.withdraw(invitation, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is taken back."))
    return redirect("councils:council_detail", pk=invitation.council_id)
