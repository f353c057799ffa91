"""The main menu: at most seven words, by what a person does here."""

from collections.abc import Sequence
from functools import cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from councils.models import Council
from councils.permissions import PREPARERS
from portal.menu import MenuItem
from portal.seats import Seat

HOME = ("home", _("Home"))
TIMELINE = ("procurement:cycle_list", _("Timeline"))
ROUNDS = ("procurement:cycle_list", _("Rounds"))
REQUESTS = ("procurement:request_list", _("Requests"))
INPUT = ("procurement:input_list", _("Input"))
COMPOSE = ("procurement:composition_list", _("Compose"))
SUBMISSIONS = ("procurement:submission_list", _("Submissions"))
DESK = ("procurement:desk_list", _("Submissions"))
MEETINGS = ("councils:meeting_list", _("Meetings"))
PEOPLE = ("councils:directory", _("People and councils"))
ADMIN = ("admin:index", _("Administration"))
MAIL_QUEUE = ("mail_queue", _("Mail queue"))
AT_MOST = 7
# Pages that do not lie under the address of the word that they belong to: of these
# words the first that a menu has.
BELONGS_TO = {
    "calendar": [MEETINGS],
    "composition": [COMPOSE],
    "feed": [MEETINGS],
    "input": [INPUT],
    "paragraph": [COMPOSE],
    "phase": [TIMELINE],
    "reminder": [HOME],
    "request": [REQUESTS, TIMELINE],
    "response": [SUBMISSIONS],
    "suggestion": [MEETINGS],
    "trail": [PEOPLE],
    "used": [INPUT],
    "work": [TIMELINE],
}


# Asked for by every page, and the same as long as a process lives.
_address = cache(reverse)


def menu_for(request: HttpRequest, seats: list[Seat]) -> list[MenuItem]:
    """The words for this reader, with the one marked that leads to this page."""
    items = [(_address(name), label) for name, label in _words(request, seats)]
    return _marked(items, _home_of(request, {url for url, _label in items}))


def _words(
    request: HttpRequest, seats: list[Seat]
) -> Sequence[tuple[str, str | Promise]]:
    parties = {seat.party for seat in seats}
    if "council" in parties:
        words = [HOME, TIMELINE, INPUT, SUBMISSIONS, MEETINGS, PEOPLE]
        if any(
            seat.kind == Council.Kind.CENTRAL and seat.acts_as & PREPARERS
            for seat in seats
        ):
            words.insert(3, COMPOSE)
    elif "care_office" in parties:
        words = [HOME, ROUNDS, REQUESTS, DESK, MEETINGS, PEOPLE]
    elif "organisation" in parties:
        words = [HOME, TIMELINE, INPUT, SUBMISSIONS, MEETINGS, PEOPLE]
    else:
        words = [HOME, PEOPLE]
    if request.user.is_staff:
        words += [ADMIN, MAIL_QUEUE]
    return words[:AT_MOST]


def _home_of(request: HttpRequest, urls: set[str]) -> str:
    """The address in the menu that the page belongs to, or else its own."""
    match = request.resolver_match
    if match and match.app_name == "procurement":
        subject = (match.url_name or "").partition("_")[0]
        for name, _label in BELONGS_TO.get(subject, []):
            if _address(name) in urls:
                return _address(name)
    return request.path


def _marked(items: list[tuple[str, str | Promise]], path: str) -> list[MenuItem]:
    # The longest address that this page lies under; "/" holds only itself.
    under = [
        url
        for url, _label in items
        if url == path or (url != "/" and path.startswith(url))
    ]
    current = max(under, key=len, default=None)
    return [MenuItem(str(label), url, url == current) for url, label in items]
