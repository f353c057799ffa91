"""Which reminders go to the people of one's councils: coming, sent, and skipped."""

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from councils.permissions import seats_to_prepare
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from portal.seats import Seat
from procurement.actions.reminder_foreseen import Foreseen
from procurement.expected.rounds import rounds_of
from procurement.models import HELPERS, Answer, Reminder, ReminderRule


@require_safe
def listing(request: UserRequest) -> HttpResponse:
    """The coming sixty days, or what was sent and what was not, with the reason."""
    seats = seats_to_prepare(request.user)
    require(bool(seats))
    if request.GET.get("toon") == "geweest":
        return _past(request, seats)
    now = timezone.now()
    foreseen = Foreseen(seats, rounds_of(request.user, now), now)
    return render(
        request,
        "procurement/reminder/list.html",
        {
            "dues": foreseen.dues(),
            "when_answered": foreseen.when_answered(),
            "is_past": False,
        },
    )


def _past(request: UserRequest, seats: list[Seat]) -> HttpResponse:
    rows = (
        Reminder.objects.filter(council__in=[seat.party_id for seat in seats])
        .exclude(_about_closed_words(request.user, seats))
        .select_related("rule", "phase", "council", "user")
        .order_by("-due_at", "council__name", "user__name", "pk")
    )
    return render(
        request,
        "procurement/reminder/list.html",
        {"page": paginate(request, rows), "is_past": True},
    )


def _about_closed_words(user: User, seats: list[Seat]) -> Q:
    """Mails about answers to words that a council closed to this secretary: that they
    are there would be told by who got one."""
    readable = Answer.objects.visible_to(user).filter(published_at=OuterRef("due_at"))
    of_council = Q(item__sources__council=OuterRef("council"))
    of_council |= Q(item__version__submission__council=OuterRef("council"))
    helped = [seat.party_id for seat in seats if seat.role in HELPERS]
    return Q(
        ~Exists(readable.filter(of_council)),
        rule__moment=ReminderRule.Moment.ANSWERS,
        council__in=helped,
    )
