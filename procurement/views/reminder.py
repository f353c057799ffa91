"""Which reminders go to the people of one's councils: coming, sent, and skipped."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from councils.permissions import Role, council_seats
from portal.http import UserRequest
from portal.paging import paginate
from portal.permissions import require
from portal.seats import Seat
from procurement.actions.reminder_foreseen import Foreseen
from procurement.expected.rounds import rounds_of
from procurement.models import Reminder

PREPARE = {Role.SECRETARY, Role.CHAIR, Role.DEPUTY_CHAIR}


@require_safe
def listing(request: UserRequest) -> HttpResponse:
    """The coming sixty days, or what was sent and what was not, with the reason."""
    seats = [seat for seat in council_seats(request.user) if seat.role in PREPARE]
    require(bool(seats))
    if request.GET.get("toon") == "geweest":
        return _past(request, seats)
    now = timezone.now()
    dues = Foreseen(seats, rounds_of(request.user, now), now).dues()
    return render(
        request, "procurement/reminder/list.html", {"dues": dues, "is_past": False}
    )


def _past(request: UserRequest, seats: list[Seat]) -> HttpResponse:
    rows = (
        Reminder.objects.filter(council__in=[seat.party_id for seat in seats])
        .select_related("rule", "phase", "council", "user")
        .order_by("-due_at", "council__name", "user__name", "pk")
    )
    return render(
        request,
        "procurement/reminder/list.html",
        {"page": paginate(request, rows), "is_past": True},
    )
