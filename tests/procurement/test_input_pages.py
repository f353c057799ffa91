import re
from http import HTTPStatus
from uuid import UUID

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
)

from councils.models import CouncilMembership
from procurement.actions import council_input as actions
from procurement.actions import input_draft
from procurement.models import Audience, CouncilInput, Goal, InputDraft
from tests.factories import (
    CareOfficeFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    LocationFactory,
    OrganisationMembershipFactory,
    PhaseFactory,
    ThemeFactory,
    UserFactory,
)
from tests.procurement.test_council_input import version
from tests.races import at_once

pytestmark = pytest.mark.django_db

NEW = re.compile(r"/inkoop/inbreng/([0-9a-f-]{36})/bewaren/")
HIDDEN = re.compile(r'name="(key|revision|based_on)" value="([^"]*)"')


@pytest.fixture
def council():
    """A local council under a central one, where a care office buys care."""
    office = CareOfficeFactory(name="Zorgkantoor Amstelland")
    organisation = CareOrganisationFactory(care_office=office, name="Vlierkade")
    central = CouncilFactory(
        organisation=organisation, central=True, name="Centrale raad Vlierkade"
    )
    return CouncilFactory(
        organisation=organisation, parent=central, name="Cliëntenraad De Watergang"
    )


@pytest.fixture
def cycle(council):
    return CycleFactory(
        care_office=council.organisation.regions.get().concessions.get().care_office
    )


@pytest.fixture
def member(council, client):
    """A member of that council, who is logged in."""
    person = CouncilMembershipFactory(council=council).user
    client.force_login(person)
    return person


def create_url(council, cycle):
    return reverse(
        "procurement:input_create",
        kwargs={"council_pk": council.pk, "cycle_pk": cycle.pk},
    )


def url(name, council_input, *args):
    return reverse(f"procurement:input_{name}", args=[council_input.pk, *args])


class Form:
    """A form of an input in somebody's browser."""

    def __init__(self, client, address):
        page = client.get(address).content.decode()
        self.client = client
        self.action = NEW.search(page).group()
        self.pk = UUID(NEW.search(page)[1])
        self.hidden = dict(HIDDEN.findall(page))

    def send(self, step="keep", client=None, headers=None, **words):
        return (client or self.client).post(
            self.action, {**self.hidden, **words, "step": step}, headers=headers
        )

    def keep(self, client=None, **words):
        """What keep.js sends."""
        answer = self.send(
            client=client, headers={"accept": "application/json"}, **words
        )
        if answer.status_code == HTTPStatus.OK:
            self.hidden["revision"] = answer.json()["revision"]
        return answer


def is_chosen(page, pk) -> bool:
    """Whether a list on the page stands on that choice."""
    return bool(re.search(rf'value="{pk}"\s+selected', page.content.decode()))


def words(**changed):
    return {
        "kind": "concern",
        "text": "Op de gang is het koud.",
        "title": "De gang",
        "goal": Goal.QUALITY_OF_LIFE.value,
        "theme": str(ThemeFactory().pk),
        "location": "",
        "care_setting": "",
        "consultation": "nobody",
        "consulted": "",
        "consulted_how": "",
        **changed,
    }


# --- Writing ---------------------------------------------------------------------


def test_empty_form_makes_no_row(client, council, cycle, member):
    Form(client, create_url(council, cycle))

    assert CouncilInput.objects.count() == 0


def test_member_passes_input_on_to_the_council(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    answer = form.send("pass_on", **words())

    row = CouncilInput.objects.get()
    assertRedirects(answer, url("detail", row))
    assert (row.pk, row.council, row.cycle, row.author) == (
        form.pk,
        council,
        cycle,
        member,
    )
    assert (row.status, row.current.text) == ("passed_on", "Op de gang is het koud.")
    assert not InputDraft.objects.exists()
    assertContains(
        client.get(answer.url), "Door één persoon geschreven, zonder anderen te vragen"
    )


def test_typing_is_kept_and_stands_there_when_one_comes_back(
    client, council, cycle, member
):
    form = Form(client, create_url(council, cycle))

    first = form.keep(text="Ik wil ver")
    form.keep(text="Ik wil vertellen")

    assert first.json()["page"] == url("edit", CouncilInput.objects.get())
    assert first.json()["saved"].startswith("Bewaard om ")
    assertContains(client.get(first.json()["page"]), "Ik wil vertellen")
    assertContains(client.get(reverse("procurement:input_list")), "Concept")


def test_without_javascript_a_button_keeps_the_text(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    answer = form.send("keep", text="Half af")

    assertRedirects(answer, reverse("procurement:input_list"))
    assert CouncilInput.objects.get().status == "draft"
    assert InputDraft.objects.get().words["text"] == "Half af"


def test_pressing_twice_passes_on_once(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    for _ in range(3):
        answer = form.send("pass_on", **words())
        assertRedirects(answer, f"/inkoop/inbreng/{form.pk}/")

    assert CouncilInput.objects.get().versions.count() == 1
    assert not InputDraft.objects.exists()


def test_back_and_other_words_under_the_same_form_are_not_lost(
    client, council, cycle, member
):
    form = Form(client, create_url(council, cycle))
    form.send("pass_on", **words())

    answer = form.send("pass_on", **words(text="Nog iets heel anders."))

    row = CouncilInput.objects.get()
    assertRedirects(answer, url("conflict", row))
    page = client.get(answer.url)
    assertContains(page, "Nog iets heel anders.")
    assertContains(page, "Op de gang is het koud.")
    assert row.versions.count() == 1


def test_location_is_filled_in_when_the_council_has_one(client, council, cycle, member):
    house = LocationFactory(organisation=council.organisation, care_setting="at_home")
    council.locations.add(house)
    LocationFactory(organisation=council.organisation, name="Van een ander")

    page = client.get(create_url(council, cycle))
    form = Form(client, create_url(council, cycle))
    form.send("pass_on", **words(location=str(house.pk)))

    assert is_chosen(page, house.pk)
    assertNotContains(page, "Van een ander")
    saved = CouncilInput.objects.get().current
    assert (saved.location, saved.care_setting) == (house, "at_home")


def test_request_is_filled_in_when_one_comes_from_its_page(
    client, council, cycle, member
):
    asked = InformationRequestFactory(phase=PhaseFactory(cycle=cycle), asked=[council])

    page = client.get(f"{create_url(council, cycle)}?uitvraag={asked.pk}")
    form = Form(client, create_url(council, cycle))
    form.send("pass_on", **words(request=str(asked.pk)))

    assert is_chosen(page, asked.pk)
    assert CouncilInput.objects.get().request == asked


def test_readers_chosen_in_the_form_read_it_at_once(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    form.send("pass_on", **words(), readers=["central_council", "care_office"])

    row = CouncilInput.objects.get()
    assert row.audiences == {Audience.CENTRAL_COUNCIL, Audience.CARE_OFFICE}
    assert row.shared == row.current


def test_page_counts_in_people_who_will_read(client, council, cycle, member):
    CouncilMembershipFactory.create_batch(2, council=council.parent)
    OrganisationMembershipFactory(organisation=council.organisation)
    # In both councils: one person.
    CouncilMembershipFactory(council=council.parent, user=member)

    page = client.get(create_url(council, cycle))

    assertContains(page, "&quot;&quot;: 1")
    assertContains(page, "&quot;central_council&quot;: 3")
    assertContains(page, "&quot;central_council organisation&quot;: 4")


def test_asks_once_whether_somebody_can_be_recognised(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))
    text = "Ik sprak mevrouw Jansen van kamer 12."

    asked = form.send("pass_on", **words(text=text))
    kept = dict(HIDDEN.findall(asked.content.decode()))
    form.hidden |= kept
    answer = form.send("pass_on", **words(text=text), asked="1")

    assertContains(asked, "Kan iemand in deze tekst een persoon herkennen?")
    assertContains(asked, "<q>kamer 12</q>")
    assertRedirects(answer, f"/inkoop/inbreng/{form.pk}/")


def test_who_looked_already_is_not_asked(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    form.send("pass_on", **words(text="Ik sprak mevrouw Jansen."), is_checked="on")

    assert CouncilInput.objects.get().status == "passed_on"


# --- Bad input -------------------------------------------------------------------


def test_mistakes_are_named_and_nothing_typed_is_lost(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))

    answer = form.send("pass_on", text="Alleen dit.", consulted="veel")

    assertContains(answer, "Kies wat voor inbreng dit is.")
    assertContains(answer, "Uw tekst is bewaard.")
    assertContains(answer, "Alleen dit.</textarea>")
    assertContains(answer, 'value="veel"')
    assert InputDraft.objects.get().words["text"] == "Alleen dit."


def test_text_of_four_megabytes_is_kept_and_counted(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))
    text = "Wij wachten. " * 320_000

    answer = form.send("pass_on", **words(text=text))

    assertContains(answer, "Uw tekst heeft 4.159.999 tekens. Er passen er 4.000 in.")
    assert InputDraft.objects.get().words["text"] == text
    assert CouncilInput.objects.get().status == "draft"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <b>vet</b>",
        "🙂 👩🏽‍🦽 é ñ 漢字 \u202eomgekeerd",
        "=SOM(A1:A9)",
        "{{ settings.SECRET_KEY }} {% debug %}",
    ],
)
def test_odd_text_is_shown_as_it_was_typed(client, council, cycle, member, text):
    form = Form(client, create_url(council, cycle))

    form.send(
        "pass_on",
        **words(
            text=text,
            title=text,
            consultation="others",
            consulted="3",
            consulted_how=text,
        ),
        asked="1",
    )

    row = CouncilInput.objects.get()
    assert (row.current.text, row.current.title) == (text, text)
    assertContains(client.get(url("detail", row)), "<script>", count=0)


def test_sign_that_ends_strings_is_a_mistake_and_no_error(
    client, council, cycle, member
):
    form = Form(client, create_url(council, cycle))

    answer = form.send("pass_on", **words(text="Nul\0teken", title="\0"))

    assertContains(answer, "een teken dat wij niet kunnen tonen")
    assert InputDraft.objects.get().words["text"] == "Nulteken"


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": "other organisation"},
        {"request": "other council"},
        {"request": "other cycle"},
        {"theme": "00000000-0000-0000-0000-000000000000"},
        {"theme": "geen-id"},
        {"kind": "complaint"},
        {"goal": "profit"},
        {"care_setting": "hotel"},
        {"readers": ["everybody"]},
        {"consultation": "others", "consulted": "0"},
        {"consultation": "others", "consulted": "-3"},
        {"consultation": "others", "consulted": "99999999999999999999"},
        {"consultation": "nobody", "consulted": "6"},
        {"title": "x" * 121},
        {"text": "   "},
    ],
    ids=str,
)
def test_what_is_not_on_offer_is_refused_in_words(
    client, council, cycle, member, wrong
):
    # So that there is a request to choose from at all.
    InformationRequestFactory(phase=PhaseFactory(cycle=cycle), asked=[council])
    elsewhere = {
        "other organisation": LocationFactory,
        "other council": lambda: InformationRequestFactory(
            phase__cycle=cycle, phase__kind="dialogue", asked=[CouncilFactory()]
        ),
        "other cycle": lambda: InformationRequestFactory(asked=[council]),
    }
    wrong = {
        name: str(elsewhere[value]().pk) if str(value) in elsewhere else value
        for name, value in wrong.items()
    }
    form = Form(client, create_url(council, cycle))

    answer = form.send("pass_on", **words(**wrong))

    assertContains(answer, 'id="errors-title"')
    assert CouncilInput.objects.get().status == "draft"


@pytest.mark.parametrize("number", ["-1", "abc", "٣", "9" * 400, ""])
def test_odd_revision_never_breaks_the_page(client, council, cycle, member, number):
    form = Form(client, create_url(council, cycle))

    answer = form.send("keep", text="Half", **{})
    form.hidden |= {"revision": number, "based_on": number}
    answer = form.send("keep", text="Heel anders")

    assert answer.status_code == HTTPStatus.FOUND


# --- Two at once -----------------------------------------------------------------


def test_window_that_stood_open_shows_both_texts(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))
    form.keep(**words(text="Eerst"))
    old = Form(client, url("edit", CouncilInput.objects.get()))
    form.keep(**words(text="In het nieuwe venster"))

    told = old.keep(**words(text="In het oude venster"))
    answer = old.send("pass_on", **words(text="In het oude venster"))

    row = CouncilInput.objects.get()
    assert told.status_code == HTTPStatus.CONFLICT
    assertRedirects(answer, url("conflict", row))
    page = client.get(answer.url)
    assertContains(page, "In het nieuwe venster")
    assertContains(page, "In het oude venster")
    assert re.search(r"<ins>.*?oude.*?</ins>", page.content.decode())
    assert row.status == "draft"


@pytest.mark.parametrize("choice", ["mine", "other", "both"])
def test_of_two_windows_none_is_lost_whatever_one_chooses(
    client, council, cycle, member, choice
):
    form = Form(client, create_url(council, cycle))
    form.keep(**words(text="Nieuw venster"))
    row = CouncilInput.objects.get()
    input_draft.set_aside(row, words(text="Oud venster"), based_on=0, by=member)

    client.post(url("conflict", row), {"choice": choice})

    page = client.get(url("edit", row))
    assertContains(page, "Nieuw venster")
    assertContains(page, "Oud venster")
    chosen = "Nieuw venster" if choice == "other" else "Oud venster"
    assertContains(page, f"{chosen}</textarea>")


def saved_by_another(council, client, cycle):
    """An input that one changes while another member saves a second version."""
    author = CouncilMembershipFactory(council=council).user
    row = CouncilInputFactory(council=council, cycle=cycle, author=author)
    chair = CouncilMembershipFactory(council=council, role="chair").user
    client.force_login(chair)
    form = Form(client, url("edit", row))
    actions.save_version(row, version(text="Van de ander."), based_on=1, by=author)
    return row, form


def test_saving_over_a_newer_version_shows_both(client, council, cycle):
    row, form = saved_by_another(council, client, cycle)

    answer = form.send("save", **words(text="Van mij."))

    assertRedirects(answer, url("conflict", row))
    page = client.get(answer.url)
    assertContains(page, "Van de ander.")
    assertContains(page, "Van mij.")
    assertContains(page, f"{row.author} heeft deze tekst ook veranderd.")
    assert row.versions.count() == 2


def test_keeping_ones_own_text_makes_it_the_newest_version(client, council, cycle):
    row, form = saved_by_another(council, client, cycle)
    form.send("save", **words(text="Van mij."))

    answer = client.post(url("conflict", row), {"choice": "mine"})

    assertRedirects(answer, url("versions", row))
    texts = row.versions.order_by("number").values_list("text", flat=True)
    assert list(texts)[1:] == ["Van de ander.", "Van mij."]
    assert not InputDraft.objects.exists()


@pytest.mark.parametrize("choice", ["other", "both"])
def test_of_two_people_no_text_is_lost(client, council, cycle, choice):
    row, form = saved_by_another(council, client, cycle)
    form.send("save", **words(text="Van mij."))

    answer = client.post(url("conflict", row), {"choice": choice})

    assertRedirects(answer, url("edit", row))
    page = client.get(answer.url)
    assertContains(page, "Van mij.")
    assertContains(page, "Van de ander.")
    assert row.versions.count() == 2


def test_unsaved_typing_is_told_and_can_be_thrown_away(client, council, cycle, member):
    row = CouncilInputFactory(council=council, cycle=cycle, author=member)
    Form(client, url("edit", row)).keep(**words(text="Nog niet af"))

    page = client.get(url("detail", row))
    answer = client.post(url("drop", row), follow=True)

    assertContains(page, "Alleen u ziet het.")
    assertNotContains(answer, "Alleen u ziet het.")
    assert not InputDraft.objects.exists()


def test_opening_the_form_and_sending_it_back_changes_nothing(
    client, council, cycle, member
):
    row = CouncilInputFactory(council=council, cycle=cycle, author=member)
    form = Form(client, url("edit", row))
    same = words(
        text=row.current.text,
        title=row.current.title,
        theme=str(row.current.theme_id),
    )

    answer = form.send("save", **same)

    assertRedirects(answer, url("detail", row))
    assert row.versions.count() == 1
    assert not InputDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_who_send_one_form_at_once_pass_on_one_input(
    client, council, cycle, member
):
    form, complete = Form(client, create_url(council, cycle)), words()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def press():
        window = Client()
        window.cookies[settings.SESSION_COOKIE_NAME] = session
        return form.send("pass_on", client=window, **complete)["Location"]

    answers = at_once(press, times=20)

    row = CouncilInput.objects.get()
    assert set(answers) == {url("detail", row)}
    assert row.versions.count() == 1
    assert not InputDraft.objects.exists()


# --- When the session has ended --------------------------------------------------


def test_text_sent_after_the_session_ended_waits_behind_the_login(
    client, council, cycle, member, new_client
):
    form = Form(client, create_url(council, cycle))

    answer = form.send("pass_on", client=new_client(), **words(text="Nog net"))

    row = CouncilInput.objects.get()
    assertRedirects(
        answer,
        f"{reverse('account_login')}?next={url('edit', row)}",
        fetch_redirect_response=False,
    )
    assert (row.status, row.author) == ("draft", member)
    assertContains(client.get(url("edit", row)), "Nog net</textarea>")


def test_keeping_goes_on_after_the_session_ended_and_says_so(
    client, council, cycle, member, new_client
):
    form = Form(client, create_url(council, cycle))

    answer = form.keep(client=new_client(), **words(text="Nog net"))

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.json()["problem"].startswith("Log opnieuw in. Uw tekst van ")
    assert answer.json()["revision"] == 1
    assert InputDraft.objects.get().words["text"] == "Nog net"


def test_who_is_logged_in_as_another_learns_nothing_of_the_text(
    client, council, cycle, member, new_client
):
    form = Form(client, create_url(council, cycle))
    other = new_client()
    other.force_login(UserFactory())

    answer = form.send("pass_on", client=other, **words(text="Van de eerste"))

    assert InputDraft.objects.get().editor == member
    assertRedirects(answer, "/", fetch_redirect_response=False)


def test_secretary_without_second_step_gets_no_page_but_loses_no_text(
    client, council, cycle, new_client
):
    secretary = CouncilMembershipFactory(
        council=council, role=CouncilMembership.Role.SECRETARY
    ).user
    client.force_login(secretary)
    form = Form(client, create_url(council, cycle))
    half = new_client()
    half.force_login(secretary, two_steps=False)

    answer = form.send("pass_on", client=half, text="Onvolledig")

    row = CouncilInput.objects.get()
    assertRedirects(answer, url("edit", row), fetch_redirect_response=False)
    assert InputDraft.objects.get().words["text"] == "Onvolledig"


def test_key_of_another_form_or_none_keeps_nothing_and_gives_the_text_back(
    client, council, cycle, member
):
    form = Form(client, create_url(council, cycle))
    other = Form(client, create_url(council, cycle))
    for key in ("", "onzin", other.hidden["key"], signing.dumps(["a"])):
        form.hidden["key"] = key

        answer = form.send("keep", text="Van mij")

        assertContains(answer, "Van mij", status_code=HTTPStatus.NOT_FOUND)
    assert CouncilInput.objects.count() == 0


def test_former_member_keeps_nothing(client, council, cycle, member):
    form = Form(client, create_url(council, cycle))
    form.keep(text="Als lid")
    CouncilMembership.objects.update(ends_on="2021-01-01")

    answer = form.send("keep", text="Als oud-lid")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert InputDraft.objects.get().words["text"] == "Als lid"


def test_text_that_was_taken_back_meanwhile_is_given_back(
    client, council, cycle, member
):
    row = CouncilInputFactory(council=council, cycle=cycle, author=member)
    form = Form(client, url("edit", row))
    actions.withdraw(row, by=member)

    answer = form.send("save", **words(text="Nog iets"))

    assertContains(answer, "Nog iets", status_code=HTTPStatus.NOT_FOUND)
