"""The main job, from a member's words to the answer, by keyboard alone."""

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from procurement.models import Answer, CouncilInput, Submission
from tests.factories import (
    CareOfficeMembershipFactory,
    LocationFactory,
    ThemeFactory,
)
from tests.keyboard import Keyboard
from tests.login import with_two_steps
from tests.procurement.rounds import Summer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "Op zondag is er geen koffie en niemand die even gaat zitten."
TOGETHER = "Bewoners missen op zondag gezelschap."
REASON = "Wij spreken met elke aanbieder af dat er op zondag iemand is."


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-14 10:00+02:00", tick=True):
        yield


@pytest.fixture
def summer():
    ThemeFactory(name="zinvolle dag")
    summer = Summer()
    LocationFactory(organisation=summer.organisation, name="De Watergang")
    return summer


@pytest.fixture
def sit_down(new_context, live_server):
    """Puts a person at a keyboard of their own, at home; asserts what it showed."""
    keyboards = []

    def sit(person) -> Keyboard:
        client = Client()
        client.force_login(person)
        with_two_steps(client, person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = new_context()
        context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url)
        keyboards.append(Keyboard(page))
        return keyboards[-1]

    yield sit
    assert [stop for each in keyboards for stop in each.unseen] == []


def write_and_share(keyboard: Keyboard) -> None:
    keyboard.follow("link", "Inbreng")
    keyboard.follow("link", "Schrijf inbreng")
    keyboard.choose("Een zorg", "Een zorg")
    keyboard.write("Vertel het in uw eigen woorden", WORDS, exact=False)
    keyboard.tick("Ik heb gekeken")
    keyboard.write("Geef het een korte naam", "Zondag zonder koffie", exact=False)
    keyboard.choose("Vertrouwen", "Goed leven")
    keyboard.select("Thema", "zinvolle")
    keyboard.choose("Met anderen", "Met niemand")
    keyboard.tick("De centrale raad")
    keyboard.tick("Het zorgkantoor")
    keyboard.follow("button", "Geef door aan mijn raad")


def compose_and_offer(keyboard: Keyboard) -> None:
    keyboard.follow("link", "Samenstellen")
    keyboard.follow("link", "Inkoopronde 2028", exact=False)
    keyboard.follow("link", "Schrijf met", exact=False)
    keyboard.write("Titel", "De zondag", exact=False)
    keyboard.write("Zinnen van stukje 1", TOGETHER)
    keyboard.select("Soort", "Zorg")
    keyboard.select("Doel", "Goed")
    keyboard.select("Thema", "zinvolle")
    keyboard.follow("button", "Bewaar de alinea")
    keyboard.follow("link", "Indieningen")
    keyboard.follow("button", "Begin", exact=False)
    keyboard.follow("button", "Voeg alles toe")
    keyboard.follow("link", "Kijk na en zet klaar")
    keyboard.tick("Ik heb alles gelezen")
    keyboard.follow("button", "Zet klaar om te tekenen")


def read_and_sign(keyboard: Keyboard) -> None:
    keyboard.follow("link", "Indieningen")
    keyboard.follow("link", "Inkoopronde 2028", exact=False)
    keyboard.follow("link", "Ga naar ondertekenen")
    keyboard.tick("Ik heb de hele tekst gelezen")
    keyboard.tick("De raad is het ermee eens")
    keyboard.follow("button", "Onderteken en verstuur")


def answer_and_publish(keyboard: Keyboard) -> None:
    keyboard.follow("link", "Indieningen")
    keyboard.follow("link", "Centrale raad")
    keyboard.follow("link", "Beantwoord het volgende punt")
    keyboard.choose("Overgenomen", "Overgenomen")
    keyboard.write("Reden", REASON, exact=False)
    keyboard.follow("button", "Bewaar het concept")
    keyboard.follow("link", "Publiceer alle antwoorden samen")
    keyboard.follow("button", "Publiceer de antwoorden")


def test_words_of_a_member_reach_the_care_office_and_come_back(summer, sit_down):
    member = summer.person()
    secretary = summer.person(summer.central, "secretary")
    chair = summer.person(summer.central, "chair")
    buyer = CareOfficeMembershipFactory(care_office=summer.office).user

    write_and_share(sit_down(member))
    assert CouncilInput.objects.get().shared.text == WORDS

    compose_and_offer(sit_down(secretary))
    assert Submission.objects.get().status == Submission.Status.OFFERED

    read_and_sign(sit_down(chair))
    assert Submission.objects.get().status == Submission.Status.SUBMITTED

    answer_and_publish(sit_down(buyer))
    assert Answer.objects.published().get().reason == REASON

    keyboard = sit_down(member)
    keyboard.follow("link", "Centrale raad")
    keyboard.follow("link", "Zondag zonder koffie")
    assert REASON in keyboard.page.locator("main").inner_text()
