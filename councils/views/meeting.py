"""Meetings: the list and one meeting, for the council and for its guests."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from councils.models import Attendee, Meeting
from portal.context import current_council
from portal.http import UserRequest
from portal.paging import paginate
from portal.templatetags.portal import Badge

Answer = Attendee.Answer


class Line(NamedTuple):
    """One meeting of the list, and what the reader said about coming."""

    meeting: Meeting
    badge: Badge | None


def listing(request: UserRequest) -> HttpResponse:
    """The meetings of one's councils and those one is a guest of: ahead, or over."""
    is_over = request.GET.get("toon") == "geweest"
    found = Meeting.objects.visible_to(request.user).select_related("council")
    if seat := current_council(request):
        found = found.filter(council=seat.party_id)
    own = Attendee.objects.filter(meeting=OuterRef("pk"), user=request.user)
    found = found.annotate(own_answer=Subquery(own.values("answer")[:1]))
    page = paginate(request, found.over() if is_over else found.ahead())
    return render(
        request,
        "councils/meeting/list.html",
        {
            "page": page,
            "lines": [Line(each, _badge(each, is_over)) for each in page],
            "is_over": is_over,
        },
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One meeting: when and where."""
    meeting = get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("council", "location"),
        pk=pk,
    )
    return render(
        request,
        "councils/meeting/detail.html",
        {
            "meeting": meeting,
            "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
        },
    )


def _badge(meeting: Meeting, is_over: bool) -> Badge | None:
    if meeting.is_cancelled:
        return Badge(_("Called off"), "late", "no")
    answer = getattr(meeting, "own_answer", None)
    if is_over or answer is None:
        return None
    if answer == Answer.YES:
        return Badge(_("You are coming"), "done")
    if answer == Answer.NO:
        return Badge(_("You are not coming"), "", "cross")
    return Badge(_("Please answer"), "now", "question")
