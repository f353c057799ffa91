"""The frame in a real browser: for the keyboard, for a small screen, for everybody."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.factories import CouncilFactory, CouncilMembershipFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.portal.frame_pages"),
]

ABOUT = ["/woorden/", "/privacy/", "/toegankelijkheid/", "/over-inbreng/"]
WRONG = ["/nergens/", "/proef/403/", "/proef/400/", "/proef/429/", "/proef/500/"]
ALL = [*ABOUT, *WRONG, "/proef/"]
# What a reader who sees badly may set (WCAG 1.4.12); no page may lose a word by it.
WIDE_TEXT = """* {
    line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important;
}"""

# As the reader's own browser adds it: a style that the content policy leaves alone.
WITH_STYLE = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
}"""


@pytest.fixture
def log_in(page, live_server, client):
    """Make the browser that of somebody who is logged in."""

    def become(user):
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        return page

    return become


@pytest.fixture
def secretary(log_in):
    """A page in the browser of somebody with two councils."""
    user = UserFactory(name="Marjolein Visser")
    for name in ("De Watergang", "Amstelwende Thuis"):
        CouncilMembershipFactory(user=user, council=CouncilFactory(name=name))
    return log_in(user)


@pytest.fixture(autouse=True)
def no_complaints(page):
    """Nothing of a page is refused by its own content policy."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert [
        text for text in said if "Content Security" in text or "Error:" in text
    ] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_has_barriers(secretary, live_server, barriers, width):
    secretary.set_viewport_size({"width": width, "height": 900})
    found = {}
    for address in ALL:
        secretary.goto(live_server.url + address)
        found[address] = barriers(secretary)

    assert found == dict.fromkeys(ALL, [])


@pytest.mark.parametrize("width", [390, 1280])
def test_form_with_mistakes_has_no_barriers(secretary, live_server, barriers, width):
    secretary.set_viewport_size({"width": width, "height": 900})
    secretary.goto(live_server.url + "/proef/")
    secretary.click("text=Bewaar")

    assert barriers(secretary) == []
    assert secretary.evaluate("document.activeElement.className") == "errors stack-s"


def test_nothing_is_lost_on_a_narrow_screen_with_wide_text(secretary, live_server):
    secretary.set_viewport_size({"width": 320, "height": 640})
    widths = {}
    for address in ALL:
        secretary.goto(live_server.url + address)
        secretary.evaluate(WITH_STYLE, WIDE_TEXT)
        widths[address] = secretary.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(ALL, 320)


def test_first_tab_leads_past_the_menu(secretary, live_server):
    secretary.goto(live_server.url + "/proef/")
    secretary.keyboard.press("Tab")
    secretary.keyboard.press("Enter")

    assert secretary.evaluate("document.activeElement.id") == "content"


def test_menu_opens_and_closes_by_keyboard(secretary, live_server):
    secretary.set_viewport_size({"width": 390, "height": 900})
    secretary.goto(live_server.url + "/proef/")
    menu = secretary.locator(".bar__menu")
    menu.locator("summary").focus()
    secretary.keyboard.press("Enter")
    assert menu.get_by_text("Log uit").is_visible()

    secretary.keyboard.press("Tab")
    secretary.keyboard.press("Escape")

    assert not menu.get_by_text("Log uit").is_visible()
    assert secretary.evaluate("document.activeElement.localName") == "summary"


def test_council_is_switched_by_keyboard(secretary, live_server):
    secretary.goto(live_server.url + "/proef/?a=1")
    secretary.locator(".bar__for summary").focus()
    secretary.keyboard.press("Enter")
    secretary.get_by_role("button", name="De Watergang").focus()
    secretary.keyboard.press("Enter")

    expect(secretary.locator(".bar__for summary")).to_contain_text("De Watergang")
    assert secretary.url == f"{live_server.url}/proef/?a=1"


def test_word_explains_itself_by_keyboard_and_closes_again(secretary, live_server):
    secretary.goto(live_server.url + "/proef/")
    meaning = secretary.get_by_text("De instelling die in uw regio")
    assert not meaning.is_visible()

    secretary.get_by_role("button", name="zorgkantoor").focus()
    secretary.keyboard.press("Enter")
    assert meaning.is_visible()
    secretary.keyboard.press("Escape")

    assert not meaning.is_visible()


def test_room_in_a_text_field_counts_down(secretary, live_server):
    secretary.goto(live_server.url + "/proef/")
    room = secretary.locator("[data-count]")
    assert room.inner_text() == "Nog 20 tekens"

    secretary.fill("#id_text", "x" * 1025)

    assert room.inner_text() == "1.005 tekens te veel"


@pytest.mark.parametrize("width", [390, 1280])
def test_page_works_without_script(browser, live_server, secretary, width):
    context = browser.new_context(
        java_script_enabled=False, storage_state=secretary.context.storage_state()
    )
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + "/proef/")

    page.locator("#id_text").fill("Een zin.")
    page.locator(".btn--main").click()

    assert page.locator(".errors a").count() == 1
    assert page.locator("#id_text").input_value() == "Een zin."
    context.close()


def test_administration_wears_the_look_without_barriers(log_in, live_server, barriers):
    page = log_in(UserFactory(administrator=True))
    page.goto(live_server.url + "/beheer/")

    assert page.title() == "Websitebeheer - Beheer van Inbreng"
    assert barriers(page) == []
