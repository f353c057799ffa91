"""The pages of this app without login: accepting an invitation, and saying that one
comes to a meeting."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from councils.actions import invitation as actions
from councils.actions import meeting, meeting_mail
from councils.actions.meeting_people import is_still_expected
from councils.models import Attendee, Invitation
from portal.accounts import log_in
from portal.errors import NotAllowedNow
from portal.throttle import too_many
from portal.views import too_many as ask_to_wait

TRIES = 30
# A whole council may answer from one house, and each looks twice.
ANSWERS = 300


@login_not_required
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites, and take the seat by a press: a link that a mail scanner
    opens takes nothing."""
    if too_many(request, "invitation", TRIES, timedelta(hours=1)):
        return ask_to_wait(request, minutes=60)
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


@login_not_required
@never_cache
def rsvp(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether one comes, by the link in the mail; opening it says nothing yet.

    Whoever has the link has read that mail. It shows what the mail said, and of others
    nothing; it is dead once the meeting is over or off, or the seat has ended.
    """
    if too_many(request, "meeting_rsvp", ANSWERS, timedelta(hours=1)):
        return ask_to_wait(request, minutes=60)
    attendee = meeting_mail.attendee_of(token)
    refusal = _why_not(attendee)
    if attendee and not refusal and request.method == "POST":
        answer = request.POST.get("answer")
        if answer in {Attendee.Answer.YES, Attendee.Answer.NO}:
            try:
                meeting.answer(attendee, answer=answer, by=attendee.user)
            except NotAllowedNow as error:
                refusal = str(error)
            else:
                return redirect("councils:meeting_rsvp", token=token)
    return render(
        request,
        "councils/meeting/rsvp.html",
        {
            "attendee": None if refusal else attendee,
            "refusal": refusal,
            "place": meeting_mail.place_in_words(attendee.meeting) if attendee else "",
        },
        status=410 if refusal else 200,
    )


def _why_not(attendee: Attendee | None) -> str:
    if attendee is None or not is_still_expected(attendee):
        return _("This link does not work any more. Look whether it is whole.")
    if attendee.meeting.is_cancelled:
        return _("This meeting is called off. You need not come.")
    if attendee.meeting.is_over:
        return _("This meeting is over.")
    return ""
