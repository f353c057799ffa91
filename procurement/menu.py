"""The main menu: at most seven words, by what a person does here."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
PEOPLE = ("councils:directory", _("People and councils"))
ADMIN = ("admin:index", _("Administration"))
MAIL_QUEUE = ("mail_queue", _("Mail queue"))


def menu_for(request: HttpRequest, seats: list[Seat]) -> list[MenuItem]:
    """The words for this reader, with the one marked that leads to this page."""
    items = []
    for name, label in _words(request, seats):
        try:
            items.append((reverse(name), label))
        except NoReverseMatch:
            continue
    return _marked(items, request.path)


def _words(request: HttpRequest, seats: list[Seat]) -> list[tuple[str, str | Promise]]:
    parties = {seat.party for seat in seats}
    administrator = [ADMIN, MAIL_QUEUE] if request.user.is_staff else []
    if "council" in parties:
        composes = any(
            seat.kind == "central" and seat.role == "secretary" for seat in seats
        )
        return [
            HOME,
            TIMELINE,
            REQUESTS,
            INPUT,
            *([COMPOSE] if composes else []),
            SUBMISSIONS,
            PEOPLE,
        ]
    if "care_office" in parties:
        return [HOME, ROUNDS, REQUESTS, DESK, PEOPLE, *administrator]
    if "organisation" in parties:
        return [HOME, TIMELINE, INPUT, SUBMISSIONS, PEOPLE, *administrator]
    return [HOME, PEOPLE, *administrator]


def _marked(items: list[tuple[str, str | Promise]], path: str) -> list[MenuItem]:
    # The longest address that this page lies under; "/" holds only itself.
    under = [
        url
        for url, _label in items
        if url == path or (url != "/" and path.startswith(url))
    ]
    current = max(under, key=len, default=None)
    return [MenuItem(label, url, url == current) for url, label in items]
