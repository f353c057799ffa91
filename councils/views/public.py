"""The one page of this app without login: accepting an invitation."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from councils.actions import invitation as actions
from councils.models import Invitation
from portal.accounts import log_in
from portal.errors import NotAllowedNow
from portal.throttle import too_many

TRIES = 30


@login_not_required
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites, and take the seat by a press: a link that a mail scanner
    opens takes nothing."""
    if too_many(request, "invitation", TRIES, timedelta(hours=1)):
        return render(request, "429.html", status=429)
    invitation = (
        Invitation.objects.filter(token_hash=actions.hash_of(token))
        .select_related("council", "organisation", "care_office", "invited_by")
        .first()
    )
    refusal = _refusal(request, invitation)
    if invitation and not refusal and request.method == "POST":
        try:
            user = actions.accept(invitation)
        except NotAllowedNow as error:
            refusal = str(error)
        else:
            return log_in(request, user)
    return render(
        request,
        "councils/invitation/accept.html",
        {"invitation": invitation, "refusal": refusal},
        status=410 if invitation is None or not invitation.is_open else 200,
    )


def _refusal(request: HttpRequest, invitation: Invitation | None) -> str:
    if invitation is None:
        return _("We do not know this invitation. Look whether the link is whole.")
    if not invitation.is_open:
        return _("This invitation is no longer valid. Ask %(name)s for a new one.") % {
            "name": invitation.invited_by
        }
    user = request.user
    if user.is_authenticated and user.email != invitation.email:
        return _("This invitation is for another e-mail address.")
    return ""
