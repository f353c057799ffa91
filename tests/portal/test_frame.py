"""What stands around every page, and what one sees when something goes wrong."""

import html5lib
import pytest
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Council
from portal.context import COUNCIL_KEY
from tests.factories import (
    CouncilFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.frame_pages")]

PUBLIC = ["/woorden/", "/privacy/", "/toegankelijkheid/", "/over-inbreng/"]


def read(response):
    """The page as a strict reader of HTML takes it."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(response.content)


def sit(user, *names: str) -> list[Council]:
    return [
        CouncilMembershipFactory(user=user, council=CouncilFactory(name=name)).council
        for name in names
    ]


@pytest.mark.parametrize("address", PUBLIC)
def test_page_about_inbreng_is_open_and_valid(client, address):
    response = client.get(address)

    assert response.status_code == 200
    document = read(response)
    assert len(list(document.iter("h1"))) == 1
    assertContains(response, "020 700 12 34")


@pytest.mark.parametrize("seats", [0, 1, 2])
def test_frame_is_valid_html_for_any_number_of_seats(client, seats):
    user = UserFactory()
    sit(user, *(f"Raad {number}" for number in range(seats)))
    client.force_login(user)

    document = read(client.get("/proef/"))

    assert document.find("head/title").text == "Proef - Inbreng"
    assert document.get("lang") == "nl"


def test_frame_costs_no_query_beside_the_seats(client, django_assert_num_queries):
    user = UserFactory()
    sit(user, "Raad A", "Raad B")
    client.force_login(user)

    # session, user, seats
    with django_assert_num_queries(3):
        client.get("/proef/")


def test_one_council_is_told_and_two_can_be_chosen(client):
    one, two = UserFactory(), UserFactory()
    sit(one, "Raad A")
    sit(two, "Raad B", "Raad C")

    client.force_login(one)
    assertNotContains(client.get("/proef/"), "Al uw raden")
    client.force_login(two)
    assertContains(client.get("/proef/"), "Al uw raden")


def test_chosen_council_stays_until_another_is_chosen(client):
    user = UserFactory()
    first, _second = sit(user, "Raad A", "Raad B")
    client.force_login(user)

    response = client.post(
        "/raad-kiezen/", {"raad": first.pk, "next": "/proef/?a=1"}, follow=True
    )

    assert response.redirect_chain == [("/proef/?a=1", 302)]
    assert response.context["bar"].current == str(first.pk)
    assert client.get("/proef/").context["bar"].current == str(first.pk)
    client.post("/raad-kiezen/", {"raad": ""})
    assert client.get("/proef/").context["bar"].current == ""


@pytest.mark.parametrize("raad", ["not-an-id", "", "\x00"])
def test_council_that_is_not_ones_own_filters_nothing(client, raad):
    user = UserFactory()
    sit(user, "Raad A", "Raad B")
    client.force_login(user)
    strange = CouncilFactory(name="Raad Z")

    for chosen in (raad, str(strange.pk)):
        client.post("/raad-kiezen/", {"raad": chosen})

        response = client.get("/proef/")
        assert client.session[COUNCIL_KEY] == ""
        assert response.context["bar"].current == ""
        assertNotContains(response, "Raad Z")


@pytest.mark.parametrize(
    "target", ["https://elders.example/", "//elders.example/", "javascript:alert(1)"]
)
def test_choosing_a_council_leads_nowhere_else(client, target):
    client.force_login(UserFactory())

    response = client.post("/raad-kiezen/", {"raad": "", "next": target})

    assert response["Location"] == "/"


def test_choosing_a_council_survives_a_place_that_is_no_path(client):
    client.force_login(UserFactory())

    response = client.post("/raad-kiezen/", {"raad": "", "next": "2027"})

    assert (response.status_code, response["Location"]) == (302, "2027")


def test_organisation_is_named_in_the_bar(client):
    seat = OrganisationMembershipFactory(organisation__name="Amstelwende")
    client.force_login(seat.user)

    assertContains(client.get("/nergens/"), "Amstelwende", status_code=404)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nergens/", 404, "Wij vinden deze pagina niet"),
        ("/proef/403/", 403, "Dit kunt u niet doen"),
        ("/proef/400/", 400, "Wij begrijpen deze vraag niet"),
        ("/proef/429/", 429, "Probeer het over 1 minuut opnieuw."),
        ("/proef/500/", 500, "Er ging bij ons iets mis."),
    ],
)
def test_what_goes_wrong_is_told_in_dutch(client, address, status, words):
    client.raise_request_exception = False
    client.force_login(UserFactory())

    response = client.get(address)

    assertContains(response, words, status_code=status)
    assertNotContains(response, "address", status_code=status)
    assert len(list(read(response).iter("h1"))) == 1


def test_page_for_a_server_error_needs_no_database(client):
    client.raise_request_exception = False
    client.force_login(UserFactory())

    with connection.execute_wrapper(no_database):
        response = client.get("/proef/")

    assertContains(response, "Er ging bij ons iets mis.", status_code=500)


def no_database(*args):
    raise ConnectionError


def test_form_that_came_too_late_gives_back_what_was_typed():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())

    response = client.post(
        "/proef/",
        {
            "text": "Op zondag is er\r\n\r\n<niets>.",
            "password": "mijn geheime zin",
            "kind": "concern",
        },
    )

    assertContains(response, "Deze pagina stond te lang open", status_code=403)
    assertContains(
        response, "<p>Op zondag is er</p><p>&lt;niets&gt;.</p>", status_code=403
    )
    assertNotContains(response, "geheime", status_code=403)
    read(response)


def test_message_stands_on_the_next_page(client):
    client.force_login(UserFactory())

    page = client.post("/proef/", {"text": ""})

    assertContains(page, "Kijk nog naar 2 dingen. Uw tekst is bewaard.")
    read(page)
