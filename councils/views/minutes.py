"""The minutes of a meeting to read, and how a draft becomes final."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from councils.actions import minutes as actions
from councils.forms.minutes import AdoptForm
from councils.minutes_reading import may_read, minutes_of, read
from councils.models import Meeting, Minutes
from councils.permissions import can_prepare, is_member
from councils.views.minutes_writing import get_meeting, has_begun, not_now
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.moments import nl_date
from portal.permissions import require
from portal.templatetags.portal import Badge

Status = Minutes.Status


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """The minutes for the council; for a guest what is open, once they were sent."""
    meeting = get_meeting(request, pk)
    of_council = is_member(request.user, meeting.council)
    readable = may_read(request.user, meeting)
    if not of_council and not readable:
        raise Http404
    if not has_begun(meeting):
        return not_now(request, meeting)
    minutes = minutes_of(meeting)
    may_write = can_prepare(request.user, meeting.council)
    may_adopt = may_write and minutes is not None and minutes.status == Status.DRAFT
    # With what is needed to adopt them: the later meetings that have begun.
    reading = read(request.user, meeting, to_write=may_adopt) if readable else None
    return render(
        request,
        "councils/minutes/detail.html",
        {
            "meeting": meeting,
            "minutes": minutes,
            "reading": reading,
            "badge": badge_of(minutes),
            "of_council": of_council,
            "may_write": may_write and not (minutes and minutes.is_adopted),
            "may_adopt": may_adopt,
            "adopts_now": may_adopt and bool(reading and reading.later),
            "crumbs": crumbs_of(meeting),
        },
    )


def adopt(request: UserRequest, pk: UUID) -> HttpResponse:
    """Note in which later meeting the draft was adopted; then nothing changes in it."""
    meeting = get_meeting(request, pk)
    require(can_prepare(request.user, meeting.council))
    minutes = minutes_of(meeting)
    if minutes is None or minutes.status != Status.DRAFT:
        return redirect("councils:minutes_detail", pk)
    reading = read(request.user, meeting, to_write=True)
    choices = [
        (str(each.pk), f"{nl_date(each.day)}, {each.name}")
        for each in reversed(reading.later)
    ]
    if not choices:
        return _no_later_meeting(request, pk)
    form = AdoptForm(
        request.POST or None,
        meetings=choices,
        initial={"meeting": request.GET.get("in") or choices[0][0]},
    )
    is_ready = request.method == "POST" and form.is_valid()
    if is_ready and _adopt(request, minutes, form):
        chosen = form.cleaned_data["meeting"]
        if chosen == request.GET.get("in"):
            # From the minutes of that meeting, which go on.
            return redirect("councils:minutes_edit", chosen)
        return redirect("councils:minutes_detail", pk)
    return render(
        request,
        "councils/minutes/adopt.html",
        {
            "meeting": meeting,
            "form": form,
            "crumbs": [
                *crumbs_of(meeting),
                (_("Minutes"), reverse("councils:minutes_detail", args=[pk])),
            ],
        },
    )


def _no_later_meeting(request: UserRequest, pk: UUID) -> HttpResponse:
    """Back to a draft that no later meeting can adopt yet."""
    messages.info(
        request,
        _(
            "Minutes are adopted in a later meeting of the council."
            " As soon as one has begun, you can choose it here."
        ),
    )
    return redirect("councils:minutes_detail", pk)


def _adopt(request: UserRequest, minutes: Minutes, form: AdoptForm) -> bool:
    later = Meeting.objects.visible_to(request.user)
    try:
        actions.adopt(
            minutes,
            meeting=later.get(pk=form.cleaned_data["meeting"]),
            by=request.user,
        )
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        _("The minutes of %(date)s are adopted. Nothing changes in them any more.")
        % {"date": nl_date(minutes.meeting.starts_at)},
    )
    return True


def badge_of(minutes: Minutes | None) -> Badge | None:
    """How the minutes stand, in a word."""
    if minutes is None:
        return None
    if minutes.status == Status.ADOPTED:
        return Badge(_("Adopted"), "done")
    if minutes.status == Status.DRAFT:
        return Badge(_("Draft, sent round"), "now", "clock")
    return Badge(_("Being written"), "wait", "pencil")


def crumbs_of(meeting: Meeting) -> list[tuple[str, str]]:
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (capfirst(meeting.name), meeting.get_absolute_url()),
    ]
