"""Decisions are found again by their words, by who may read them."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Decision, Minutes, Openness
from tests.factories import (
    AgendaItemFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    OrganisationMembershipFactory,
)
from tests.paper import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def after():
    with time_machine.travel("2027-06-09 10:00+02:00", tick=False):
        yield


def seat(council, role="secretary"):
    return CouncilMembershipFactory(council=council, role=role).user


def found(client, user, **asked) -> list[Decision]:
    client.force_login(user)
    page = client.get(reverse("councils:decision_list"), asked)
    return list(page.context["page"])


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"zoek": "zondag"}, True),
        ({"zoek": "ZONDAG plan"}, True),
        ({"zoek": "Weekend"}, True),  # the subject of its item
        ({"zoek": "2027-12"}, True),
        ({"zoek": "2027-13"}, False),
        ({"zoek": "maandag"}, False),
        ({"zoek": "%"}, False),
        ({"jaar": "2027"}, True),
        ({"jaar": "2026"}, False),
        ({"jaar": "onzin"}, True),
    ],
)
def test_a_decision_is_found_by_words_number_and_year(client, asked, is_found):
    item = AgendaItemFactory(title="Het weekend")
    decision = DecisionFactory(
        item=item, number=12, text="Er komt een plan voor de zondag."
    )

    expected = [decision] if is_found else []
    assert found(client, seat(item.council), **asked) == expected


def test_one_council_can_be_chosen(client):
    one, other = DecisionFactory(), DecisionFactory()
    user = seat(one.council)
    CouncilMembershipFactory(council=other.council, user=user)

    assert len(found(client, user)) == 2
    assert found(client, user, raad=str(other.council.pk)) == [other]


def test_what_only_members_read_no_search_of_a_helper_finds(client):
    item = AgendaItemFactory(openness=Openness.MEMBERS, title="Mrktitel")
    decision = DecisionFactory(item=item, text="Mrktekst")

    for role, reads in (("secretary", False), ("supporter", False), ("member", True)):
        user = seat(item.council, role)
        for word in ("", "Mrktekst", "Mrktitel", decision.reference):
            assert bool(found(client, user, zoek=word)) == reads
        status = client.get(decision.get_absolute_url()).status_code
        assert status == (200 if reads else 404)


def test_nobody_else_finds_any(client):
    decision = DecisionFactory()
    board = OrganisationMembershipFactory(organisation=decision.council.organisation)

    for user in (board.user, CouncilMembershipFactory().user):
        assert found(client, user) == []
        assert client.get(decision.get_absolute_url()).status_code == 404


def test_a_decision_leads_to_the_step_that_it_is_about(client):
    item = AgendaItemFactory(subject_url="/inkoop/indieningen/")
    decision = DecisionFactory(
        item=item, votes_for=5, votes_against=1, votes_abstained=0
    )
    client.force_login(seat(item.council, "member"))

    page = client.get(decision.get_absolute_url())

    assertContains(page, 'href="/inkoop/indieningen/"')
    assertContains(page, "5 voor, 1 tegen, 0 onthouden")
    assertNotContains(page, "wijzigen/")


def test_who_prepares_changes_it_until_the_minutes_are_adopted(client):
    item = AgendaItemFactory()
    decision = DecisionFactory(item=item)
    secretary = seat(item.council)
    client.force_login(secretary)
    address = reverse("councils:decision_edit", args=[decision.pk])

    Page(client, address).press("Bewaar", text="In andere woorden.")

    assert Decision.objects.get().text == "In andere woorden."
    Minutes.objects.update(status="adopted", adopted_at="2027-06-09T08:00Z")
    response = client.post(address, {"text": "Te laat."})
    assertContains(response, "vastgesteld")
    assert Decision.objects.get().text == "In andere woorden."
    client.force_login(seat(item.council, "member"))
    assert client.get(address).status_code == 403


def test_the_last_one_can_be_taken_back(client):
    item = AgendaItemFactory()
    first = DecisionFactory(item=item, number=1)
    last = DecisionFactory(item=item, number=2)
    client.force_login(seat(item.council))

    for decision in (first, last):
        client.post(reverse("councils:decision_remove", args=[decision.pk]))

    assert list(Decision.objects.all()) == [first]


@pytest.mark.parametrize("count", [1, 50])
def test_list_and_page_take_the_same_queries_for_any_number(
    client, django_assert_num_queries, count
):
    item = AgendaItemFactory()
    for number in range(count):
        decision = DecisionFactory(
            item=item, number=number + 1, decided_on=date(2027, 6, 8)
        )
    client.force_login(seat(item.council))

    # session, user, seats, their count, decisions with council and item
    with django_assert_num_queries(5):
        page = client.get(reverse("councils:decision_list"))
    assert len(page.context["page"]) == count

    # session, user, seats, the decision with its item, meeting and minutes
    with django_assert_num_queries(4):
        client.get(decision.get_absolute_url())
