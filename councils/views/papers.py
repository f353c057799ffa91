"""Agendas and minutes as PDF: whole for who may read all, or for anybody."""

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from councils.agenda_reading import Reading, public_reading_of, reading_of
from councils.exports import agenda_pdf, minutes_pdf
from councils.minutes_reading import may_read, read, read_public
from councils.models import ActionItem, Meeting
from councils.permissions import is_member
from councils.views.minutes_writing import get_meeting
from portal.http import UserRequest
from portal.views_printout import answer

PUBLIC = "openbaar"


def minutes(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """The minutes; ``?versie=openbaar`` for what can be given to anybody."""
    meeting = get_meeting(request, pk)
    if not may_read(request.user, meeting):
        raise Http404
    is_public = _is_public(request) or not is_member(request.user, meeting.council)
    reading = read_public(meeting) if is_public else read(request.user, meeting)
    return answer(
        request,
        lambda: minutes_pdf.sheet(reading, is_public=is_public),
        [
            *_crumbs(meeting),
            (_("Minutes"), reverse("councils:minutes_detail", args=[pk])),
        ],
    )


def agenda(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """The agenda; ``?versie=openbaar`` for anybody, ``?stukken=1`` with its papers.

    A guest has what was sent to guests.
    """
    meeting = get_meeting(request, pk)
    is_own = is_member(request.user, meeting.council)
    is_public = _is_public(request) and is_own
    reading = (
        public_reading_of(meeting) if is_public else reading_of(meeting, request.user)
    )
    if not is_own and not reading.lines:
        raise Http404
    with_papers = request.GET.get("stukken") == "1"
    actions = _open_actions(request, meeting, reading) if is_own else []
    return answer(
        request,
        lambda: agenda_pdf.sheet(
            meeting,
            reading,
            actions=actions,
            is_public=is_public,
            with_papers=with_papers,
        ),
        _crumbs(meeting),
    )


def _crumbs(meeting: Meeting) -> list[tuple[str, str]]:
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (capfirst(meeting.name), meeting.get_absolute_url()),
    ]


def _open_actions(
    request: UserRequest, meeting: Meeting, reading: Reading
) -> list[ActionItem]:
    """What waits to be done in the council, if it is on the agenda to go through."""
    if not any(line.is_of_actions for line in reading.lines):
        return []
    rows = ActionItem.objects.visible_to(request.user).open()
    return list(rows.filter(council=meeting.council_id).select_related("owner"))


def _is_public(request: UserRequest) -> bool:
    return request.GET.get("versie") == PUBLIC
