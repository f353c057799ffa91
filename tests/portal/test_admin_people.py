"""What an administrator can do for people, and what nobody can do to an account."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from portal.models import AuditEvent, OutgoingMail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def administrator(client):
    user = UserFactory(name="Beheer", administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def riet():
    return UserFactory(name="Riet", email="riet@example.nl")


def change(client, person, **changes):
    data = {"name": person.name, "email": person.email, "phone": "", "is_active": "on"}
    address = reverse("admin:portal_user_change", args=[person.pk])
    return client.post(address, {**data, **changes})


def test_people_are_found_by_name(client, administrator, riet):
    page = client.get(reverse("admin:portal_user_changelist"), {"q": "Rie"})

    assertContains(page, "riet@example.nl")
    assertNotContains(page, "Voeg persoon toe")


def test_page_of_a_person_shows_no_password(client, administrator, riet):
    riet.set_password("vier gewone woorden hier")
    riet.save()

    page = client.get(reverse("admin:portal_user_change", args=[riet.pk]))

    assertNotContains(page, "password")
    assertNotContains(page, riet.password)


@pytest.mark.parametrize("name", ["portal_user_add", "mfa_authenticator_add"])
def test_nothing_is_added_behind_an_invitation(client, administrator, name):
    assert client.get(reverse(f"admin:{name}")).status_code == 403


def test_new_address_is_told_at_the_old_one(client, administrator, riet):
    change(client, riet, email="Riet.van.Dam@example.nl")

    riet.refresh_from_db()
    assert riet.email == "riet.van.dam@example.nl"
    assert OutgoingMail.objects.get().to == "riet@example.nl"
    verbs = AuditEvent.objects.filter(subject_id=riet.pk).values_list("verb", "actor")
    assert list(verbs.order_by("position")) == [
        ("user.admin_change", administrator.pk),
        ("user.address", administrator.pk),
    ]


def test_taken_address_is_refused_beside_the_field(client, administrator, riet):
    UserFactory(email="ander@example.nl")

    response = change(client, riet, email="Ander@example.nl")

    assertContains(response, "Iemand met dit adres is al bekend.")


def test_administrator_may_all_that_the_admin_offers(client, administrator, riet):
    change(client, riet, is_staff="on")

    riet.refresh_from_db()
    assert riet.is_superuser
    change(client, riet)
    riet.refresh_from_db()
    assert not riet.is_superuser


def test_lost_telephone_is_taken_away_with_its_recovery_codes(
    client, administrator, riet
):
    app = TOTP.activate(riet, SECRET).instance
    RecoveryCodes.activate(riet)

    address = reverse("admin:mfa_authenticator_delete", args=[app.pk])
    client.post(address, {"post": "yes"})

    assert not Authenticator.objects.filter(user=riet).exists()
    assert "Een beheerder haalde uw tweede stap weg." in OutgoingMail.objects.get().body
    event = AuditEvent.objects.get(subject_id=riet.pk)
    assert (event.verb, event.actor) == ("user.second_factor_remove", administrator)


def test_several_are_taken_away_at_once_in_the_same_way(client, administrator, riet):
    app = TOTP.activate(riet, SECRET).instance

    client.post(
        reverse("admin:mfa_authenticator_changelist"),
        {"action": "delete_selected", "_selected_action": [app.pk], "post": "yes"},
    )

    assert AuditEvent.objects.filter(verb="user.second_factor_remove").count() == 1


def test_secret_of_an_app_is_no_part_of_the_admin(client, administrator, riet):
    app = TOTP.activate(riet, SECRET).instance
    app.refresh_from_db()

    page = client.get(reverse("admin:mfa_authenticator_change", args=[app.pk]))

    assertNotContains(page, app.data["secret"])


@pytest.mark.parametrize("model", [EmailAddress, Group])
def test_admin_has_no_second_list_of_addresses_or_rights(model):
    assert not admin.site.is_registered(model)
