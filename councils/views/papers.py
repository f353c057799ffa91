"""Agendas and minutes as PDF: whole for who may read all, or for anybody."""

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase

from councils.exports import minutes_pdf
from councils.minutes_reading import may_read, read, read_public
from councils.permissions import is_member
from councils.views.minutes_writing import get_meeting
from portal.http import UserRequest
from portal.pdf import pdf_response

PUBLIC = "openbaar"


def minutes(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """The minutes; ``?versie=openbaar`` for what can be given to anybody."""
    meeting = get_meeting(request, pk)
    if not may_read(request.user, meeting):
        raise Http404
    is_public = _is_public(request) or not is_member(request.user, meeting.council)
    reading = read_public(meeting) if is_public else read(request.user, meeting)
    return pdf_response(
        minutes_pdf.render(reading, is_public=is_public),
        minutes_pdf.filename(reading, is_public=is_public),
    )


def _is_public(request: UserRequest) -> bool:
    return request.GET.get("versie") == PUBLIC
