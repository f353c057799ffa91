"""Planning a meeting and all that is changed of it, for who prepares for a council."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from councils.actions import meeting as actions
from councils.actions.meeting_people import people_unasked
from councils.forms.meeting import (
    CancelForm,
    ChangeForm,
    MeetingForm,
)
from councils.forms.meeting_people import PeopleForm, PresenceForm
from councils.models import AgendaItem, Council, Meeting
from councils.permissions import can_prepare, council_ids, seats_to_prepare
from portal.errors import NotAllowedNow
from portal.held import holding
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require


def own_council(user: User, pk: UUID) -> Council:
    """A council of this person, to prepare for; of another nobody learns anything."""
    council = get_object_or_404(Council, pk=pk, pk__in=council_ids(user))
    require(can_prepare(user, council))
    return council


def own_meeting(user: User, pk: UUID) -> Meeting:
    """A meeting that this person prepares."""
    meeting = get_object_or_404(
        Meeting.objects.visible_to(user).select_related("council", "location"), pk=pk
    )
    require(can_prepare(user, meeting.council))
    return meeting


def held(request: UserRequest, pk: UUID) -> list[Meeting]:
    return [own_meeting(request.user, pk)]


def ahead_or_back(request: UserRequest, meeting: Meeting) -> HttpResponse | None:
    """None for a meeting that can still be changed; else the way back, with why.

    Of what somebody typed the action says so, and it stays in the form.
    """
    if request.method == "POST":
        return None
    if meeting.is_cancelled:
        reason = _("This meeting is called off.")
    elif meeting.is_over:
        reason = _("This meeting is over.")
    else:
        return None
    messages.info(request, reason)
    return redirect(meeting)


def crumbs_of(meeting: Meeting) -> list[tuple[str, str]]:
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (capfirst(meeting.name), meeting.get_absolute_url()),
    ]


def where(request: UserRequest) -> HttpResponse:
    """For which council, and one meeting or the roster of a year."""
    seats = seats_to_prepare(request.user)
    require(bool(seats))
    return render(
        request,
        "councils/meeting/where.html",
        {
            "seats_to_plan": seats,
            "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
        },
    )


def create(request: UserRequest, pk: UUID) -> HttpResponse:
    """Plan one meeting; nobody is told yet."""
    council = own_council(request.user, pk)
    form = MeetingForm(request.POST or None, instance=Meeting(council=council))
    if request.method == "POST" and form.is_valid():
        typed = form.save(commit=False)
        meeting = actions.plan(typed, by=request.user)
        if _is_the_same(meeting, typed):
            messages.success(
                request, _("The meeting is planned. Nobody has been told yet.")
            )
            return redirect(meeting)
        form.add_error(
            "starts_at",
            _(
                "Such a meeting is planned for this moment already. Choose another, or"
                " give this one a name of its own."
            ),
        )
    return render(
        request,
        "councils/meeting/form.html",
        {
            "form": form,
            "council": council,
            "back": reverse("councils:meeting_list"),
            "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
        },
    )


def _is_the_same(planned: Meeting, typed: Meeting) -> bool:
    """Whether it is planned as it was typed, now or by the first of two presses."""
    fields = [*actions.TIME_AND_PLACE, "with_board"]
    return all(getattr(planned, name) == getattr(typed, name) for name in fields)


@holding(held)
def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Change a meeting; another time or place is mailed to who was invited."""
    meeting = own_meeting(request.user, pk)
    if back := ahead_or_back(request, meeting):
        return back
    told = meeting.attendees.filter(invited_at__isnull=False).count()
    crumbs = crumbs_of(meeting)
    form = ChangeForm(request.POST or None, instance=meeting)
    if request.method == "POST" and form.is_valid():
        before = meeting.sequence
        try:
            meeting = actions.move(form.save(commit=False), by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _saved(meeting.sequence > before, told))
            return redirect(meeting)
    return render(
        request,
        "councils/meeting/form.html",
        {
            "form": form,
            "council": meeting.council,
            "meeting": meeting,
            "told": told,
            "back": meeting.get_absolute_url(),
            "crumbs": crumbs,
        },
    )


def _saved(has_moved: bool, told: int) -> str:
    if not (has_moved and told):
        return _("The meeting is changed.")
    return ngettext(
        "The meeting is changed. %(count)s person gets a mail.",
        "The meeting is changed. %(count)s people get a mail.",
        told,
    ) % {"count": told}


@holding(held)
def cancel(request: UserRequest, pk: UUID) -> HttpResponse:
    """Call a meeting off, with the reason."""
    meeting = own_meeting(request.user, pk)
    if back := ahead_or_back(request, meeting):
        return back
    form = CancelForm(request.POST or None)
    waits = _has_own_items(meeting)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if meeting.is_cancelled and meeting.cancelled_because == reason:
            return redirect(meeting)  # pressed twice
        try:
            actions.cancel(meeting, reason=reason, by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The meeting is called off."))
            if waits:
                messages.info(request, _("Its items are on the waiting list now."))
            return redirect(meeting)
    return render(
        request,
        "councils/meeting/cancel.html",
        {
            "form": form,
            "meeting": meeting,
            "told": meeting.attendees.filter(invited_at__isnull=False).count(),
            "waits": waits,
            "crumbs": crumbs_of(meeting),
        },
    )


def _has_own_items(meeting: Meeting) -> bool:
    """Whether more is on the agenda than what returns at every meeting."""
    standing = AgendaItem.Origin.STANDING
    return meeting.items.in_order().exclude(origin=standing).exists()


@require_POST
def invite(request: UserRequest, pk: UUID) -> HttpResponse:
    """Send the invitations to who did not get one yet."""
    meeting = own_meeting(request.user, pk)
    try:
        actions.invite(meeting, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitations are on their way."))
    return redirect(meeting)


@holding(held)
def people(request: UserRequest, pk: UUID) -> HttpResponse:
    """Who is asked beside the council."""
    meeting = own_meeting(request.user, pk)
    if back := ahead_or_back(request, meeting):
        return back
    form = PeopleForm(request.POST or None, meeting=meeting)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_people(meeting, by=request.user, **form.chosen())
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The list of people is saved."))
            return redirect(meeting)
    return render(
        request,
        "councils/meeting/people.html",
        {"form": form, "meeting": meeting, "crumbs": crumbs_of(meeting)},
    )


@holding(held)
def presence(request: UserRequest, pk: UUID) -> HttpResponse:
    """Write down who was there; whether there was a quorum follows from it."""
    meeting = own_meeting(request.user, pk)
    is_now = not meeting.is_cancelled and meeting.starts_at <= timezone.now()
    if request.method != "POST" and not is_now:
        reason = _("This meeting is called off.")
        if not meeting.is_cancelled:
            reason = _("This meeting has not begun yet.")
        messages.info(request, reason)
        return redirect(meeting)
    attendees = list(meeting.attendees.all())
    form = PresenceForm(
        request.POST or None, attendees=attendees, others=people_unasked(meeting)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_presence(meeting, by=request.user, **form.chosen())
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Who was there is saved."))
            if request.GET.get("van") == "verslag":
                return redirect("councils:minutes_edit", meeting.pk)
            return redirect(meeting)
    return render(
        request,
        "councils/meeting/presence.html",
        {
            "form": form,
            "meeting": meeting,
            "crumbs": crumbs_of(meeting),
        },
    )
