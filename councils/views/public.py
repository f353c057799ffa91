"""The pages of this app without login: accepting an invitation, saying that one comes
to a meeting, and what guests without an account read of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from councils.actions import guest_link, meeting, meeting_mail
from councils.actions import invitation as actions
from councils.actions.meeting_people import is_still_expected
from councils.agenda_reading import (
    Reading,
    guest_reading_of,
    newest_sent,
    versions_for_guests,
)
from councils.exports import agenda_pdf, minutes_pdf
from councils.minutes_reading import read_public
from councils.models import AgendaPaperVersion, Attendee, Invitation, Meeting
from portal.accounts import log_in
from portal.errors import NotAllowedNow
from portal.files import file_response
from portal.moments import nl_date
from portal.throttle import too_many
from portal.views import too_many as ask_to_wait
from portal.views_printout import answer

TRIES = 30
# A whole council may answer from one house, and each looks twice.
ANSWERS = 300
# Files take more work to make than pages.
FILES = 60


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
            "guest_page": _guest_page(attendee),
            "is_guest": attendee is not None and attendee.user_id is None,
        },
        status=410 if refusal else 200,
    )


def _why_not(attendee: Attendee | None) -> str:
    if attendee is None or not is_still_expected(attendee):
        return _("This link does not work any more. Look whether it is whole.")
    if attendee.meeting.is_cancelled:
        return _called_off(attendee.meeting)
    if attendee.meeting.is_over:
        return _("This meeting is over.")
    return ""


def _called_off(meeting: Meeting) -> str:
    """Which one, for who was invited to more than one."""
    return _(
        "The meeting of %(council)s on %(date)s is called off. You need not come."
    ) % {"council": meeting.council, "date": nl_date(meeting.starts_at)}


# --- Guests without an account ---------------------------------------------------


def _guest_page(attendee: Attendee | None) -> str:
    """Where this guest reads what was sent; "" for others, and while nothing is."""
    if attendee is None or not guest_link.has_no_account(attendee):
        return ""
    meeting = attendee.meeting
    reads = guest_link.reads_agenda(meeting) and newest_sent(meeting) is not None
    if reads or guest_link.reads_minutes(meeting):
        return guest_link.guest_link(attendee)
    return ""


def by_link(limit: int) -> Callable[..., Callable[..., HttpResponseBase]]:
    """A page to read, for the guest whose link it is; others learn nothing from it.

    No browser keeps it, and no other site hears the link.
    """

    def wrap(
        view: Callable[..., HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @login_not_required
        @never_cache
        @require_safe
        @wraps(view)
        def opened(request: HttpRequest, token: str, **which: UUID) -> HttpResponseBase:
            if too_many(request, f"meeting_guest_{limit}", limit, timedelta(hours=1)):
                return ask_to_wait(request, minutes=60)
            attendee = guest_link.guest_of(token)
            response: HttpResponseBase
            if attendee is None or not _reads_anything(attendee.meeting):
                response = _refused(request, attendee)
            else:
                response = view(request, attendee, **which)
            response["Referrer-Policy"] = "no-referrer"
            return response

        return opened

    return wrap


def _reads_anything(meeting: Meeting) -> bool:
    return guest_link.reads_agenda(meeting) or guest_link.reads_minutes(meeting)


def _refused(request: HttpRequest, attendee: Attendee | None) -> HttpResponse:
    refusal = _("This link does not work any more. Look whether it is whole.")
    if attendee and attendee.meeting.is_cancelled:
        refusal = _called_off(attendee.meeting)
    elif attendee:
        refusal = _("This meeting was long ago. The link does not work any more.")
    return render(
        request, "councils/meeting/guest.html", {"refusal": refusal}, status=410
    )


@by_link(ANSWERS)
def guest(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """What a guest without an account reads: when and where, and what is open of the
    agenda that was sent and of the minutes that were adopted."""
    meeting = attendee.meeting
    token = guest_link.guest_token(attendee)
    reads_minutes = guest_link.reads_minutes(meeting)
    return render(
        request,
        "councils/meeting/guest.html",
        {
            "attendee": attendee,
            "meeting": meeting,
            "token": token,
            "agenda": _agenda(attendee) if guest_link.reads_agenda(meeting) else None,
            "minutes": meeting.minutes if reads_minutes else None,
            "reading": read_public(meeting) if reads_minutes else None,
            "answer_page": ""
            if meeting.is_over or meeting.is_cancelled
            else meeting_mail.answer_link(attendee),
        },
    )


def _agenda(attendee: Attendee) -> Reading:
    token = guest_link.guest_token(attendee)
    return guest_reading_of(
        attendee.meeting,
        lambda paper: reverse("councils:meeting_guest_paper", args=[token, paper]),
    )


@by_link(FILES)
def guest_agenda(request: HttpRequest, attendee: Attendee) -> HttpResponseBase:
    """The agenda as PDF; ``?stukken=1`` with its papers."""
    meeting = attendee.meeting
    reading = guest_reading_of(meeting)
    if not guest_link.reads_agenda(meeting) or not reading.lines:
        raise Http404
    with_papers = request.GET.get("stukken") == "1"
    return answer(
        request,
        lambda: agenda_pdf.sheet(
            meeting, reading, actions=[], is_public=True, with_papers=with_papers
        ),
        [_way_back(attendee)],
    )


@by_link(FILES)
def guest_minutes(request: HttpRequest, attendee: Attendee) -> HttpResponseBase:
    """The adopted minutes as PDF."""
    if not guest_link.reads_minutes(attendee.meeting):
        raise Http404
    reading = read_public(attendee.meeting)
    return answer(
        request,
        lambda: minutes_pdf.sheet(reading, is_public=True),
        [_way_back(attendee)],
    )


def _way_back(attendee: Attendee) -> tuple[str, str]:
    return capfirst(attendee.meeting.name), guest_link.guest_link(attendee)


@by_link(FILES)
def guest_paper(request: HttpRequest, attendee: Attendee, pk: UUID) -> HttpResponseBase:
    """A paper of the agenda that was sent last, in the version of that moment."""
    meeting = attendee.meeting
    sent = newest_sent(meeting) if guest_link.reads_agenda(meeting) else None
    if sent is None or str(pk) not in versions_for_guests([sent]):
        raise Http404
    version = get_object_or_404(AgendaPaperVersion, pk=pk)
    return file_response(version.file, version.filename)
