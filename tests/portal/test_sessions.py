"""How long one stays logged in, what is said when it ends, and what browsers keep."""

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.models import User
from portal.tasks import forget_old_rows
from tests.factories import CouncilMembershipFactory

pytestmark = pytest.mark.django_db

PASSWORD = "vier gewone woorden hier"
RAN_OUT = "U bent uitgelogd, omdat u een tijd niets deed."
DAY = 24 * 3600


@pytest.fixture
def clock():
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        yield clock


@pytest.fixture
def member(client, clock):
    user = User.objects.create_user("riet@example.nl", "Riet", PASSWORD)
    CouncilMembershipFactory(user=user)
    client.post(
        reverse("account_login_password"), {"login": user.email, "password": PASSWORD}
    )
    return user


def visit(client):
    return client.get(reverse("account_settings"), follow=True)


def test_two_weeks_without_a_visit_end_the_session_and_that_is_said(
    client, member, clock
):
    clock.shift(14 * DAY + 1)

    assertContains(visit(client), RAN_OUT, count=1)
    assertNotContains(visit(client), RAN_OUT)


def test_browser_that_dropped_the_cookie_in_time_hears_it_too(client, member, clock):
    clock.shift(14 * DAY + 1)
    del client.cookies[settings.SESSION_COOKIE_NAME]

    assertContains(visit(client), RAN_OUT)


@pytest.mark.parametrize("odd", ["\0", " ", "'", "é", "\n"])
def test_cookie_that_no_session_can_have_is_not_asked_for(
    client, member, odd, django_assert_num_queries
):
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies[settings.SESSION_COOKIE_NAME] = key + odd

    with django_assert_num_queries(0):
        page = client.get(reverse("about"))

    assert page.status_code == 200
    assertRedirects(
        client.get(reverse("account_settings")),
        f"{reverse('account_login')}?next={reverse('account_settings')}",
    )


def test_visits_keep_the_session(client, member, clock):
    for _ in range(4):
        clock.shift(10 * DAY)
        assertContains(visit(client), "Uw gegevens")


def test_session_is_written_once_a_day(
    client, member, clock, django_assert_num_queries
):
    clock.shift(DAY + 1)
    visit(client)

    # session, user, seats; own row, ways to log in
    with django_assert_num_queries(5):
        visit(client)


@pytest.mark.parametrize("why", ["never here", "logged out", "closed"])
def test_other_ends_are_not_called_a_lack_of_visits(client, member, why):
    if why == "never here":
        client.cookies.clear()
    elif why == "logged out":
        client.post(reverse("account_logout"))
        client.get(reverse("account_login"))
    else:
        User.objects.filter(pk=member.pk).update(is_active=False)

    assertNotContains(visit(client), RAN_OUT)


def test_new_password_elsewhere_is_not_called_a_lack_of_visits(client, member):
    member.set_password("een heel ander woord")
    member.save()

    assertNotContains(visit(client), RAN_OUT)


def test_logging_out_forgets_that_somebody_was_here(client, member):
    client.post(reverse("account_logout"))

    assert client.cookies[settings.WAS_HERE_COOKIE].value == ""
    assert not Session.objects.filter(pk=client.session.session_key).exists()


def test_session_that_ran_out_is_forgotten_at_night(client, member, clock):
    for _night in range(14):
        forget_old_rows()
        assert Session.objects.count() == 1
        clock.shift(DAY)
    clock.shift(1)

    forget_old_rows()

    assert Session.objects.count() == 0


# --- Headers ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["account_settings", "mfa_index", "glossary"])
def test_no_page_of_who_is_logged_in_is_kept(client, member, name):
    assert client.get(reverse(name))["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["account_login", "account_login_password", "account_reset_password"]
)
def test_no_page_of_the_door_is_kept(client, name):
    assert "no-store" in client.get(reverse(name))["Cache-Control"]


@pytest.mark.parametrize("name", ["account_login", "account_settings"])
def test_every_page_says_what_a_browser_may_do_with_it(client, member, name):
    response = client.get(reverse(name), follow=True)

    assert {
        header: response.headers.get(header)
        for header in (
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "Cross-Origin-Resource-Policy",
        )
    } == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert "camera=()" in response["Permissions-Policy"]
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("127.0.0.1", "/nergens/", 404),
        ("127.0.0.1", "/instellingen", 301),
        ("elders.example", "/", 400),
    ],
)
def test_errors_and_detours_say_what_may_be_loaded_too(client, host, path, status):
    response = client.get(path, headers={"host": host})

    policy = response["Content-Security-Policy"]
    assert (response.status_code, policy.count("'self'")) == (status, 7)
