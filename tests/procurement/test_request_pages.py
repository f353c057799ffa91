"""Requests as people see them: what is asked, and how a care office writes it."""

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.models import OutgoingMail
from procurement.actions import request as actions
from procurement.actions.request import Choice
from procurement.models import InformationRequest, PhaseTask
from tests.factories import (
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    InformationRequestFactory,
    PhaseFactory,
    UserFactory,
)
from tests.procurement.asking import Office

pytestmark = pytest.mark.django_db

LIST = reverse("procurement:request_list")
CREATE = reverse("procurement:request_create")
NASTY = "<script>alert(1)</script> 😀 'quotes' \"too\" {{ nope }} 100% ‮ é"


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-15 10:00+02:00", tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def published(office) -> InformationRequest:
    return actions.publish(office.draft(), by=office.buyer)


def member(council, role="member"):
    return CouncilMembershipFactory(council=council, role=role).user


def page_of(name: str, request: InformationRequest) -> str:
    return reverse(f"procurement:request_{name}", args=[request.pk])


def typed(office: Office, **changes: object) -> dict[str, object]:
    """The form of a question, filled in whole."""
    return {
        "phase": office.phase.pk,
        "title": "Wat is nodig om langer thuis te wonen?",
        "what": "Vertel wat thuis goed gaat.",
        "why": "Wij horen weinig van mensen thuis.",
        "use": "Wij kiezen twee onderwerpen.",
        "readers": "De zorginkopers van onze regio.",
        "not_asked": "",
        "closes_at_0": "2027-08-01",
        "closes_at_1": "17:00",
        "right": "input",
        "legal_note": "Op afspraak.",
        "contact": office.buyer.pk,
        "selection": "sector",
        "search": "",
        "revision": 0,
        **changes,
    }


# --- What a council reads --------------------------------------------------------


def test_member_reads_what_why_how_and_until_when(client, office, published):
    PhaseTask.objects.create(
        phase=office.phase, role="member", what="Schrijf.", why="Daarom.", minutes=25
    )
    client.force_login(member(office.local))

    page = client.get(published.get_absolute_url())

    for text in (published.title, published.what, published.why, published.use):
        assertContains(page, text)
    assertContains(page, published.readers)
    assertContains(page, "vrijdag 18\N{NO-BREAK SPACE}juni 2027 om 17.00 uur")
    assertContains(page, "nog 3 dagen")
    assertContains(page, "3 raden")
    assertContains(page, "Ongeveer 25 minuten")
    write = reverse(
        "procurement:input_create", args=[published.cycle_id, office.local.pk]
    )
    assertContains(page, f'href="{write}?uitvraag={published.pk}"')
    assertContains(page, "Schrijf uw inbreng")
    assertNotContains(page, "Trek deze uitvraag in")


def test_secretary_of_two_councils_chooses_for_which_to_write(
    client, office, published
):
    secretary = member(office.central, "secretary")
    CouncilMembershipFactory(user=secretary, council=office.local, role="secretary")
    client.force_login(secretary)

    page = client.get(published.get_absolute_url())

    assert [seat.party_name for seat, _url in page.context["writes"]] == [
        "Centrale raad",
        "Raad West",
    ]
    assertContains(page, "Voor welke raad schrijft u?")
    assertNotContains(page, "btn--main")


def test_passed_question_says_what_is_still_possible(client, office, published):
    with time_machine.travel("2027-08-02 10:00+02:00", tick=False):
        client.force_login(member(office.local))

        page = client.get(published.get_absolute_url())

    assertContains(page, "U kunt dit nog doen.")
    assertContains(page, "De datum is voorbij")


def test_withdrawn_question_asks_nothing_more(client, office, published):
    actions.withdraw(published, reason="De vraag was onduidelijk.", by=office.buyer)
    client.force_login(member(office.local))

    page = client.get(published.get_absolute_url())

    assertContains(page, "De reden: De vraag was onduidelijk.")
    assertNotContains(page, "Schrijf uw inbreng")


def test_list_has_what_is_open_first_and_the_date_of_the_own_council(client, office):
    names = {"2027-07-30": "Eerst", "2027-08-01": "Daarna", "2027-05-31": "Voorbij"}
    for day, title in names.items():
        InformationRequestFactory(
            phase=office.phase,
            title=title,
            closes_at=f"{day}T17:00+02:00",
            asked=[office.local],
        )
    client.force_login(member(office.local))

    page = client.get(LIST)

    titles = [asking.title for asking, _asked in page.context["rows"]]
    assert titles == ["Eerst", "Daarna", "Voorbij"]
    assertContains(page, "tot vrijdag 18\N{NO-BREAK SPACE}juni 2027 om 17.00 uur")


def test_empty_list_says_what_one_can_do(client, new_client, office):
    client.force_login(member(office.local))
    assertContains(client.get(LIST), "U kunt altijd zelf inbreng schrijven.")

    client = new_client()
    client.force_login(office.buyer)
    assertContains(client.get(LIST), "U hebt nog niets gevraagd")


# --- Who gets in -----------------------------------------------------------------


@pytest.mark.parametrize("page", ["detail", "edit", "publish", "withdraw"])
def test_other_office_outsider_and_council_not_asked_find_nothing(
    new_client, office, page
):
    draft = office.draft(Choice([], [office.local]), selection="chosen")
    asked = actions.publish(draft, by=office.buyer)
    for person in (
        CareOfficeMembershipFactory().user,
        UserFactory(),
        member(office.central),
        member(office.elsewhere),
    ):
        client = new_client()
        client.force_login(person)
        assert client.get(page_of(page, asked)).status_code == 404
        assert client.post(page_of(page, asked)).status_code == 404


@pytest.mark.parametrize("page", ["edit", "publish", "withdraw"])
def test_council_that_is_asked_changes_nothing(client, office, published, page):
    client.force_login(member(office.local, "chair"))

    assert client.get(page_of(page, published)).status_code == 403
    assert client.post(page_of(page, published)).status_code == 403
    assert client.get(CREATE).status_code == 403


def test_draft_is_unknown_to_the_councils_it_is_meant_for(client, office):
    draft = office.draft(Choice([], [office.local]), selection="chosen")
    client.force_login(member(office.local))

    assert client.get(page_of("detail", draft)).status_code == 404
    assertNotContains(client.get(LIST), draft.title)
    assertNotContains(client.get(draft.cycle.get_absolute_url()), draft.title)


# --- Writing one -----------------------------------------------------------------


def test_buyer_writes_sees_it_as_councils_do_and_publishes(client, office):
    CouncilMembershipFactory(council=office.local)
    client.force_login(office.buyer)

    page = client.post(CREATE, {**typed(office), "preview": "1"}, follow=True)

    request = InformationRequest.objects.get()
    assertRedirects(page, page_of("publish", request))
    assertContains(page, "Dit gaan raden lezen")
    assertContains(page, "Publiceer aan 3 raden")
    # Today is 15 June, and local councils have until the 18th.
    assertContains(page, "Raden houden dan 4 werkdagen over.")
    page = client.post(page_of("publish", request), follow=True)
    assertContains(page, "Gepubliceerd. De raden krijgen een mail.")
    assert OutgoingMail.objects.count() == 1
    page = client.post(page_of("publish", request), follow=True)
    assertContains(page, "Dit kan nu niet")


def test_unfinished_draft_is_kept_and_says_later_what_is_missing(client, office):
    client.force_login(office.buyer)
    form = typed(office, why="", use="", readers="", draft="1")

    page = client.post(CREATE, form, follow=True)

    request = InformationRequest.objects.get()
    assertRedirects(page, page_of("edit", request))
    assertContains(page, "Het concept is bewaard.")
    page = client.get(page_of("publish", request))
    assertContains(page, "Nog leeg:")
    assertNotContains(page, "Publiceer aan")


def test_preview_of_an_unfinished_draft_says_it_beside_the_fields(client, office):
    client.force_login(office.buyer)

    page = client.post(CREATE, typed(office, why="", title="", preview="1"))

    assertContains(page, "Kijk nog naar 2 dingen.")
    assertContains(page, "Vertel wat thuis goed gaat.")
    assert not InformationRequest.objects.exists()


def test_question_starts_at_the_step_of_the_round_it_is_asked_from(client, office):
    client.force_login(office.buyer)

    for query in (f"?ronde={office.phase.cycle_id}", f"?fase={office.phase.pk}"):
        page = client.get(CREATE + query)
        assert page.context["form"]["phase"].value() == office.phase.pk
        assertContains(page, 'value="2027-08-01"')
    for query in ("?ronde=x", "?fase=%00", f"?ronde={PhaseFactory().cycle_id}"):
        assert client.get(CREATE + query).status_code == 200


def test_withdrawn_text_is_used_again(client, office, published):
    actions.withdraw(published, reason="De vraag was onduidelijk.", by=office.buyer)
    client.force_login(office.buyer)

    page = client.get(f"{CREATE}?van={published.pk}")

    assertContains(page, published.what)


def test_text_of_another_office_is_not_to_be_had(client, office, published):
    client.force_login(CareOfficeMembershipFactory().user)

    assertNotContains(client.get(f"{CREATE}?van={published.pk}"), published.what)


def test_councils_are_found_by_name_and_stay_chosen(client, office):
    client.force_login(office.buyer)
    form = typed(office, selection="chosen", councils=[office.other.pk])

    page = client.post(CREATE, {**form, "search": "west", "find": "1"})

    shown = [
        council.name for council in page.context["form"].fields["councils"].queryset
    ]
    assert sorted(shown) == ["Raad Oost", "Raad West"]
    assertContains(page, "Vertel wat thuis goed gaat.")
    assert not InformationRequest.objects.exists()
    page = client.post(CREATE, {**form, "search": "bestaat niet", "find": "1"})
    assertContains(page, "Niets gevonden voor")
    form["councils"] = [office.other.pk, office.local.pk]
    client.post(CREATE, {**form, "preview": "1"})
    names = InformationRequest.objects.get().asked.values_list(
        "council__name", flat=True
    )
    assert sorted(names) == ["Raad Oost", "Raad West"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"title": "x" * 151}, "Uw tekst heeft 151 tekens."),
        ({"what": "x" * 4_000_000}, "Uw tekst heeft 4.000.000 tekens."),
        ({"what": "een \0 twee"}, "Wat vraagt u?"),
        ({"closes_at_0": "2027-02-30"}, "Deze datum bestaat niet."),
        ({"closes_at_0": "9999-12-31"}, "Wanneer sluit u?"),
        ({"closes_at_0": "2027-08-02"}, "De stap zelf sluit op zondag"),
        ({"closes_at_0": "2027-05-01"}, "De stap is dan nog niet begonnen."),
        ({"closes_at_1": "half zes"}, "Deze tijd bestaat niet."),
        ({"phase": "geen"}, "Bij welke stap"),
        ({"phase": ""}, "Bij welke stap"),
        ({"right": "consent"}, "Welk recht geldt?"),
        ({"contact": "geen"}, "Wie kunnen raden bellen?"),
        ({"selection": "region"}, "Kies één of meer regio"),
        ({"selection": "chosen"}, "Kies één of meer raden."),
        ({"selection": "chosen", "councils": ["x"]}, "Kijk nog naar"),
        ({"selection": "region", "regions": ["x"]}, "Kijk nog naar"),
        ({"revision": "-1"}, "Kijk nog naar"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_lost(client, office, changes, complaint):
    client.force_login(office.buyer)

    page = client.post(CREATE, {**typed(office), **changes, "preview": "1"})

    assert page.status_code == 200
    assertContains(page, complaint)
    assertContains(page, "Wij kiezen twee onderwerpen.")
    assert not InformationRequest.objects.exists()


def test_council_of_another_office_cannot_be_put_in_by_hand(client, office):
    client.force_login(office.buyer)
    form = typed(office, selection="chosen", councils=[office.elsewhere.pk])

    page = client.post(CREATE, {**form, "preview": "1"})

    assert page.status_code == 200
    assertNotContains(page, office.elsewhere.name)
    assert not InformationRequest.objects.exists()


def test_signs_of_every_kind_come_out_as_they_went_in(client, new_client, office):
    client.force_login(office.buyer)
    words = dict.fromkeys(("title", "what", "why", "use", "readers"), NASTY)

    client.post(CREATE, {**typed(office, **words), "preview": "1"})

    request = actions.publish(InformationRequest.objects.get(), by=office.buyer)
    client = new_client()
    client.force_login(member(office.local))
    page = client.get(request.get_absolute_url())
    assertContains(page, escape(NASTY))
    assertNotContains(page, "<script>alert")
    assertContains(client.get(LIST), escape(NASTY))


def test_two_colleagues_see_both_texts_and_both_are_kept(client, office):
    draft = office.draft()
    colleague = CareOfficeMembershipFactory(
        care_office=office.office, user__name="Pieter Zandoog"
    ).user
    theirs = InformationRequest.objects.get()
    theirs.why = "De reden van Pieter."
    actions.edit(theirs, Choice([], []), by=colleague)
    client.force_login(office.buyer)
    form = typed(office, why="De reden van Fatma.", revision=1, preview="1")

    page = client.post(page_of("edit", draft), form)

    assertContains(page, "Pieter Zandoog heeft deze tekst ook veranderd.")
    assertContains(page, "De reden van Fatma.")
    assertContains(page, "De reden van Pieter.")
    draft.refresh_from_db()
    assert draft.why == "De reden van Pieter."
    page = client.get(page_of("edit", draft))
    assertContains(page, "Bewaarde teksten van collega")
    assertContains(page, "De reden van Fatma.")

    client.post(page_of("edit", draft), {**form, "revision": 2})

    draft.refresh_from_db()
    assert draft.why == "De reden van Fatma."


def test_own_other_window_is_called_so(client, office):
    draft = office.draft()
    client.force_login(office.buyer)
    form = typed(office, revision=1, draft="1")
    client.post(page_of("edit", draft), form)

    page = client.post(page_of("edit", draft), {**form, "why": "Later bedacht."})

    assertContains(page, "U hebt deze tekst ook in een ander venster veranderd.")
    assertContains(page, "Later bedacht.")


def test_enter_without_anything_to_look_for_saves_the_draft(client, office):
    client.force_login(office.buyer)

    client.post(CREATE, typed(office, find="1"))

    assert InformationRequest.objects.get().status == InformationRequest.Status.DRAFT


def test_what_councils_read_is_withdrawn_and_not_edited(client, office, published):
    client.force_login(office.buyer)

    page = client.post(page_of("edit", published), typed(office), follow=True)
    assertContains(page, "Raden lezen dit al.")
    page = client.post(page_of("withdraw", published), {"reason": " "})
    assertContains(page, "Geef uw reden.")
    page = client.post(
        page_of("withdraw", published), {"reason": "Onduidelijk."}, follow=True
    )
    assertContains(page, "De uitvraag is ingetrokken.")
    page = client.post(page_of("withdraw", published), {"reason": "Nog eens."})
    assertContains(page, "Dit kan nu niet")


# --- How many queries ------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("who", "queries"), [("member", 6), ("buyer", 5)])
def test_list_takes_the_same_queries_for_any_number_of_questions(
    client, django_assert_num_queries, office, who, queries, count
):
    InformationRequestFactory.create_batch(
        count, phase=office.phase, asked=[office.local, office.central]
    )
    client.force_login(office.buyer if who == "buyer" else member(office.local))

    # session, user, seats, number of questions, questions, which councils of mine
    with django_assert_num_queries(queries):
        page = client.get(LIST)

    assertContains(page, "Wat merken cliënten", count=count)


@pytest.mark.parametrize("count", [1, 50])
def test_question_takes_the_same_queries_for_any_number_of_councils(
    client, django_assert_num_queries, office, count
):
    secretary = member(office.local, "secretary")
    councils = [office.local]
    for _ in range(count - 1):
        council = CouncilMembershipFactory(
            user=secretary, council__organisation=office.local.organisation
        ).council
        councils.append(council)
    request = InformationRequestFactory(phase=office.phase, asked=councils)
    client.force_login(secretary)

    # session, user, seats, the question, which councils of mine
    with django_assert_num_queries(5):
        client.get(request.get_absolute_url())
