"""Writing input in a real browser: by keyboard alone, kept while one types."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from councils.models import CouncilMembership
from procurement.actions import council_input as actions
from procurement.actions import input_draft
from procurement.models import CouncilInput, InputDraft
from tests.factories import (
    CouncilInputFactory,
    CouncilMembershipFactory,
    ThemeFactory,
)
from tests.procurement.test_council_input import version
from tests.procurement.test_input_pages import council, create_url, cycle, url, words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["council", "cycle"]


@pytest.fixture(autouse=True)
def no_complaints(page):
    """Nothing of a page is refused by its own content policy, no script stumbles."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(f"Error: {error}"))
    yield
    assert [
        text for text in said if "Content Security" in text or "Error:" in text
    ] == []


@pytest.fixture
def member(council):
    return CouncilMembershipFactory(council=council).user


def log_in(page, live_server, client, person):
    """Give the browser the session of ``person``; addresses start at the site."""
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
    )
    return lambda address: page.goto(live_server.url + address)


def tab_to(page, name):
    """Press Tab until the element with that name attribute, or text, has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const e = document.activeElement;
                return [e.name, e.textContent.trim()];
            }"""
        )
        if name in found:
            return
    pytest.fail(f"Tab never came to {name}")


def test_member_writes_input_by_keyboard_alone(
    page, live_server, client, council, cycle, member
):
    ThemeFactory(name="personeelskrapte")
    CouncilMembershipFactory.create_batch(3, council=council.parent)
    go = log_in(page, live_server, client, member)
    go(reverse("procurement:input_list"))

    tab_to(page, "Schrijf inbreng")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw inbreng")
    tab_to(page, "kind")
    page.keyboard.press("ArrowDown")
    tab_to(page, "text")
    page.keyboard.type("Voor ons hofje staat een bankje.")
    tab_to(page, "is_checked")
    page.keyboard.press("Space")
    tab_to(page, "title")
    page.keyboard.type("Het bankje")
    tab_to(page, "goal")
    page.keyboard.press("Space")
    tab_to(page, "theme")
    page.keyboard.press("p")
    tab_to(page, "consultation")
    page.keyboard.press("Space")
    tab_to(page, "consulted")
    page.keyboard.type("9")
    tab_to(page, "consulted_how")
    page.keyboard.type("bewoners, buiten")
    expect(page.get_by_text("Geeft u het door, dan kan 1 persoon")).to_be_visible()
    tab_to(page, "readers")
    page.keyboard.press("Space")
    expect(page.get_by_text("Geeft u het door, dan kunnen 4 mensen")).to_be_visible()
    tab_to(page, "Geef door aan mijn raad")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Het bankje")
    expect(page.get_by_text("Gedeeld met de centrale raad.")).to_be_visible()
    row = CouncilInput.objects.get()
    assert (row.current.kind, row.current.consulted) == ("good_example", 9)
    assert row.for_central_council
    assert not InputDraft.objects.exists()


def test_typing_is_kept_by_itself_and_a_reload_shows_it(
    page, live_server, client, council, cycle, member
):
    go = log_in(page, live_server, client, member)
    go(create_url(council, cycle))
    page.locator("[name=text]").fill("Nog lang niet af")

    expect(page.locator("[data-saved]").first).to_contain_text("Bewaard om")
    page.locator("[name=text]").press_sequentially(", maar bijna")
    expect(page.locator("[name=revision]")).to_have_value("2")
    page.reload()

    expect(page.locator("[name=text]")).to_have_value("Nog lang niet af, maar bijna")
    assert CouncilInput.objects.get().status == "draft"


def test_text_in_reach_of_nobody_says_so_and_is_kept_later(
    page, live_server, client, council, cycle, member
):
    go = log_in(page, live_server, client, member)
    go(create_url(council, cycle))
    page.context.set_offline(True)
    page.locator("[name=text]").fill("Zonder verbinding")
    expect(page.locator("[data-saved]").first).to_have_text("Nog niet bewaard")

    page.context.set_offline(False)

    expect(page.locator("[data-saved]").first).to_contain_text("Bewaard om")
    assert InputDraft.objects.get().words["text"] == "Zonder verbinding"


def test_session_that_ends_while_one_types_loses_nothing(
    page, live_server, client, council, cycle, member
):
    go = log_in(page, live_server, client, member)
    go(create_url(council, cycle))
    Session.objects.all().delete()
    page.locator("[name=text]").fill("Getypt na het uitloggen")

    expect(page.get_by_text("Log opnieuw in. Uw tekst van")).to_be_visible()
    assert InputDraft.objects.get().words["text"] == "Getypt na het uitloggen"
    log_in(page, live_server, client, member)
    page.locator("[name=text]").press_sequentially(" en weer in")
    expect(page.get_by_text("Log opnieuw in. Uw tekst van")).to_be_hidden()
    expect(page.locator("[name=revision]")).to_have_value("2")


def test_second_window_is_told_and_both_texts_are_shown(
    page, live_server, client, council, cycle, member
):
    go = log_in(page, live_server, client, member)
    go(create_url(council, cycle))
    page.locator("[name=text]").fill("Eerste venster")
    expect(page.locator("[name=revision]")).to_have_value("1")
    row = CouncilInput.objects.get()
    input_draft.keep(
        row, {"title": "", "text": "Tweede venster"}, revision=1, based_on=0, by=member
    )
    page.locator("[name=text]").press_sequentially(", dat achterloopt")

    page.get_by_role("button", name="Bekijk beide teksten").click()

    expect(page.get_by_text("Eerste venster, dat achterloopt").first).to_be_visible()
    expect(page.get_by_text("Tweede venster").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_barriers_on_any_page(
    page, live_server, client, council, cycle, member, barriers, width
):
    row = CouncilInputFactory(
        council=council, cycle=cycle, author=member, for_central_council=True
    )
    chair = CouncilMembershipFactory(
        council=council, role=CouncilMembership.Role.CHAIR
    ).user
    CouncilMembershipFactory(council=council, role=CouncilMembership.Role.SECRETARY)
    actions.save_version(row, version(), based_on=1, by=chair)
    input_draft.keep(row, words(text="Van mij"), revision=0, based_on=1, by=member)
    other = CouncilInputFactory(council=council, cycle=cycle, author=member)
    page.set_viewport_size({"width": width, "height": 900})
    go = log_in(page, live_server, client, member)

    for address in (
        reverse("procurement:input_list"),
        f"{reverse('procurement:input_list')}?zoek=niets",
        create_url(council, cycle),
        url("edit", other),
        url("detail", row),
        url("versions", row),
        url("conflict", row),
        url("share", row),
        f"{url('preview', row)}?lezer=central_council",
        url("withdraw", row),
    ):
        answer = go(address)
        assert answer.ok and page.url.endswith(address), address
        assert barriers(page) == [], address
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, address


def test_no_barriers_when_something_is_wrong(
    page, live_server, client, council, cycle, member, barriers
):
    go = log_in(page, live_server, client, member)
    go(create_url(council, cycle))

    page.get_by_role("button", name="Geef door aan mijn raad").click()

    expect(page.locator("#errors-title")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.activeElement.matches('[data-errors]')")
