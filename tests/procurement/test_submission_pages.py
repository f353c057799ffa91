"""The pages of a submission: who gets in, what they show, and how many queries."""

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from procurement.actions import council_input as input_actions
from procurement.actions import response as response_actions
from procurement.actions import submission as actions
from procurement.models import Submission
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    LocationFactory,
    OrganisationMembershipFactory,
    ParagraphFactory,
    PhaseFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def summer():
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        yield


@pytest.fixture
def submission():
    submission = SubmissionFactory()
    with_input(submission, words__text="Op zondag is er geen koffie.")
    with_input(
        submission, for_organisation=False, words__text="Wij durven het niet te zeggen."
    )
    return submission


def with_input(submission, **fields):
    thing = CouncilInputFactory(
        **{"shared": True, **fields},
        council=submission.council,
        cycle=submission.cycle,
    )
    actions.add_item(submission, thing, by=submission.created_by)
    return thing


def seat(submission, role="secretary"):
    return CouncilMembershipFactory(council=submission.council, role=role).user


def staff(submission):
    organisation = submission.council.organisation
    return OrganisationMembershipFactory(organisation=organisation).user


def buyer(submission):
    return CareOfficeMembershipFactory(care_office=submission.cycle.care_office).user


def offered(submission):
    return actions.offer(submission, by=submission.created_by)


def signed(submission):
    version = submission.versions.order_by("-number")[0]
    seen = actions.signing_code(version, list(version.statements.all()))
    return actions.sign(submission, by=seat(submission, "chair"), seen=seen)


def answered(submission):
    """The care office takes up every point, and publishes that."""
    version, by = submission.versions.get(), buyer(submission)
    for item in version.submitted_items.all():
        response_actions.write(
            item,
            outcome="taken_up",
            reason="Dat doen wij.",
            study_until=None,
            seen=0,
            by=by,
        )
    return response_actions.publish(version, by=by)


def url(name, submission, *more):
    return reverse(f"procurement:submission_{name}", args=[submission.pk, *more])


# --- From start to sent ----------------------------------------------------------


def test_council_goes_from_the_list_to_a_signed_text(client, new_client):
    office = CareOfficeFactory()
    cycle = PhaseFactory(cycle__care_office=office).cycle
    secretary = CouncilMembershipFactory(
        council__organisation__care_office=office, role="secretary"
    )
    council = secretary.council
    chair = CouncilMembershipFactory(council=council, role="chair").user
    thing = CouncilInputFactory(shared=True, council=council, cycle=cycle)
    client.force_login(secretary.user)

    page = client.get(reverse("procurement:submission_list"))
    assertContains(page, "Begin een indiening")
    start = reverse("procurement:submission_start", args=[cycle.pk, council.pk])
    assertContains(page, f'action="{start}"')
    client.post(start)
    submission = Submission.objects.get()
    client.post(url("item_add", submission), {"item": str(thing.pk)})
    page = client.get(url("offer", submission))
    assertContains(page, "Op zondag is er geen activiteit.")
    seen = page.context["seen"]
    page = client.post(
        url("offer", submission), {"names_removed": "on", "seen": seen}, follow=True
    )
    assertContains(page, "De voorzitter kan de tekst nu ondertekenen.")

    client = new_client()
    client.force_login(chair)
    page = client.get(url("sign", submission))
    assertContains(page, "Op zondag is er geen activiteit.")
    seen = page.context["seen"]
    page = client.post(
        url("sign", submission),
        {"has_read": "on", "council_agrees": "on", "seen": seen},
        follow=True,
    )
    assertContains(page, "U krijgt uiterlijk op donderdag 12\xa0augustus 2027 antwoord")
    submission.refresh_from_db()
    assert submission.status == "submitted"


def test_rounds_to_begin_are_those_of_ones_own_council_and_not_past(client):
    office = CareOfficeFactory()
    council = CouncilFactory(organisation__care_office=office)
    rounds = [
        CycleFactory(care_office=office, contract_year=year) for year in (2026, 2027)
    ]
    CycleFactory(care_office=office, contract_year=2027, sector="gz")
    CycleFactory(care_office=office, contract_year=2029, published_at=None)
    CycleFactory()
    SubmissionFactory(council=council, cycle__care_office=office)
    client.force_login(seat_in(council, "chair"))

    page = client.get(reverse("procurement:submission_list"))

    startable = [(each.pk, each.council_pk) for each in page.context["startable"]]
    assert startable == [(rounds[1].pk, council.pk)]
    client.force_login(seat_in(council, "member"))
    page = client.get(reverse("procurement:submission_list"))
    assert list(page.context["startable"]) == []


def seat_in(council, role):
    return CouncilMembershipFactory(council=council, role=role).user


def test_names_are_asked_for_before_offering(client, submission):
    client.force_login(seat(submission))

    page = client.post(url("offer", submission), {"seen": ""})

    assertContains(page, "Kijk de tekst eerst na op namen.", count=2)
    submission.refresh_from_db()
    assert submission.status == "draft"


def test_offering_shows_what_the_organisation_will_read(client, submission):
    client.force_login(seat(submission))

    page = client.get(url("offer", submission))

    assertContains(page, "Leest 1 van de 2 punten:")


def test_text_that_changed_is_shown_anew_before_it_is_offered(client, submission):
    client.force_login(seat(submission))
    seen = client.get(url("offer", submission)).context["seen"]
    with_input(submission)

    page = client.post(url("offer", submission), {"names_removed": "on", "seen": seen})

    assertContains(page, "De tekst veranderde terwijl u las.")
    assert page.context["seen"] != seen


def test_signing_shows_a_statement_that_came_in_meanwhile(client, submission):
    version = offered(submission)
    client.force_login(seat(submission, "chair"))
    seen = client.get(url("sign", submission)).context["seen"]
    actions.add_statement(version, "Ik zie dit anders.", by=seat(submission, "member"))

    page = client.post(
        url("sign", submission),
        {"has_read": "on", "council_agrees": "on", "seen": seen},
        follow=True,
    )

    assertContains(page, "De tekst of een standpunt is veranderd.")
    assertContains(page, "Ik zie dit anders.")
    submission.refresh_from_db()
    assert submission.status == "offered"


def test_member_adds_changes_and_withdraws_a_statement(client, submission):
    version = offered(submission)
    client.force_login(seat(submission, "member"))

    client.post(url("statement", submission), {"text": "Ik zie dit anders."})
    page = client.get(url("statement", submission))
    assertContains(page, "Ik zie dit anders.")
    client.post(url("statement", submission), {"text": ""})
    assert [each.text for each in version.statements.all()] == ["Ik zie dit anders."]
    client.post(url("statement", submission), {"withdraw": "1"})

    assert version.statements.count() == 0


def test_statement_on_an_earlier_version_is_there_to_go_on_with(client, submission):
    member = seat(submission, "member")
    actions.add_statement(offered(submission), "Ik zie dit anders.", by=member)
    actions.take_back(submission, by=submission.created_by)
    second = offered(submission)
    client.force_login(member)

    assertContains(client.get(url("statement", submission)), "Ik zie dit anders.")

    assert second.statements.count() == 0


def test_chair_sends_it_back_with_an_explanation(client, submission):
    offered(submission)
    client.force_login(seat(submission, "chair"))

    page = client.post(
        url("take_back", submission), {"why": "De nacht mist nog."}, follow=True
    )

    assertRedirects(page, url("edit", submission))
    assertContains(page, "De nacht mist nog.")


def test_late_text_says_so_and_goes(client, submission):
    offered(submission)
    chair = seat(submission, "chair")
    with time_machine.travel("2027-08-01 17:00+02:00", tick=False):
        client.force_login(chair)
        assertContains(client.get(url("sign", submission)), "Deze fase sloot op")
        signed(submission)
        page = client.get(url("detail", submission))

    assertContains(page, "Na sluiting")
    assertContains(page, "na sluiting")


def test_lines_move_and_go_by_buttons(client, submission):
    client.force_login(seat(submission))
    first, last = submission.items.all()

    client.post(url("item_move", submission, last.pk), {"to": "up"})
    assert [item.pk for item in submission.items.all()] == [last.pk, first.pk]
    client.post(url("item_remove", submission, first.pk))
    assert [item.pk for item in submission.items.all()] == [last.pk]
    client.post(url("item_add", submission), {"all": "1"})
    assert submission.items.count() == 2


def test_page_says_when_clients_at_home_are_missing(client, submission):
    client.force_login(seat(submission))
    message = "Nog geen inbreng van cliënten thuis."
    assertNotContains(client.get(url("edit", submission)), message)

    location(submission, "at_home")
    assertContains(client.get(url("edit", submission)), message)

    with_input(submission, words__care_setting="at_home")
    assertNotContains(client.get(url("edit", submission)), message)


def location(submission, care_setting):
    place = LocationFactory(
        organisation=submission.council.organisation, care_setting=care_setting
    )
    submission.council.locations.add(place)


def test_what_is_closed_to_the_secretary_is_not_on_the_secretarys_page(client):
    submission = SubmissionFactory()
    closed = with_input(submission, is_closed_to_secretary=True, words__title="Stil")
    client.force_login(seat(submission))

    for name in ("edit", "detail"):
        assertNotContains(client.get(url(name, submission)), "Stil")
    item = submission.items.get(council_input=closed)
    assert client.post(url("item_remove", submission, item.pk)).status_code == 404


# --- Walls -----------------------------------------------------------------------

PAGES = ["detail", "edit", "offer", "take_back", "statement", "sign", "pdf"]


@pytest.mark.parametrize("name", PAGES)
def test_strangers_find_nothing(client, submission, name):
    offered(submission)
    client.force_login(CouncilMembershipFactory(role="chair").user)

    assert client.get(url(name, submission)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_former_members_find_nothing(client, submission, name):
    offered(submission)
    term = CouncilMembershipFactory(
        council=submission.council, role="chair", ends_on="2027-06-30"
    )
    client.force_login(term.user)

    assert client.get(url(name, submission)).status_code == 404


@pytest.mark.parametrize("who", [staff, buyer])
@pytest.mark.parametrize("name", PAGES)
def test_outside_the_council_nothing_exists_until_it_is_signed(
    client, submission, who, name
):
    offered(submission)
    client.force_login(who(submission))

    assert client.get(url(name, submission)).status_code == 404


@pytest.mark.parametrize("who", [staff, buyer])
@pytest.mark.parametrize("name", ["edit", "offer", "take_back", "statement", "sign"])
def test_readers_outside_the_council_do_nothing_with_it(client, submission, who, name):
    offered(submission)
    signed(submission)
    client.force_login(who(submission))

    assert client.get(url(name, submission)).status_code == 404


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        ("member", {"edit", "offer", "take_back", "sign"}),
        ("supporter", {"edit", "offer", "take_back", "sign", "statement"}),
        ("secretary", {"sign", "statement"}),
        ("deputy_chair", set()),
        ("chair", set()),
    ],
)
def test_each_role_of_the_council_does_its_own_part(client, submission, role, refused):
    offered(submission)
    client.force_login(seat(submission, role))

    codes = {name: client.get(url(name, submission)).status_code for name in PAGES}

    assert {name for name, code in codes.items() if code == 403} == refused
    assert {code for name, code in codes.items() if name not in refused} <= {200, 302}


@pytest.mark.parametrize("name", ["start", "item_add", "item_move", "item_remove"])
def test_changes_go_by_post_and_only_for_who_prepares(client, submission, name):
    item = submission.items.first()
    arguments = {
        "start": [submission.cycle_id, submission.council_id],
        "item_add": [submission.pk],
    }.get(name, [submission.pk, item.pk])
    address = reverse(f"procurement:submission_{name}", args=arguments)
    client.force_login(seat(submission, "member"))

    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 403


# --- The organisation and the care office ----------------------------------------


def test_organisation_reads_its_items_and_no_trace_of_the_rest(client, submission):
    version = offered(submission)
    actions.add_statement(version, "Ik zie dit anders.", by=seat(submission, "member"))
    signature = signed(submission)
    client.force_login(staff(submission))

    page = client.get(url("detail", submission))

    assertContains(page, "Op zondag is er geen koffie.")
    assertContains(page, "<h3>1. ", count=1)
    for hidden in (
        "Wij durven",
        "Ik zie dit anders",
        "van de 2 punten",
        signature.version.code,
        signature.sha256,
    ):
        assertNotContains(page, hidden)


def test_organisation_finds_nothing_once_its_items_are_closed(client, submission):
    offered(submission)
    signed(submission)
    thing = submission.items.get(council_input__for_organisation=True).council_input
    input_actions.share(thing, ["care_office"], version_number=1, by=thing.author)
    client.force_login(staff(submission))

    for name in ("detail", "pdf"):
        assert client.get(url(name, submission)).status_code == 404
    page = client.get(reverse("procurement:submission_list"))
    assertContains(page, "Er zijn nog geen indieningen")


def test_organisation_of_a_text_without_anything_for_it_finds_nothing(client):
    submission = SubmissionFactory()
    with_input(submission, for_organisation=False)
    offered(submission)
    signed(submission)
    client.force_login(staff(submission))

    assert client.get(url("detail", submission)).status_code == 404


def test_care_office_sees_the_sent_text_while_a_new_one_is_made(client, submission):
    offered(submission)
    signed(submission)
    actions.take_back(submission, by=submission.created_by, why="Er mist iets.")
    with_input(submission, words__text="Een nieuw punt.")
    offered(submission)
    client.force_login(buyer(submission))

    assertRedirects(
        client.get(url("detail", submission)),
        reverse("procurement:desk_detail", args=[submission.pk]),
    )
    page = client.get(url("version", submission, 1))
    assertContains(page, "Wij durven het niet te zeggen.")
    assertContains(page, "Ondertekend en verstuurd")
    for hidden in ("Een nieuw punt.", "Er mist iets.", "Versie 2", "andere versie"):
        assertNotContains(page, hidden)
    assert client.get(url("version", submission, 2)).status_code == 404
    assert client.get(url("pdf", submission) + "?versie=2").status_code == 404
    submission.refresh_from_db()
    assert submission.first_read_at is not None


def test_list_tells_outsiders_nothing_of_a_new_draft(client, submission):
    offered(submission)
    signed(submission)
    actions.take_back(submission, by=submission.created_by)
    address = reverse("procurement:submission_list")

    for who in (staff, buyer):
        client.force_login(who(submission))
        page = client.get(address)
        assertContains(page, "Ingediend")
        assertNotContains(page, "Concept")
    client.force_login(seat(submission))
    assertContains(client.get(address), "Concept")


def test_older_version_stays_readable_for_the_council(client, submission):
    offered(submission)
    actions.take_back(submission, by=submission.created_by)
    with_input(submission, words__text="Een nieuw punt.")
    offered(submission)
    client.force_login(seat(submission, "member"))

    page = client.get(url("detail", submission))
    assertContains(page, url("version", submission, 1))
    page = client.get(url("version", submission, 1))
    assertContains(page, "Dit is een andere versie dan de nieuwste.")
    assertNotContains(page, "Een nieuw punt.")


# --- Checking a code -------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: f"  {code.lower()}  ",
        lambda code: code.replace(" ", "-"),
        lambda code: code.replace(" ", ""),
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_code_is_found_however_it_is_typed(client, submission, typed):
    offered(submission)
    signed(submission)
    code = submission.versions.get().code

    page = client.get(reverse("procurement:submission_verify"), {"code": typed(code)})

    assertContains(
        page,
        "Dit stuk is niet veranderd sinds donderdag 1\xa0juli 2027 om 10.00 uur.",
    )
    for hidden in (
        submission.council.name,
        "koffie",
        str(submission.pk),
        "Zorgkantoor ",
    ):
        assertNotContains(page, hidden)


def test_code_in_the_address_of_a_paper_works_too(client, submission):
    offered(submission)
    signed(submission)
    code = submission.versions.get().code.replace(" ", "")

    assertContains(client.get(f"/controle/{code}/"), "Dit stuk is niet veranderd")


@pytest.mark.parametrize("code", ["9F2C 41D7 A06E 5B18", "hallo", "9f2c", "é" * 120])
def test_unknown_code_says_so(client, submission, code):
    offered(submission)

    page = client.get(reverse("procurement:submission_verify"), {"code": code})

    assertContains(page, "Wij kennen deze code niet.")


def test_code_of_a_draft_is_not_called_signed(client, submission):
    version = offered(submission)

    page = client.get(f"/controle/{version.sha256}/")

    assertContains(page, "Met deze code is het niet ondertekend.")


def test_who_may_read_it_gets_a_way_to_the_text(client, submission):
    version = offered(submission)
    address = f"/controle/{version.sha256}/"
    way = "leg die naast uw papier"

    client.force_login(buyer(submission))
    assertNotContains(client.get(address), way)
    client.force_login(seat(submission, "member"))
    assertContains(client.get(address), way)


def test_codes_cannot_be_tried_without_end(client):
    codes = [client.get(f"/controle/{number:016}/").status_code for number in range(31)]

    assert codes == [200] * 30 + [429]


# --- Queries ---------------------------------------------------------------------


@pytest.fixture(params=[1, 50])
def long_submission(request):
    submission = SubmissionFactory(central=True)
    for _number in range(request.param):
        with_input(submission)
    return submission


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_as_many_queries_for_any_number(
    client, django_assert_num_queries, count
):
    first = SubmissionFactory()
    secretary = seat(first)
    for _number in range(count - 1):
        other = SubmissionFactory()
        CouncilMembershipFactory(
            council=other.council, user=secretary, role="secretary"
        )
    client.force_login(secretary)

    # session, user, seats, rounds to begin, count, submissions
    with django_assert_num_queries(6):
        page = client.get(reverse("procurement:submission_list"))

    assert len(page.context["rows"]) == count


def test_draft_takes_six_queries(client, django_assert_num_queries, long_submission):
    paragraph = ParagraphFactory(
        council=long_submission.council, cycle=long_submission.cycle
    )
    actions.add_item(long_submission, paragraph, by=long_submission.created_by)
    client.force_login(seat(long_submission, "member"))

    # session, user, seats, submission, lines, passages with their sources
    with django_assert_num_queries(6):
        client.get(url("detail", long_submission))


def test_collecting_takes_eight_queries(
    client, django_assert_num_queries, long_submission
):
    ParagraphFactory(council=long_submission.council, cycle=long_submission.cycle)
    paragraph = ParagraphFactory(
        council=long_submission.council, cycle=long_submission.cycle
    )
    actions.add_item(long_submission, paragraph, by=long_submission.created_by)
    client.force_login(seat(long_submission))

    # as the draft, and the inputs and paragraphs that can be added
    with django_assert_num_queries(8):
        client.get(url("edit", long_submission))


def test_offered_text_takes_six_queries(
    client, django_assert_num_queries, long_submission
):
    offered(long_submission)
    client.force_login(seat(long_submission, "member"))

    # session, user, seats, submission, version, statements
    with django_assert_num_queries(6):
        client.get(url("detail", long_submission))


def test_signing_takes_eight_queries(
    client, django_assert_num_queries, long_submission
):
    offered(long_submission)
    client.force_login(seat(long_submission, "chair"))

    # as the offered text, the reactions of local councils, and recent decisions
    with django_assert_num_queries(8):
        client.get(url("sign", long_submission))


@pytest.mark.parametrize(
    ("who", "count"),
    [(lambda each: seat(each, "member"), 6), (staff, 6)],
    ids=["council", "organisation"],
)
def test_answered_text_takes_six_queries(
    client, django_assert_num_queries, long_submission, who, count
):
    offered(long_submission)
    signed(long_submission)
    answered(long_submission)
    client.force_login(who(long_submission))

    # session, user, seats, submission, version; answers, or the open items with theirs
    with django_assert_num_queries(count):
        page = client.get(url("detail", long_submission))

    items = long_submission.items.count()
    assertContains(page, "Dat doen wij.", count=items)
