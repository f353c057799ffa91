"""Which mail somebody gets: one's own page, and the link in a mail."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.mail_choices import addresses_off, unsubscribe_link
from portal.mail_kinds import KINDS
from portal.models import AddressOptOut, AuditEvent, MailOptOut
from tests.factories import UserFactory
from tests.login import with_two_steps

pytestmark = pytest.mark.django_db


def kinds_off() -> list[str]:
    return sorted(MailOptOut.objects.values_list("kind", flat=True))


def link(user, kind="phase_opens") -> str:
    return unsubscribe_link(user.pk, KINDS[kind]).removeprefix(settings.SITE_URL)


def link_of(address, kind="agenda_sent") -> str:
    return unsubscribe_link(address, KINDS[kind]).removeprefix(settings.SITE_URL)


# --- The link in a mail ----------------------------------------------------------


def test_the_link_shows_a_button_and_changes_nothing_by_itself(client):
    response = client.get(link(UserFactory()))

    assertContains(response, "U krijgt nu mail over: het begin van een nieuwe stap.")
    assertContains(response, "Zet deze mail uit")
    assert kinds_off() == []


def test_the_button_switches_the_mail_off_and_another_on_again(client):
    address = link(UserFactory())

    off = client.post(address)
    assertContains(off, "U krijgt geen mail meer over: het begin van een nieuwe stap.")
    assert kinds_off() == ["phase_opens"]

    on = client.post(address, {"again": "1"})
    assertContains(on, "U krijgt weer mail over: het begin van een nieuwe stap.")
    assert kinds_off() == []
    verbs = AuditEvent.objects.order_by("position").values_list("verb", flat=True)
    assert list(verbs) == ["mail_choice.switch_off", "mail_choice.switch_on"]


def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie():
    strict = Client(enforce_csrf_checks=True)
    address = link(UserFactory())

    response = strict.post(
        address,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 200
    assert kinds_off() == ["phase_opens"]


def test_twice_is_once(client):
    address = link(UserFactory())

    client.post(address)
    client.post(address)

    assert kinds_off() == ["phase_opens"]
    assert AuditEvent.objects.count() == 1


def test_somebody_without_an_account_switches_a_mail_off_and_on_at_an_address(client):
    address = link_of("noor@example.nl")

    off = client.post(address)
    assertContains(off, "U krijgt geen mail meer over: de agenda van een vergadering")
    assertNotContains(off, "Uw taken")
    assert addresses_off(["Noor@example.nl", "x@example.nl"], "agenda_sent") == {
        "Noor@example.nl"
    }
    assert "noor" not in str(AddressOptOut.objects.values().get())

    client.post(address)
    client.post(address, {"again": "1"})
    assert addresses_off(["noor@example.nl"], "agenda_sent") == set()
    verbs = AuditEvent.objects.order_by("position").values_list("verb", flat=True)
    assert list(verbs) == ["mail_choice.switch_off", "mail_choice.switch_on"]


def test_an_address_stays_off_under_a_newer_secret_key(client, settings):
    client.post(link_of("noor@example.nl"))

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-newer-one"

    off = addresses_off(["noor@example.nl"], "agenda_sent")
    assert off == {"noor@example.nl"}


def test_a_link_is_of_one_person_and_one_kind(client):
    user, other = UserFactory(), UserFactory()

    client.post(link(user))

    assert list(other.mail_opt_outs.all()) == []
    assert kinds_off() == ["phase_opens"]


def test_a_link_that_is_not_ours_does_not_exist(client):
    good = link(UserFactory())
    head, _, signature = good.rstrip("/").rpartition(":")
    required = link(UserFactory(), "ready_to_sign")

    for bad in (f"{head}x:{signature}/", f"{head}:x{signature}/", required):
        assert client.post(bad).status_code == 404
    assert kinds_off() == []


def test_the_page_names_nobody(client):
    user = UserFactory(name="Truus van Hazelveld")

    response = client.get(link(user))

    assertNotContains(response, "Truus")
    assertNotContains(response, user.email)


# --- One's own page --------------------------------------------------------------


@pytest.fixture
def administrator(client):
    """Whoever may get every kind of mail."""
    user = UserFactory(administrator=True)
    client.force_login(user)
    with_two_steps(client, user)
    return user


def test_the_page_shows_what_is_on_and_what_is_always_on(client, administrator):
    MailOptOut.objects.create(user=administrator, kind="phase_closes")

    response = client.get(reverse("mail_settings"))

    form = response.context["form"]
    assert "phase_closes" not in form["kinds"].value()
    assert "phase_opens" in form["kinds"].value()
    assertContains(response, "Zonder uw handtekening kan de tekst niet weg.")


def test_what_is_ticked_stays_on_and_the_rest_goes_off(client, administrator):
    MailOptOut.objects.create(user=administrator, kind="phase_opens")
    optional = {kind.name for kind in KINDS.values() if kind.is_optional}

    response = client.post(reverse("mail_settings"), {"kinds": ["phase_opens"]})

    assertRedirects(response, reverse("mail_settings"), fetch_redirect_response=False)
    assert kinds_off() == sorted(optional - {"phase_opens"})


def test_a_kind_that_is_required_cannot_be_posted_away(client, administrator):
    client.post(reverse("mail_settings"), {"kinds": []})

    assert "ready_to_sign" not in kinds_off()


def test_somebody_without_a_seat_has_nothing_to_choose(client):
    client.force_login(UserFactory())

    response = client.get(reverse("mail_settings"))

    assert response.context["required"] == []
    assertContains(response, "Deze mails krijgt u zodra u bij een raad hoort.")


def test_the_page_takes_few_queries(
    client, administrator, django_assert_max_num_queries
):
    MailOptOut.objects.create(user=administrator, kind="phase_opens")

    with django_assert_max_num_queries(6):
        client.get(reverse("mail_settings"))
