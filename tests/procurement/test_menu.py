"""The words of the main menu, by what a person does here."""

from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from pytest_django.asserts import assertContains

from portal.seats import seats_of
from procurement.menu import menu_for
from tests.factories import (
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    CycleFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def member():
    return CouncilMembershipFactory().user


def in_council(role, **council):
    return CouncilMembershipFactory(council=CouncilFactory(**council), role=role).user


def executive():
    return OrganisationMembershipFactory().user


def buyer():
    return CareOfficeMembershipFactory().user


def administrator():
    return UserFactory(administrator=True)


def words(client, user, address="/woorden/"):
    client.force_login(user)
    return [str(item.label) for item in client.get(address).context["bar"].menu]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (
            member,
            "Start, Tijdlijn, Inbreng, Indieningen, Vergaderingen, Mensen en raden",
        ),
        (
            lambda: in_council("secretary"),
            "Start, Tijdlijn, Inbreng, Indieningen, Vergaderingen, Mensen en raden",
        ),
        (
            lambda: in_council("chair", central=True),
            "Start, Tijdlijn, Inbreng, Samenstellen, Indieningen, Vergaderingen, "
            "Mensen en raden",
        ),
        (
            lambda: in_council("member", central=True),
            "Start, Tijdlijn, Inbreng, Indieningen, Vergaderingen, Mensen en raden",
        ),
        (
            buyer,
            "Start, Rondes, Uitvragen, Indieningen, Vergaderingen, Mensen en raden",
        ),
        (
            executive,
            "Start, Tijdlijn, Inbreng, Indieningen, Vergaderingen, Mensen en raden",
        ),
        (administrator, "Start, Mensen en raden, Beheer, Mailwachtrij"),
        (UserFactory, "Start, Mensen en raden"),
    ],
)
def test_menu_holds_what_one_does_here(client, person, expected):
    assert words(client, person()) == expected.split(", ")


def test_menu_has_seven_words_at_most(client):
    user = in_council("secretary", central=True)
    user.is_staff = True
    user.save()

    assert len(words(client, user)) == 7


def test_who_is_not_logged_in_has_no_menu(client):
    assert client.get("/woorden/").context["bar"] is None


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "procurement:cycle_list",
        "procurement:input_list",
        "procurement:submission_list",
        "councils:meeting_list",
        "councils:directory",
    ],
)
def test_menu_marks_where_one_is(client, name):
    client.force_login(member())

    menu = client.get(reverse(name)).context["bar"].menu

    assert [item.url for item in menu if item.is_current] == [reverse(name)]


def test_menu_marks_the_word_that_a_page_under_a_round_belongs_to(client):
    cycle = CycleFactory()
    organisation = CareOrganisationFactory(care_office=cycle.care_office)
    council = CouncilFactory(central=True, organisation=organisation)
    user = CouncilMembershipFactory(council=council, role="secretary").user
    client.force_login(user)

    marked = {
        name: [
            item.url for item in client.get(url).context["bar"].menu if item.is_current
        ]
        for name in ("composition_detail", "input_create", "cycle_detail")
        for url in [
            reverse(
                f"procurement:{name}",
                args=[cycle.pk] if name == "cycle_detail" else [cycle.pk, council.pk],
            )
        ]
    }

    assert marked == {
        "composition_detail": [reverse("procurement:composition_list")],
        "input_create": [reverse("procurement:input_list")],
        "cycle_detail": [reverse("procurement:cycle_list")],
    }


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("reminder_list", "Start"),
        ("work_plan_list", "Tijdlijn"),
        ("suggestion_drop", "Vergaderingen"),
    ],
)
def test_pages_of_the_desk_belong_to_a_word(name, word):
    request = RequestFactory().get("/")
    request.user = in_council("secretary")
    url = reverse(f"procurement:{name}", args=[uuid4()] if "drop" in name else [])
    request.path, request.resolver_match = url, resolve(url)

    menu = menu_for(request, seats_of(request.user))

    assert [str(item.label) for item in menu if item.is_current] == [word]


def test_requests_lie_under_the_timeline_for_councils_and_by_themselves_for_an_office(
    client,
):
    address = reverse("procurement:request_list")
    marked = []
    for user in (member(), buyer()):
        client.force_login(user)
        menu = client.get(address).context["bar"].menu
        marked.append([item.label for item in menu if item.is_current])

    assert marked == [["Tijdlijn"], ["Uitvragen"]]


def test_who_serves_a_council_goes_from_the_timeline_to_the_requests_and_back(client):
    client.force_login(member())
    for name in ("cycle_list", "request_list"):
        page = client.get(reverse(f"procurement:{name}"))
        assertContains(page, f'href="{reverse("procurement:cycle_list")}"')
        assertContains(page, f'href="{reverse("procurement:request_list")}"', count=1)


def test_an_office_has_both_in_its_menu_and_no_second_way(client):
    client.force_login(buyer())

    page = client.get(reverse("procurement:cycle_list"))

    # The menu stands there twice: above the page, and folded for a phone.
    assertContains(page, f'href="{reverse("procurement:request_list")}"', count=2)
