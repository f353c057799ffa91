"""What every page knows: the menu, the seats of the reader, and where to get help."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from portal.menu import MenuItem
from portal.seats import Seat, seats_of

# The session's key for the council that the reader looks at; set by ``switch_council``.
COUNCIL_KEY = "council"


def site(request: HttpRequest) -> dict[str, object]:
    """The frame around every page; costs no query beside the seats."""
    user = getattr(request, "user", None)
    seats = seats_of(user) if user else []
    councils = [seat for seat in seats if seat.party == "council"]
    current = current_council(request)
    return {
        "menu": _menu(request, seats),
        "seats": seats,
        "council_seats": councils,
        "current_council": current,
        "current_council_id": current.party_id if current else None,
        "help_phone": settings.HELP_PHONE,
        "help_phone_link": "tel:" + settings.HELP_PHONE.replace(" ", ""),
        "help_email": settings.HELP_EMAIL,
        "is_demo": settings.DEMO,
    }


def current_council(request: HttpRequest) -> Seat | None:
    """The seat in the council that the reader chose to look at; a filter, no right."""
    session = getattr(request, "session", None)
    chosen = session.get(COUNCIL_KEY) if session else None
    user = getattr(request, "user", None)
    for seat in seats_of(user) if user and chosen else []:
        if seat.party == "council" and str(seat.party_id) == chosen:
            return seat
    return None


def _menu(request: HttpRequest, seats: list[Seat]) -> list[MenuItem]:
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return []
    return import_string(settings.MENU_FOR)(request, seats)
