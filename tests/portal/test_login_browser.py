"""The door in a real browser: a passkey from its making to its end, and no barriers."""

import re

import html5lib
import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from portal.models import OutgoingMail, User
from tests.factories import CouncilMembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "vier gewone woorden hier"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def site(settings, live_server):
    """A passkey belongs to the name of the site."""
    settings.SITE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["localhost"]
    return live_server.url


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


@pytest.fixture
def tablet(page):
    """The device's own key store; gives what it was asked to do."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def set_verified(value: bool) -> None:
        session.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": made["authenticatorId"], "isUserVerified": value},
        )

    return set_verified


@pytest.fixture
def secretary():
    user = User.objects.create_user("marjolein@example.nl", "Marjolein", PASSWORD)
    CouncilMembershipFactory(user=user, role="secretary")
    return user


def code() -> str:
    mail = OutgoingMail.objects.latest("created_at")
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def log_in_by_code(page, site, person: User) -> None:
    page.goto(site + reverse("account_login"))
    page.get_by_label("Uw e-mailadres").fill(person.email)
    page.keyboard.press("Enter")
    field = page.get_by_label("De code uit de mail")
    field.wait_for()
    field.fill(code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/inloggen/code/" not in url)


def make_passkey(page, site) -> None:
    page.goto(site + reverse("account_settings"))
    page.get_by_role("link", name="Voeg een toegangssleutel toe").click()
    page.get_by_label("Naam van dit apparaat").fill("Mijn tablet")
    page.get_by_role("button", name="Maak een toegangssleutel").click()
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))


def log_out(page) -> None:
    page.locator(".bar__me summary").click()
    page.locator(".bar__me").get_by_role("button", name="Log uit").click()


def test_passkey_from_its_making_to_its_end(page, site, tablet, secretary):
    log_in_by_code(page, site, secretary)
    make_passkey(page, site)
    assert Authenticator.objects.filter(user=secretary, type="webauthn").count() == 1

    log_out(page)
    page.get_by_role("button", name="Log in met uw apparaat").click()
    page.wait_for_url(site + "/")
    page.goto(site + reverse("account_settings"))
    assert page.locator("h1").inner_text() == "Uw instellingen"

    log_out(page)
    page.goto(site + reverse("account_login_password"))
    page.get_by_label("Uw e-mailadres").fill(secretary.email)
    page.get_by_label("Uw wachtwoord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Gebruik uw apparaat").click()
    page.wait_for_url(site + "/")
    page.goto(site + reverse("mfa_index"))
    page.get_by_role("link", name="Haal weg Mijn tablet").click()
    page.get_by_role("button", name="Haal weg").click()

    assert page.get_by_text("In uw rol hebt u een tweede stap nodig.").is_visible()


def test_device_that_does_not_know_its_owner_opens_nothing(
    page, site, tablet, secretary
):
    log_in_by_code(page, site, secretary)
    make_passkey(page, site)
    log_out(page)

    tablet(False)
    page.get_by_role("button", name="Log in met uw apparaat").click()
    page.get_by_text("Dat lukte niet.").wait_for()

    page.goto(site + reverse("account_settings"))
    assert page.url.startswith(site + reverse("account_login"))


def test_password_can_be_shown_while_typing(page, site):
    page.goto(site + reverse("account_login_password"))
    field = page.get_by_label("Uw wachtwoord")
    field.fill(PASSWORD)
    page.get_by_role("button", name="Toon wat u typt").click()
    assert field.get_attribute("type") == "text"

    page.get_by_role("button", name="Toon wat u typt").click()

    assert field.get_attribute("type") == "password"


def test_mistake_puts_the_reader_at_the_field(page, site):
    page.goto(site + reverse("account_login"))
    page.get_by_label("Uw e-mailadres").fill("riet")
    page.keyboard.press("Enter")
    page.get_by_text("Dit is geen e-mailadres.").wait_for()

    assert page.evaluate("document.activeElement.name") == "email"


# --- No barriers -----------------------------------------------------------------


class Visitor:
    """Looks at each page that it comes by, on a telephone and on a desk."""

    def __init__(self, page, barriers) -> None:
        self.page, self.barriers = page, barriers
        self.found: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        self.found[name] = []
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.found[name] += self.barriers(self.page)
            needed = self.page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                self.found[name].append(f"needs {needed} of {width}")

    def go(self, site: str, *names: str) -> None:
        for name in names:
            answer = self.page.goto(site + reverse(name))
            html5lib.HTMLParser(strict=True).parse(answer.body())
            self.look(name)

    def send(self, words: str, name: str) -> None:
        self.page.get_by_role("button", name=words).first.click()
        self.look(name)


@pytest.fixture
def visitor(page, barriers):
    visitor = Visitor(page, barriers)
    yield visitor
    assert visitor.found == dict.fromkeys(visitor.found, [])


def test_no_page_of_the_door_has_barriers(visitor, page, site, secretary):
    visitor.go(
        site, "account_reset_password", "account_inactive", "account_login_password"
    )
    page.get_by_label("Uw e-mailadres").fill(secretary.email)
    page.get_by_label("Uw wachtwoord").fill("fout")
    visitor.send("Log in", "wrong password")
    visitor.go(site, "account_login")
    visitor.send("Stuur mij een code", "no address")
    page.get_by_label("Uw e-mailadres").fill(secretary.email)
    visitor.send("Stuur mij een code", "code")
    page.get_by_label("De code uit de mail").fill("1")
    visitor.send("Log in", "wrong code")
    page.get_by_role("button", name="Log anders in").click()
    page.goto(site + reverse("account_reset_password"))
    page.get_by_label("Uw e-mailadres").fill(secretary.email)
    visitor.send("Stuur mij een code", "code for a password")
    page.get_by_label("De code uit de mail").fill(code())
    visitor.send("Ga verder", "new password")
    page.get_by_label("Uw nieuwe wachtwoord").fill("kort")
    visitor.send("Bewaar mijn wachtwoord", "short password")


def test_no_page_of_the_second_step_has_barriers(
    visitor, page, site, tablet, secretary
):
    log_in_by_code(page, site, secretary)
    visitor.go(site, "mfa_index", "mfa_add_webauthn", "mfa_activate_totp")
    page.get_by_label("Vul de code uit uw app in").fill("1")
    visitor.send("Voeg de app toe", "wrong code of the app")
    make_passkey(page, site)
    visitor.look("mfa_view_recovery_codes")
    visitor.go(site, "mfa_index", "mfa_generate_recovery_codes", "account_logout")
    visitor.go(site, "mfa_reauthenticate_webauthn", "mfa_reauthenticate")
    page.goto(site + reverse("mfa_index"))
    page.get_by_role("link", name="Haal weg Mijn tablet").click()
    visitor.look("mfa_remove_webauthn")
    log_out(page)
    page.goto(site + reverse("account_login_password"))
    page.get_by_label("Uw e-mailadres").fill(secretary.email)
    page.get_by_label("Uw wachtwoord").fill(PASSWORD)
    visitor.send("Log in", "mfa_authenticate")


def test_no_page_of_the_settings_has_barriers(visitor, page, site):
    member = CouncilMembershipFactory(user__email="riet@example.nl").user
    log_in_by_code(page, site, member)
    visitor.go(
        site,
        "account_settings",
        "account_set_password",
        "account_confirm_by_mail",
        "account_change_address",
    )
    page.get_by_label("Uw nieuwe e-mailadres").fill("nieuw@example.nl")
    visitor.send("Stuur een code naar dit adres", "account_confirm_address")
    page.goto(site + reverse("account_set_password"))
    page.get_by_label("Uw nieuwe wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Bewaar mijn wachtwoord").click()
    visitor.go(site, "account_change_password", "account_reauthenticate")
