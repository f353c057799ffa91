"""Coming in by code and by password: what strangers learn, how often one may try."""

import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from pytest_django.asserts import assertContains, assertRedirects

from portal import urls_account
from portal.models import AuditEvent, OutgoingMail, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "vier gewone woorden hier"


@pytest.fixture
def riet():
    return User.objects.create_user("riet@example.nl", "Riet", PASSWORD)


def code_for(address: str) -> str:
    mail = OutgoingMail.objects.filter(to=address).latest("created_at")
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def ask(client, address="riet@example.nl", **more):
    return client.post(reverse("account_login"), {"email": address, **more})


def answer(client, code: str, **more):
    address = reverse("account_confirm_login_code")
    return client.post(address, {"code": code, **more})


def with_password(client, address="riet@example.nl", password=PASSWORD, **more):
    data = {"login": address, "password": password, **more}
    return client.post(reverse("account_login_password"), data)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def verbs(person: User) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=person.pk)
    return list(events.order_by("position").values_list("verb", flat=True))


def views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback


def without_token(page: bytes) -> str:
    text = re.sub(r'"X-CSRFToken": "\w+"', "", page.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


# --- By code ---------------------------------------------------------------------


def test_code_from_the_mail_lets_in_whatever_the_case_of_the_address(client, riet):
    ask(client, "Riet@Example.NL")

    response = answer(client, code_for("riet@example.nl"))

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, "/")
    assert client.session["_auth_user_id"] == str(riet.pk)
    assert verbs(riet) == ["user.login"]


def test_code_may_be_typed_with_spaces(client, riet):
    ask(client)
    code = code_for(riet.email)

    answer(client, f" {code[:3]} {code[3:]} ")

    assert is_in(client)


def test_wrong_code_three_times_needs_a_new_one(client, riet):
    ask(client)
    code = code_for(riet.email)

    assertContains(answer(client, wrong(code)), "De code klopt niet of is verlopen.")
    answer(client, wrong(code))
    last = answer(client, wrong(code))
    assertRedirects(last, reverse("account_login"))
    answer(client, code)

    assert not is_in(client)
    assert verbs(riet) == ["user.login_limited"]


def test_code_is_worth_nothing_after_ten_minutes(client, riet):
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False):
        ask(client)
        code = code_for(riet.email)
    with time_machine.travel("2027-03-01 10:10:01+01:00", tick=False):
        answer(client, code)

    assert not is_in(client)


def test_new_code_replaces_the_old_one(client, riet):
    ask(client)
    old = code_for(riet.email)
    answer(client, wrong(old))

    sent = client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    new = code_for(riet.email)

    assertRedirects(sent, reverse("account_confirm_login_code"))
    assert new != old
    answer(client, old)
    assert not is_in(client)
    answer(client, new)
    assert is_in(client)


def test_code_page_asks_for_digits_and_offers_the_code_of_the_mail(client, riet):
    page = client.get(ask(client).url)

    assertContains(page, 'autocomplete="one-time-code"')
    assertContains(page, 'inputmode="numeric"')


# --- By password -----------------------------------------------------------------


def test_password_lets_in(client, riet):
    with_password(client)

    assert client.session["_auth_user_id"] == str(riet.pk)


def test_wrong_password_keeps_the_address(client, riet):
    response = with_password(client, password="iets anders dat fout is")

    assertContains(response, "horen niet bij elkaar")
    assertContains(response, 'value="riet@example.nl"')


def test_forgotten_password_is_replaced_with_a_code(client, riet):
    client.post(reverse("account_reset_password"), {"email": riet.email})
    code = code_for(riet.email)
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})

    response = client.post(
        reverse("account_complete_password_reset"),
        {"password1": "een heel nieuw woord"},
    )

    assertRedirects(response, reverse("account_login"))
    riet.refresh_from_db()
    assert riet.check_password("een heel nieuw woord")
    assert verbs(riet) == ["user.password"]
    assert (
        "Uw wachtwoord is veranderd." in OutgoingMail.objects.latest("created_at").body
    )


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("elf tekens.", "Maak uw wachtwoord langer: minstens 12 tekens."),
        ("1q2w3e4r5t6y", "Veel mensen gebruiken dit wachtwoord."),
        ("riet@example.nl", "Dit lijkt op uw naam of uw adres."),
    ],
)
def test_weak_password_is_refused_with_a_reason(client, riet, password, complaint):
    with_password(client)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password},
    )

    assertContains(response, complaint)


# --- What strangers learn --------------------------------------------------------


def test_unknown_address_gets_the_same_pages_and_no_mail(new_client, riet):
    known, unknown = new_client(), new_client()
    pages = []
    for client, address in ((known, riet.email), (unknown, "wie@example.nl")):
        asked = ask(client, address)
        code_page = client.get(asked.url)
        refused = answer(client, "999999")
        pages.append(
            [asked.status_code, asked.url]
            + [
                without_token(page.content).replace(address, "")
                for page in (code_page, refused)
            ]
        )

    assert pages[0] == pages[1]
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [riet.email]


@pytest.mark.parametrize("address", ["riet@example.nl", "wie@example.nl"])
@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_mail_is_written_for_a_stranger_too_and_undone(client, riet, name, address):
    with CaptureQueriesContext(connection) as queries:
        client.post(reverse(name), {"email": address})

    tables = [query["sql"].split('"')[1] for query in queries if '"' in query["sql"]]
    assert tables.count("portal_outgoingmail") == 1
    assert OutgoingMail.objects.count() == (address == riet.email)


def test_forgotten_password_says_the_same_to_strangers(new_client, riet):
    pages = []
    for address in (riet.email, "wie@example.nl"):
        client = new_client()
        asked = client.post(reverse("account_reset_password"), {"email": address})
        page = client.get(asked.url)
        pages.append([asked.url, without_token(page.content).replace(address, "")])

    assert pages[0] == pages[1]
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [riet.email]


def test_wrong_password_says_the_same_to_strangers(new_client, riet):
    pages = [
        without_token(
            with_password(new_client(), address, "fout woord hier").content
        ).replace(address, "")
        for address in (riet.email, "wie@example.nl")
    ]

    assert pages[0] == pages[1]


def test_closed_account_looks_unknown_until_its_password_is_right(client, riet):
    User.objects.filter(pk=riet.pk).update(is_active=False)

    ask(client)
    assert not OutgoingMail.objects.exists()
    client.post(reverse("account_logout"))
    response = with_password(client)

    assertRedirects(response, reverse("account_inactive"))
    assertContains(client.get(response.url), "Dit account is afgesloten")
    assert not is_in(client)


# --- Limits ----------------------------------------------------------------------


def test_codes_for_one_address_run_out(new_client, riet):
    for _ in range(3):
        ask(new_client())

    response = ask(new_client())

    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assertContains(
        response,
        "Dat was vaak achter elkaar. Probeer het over 5 minuten opnieuw.",
        status_code=HTTPStatus.TOO_MANY_REQUESTS,
    )
    assertContains(response, 'value="riet@example.nl"', status_code=429)
    assert OutgoingMail.objects.count() == 3
    assert verbs(riet) == ["user.login_limited"]


def test_limit_is_the_same_for_an_unknown_address(new_client):
    statuses = [ask(new_client(), "wie@example.nl").status_code for _ in range(4)]

    assert statuses == [302, 302, 302, 429]


def test_a_day_of_codes_is_enough(new_client, riet):
    with time_machine.travel("2027-03-01 08:00+01:00", tick=False) as clock:
        for _ in range(30):
            ask(new_client(), REMOTE_ADDR="10.0.0.1")
            clock.shift(150)
        response = ask(new_client())

    assertContains(response, "Probeer het morgen opnieuw.", status_code=429)


def test_another_code_counts_as_one_more(client, riet):
    ask(client)
    page = reverse("account_confirm_login_code")
    for _ in range(2):
        client.post(page, {"action": "resend"})
    client.post(reverse("account_logout"))

    assert ask(client).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_passwords_for_one_account_run_out_even_for_the_right_one(new_client, riet):
    for _ in range(5):
        with_password(new_client(), password="iets anders dat fout is")

    client = new_client()
    response = with_password(client)

    assertContains(response, "Dat was vaak achter elkaar.", status_code=429)
    assert not is_in(client)
    assert verbs(riet) == ["user.login_limited"]


def test_another_host_name_gives_no_more_tries(new_client, riet, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for _ in range(5):
        with_password(new_client(), password="iets anders dat fout is")

    response = new_client().post(
        reverse("account_login_password"),
        {"login": riet.email, "password": PASSWORD},
        HTTP_HOST="localhost",
    )

    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_one_visitor_who_tries_many_addresses_is_stopped(new_client):
    statuses = [
        ask(new_client(), f"wie{number}@example.nl").status_code for number in range(21)
    ]

    assert statuses == [302] * 20 + [429]


def test_one_visitor_who_knocks_too_often_reads_how_long_to_wait(client):
    for number in range(30):
        with_password(client, f"wie{number}@example.nl", "")

    response = with_password(client, "wie@example.nl", "")

    assertContains(response, "Wacht even", status_code=429)
    assert response["Retry-After"] == "300"


# --- Around the door -------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/inloggen/nieuw/", "/account/signup/", "/signup/"]
)
def test_there_is_no_sign_up(client, address):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    client.force_login(UserFactory())

    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_no_page_of_the_door_keeps_a_second_list_of_addresses(client, riet):
    ask(client)
    answer(client, code_for(riet.email))
    client.post(reverse("account_logout"))
    with_password(client)
    for name in ("account_settings", "mfa_index", "account_change_address"):
        client.get(reverse(name))

    assert not EmailAddress.objects.exists()


def test_login_gives_the_session_another_key(client, riet):
    ask(client)
    before = client.session.session_key

    answer(client, code_for(riet.email))

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http://localhost/",
    ],
)
def test_login_leads_to_no_other_site(client, riet, address):
    by_password = with_password(client, next=address)
    client.post(reverse("account_logout"), {"next": address})
    ask(client, next=address)
    by_code = answer(client, code_for(riet.email), next=address)

    assert (by_password.url, by_code.url) == ("/", "/")


def test_login_leads_back_to_the_page_that_was_asked(client, riet):
    closed = client.get(reverse("account_settings"))
    asked = client.post(closed.url, {"email": riet.email, "next": "/instellingen/"})
    assert asked.url == "/inloggen/code/?next=%2Finstellingen%2F"
    response = client.post(
        "/inloggen/code/", {"code": code_for(riet.email), "next": "/instellingen/"}
    )

    assertRedirects(response, reverse("account_settings"))


def test_form_that_was_sent_without_login_leads_back_to_its_page(client):
    response = client.post(
        reverse("account_profile"),
        {"name": "Riet"},
        headers={"Referer": "http://testserver/instellingen/"},
    )

    assertRedirects(
        response, "/inloggen/?next=/instellingen/", fetch_redirect_response=False
    )


def test_link_in_a_mail_never_comes_from_the_request(client, riet, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        reverse("account_login"), {"email": riet.email}, HTTP_HOST="evil.example"
    )

    mail = OutgoingMail.objects.get()
    assert "evil" not in str(vars(mail))


def test_only_a_post_logs_out(client, riet):
    with_password(client)

    page = client.get(reverse("account_logout"))
    assertContains(page, "Wilt u uitloggen?")
    assert is_in(client)
    response = client.post(reverse("account_logout"))

    assertRedirects(response, reverse("account_login"))
    assert not is_in(client)
    assert verbs(riet) == ["user.login", "user.logout"]


def test_closing_an_account_ends_its_session_at_the_next_request(client, riet):
    with_password(client)
    assert client.get(reverse("account_settings")).status_code == HTTPStatus.OK

    User.objects.filter(pk=riet.pk).update(is_active=False)

    assert client.get(reverse("account_settings")).status_code == HTTPStatus.FOUND


def test_new_password_ends_the_other_sessions(new_client, riet):
    here, there = new_client(), new_client()
    with_password(here)
    with_password(there)

    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "een heel nieuw woord"},
    )

    assert here.get(reverse("account_settings")).status_code == HTTPStatus.OK
    assert there.get(reverse("account_settings")).status_code == HTTPStatus.FOUND


def test_every_page_of_the_door_is_ours():
    ours = Path(settings.BASE_DIR, "templates")
    names = {
        view.view_class.template_name
        for view in views(urls_account.urlpatterns)
        if getattr(getattr(view, "view_class", None), "template_name", None)
    }

    assert len(names) > 15
    assert [
        name
        for name in sorted(names)
        if ours not in Path(get_template(name).origin.name).parents
    ] == []


def test_there_is_one_way_to_check_who_somebody_is():
    (only,) = settings.AUTHENTICATION_BACKENDS

    assert only == "portal.sessions.AuthenticationBackend"


# --- The admin -------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/beheer/", "/beheer/login/", "/beheer/portal/"])
def test_admin_has_the_same_door(client, address):
    response = client.get(address, follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assertContains(response, "Stuur mij een code")


def test_admin_takes_no_password_itself(client):
    User.objects.create_superuser("beheer@example.nl", "Beheer", PASSWORD)

    client.post(
        "/beheer/login/", {"username": "beheer@example.nl", "password": PASSWORD}
    )

    assert not is_in(client)


def test_admin_is_closed_to_who_is_no_administrator(client, riet):
    client.force_login(riet)

    assert client.get("/beheer/", follow=True).status_code == HTTPStatus.FORBIDDEN


def test_admin_leaves_passwords_and_the_way_out_to_the_portal(client):
    client.force_login(UserFactory(administrator=True))

    assertRedirects(client.get("/beheer/password_change/"), reverse("mfa_index"))
    client.post("/beheer/logout/")
    assert not is_in(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"Referer": "http://[x"},
        {"HX-Request": "true", "HX-Current-URL": "http://[x"},
    ],
)
def test_who_comes_from_no_address_at_all_is_led_to_the_login(client, headers):
    response = client.post("/raad-kiezen/", headers=headers)

    goes_to = response.headers.get("Location") or response["HX-Redirect"]
    assert unquote(goes_to) == "/inloggen/?next=/"
