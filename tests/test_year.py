"""One whole cycle through the pages, from a template to answers at their source."""

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal.audit import first_broken
from portal.models import AuditChain, OutgoingMail
from procurement.models import CouncilInput, Submission, Theme
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    LocationFactory,
    OrganisationMembershipFactory,
)
from tests.login import with_two_steps
from tests.paper import Page

pytestmark = pytest.mark.django_db

WORDS = "Op zondag is er niemand die even koffie schenkt."
SENTENCE = "Op zondag missen bewoners een gastvrouw."
STATEMENT = "Ik vind de zaterdag net zo stil."
ANSWER = "Vanaf maart is er elke zondag een gastvrouw."


def on(day: str):
    return time_machine.travel(f"{day} 10:00+02:00", tick=True)


class Year:
    """Everybody who takes part, each with a browser of their own."""

    def __init__(self):
        call_command("load_reference", verbosity=0)
        self.browsers: list = []
        self.office = CareOfficeFactory(name="Zorgkantoor Amstelboog")
        organisation = CareOrganisationFactory(care_office=self.office)
        house = LocationFactory(organisation=organisation, name="Huize Wolkenveer")
        self.central = CouncilFactory(
            organisation=organisation, central=True, name="Centrale raad"
        )
        self.local = CouncilFactory(
            organisation=organisation, parent=self.central, name="Raad Wolkenveer"
        )
        self.local.locations.add(house)
        self.buyer = self._browser(CareOfficeMembershipFactory(care_office=self.office))
        self.member = self._browser(CouncilMembershipFactory(council=self.local))
        self.local_chair = self._browser(
            CouncilMembershipFactory(council=self.local, role="chair")
        )
        self.secretary = self._browser(
            CouncilMembershipFactory(council=self.central, role="secretary")
        )
        self.chair = self._browser(
            CouncilMembershipFactory(council=self.central, role="chair")
        )
        self.dissenter = self._browser(CouncilMembershipFactory(council=self.central))
        self.executive = self._browser(
            OrganisationMembershipFactory(organisation=organisation)
        )

    def _browser(self, term) -> Client:
        client = Client()
        self.browsers.append((client, term.user))
        return client

    def log_in(self):
        """Everybody comes back: a session does not outlive two weeks."""
        for client, user in self.browsers:
            client.force_login(user)
            with_two_steps(client, user)

    # --- What happens, in the order of the year --------------------------------------

    def start_the_round(self):
        page = Page(self.buyer, reverse("procurement:cycle_list"))
        page = page.follow("Begin een nieuwe ronde")
        page.press("Maak de ronde", contract_year=2028, sector="vv")
        if "publiceren" not in page.url:
            page = page.follow("Kijk na en publiceer")
        page.press("Publiceer de ronde")
        self.cycle = self.office.cycles.get()
        assert self.cycle.is_published

    def ask(self):
        page = Page(self.buyer, reverse("procurement:request_create"))
        phase = self.cycle.phases.get(kind="registration")
        page.press(
            "Bewaar als concept",
            phase=phase.pk,
            closes_at_0="2027-08-01",
            closes_at_1="17:00",
            title="Hoe gaat het op zondag?",
            what="Vertel hoe de zondag is.",
            why="Wij willen weten waar het knelt.",
            use="Wij leggen het naast het ontwikkelplan.",
            readers="De zorginkopers van onze regio.",
        )
        self.request = self.cycle.requests.get()
        page = Page(self.buyer, self.request.get_absolute_url())
        page = page.follow("Kijk na en publiceer")
        page.press("Publiceer")
        self.request.refresh_from_db()
        assert self.request.status == "published", page.text

    def write(self):
        page = Page(self.member, reverse("home"))
        page = page.follow("Lees de vraag") if "Lees de vraag" in page.text else page
        url = reverse("procurement:input_create", args=[self.cycle.pk, self.local.pk])
        page = Page(self.member, f"{url}?uitvraag={self.request.pk}")
        page.press(
            "Geef door aan mijn raad",
            kind="concern",
            text=WORDS,
            title="Zondag",
            goal="quality_of_life",
            theme=Theme.objects.get(name="personeelskrapte").pk,
            consultation="others",
            consulted=6,
            consulted_how="bewoners, aan de koffietafel",
            is_checked=True,
            readers=["central_council", "care_office"],
        )
        self.input = CouncilInput.objects.get()
        assert self.input.shared_id, page.text

    def compose(self):
        url = reverse(
            "procurement:composition_detail", args=[self.cycle.pk, self.central.pk]
        )
        page = Page(self.secretary, url).follow("Schrijf met")
        page.press(
            "Bewaar de alinea",
            **{"title": "Een gastvrouw op zondag", "passage-0-text": SENTENCE},
        )
        page.press("Leg voor aan de lokale raden")

    def agree(self):
        page = Page(self.local_chair, reverse("procurement:used_list"))
        page = page.follow("Een gastvrouw op zondag")
        assert SENTENCE in page.text
        page.press("Verstuur de reactie", verdict="agreed")

    def offer(self):
        Page(self.secretary, reverse("procurement:submission_list")).press("Begin")
        submission = Submission.objects.get()
        page = Page(
            self.secretary, reverse("procurement:submission_edit", args=[submission.pk])
        )
        page.press("Voeg alles toe")
        page = Page(
            self.secretary,
            reverse("procurement:submission_offer", args=[submission.pk]),
        )
        page.press("Zet klaar om te tekenen", names_removed=True)
        submission.refresh_from_db()
        assert submission.status == "offered", page.text
        self.submission = submission

    def dissent(self):
        url = reverse("procurement:submission_statement", args=[self.submission.pk])
        Page(self.dissenter, url).press("Voeg", text=STATEMENT)

    def sign(self):
        url = reverse("procurement:submission_sign", args=[self.submission.pk])
        page = Page(self.chair, url)
        assert SENTENCE in page.text and STATEMENT in page.text
        page.press("Onderteken", has_read=True, council_agrees=True)
        self.submission.refresh_from_db()
        assert self.submission.status == "submitted", page.text

    def answer(self):
        page = Page(self.buyer, reverse("procurement:desk_list"))
        page = page.follow("Centrale raad").follow("Beantwoord het volgende punt")
        assert WORDS in page.text
        page.press("Bewaar het concept", outcome="partly", reason=ANSWER)
        page = page.follow("Publiceer alle antwoorden samen")
        page.press("Publiceer de antwoorden")

    def read_the_answer(self):
        page = Page(self.member, reverse("procurement:response_list"))
        page = page.follow("Zondag")
        assert ANSWER in page.text and WORDS in page.text and SENTENCE in page.text


def test_a_year_from_a_template_to_answers_that_reach_their_source():
    with on("2027-05-20"):
        year = Year()
        year.log_in()
        year.start_the_round()
        year.ask()
    for day, steps in (
        ("2027-06-02", [year.write]),
        ("2027-06-28", [year.compose, year.agree]),
        ("2027-07-12", [year.offer, year.dissent]),
        ("2027-08-02", [year.sign]),
        ("2027-09-01", [year.answer, year.read_the_answer]),
    ):
        with on(day):
            year.log_in()
            for step in steps:
                step()

    # A day after the closing: marked, not refused.
    assert year.submission.versions.get().signature.is_late
    told = set(
        OutgoingMail.objects.filter(kind="answers_published").values_list(
            "to", flat=True
        )
    )
    assert len(told) == 5  # three of the central council, two local
    for mail in OutgoingMail.objects.all():
        for words in (WORDS, SENTENCE, STATEMENT, ANSWER):
            assert words not in mail.subject + mail.body
    assert [first_broken(chain) for chain in AuditChain.objects.all()] == [None] * (
        AuditChain.objects.count()
    )
    # The organisation was left out by the local council: for it there is nothing.
    with on("2027-09-02"):
        year.log_in()
        page = Page(year.executive, reverse("procurement:submission_list"))
        assert "Centrale raad" not in page.text
        hidden = year.executive.get(year.submission.get_absolute_url())
        assert hidden.status_code == 404
