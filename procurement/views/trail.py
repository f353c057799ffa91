"""What happened in a council: who did what, and when."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from councils.permissions import acting_council, can_prepare
from portal.http import UserRequest
from portal.paging import paginate
from portal.permissions import require
from procurement.trail import events_for, line_of


@require_safe
def listing(request: UserRequest, pk: UUID) -> HttpResponse:
    """The trail of one's own council, the newest first."""
    council = acting_council(request.user, pk)
    if council is None:
        raise Http404
    require(can_prepare(request.user, council))
    page = paginate(request, events_for(request.user, council))
    return render(
        request,
        "procurement/trail/list.html",
        {
            "council": council,
            "page": page,
            "lines": [line_of(event) for event in page],
        },
    )
