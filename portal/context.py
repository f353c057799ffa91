"""What every page knows: the menu, the seats of the reader, and where to get help."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal.menu import MenuItem
from portal.moments import nl_short_date
from portal.seats import Seat, seats_of

# The session's key for the council that the reader looks at; set by ``switch_council``.
COUNCIL_KEY = "council"


class Bar(NamedTuple):
    """The bar on top: all that it shows, and nothing more."""

    # Of who is logged in; a visitor has no bar of this kind.
    name: str
    menu: tuple[MenuItem, ...]
    # For whom one acts here: the ids and names of councils, or else one name.
    councils: tuple[tuple[str, str], ...]
    party: str
    # The council that was chosen to look at, and the page to come back to.
    current: str
    here: str
    # Whose place one takes for a while, and until when, a sentence each.
    places: tuple[str, ...] = ()

    @property
    def current_name(self) -> str:
        return dict(self.councils).get(self.current, "")


def site(request: HttpRequest) -> dict[str, object]:
    """The frame around every page; costs no query beside the seats."""
    user = getattr(request, "user", None)
    seats = seats_of(user) if user else []
    councils = [seat for seat in seats if seat.party == "council"]
    return {
        "bar": _bar(request, seats, councils),
        "seats": seats,
        "council_seats": councils,
        "help_phone": settings.HELP_PHONE,
        "help_phone_link": "tel:" + settings.HELP_PHONE.replace(" ", ""),
        "help_email": settings.HELP_EMAIL,
        "is_demo": settings.DEMO,
    }


def _bar(request: HttpRequest, seats: list[Seat], councils: list[Seat]) -> Bar | None:
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return None
    current = current_council(request)
    return Bar(
        name=user.get_full_name() or user.email,
        menu=tuple(import_string(settings.MENU_FOR)(request, seats)),
        councils=tuple((str(seat.party_id), seat.party_name) for seat in councils),
        party=seats[0].party_name if seats else "",
        current=str(current.party_id) if current else "",
        here=request.get_full_path() if len(councils) > 1 else "",
        places=tuple(_places(councils)),
    )


def _places(councils: list[Seat]) -> Iterator[str]:
    for seat in councils:
        for (_role, until), name in zip(
            seat.stands_in, seat.stands_in_names, strict=True
        ):
            yield _(
                "You take the place of the %(role)s of %(council)s up to and including "
                "%(date)s."
            ) % {
                "role": name,
                "council": seat.party_name,
                "date": nl_short_date(until),
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
