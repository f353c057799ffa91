"""No page keeps anybody out: read as the people of the demo story come by it.

What comes after a step of the login stands in ``portal/test_login_browser.py``.
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from portal.models import User
from portal.templatetags.portal import _constant as constant_parts
from portal.templatetags.portal import _drawn as drawn_parts
from procurement.demo.world import PEOPLE
from tests.login import with_two_steps
from tests.marked_story import AMSTELBOOG, SCHELPENRUG, VLIERKADE, tell
from tests.test_access import addresses, client_of, routes
from tests.unfinished import Unfinished, last_meeting, links_of_mails
from tests.visits import Visit, route_of, wander

TEMPLATES = Path(settings.BASE_DIR, "templates")
NAMES = {key: name for key, name, _role in PEOPLE}
# The draft of the buyer stands under what was asked before.
BUYER, SECRETARY = "fatma", "marijke"
# Between them they come by every template.
SOME = ["riet", "harm", "truus", SECRETARY, "esther", BUYER, "ineke"]
VISITOR = "a visitor"
VISITOR_STARTS = ["/inloggen/", "/demo/", "/controle/", "/woorden/"]


class Tour:
    """The pages that each person of the story comes by."""

    def __init__(self) -> None:
        call_command("seed_demo", verbosity=0)
        Unfinished().add()
        self._mails = links_of_mails()
        # To this page a button of the minutes leads.
        self._presence = reverse("councils:meeting_presence", args=[last_meeting().pk])

    def client(self, key: str) -> Client:
        client = Client()
        if key != VISITOR:
            user = User.objects.get(name=NAMES[key])
            client.force_login(user)
            with_two_steps(client, user)
        return client

    def of(self, key: str, *, at_most: int | None = None) -> list[Visit]:
        """``at_most``: so many pages of each kind."""
        start = [*VISITOR_STARTS, *self._mails] if key == VISITOR else ["/"]
        if key == SECRETARY:
            start.append(self._presence)
        return wander(self.client(key), key, start, at_most=at_most)

    def of_some(self, *, at_most: int) -> list[Visit]:
        limits = dict.fromkeys([VISITOR, *SOME], at_most) | {BUYER: None}
        walks = [self.of(key, at_most=limit) for key, limit in limits.items()]
        return list(chain.from_iterable(walks))


@pytest.fixture(autouse=True)
def showing(settings):
    settings.DEMO = True


class Eyes:
    """Opens pages in a browser, as this or that person."""

    def __init__(self, page: Page, site: str, tour: Tour, barriers) -> None:
        self.page, self.site, self.tour, self.barriers = page, site, tour, barriers
        self.who = VISITOR

    def become(self, key: str) -> None:
        if key == self.who:
            return
        self.who = key
        self.page.context.clear_cookies()
        cookie = self.tour.client(key).cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie:
            self.page.context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": self.site}]
            )

    def open(self, visit: Visit, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(self.site + visit.address)

    def too_wide(self) -> list[str]:
        """Whether one has to scroll sideways to read all of the page."""
        needed, has = self.page.evaluate(
            "[document.documentElement.scrollWidth, innerWidth]"
        )
        return [f"needs {needed} of {has}"] if needed > has else []


@pytest.fixture
def eyes(page: Page, live_server, barriers) -> Eyes:
    return Eyes(page, live_server.url, Tour(), barriers)


def one_for_each(visits: Iterable[Visit], what) -> list[Visit]:
    """The first visit for each value of ``what``."""
    found: dict[object, Visit] = {}
    for visit in visits:
        if visit.is_page:
            found.setdefault(what(visit), visit)
    return list(found.values())


def faults_of(visits: Iterable[Visit]) -> dict[tuple[str, str], list[str]]:
    """What is wrong with the HTML of each page, or with its answer."""
    return without_nothing(
        {
            (visit.person, visit.address): [
                *([] if visit.status == 200 else [f"status {visit.status}"]),
                *(visit.faults() if visit.is_page else []),
            ]
            for visit in visits
        }
    )


def without_nothing(found: dict) -> dict:
    return {name: wrong for name, wrong in found.items() if wrong}


# --- In make test: one page of every template ------------------------------------

# Templates that no link leads to, and where they are looked at instead.
WHAT_WENT_WRONG = {  # test_frame_browser.py
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "account/account_inactive.html",
}
STEPS_OF_THE_LOGIN = {  # test_login_browser.py
    "account/_other_ways.html",
    "account/_passkey.html",
    "account/confirm.html",
    "account/confirm_address.html",
    "account/confirm_by_mail.html",
    "account/confirm_login_code.html",
    "account/confirm_password_reset_code.html",
    "account/logout.html",
    "account/password_reset_from_key.html",
    "account/password_set.html",
    "account/reauthenticate.html",
    "mfa/_code.html",
    "mfa/authenticate.html",
    "mfa/reauthenticate.html",
    "mfa/recovery_codes/generate.html",
    "mfa/recovery_codes/index.html",
    "mfa/webauthn/add_form.html",
    "mfa/webauthn/authenticator_confirm_delete.html",
    "mfa/webauthn/reauthenticate.html",
}
# Shown once, in answer to a press; read by the tests of their subject.
AFTER_A_PRESS = {
    "components/diff.html",
    "components/messages.html",
    "components/typed.html",
    "councils/agenda/_region.html",
    "councils/agenda/given_back.html",
    "councils/importing/preview.html",
    "councils/meeting/roster.html",
    "councils/minutes/given_back.html",
    "procurement/_theirs.html",
    "procurement/council_input/conflict.html",
    "procurement/council_input/given_back.html",
    "portal/printout/_progress.html",
    "procurement/submission/_reactions.html",
    "portal/printout/wait.html",
}
NO_PAGES = {
    "admin/base_site.html",  # Django's own pages
    "mail/layout.html",
}
NOT_ON_A_WALK = WHAT_WENT_WRONG | STEPS_OF_THE_LOGIN | AFTER_A_PRESS | NO_PAGES


@pytest.mark.django_db
def test_every_template_is_met_on_a_walk_and_every_page_is_valid():
    # A part that was drawn before, for the same words or for all, is not drawn again.
    drawn_parts.cache_clear()
    constant_parts.cache_clear()
    visits = Tour().of_some(at_most=3)
    met = {name for visit in visits for name in visit.templates}
    ours = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}

    assert sorted(ours - met) == sorted(NOT_ON_A_WALK)
    assert faults_of(visits) == {}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_template_has_barriers_on_a_telephone(eyes):
    found = {}
    visits = eyes.tour.of_some(at_most=1)
    for visit in one_for_each(visits, lambda visit: visit.template):
        eyes.become(visit.person)
        eyes.open(visit, 390)
        found[visit.template] = eyes.barriers(eyes.page) + eyes.too_wide()

    assert without_nothing(found) == {}


# --- In make prove: the pages of everybody ---------------------------------------


@pytest.mark.prove
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_of_anybody_has_barriers(eyes):
    """Two pages of each route for each person: read strictly, and never too wide for a
    small telephone. What is built of the same pieces is examined once by axe."""
    found: dict[tuple[str, str], list[str]] = {}
    examined = set()
    for key in [VISITOR, *NAMES]:
        visits = eyes.tour.of(key, at_most=2)
        found |= faults_of(visits)
        eyes.become(key)
        for visit in visits:
            if not visit.is_page:
                continue
            eyes.open(visit, 320)
            wrong = eyes.too_wide()
            if visit.joints() not in examined:
                examined.add(visit.joints())
                wrong += eyes.barriers(eyes.page)
                eyes.open(visit, 1280)
                wrong += eyes.too_wide() + eyes.barriers(eyes.page)
            found.setdefault((key, visit.address), []).extend(wrong)

    assert without_nothing(found) == {}


# Routes that somebody may open and that no link from home leads to, and why.
WITHOUT_A_LINK = {
    "a step of the login, to which the login itself leads": {
        "account_confirm_by_mail",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_generate_recovery_codes",
    },
    "for who is not logged in, or no longer": {
        "account_inactive",
        "account_reset_password",
    },
    "a press in the menu": {"account_logout"},
    "linked where passkeys work, which needs https": {"mfa_add_webauthn"},
    "for machines that watch the site": {"healthz", "readyz"},
    "printed on a paper": {"verify", "procurement:submission_verify"},
    "what the page of the submission itself shows": {
        "procurement:desk_answer",
        "procurement:submission_version",
        "procurement:work_plan_version",
    },
    "a month that is further away than these walks go": {"procurement:calendar_month"},
}
# Lists of what other parties do: empty for these people.
OFFICES = AMSTELBOOG | SCHELPENRUG
LISTS_OF_OTHERS = {
    "councils:action_list": {*OFFICES, *VLIERKADE, "ineke"},
    "councils:decision_list": {*OFFICES, *VLIERKADE, "ineke"},
    "councils:meeting_list": {"ineke"},
    "councils:paper_list": {*OFFICES, *VLIERKADE, "ineke"},
    "councils:ready_item_detail": {*OFFICES, *VLIERKADE, "ineke"},
    "councils:ready_item_list": {*OFFICES, *VLIERKADE, "ineke"},
    "procurement:calendar_now": {"ineke"},
    "procurement:calendar_year_pdf": {"ineke"},
    "procurement:cycle_list": {"ineke"},
    "procurement:feed_show": {"ineke"},
    "procurement:input_list": {*OFFICES, "ineke"},
    "procurement:input_where": {*OFFICES, *VLIERKADE, "ineke"},
    "procurement:request_list": {*VLIERKADE, "ineke"},
    "procurement:response_list": {*OFFICES, "ineke"},
    "procurement:submission_list": {*OFFICES, "ineke"},
    "procurement:work_plan_list": {*OFFICES, "ineke"},
    "procurement:used_list": {*OFFICES, *VLIERKADE, "ineke"},
}


@pytest.mark.prove
@pytest.mark.django_db
def test_every_page_that_somebody_may_open_is_linked_from_home():
    """Whatever address of ``test_access`` answers a person, that person also meets by
    following links; and so with every page that somebody else meets."""
    marked = tell()
    named = [
        (name, url)
        for name, _pattern in routes()
        for url, _readers in addresses(name, marked, most=6)
    ]
    Unfinished().add()
    clients = {key: client_of(marked, key) for key in NAMES}
    walks = {key: wander(client, key) for key, client in clients.items()}
    met = {
        (route_of(visit.address), visit.address)
        for visit in chain.from_iterable(walks.values())
        if visit.is_page and "?" not in visit.address
    }
    excused = set().union(*WITHOUT_A_LINK.values())
    to_open = sorted(each for each in {*named, *met} if each[0] not in excused)
    lost = []
    for key, walk in walks.items():
        linked = {visit.address.partition("?")[0] for visit in walk}
        lost += [
            (key, route, address)
            for route, address in to_open
            if address not in linked
            and key not in LISTS_OF_OTHERS.get(route, ())
            and clients[key].get(address).status_code == 200
        ]

    assert lost == []
