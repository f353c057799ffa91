"""Who reads which input, on every page of it, and what each page costs."""

from http import HTTPStatus

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
)

from councils.models import CouncilMembership
from procurement.actions import council_input as actions
from procurement.actions import input_draft
from procurement.models import Audience, CouncilInput, CouncilInputVersion
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    ConcessionFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    LocationFactory,
    OrganisationMembershipFactory,
    PhaseFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.procurement.test_council_input import in_a_submission, used, version
from tests.procurement.test_input_pages import url

pytestmark = pytest.mark.django_db

LIST = reverse("procurement:input_list")
Role = CouncilMembership.Role

PAGES = {
    "detail": "get",
    "edit": "get",
    "versions": "get",
    "share": "get",
    "preview": "get",
    "withdraw": "get",
    "conflict": "get",
    "recognise": "post",
    "close": "post",
    "drop": "post",
}


class World:
    """An organisation with a central and two local councils, and everybody around."""

    def __init__(self):
        self.office = CareOfficeFactory(name="Zorgkantoor Amstelland")
        self.organisation = CareOrganisationFactory(care_office=self.office)
        self.central = CouncilFactory(organisation=self.organisation, central=True)
        self.council = CouncilFactory(
            organisation=self.organisation, parent=self.central, name="Eigen raad"
        )
        self.sister = CouncilFactory(
            organisation=self.organisation, parent=self.central
        )
        self.cycle = CycleFactory(care_office=self.office)
        seat = CouncilMembershipFactory
        self.author = seat(council=self.council).user
        self.people = {
            "author": self.author,
            "member": seat(council=self.council).user,
            "chair": seat(council=self.council, role=Role.CHAIR).user,
            "secretary": seat(council=self.council, role=Role.SECRETARY).user,
            "supporter": seat(council=self.council, role=Role.SUPPORTER).user,
            "central": seat(council=self.central).user,
            "central secretary": seat(council=self.central, role=Role.SECRETARY).user,
            "sister": seat(council=self.sister).user,
            "staff": OrganisationMembershipFactory(organisation=self.organisation).user,
            "buyer": CareOfficeMembershipFactory(care_office=self.office).user,
            "other staff": OrganisationMembershipFactory().user,
            "other member": seat().user,
            "former": seat(council=self.council, ends_on="2021-01-01").user,
            "nobody": UserFactory(),
        }

    def input(self, **fields):
        return CouncilInputFactory(
            council=self.council, cycle=self.cycle, author=self.author, **fields
        )

    def as_(self, client, name):
        client.force_login(self.people[name])
        return client


@pytest.fixture
def world():
    return World()


def address(name, row):
    found = url(name, row)
    return f"{found}?lezer=organisation" if name == "preview" else found


def statuses(client, world, row, name):
    """What each person gets on one page."""
    got = {}
    for person in world.people:
        world.as_(client, person)
        answer = getattr(client, PAGES[name])(address(name, row))
        got[person] = answer.status_code
        CouncilInput.objects.update(is_closed_to_secretary=False)
    return got


COUNCIL = {"author", "member", "chair", "secretary", "supporter"}
MAY_EDIT = {"author", "chair", "secretary"}
MAY = {
    "detail": COUNCIL,
    "edit": MAY_EDIT,
    "versions": COUNCIL,
    "share": MAY_EDIT,
    "preview": MAY_EDIT,
    "withdraw": MAY_EDIT,
    "recognise": {"member", "chair"},
    "close": {"author", "member", "chair"},
}


@pytest.mark.parametrize("name", MAY)
def test_private_input_exists_for_its_council_alone(client, world, name):
    row = world.input()

    got = statuses(client, world, row, name)

    assert {who for who, status in got.items() if status < 400} == MAY[name]
    others = set(got) - COUNCIL - MAY[name]
    assert {got[who] for who in others} == {HTTPStatus.NOT_FOUND}
    assert {got[who] for who in COUNCIL - MAY[name]} <= {HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize("name", MAY)
def test_readers_outside_the_council_read_and_do_nothing_else(client, world, name):
    row = world.input(shared=True)

    got = statuses(client, world, row, name)

    wanted = HTTPStatus.OK if name == "detail" else HTTPStatus.FORBIDDEN
    for who in ("central", "central secretary", "staff"):
        assert got[who] == wanted
    for who in ("sister", "buyer", "other staff", "other member", "former", "nobody"):
        assert got[who] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("name", [*PAGES, "keep"])
def test_draft_exists_for_its_author_alone(client, world, name):
    row = actions.start_draft(
        "6b0a5c9e-0b1d-4c7e-9a52-3f1f7c1f0002",
        council=world.council,
        cycle=world.cycle,
        by=world.author,
    )
    method = {**PAGES, "keep": "post"}[name]

    got = {}
    for person in set(world.people) - {"author"}:
        world.as_(client, person)
        got[person] = getattr(client, method)(address(name, row)).status_code

    assert set(got.values()) == {HTTPStatus.NOT_FOUND}


@pytest.mark.parametrize("name", PAGES)
def test_what_was_withdrawn_answers_as_what_never_was(client, world, name):
    row = world.input(shared=True)
    actions.withdraw(row, by=world.author)

    got = statuses(client, world, row, name)

    assert set(got.values()) == {HTTPStatus.NOT_FOUND}


def test_closed_input_is_gone_for_secretary_and_supporter_everywhere(client, world):
    row = world.input(shared=True, words__title="Alleen voor leden")
    CouncilMembershipFactory(
        council=world.central, user=world.people["secretary"], role=Role.SECRETARY
    )
    actions.close_to_secretary(row, by=world.author)

    for who in ("secretary", "supporter"):
        world.as_(client, who)
        assert client.get(url("detail", row)).status_code == HTTPStatus.NOT_FOUND
        page = client.get(LIST)
        assertNotContains(page, "Alleen voor leden")
        assertNotContains(page, "Tot nu toe")
    assertContains(world.as_(client, "central").get(LIST), "Alleen voor leden")


def test_only_logged_in_people_get_an_answer(client, world):
    row = world.input(shared=True)

    for name in ("detail", "edit", "versions"):
        answer = client.get(url(name, row))
        assertRedirects(answer, f"{reverse('account_login')}?next={url(name, row)}")


@pytest.mark.parametrize("name", ["recognise", "close", "drop"])
def test_change_is_no_link(client, world, name):
    row = world.input()
    world.as_(client, "chair")

    assert client.get(url(name, row)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


# --- What the words of each reader are -------------------------------------------

MARK = "ZEGGENWIJNIETHARDOP"


def with_a_private_version(world):
    """Shared with everybody, and changed afterwards with a mark in every field."""
    row = world.input(shared=True, words__title="Wat iedereen mag lezen")
    house = LocationFactory(organisation=world.organisation, name=f"Huis {MARK}")
    actions.save_version(
        row,
        version(
            kind="question",
            title=f"Titel {MARK}",
            text=f"Tekst {MARK}",
            theme=ThemeFactory(name=f"thema {MARK}"),
            location=house,
            consulted=6,
            consulted_how=f"bewoners {MARK}",
        ),
        based_on=1,
        by=world.author,
    )
    return row


@pytest.mark.parametrize("who", ["central", "central secretary", "staff"])
@pytest.mark.parametrize("query", ["", "?zoek=ZEGGENWIJ", "?soort=question"])
def test_later_edits_stay_in_the_council(client, world, who, query):
    row = with_a_private_version(world)
    world.as_(client, who)

    page = client.get(LIST + query)
    detail = client.get(url("detail", row))

    # The names of themes and houses are there for all to filter by.
    listed = page.content.decode().partition('<ul class="list">')[2]
    assert MARK not in listed
    assert ("Wat iedereen mag lezen" in listed) == (query == "")
    assertNotContains(detail, MARK)
    assertContains(detail, "Wat iedereen mag lezen")


def test_council_itself_reads_and_finds_its_newest_words(client, world):
    with_a_private_version(world)
    world.as_(client, "member")

    found = client.get(f"{LIST}?zoek=zeggenwij&soort=question")

    assertContains(found, f"Titel {MARK}")
    assertContains(found, "1 vraag")


def test_who_wrote_it_is_told_to_the_council_alone(client, world):
    row = world.input(shared=True)

    for who in ("central", "staff"):
        assertNotContains(world.as_(client, who).get(url("detail", row)), world.author)
        assertNotContains(world.as_(client, who).get(LIST), world.author)
    assertContains(world.as_(client, "member").get(url("detail", row)), world.author)


def test_number_is_for_the_two_councils_and_never_for_the_organisation(client, world):
    world.input(for_central_council=True)
    row = world.input(shared=True, words__title="Voor iedereen")

    for who, seen in (("member", True), ("central", True), ("staff", False)):
        world.as_(client, who)
        for address in (LIST, url("detail", row)):
            found = (
                '<span class="tile">2</span>' in client.get(address).content.decode()
            )
            assert found == seen, (who, address)


def test_nothing_hidden_is_counted(client, world):
    world.input(words__kind="concern")
    world.input(words__kind="good_example", for_organisation=True)
    CouncilInputFactory(council=world.sister, cycle=world.cycle)

    page = world.as_(client, "staff").get(LIST)

    assertContains(page, "0 zorgen, 1 goed voorbeeld, 0 nieuwe inzichten, 0 vragen")
    assertContains(page, "1 resultaat")


def test_care_office_finds_no_input_at_all(client, world):
    world.input(shared=True)

    page = world.as_(client, "buyer").get(LIST)

    assertNotContains(page, "Zondag zonder koffie")
    assertNotContains(page, "Tot nu toe")


# --- The list --------------------------------------------------------------------


def test_list_shows_the_newest_round_and_the_others_on_demand(client, world):
    before = CycleFactory(care_office=world.office, contract_year=2027)
    world.input(words__title="Van dit jaar")
    CouncilInputFactory(
        council=world.council, cycle=before, words__title="Van vorig jaar"
    )
    world.as_(client, "member")

    newest, old, all_ = (
        client.get(LIST + query) for query in ("", f"?ronde={before.pk}", "?ronde=alle")
    )

    assertContains(newest, "Van dit jaar")
    assertNotContains(newest, "Van vorig jaar")
    assertNotContains(old, "Van dit jaar")
    assertContains(all_, "Van dit jaar")
    assertContains(all_, "Van vorig jaar")


def test_list_follows_the_council_that_one_looks_at(client, world):
    both = world.people["member"]
    CouncilMembershipFactory(council=world.sister, user=both)
    world.input(words__title="Van de ene raad")
    CouncilInputFactory(
        council=world.sister, cycle=world.cycle, words__title="Van de andere raad"
    )
    client.force_login(both)

    client.post(reverse("switch_council"), {"raad": str(world.sister.pk)})
    page = client.get(LIST)

    assertContains(page, "Van de andere raad")
    assertNotContains(page, "Van de ene raad")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("soort=good_example", {"bankje"}),
        ("thema={theme}", {"taxi"}),
        ("locatie={house}", {"bankje"}),
        ("zorg=at_home", {"taxi"}),
        ("uitvraag={request}", {"taxi"}),
        ("van=van-mij", {"bankje", "concept"}),
        ("van=concept", {"concept"}),
        ("van=gedeeld", {"taxi"}),
        ("zoek=BANK", {"bankje"}),
        ("zoek=%25", set()),
        ("zoek=niets", set()),
        ("soort=onzin&thema=x&locatie=%00", {"bankje", "taxi", "concept"}),
        ("ronde=onzin&pagina=99", {"bankje", "taxi", "concept"}),
    ],
)
def test_filters_find_what_they_say(client, world, query, found):
    house = LocationFactory(organisation=world.organisation)
    world.council.locations.add(house)
    request = InformationRequestFactory(
        phase=PhaseFactory(cycle=world.cycle), asked=[world.council]
    )
    theme = ThemeFactory(name="langer thuis")
    world.input(
        words__title="Het bankje", words__kind="good_example", words__location=house
    )
    other = CouncilInputFactory(
        council=world.council,
        cycle=world.cycle,
        request=request,
        for_organisation=True,
        words__title="De taxi",
        words__theme=theme,
        words__care_setting="at_home",
    )
    draft = actions.start_draft(
        "6b0a5c9e-0b1d-4c7e-9a52-3f1f7c1f0003",
        council=world.council,
        cycle=world.cycle,
        by=world.author,
    )
    input_draft.keep(
        draft, {"title": "Een concept"}, revision=0, based_on=0, by=world.author
    )
    world.as_(client, "author")

    page = client.get(
        f"{LIST}?{query.format(theme=theme.pk, house=house.pk, request=request.pk)}"
    )

    names = {"bankje": "Het bankje", "taxi": "De taxi", "concept": "Een concept"}
    text = page.content.decode()
    assert {key for key, name in names.items() if f">{name}</a>" in text} == found
    assert other.pk


def test_balance_is_told_calmly_and_without_a_quota(client, world):
    for _ in range(7):
        world.input()
    world.as_(client, "member")

    page = client.get(LIST)

    assertContains(
        page,
        "Tot nu toe: 7 zorgen, 0 goede voorbeelden, 0 nieuwe inzichten, 0 vragen.",
    )
    assertContains(page, "Ook een goed voorbeeld helpt de lezer. U kiest zelf.")


def test_empty_list_says_how_to_begin(client, world):
    page = world.as_(client, "member").get(LIST)

    assertContains(
        page, "Uw raad heeft nog geen inbreng. Begin met iets wat goed gaat."
    )


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("who", ["member", "central secretary", "staff"])
def test_list_takes_five_queries_for_any_number(
    client, world, count, who, django_assert_num_queries
):
    for _ in range(count):
        world.input(shared=True)
    world.as_(client, who)

    # session, person, seats, filters, rows
    with django_assert_num_queries(5):
        page = client.get(LIST)

    assertContains(page, ">Zondag zonder koffie</a>", count=count)


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("who", ["author", "member", "central", "staff"])
def test_detail_takes_six_queries_at_most(
    client, world, count, who, django_assert_max_num_queries
):
    row = world.input(shared=True)
    for person in CouncilMembershipFactory.create_batch(count, council=world.council):
        actions.recognise(row, by=person.user)
    world.as_(client, who)

    # session, person, seats, input, and for the council: who reads it
    with django_assert_max_num_queries(6):
        page = client.get(url("detail", row))

    assertContains(page, "herkent dit" if count == 1 else "50 leden herkennen dit")


@pytest.mark.parametrize("count", [1, 50])
def test_versions_take_five_queries_for_any_number(
    client, world, count, django_assert_num_queries
):
    row = world.input()
    for number in range(count):
        actions.save_version(
            row, version(text=f"Versie {number}"), based_on=number + 1, by=world.author
        )
    world.as_(client, "member")

    # session, person, seats, input, versions
    with django_assert_num_queries(5):
        client.get(url("versions", row))


@pytest.mark.parametrize("count", [1, 50])
def test_form_takes_eight_queries_for_any_number_of_choices(
    client, world, count, django_assert_max_num_queries
):
    LocationFactory.create_batch(count, organisation=world.organisation)
    CouncilMembershipFactory.create_batch(count, council=world.central)
    row = world.input()
    world.as_(client, "author")
    create = reverse(
        "procurement:input_create", args=[world.cycle.pk, world.council.pk]
    )

    for page in (url("edit", row), create):
        # session, person, seats, input or council and round, choices, text in
        # progress, readers
        with django_assert_max_num_queries(8):
            client.get(page)


# --- Sharing, closing, recognising, taking back ----------------------------------


def test_letting_more_people_read_is_asked_once_more_by_name_and_number(client, world):
    row = world.input()
    world.as_(client, "author")
    chosen = {"readers": ["central_council", "organisation"], "version": 1}

    asked = client.post(url("share", row), chosen)
    row.refresh_from_db()
    before = row.audiences
    answer = client.post(url("share", row), {**chosen, "sure": "1"}, follow=True)

    assertContains(asked, "de centrale raad (2 mensen) en de organisatie (1 persoon)")
    assert before == set()
    row.refresh_from_db()
    assert row.audiences == {Audience.CENTRAL_COUNCIL, Audience.ORGANISATION}
    assertContains(answer, "Gedeeld met de centrale raad en de organisatie.")
    assertContains(answer, "Nu kunnen 8 mensen dit lezen.")


@time_machine.travel("2027-06-20 10:00+02:00")
def test_taking_readers_away_says_what_was_read_already(client, world):
    row = world.input(for_organisation=True, for_central_council=True)
    world.as_(client, "author")

    answer = client.post(
        url("share", row),
        {"readers": ["central_council"], "version": 1},
        follow=True,
    )

    row.refresh_from_db()
    assert row.audiences == {Audience.CENTRAL_COUNCIL}
    assertContains(
        answer, "De organisatie kon dit lezen sinds donderdag 10\xa0juni 2027."
    )


def test_new_version_is_shared_on_purpose_only(client, world):
    row = world.input(for_organisation=True)
    actions.save_version(row, version(), based_on=1, by=world.author)
    world.as_(client, "author")
    chosen = {"readers": ["organisation"], "version": 2}

    asked = client.post(url("share", row), chosen)
    row.refresh_from_db()
    before = row.shared.number
    client.post(url("share", row), {**chosen, "sure": "1"})

    assertContains(asked, "Mogen meer mensen dit lezen?")
    row.refresh_from_db()
    assert (before, row.shared.number) == (1, 2)


def test_text_that_changed_while_one_chose_is_not_shared_unread(client, world):
    row = world.input()
    actions.save_version(row, version(), based_on=1, by=world.author)
    world.as_(client, "chair")

    answer = client.post(
        url("share", row),
        {"readers": ["organisation"], "version": 1, "sure": "1"},
        follow=True,
    )

    row.refresh_from_db()
    assert row.audiences == set()
    assertContains(answer, "Kijk eerst naar de nieuwe tekst.")


@pytest.mark.parametrize(
    "posted",
    [
        {"readers": ["everybody"], "version": 1, "sure": "1"},
        {"readers": ["organisation"], "version": "x", "sure": "1"},
        {"readers": ["organisation"], "sure": "1"},
    ],
)
def test_odd_readers_share_nothing(client, world, posted):
    row = world.input()

    answer = world.as_(client, "author").post(url("share", row), posted)

    row.refresh_from_db()
    assert answer.status_code == HTTPStatus.OK
    assert row.audiences == set()


def test_preview_shows_what_another_would_read(client, world):
    row = world.input()
    world.as_(client, "author")

    page = client.get(f"{url('preview', row)}?lezer=organisation")
    unknown = client.get(f"{url('preview', row)}?lezer=buurman")

    assertContains(page, "Op zondag is er geen activiteit.")
    assertContains(page, "Zij lezen dit nu niet.")
    assert unknown.status_code == HTTPStatus.NOT_FOUND


def test_members_close_an_item_to_their_secretary_and_open_it_again(client, world):
    row = world.input()
    world.as_(client, "member")

    closed = client.post(url("close", row), follow=True)
    row.refresh_from_db()
    was_closed = row.is_closed_to_secretary
    client.post(url("close", row), {"open": "1"})

    assertContains(closed, "Uw secretaris kan dit niet meer lezen.")
    assertContains(closed, "Nu kunnen 3 mensen dit lezen.")
    row.refresh_from_db()
    assert (was_closed, row.is_closed_to_secretary) == (True, False)


def test_member_recognises_and_takes_that_back(client, world):
    row = world.input()
    world.as_(client, "member")

    said = client.post(url("recognise", row), follow=True)
    undone = client.post(url("recognise", row), {"undo": "1"}, follow=True)

    assertContains(said, "1 lid herkent dit")
    assertNotContains(undone, "lid herkent dit")


def test_older_version_is_put_back_as_a_new_one(client, world):
    row = world.input()
    first = row.current
    actions.save_version(row, version(), based_on=1, by=world.author)
    world.as_(client, "author")

    page = client.get(url("versions", row))
    client.post(url("put_back", row, first.pk))

    assertContains(page, "Zet versie 1 terug")
    row.refresh_from_db()
    assert (row.current.number, row.current.text) == (3, first.text)


def test_version_of_another_input_cannot_be_put_back_here(client, world):
    row, other = world.input(), world.input()
    world.as_(client, "author")

    answer = client.post(url("put_back", row, other.current_id))

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_taking_back_is_asked_first(client, world):
    row = world.input(shared=True)
    world.as_(client, "author")

    page = client.get(url("withdraw", row))
    client.post(url("withdraw", row))

    assertContains(page, "Wilt u deze tekst intrekken?")
    assert client.get(url("detail", row)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("use", [used, in_a_submission])
def test_used_text_is_not_taken_back(client, world, use):
    row = world.input(shared=True)
    use(row)
    world.as_(client, "author")

    page = client.get(url("withdraw", row))
    answer = client.post(url("withdraw", row), follow=True)

    assertContains(page, "Deze tekst is gebruikt.")
    assertContains(answer, "Deze tekst is gebruikt.")
    row.refresh_from_db()
    assert row.status == CouncilInput.Status.PASSED_ON
    assert CouncilInputVersion.objects.filter(council_input=row).exists()


# --- Where to write --------------------------------------------------------------


def where(client):
    return client.get(reverse("procurement:input_where"))


def test_with_one_council_and_round_one_goes_straight_to_the_form(client, world):
    answer = where(world.as_(client, "member"))

    assertRedirects(
        answer,
        reverse("procurement:input_create", args=[world.cycle.pk, world.council.pk]),
    )


def test_with_two_councils_one_chooses(client, world):
    CouncilMembershipFactory(council=world.sister, user=world.people["member"])
    CycleFactory(care_office=world.office, contract_year=2029, published_at=None)

    page = where(world.as_(client, "member"))

    assertContains(page, "Voor welke raad schrijft u?")
    assertContains(page, "/raden/", count=2)


def test_with_two_rounds_of_one_council_one_chooses_the_round(client, world):
    CycleFactory(care_office=world.office, contract_year=2029)

    page = where(world.as_(client, "member"))

    assertContains(page, "Voor welke ronde schrijft u?")
    assertContains(page, "/raden/", count=2)


def test_two_rounds_of_one_year_are_told_apart_by_their_care_office(client, world):
    region = RegionFactory()
    other = CareOfficeFactory(name="Zorgkantoor Over de Brug")
    ConcessionFactory(region=region, care_office=other)
    world.organisation.regions.add(region)
    CycleFactory(care_office=other, contract_year=world.cycle.contract_year)

    page = where(world.as_(client, "member"))

    assertContains(page, "Zorgkantoor Amstelland, Eigen raad")
    assertContains(page, "Zorgkantoor Over de Brug, Eigen raad")


@time_machine.travel("2027-09-01 10:00+02:00")
def test_round_that_is_over_is_no_place_to_write(client, world):
    PhaseFactory(cycle=world.cycle)

    page = where(world.as_(client, "member"))

    assertContains(page, "Er is nu geen ronde om voor te schrijven")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member", HTTPStatus.OK),
        ("supporter", HTTPStatus.OK),
        ("sister", HTTPStatus.FORBIDDEN),
        ("central", HTTPStatus.FORBIDDEN),
        ("staff", HTTPStatus.FORBIDDEN),
        ("buyer", HTTPStatus.FORBIDDEN),
        ("former", HTTPStatus.FORBIDDEN),
    ],
)
def test_only_people_of_the_council_write_for_it(client, world, who, status):
    create = reverse(
        "procurement:input_create", args=[world.cycle.pk, world.council.pk]
    )

    assert world.as_(client, who).get(create).status_code == status


def test_round_that_is_not_of_this_council_does_not_exist(client, world):
    world.as_(client, "member")
    for cycle in (
        CycleFactory(),
        CycleFactory(care_office=world.office, contract_year=2030, published_at=None),
    ):
        create = reverse("procurement:input_create", args=[cycle.pk, world.council.pk])

        assert client.get(create).status_code == HTTPStatus.NOT_FOUND
