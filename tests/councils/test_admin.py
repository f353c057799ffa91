"""Reference data in the admin: structure, each change in the trail, never content."""

import pytest
from django.contrib import admin
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Council, Region
from portal.models import AuditEvent
from procurement.models import Theme
from tests.factories import (
    CouncilFactory,
    CouncilInputVersionFactory,
    LocationFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# What an administrator may see and change there; anything else needs a decision.
REGISTERED = {
    "portal.auditevent",
    "portal.outgoingmail",
    "portal.user",
    "mfa.authenticator",
    "councils.careoffice",
    "councils.careorganisation",
    "councils.council",
    "councils.location",
    "councils.municipality",
    "councils.readyitem",
    "councils.region",
    "procurement.cycletemplate",
    "procurement.phasetemplate",
    "procurement.reminderrule",
    "procurement.theme",
}


@pytest.fixture(autouse=True)
def administrator(client):
    user = UserFactory(administrator=True, is_superuser=True)
    client.force_login(user)
    return user


def test_the_admin_holds_reference_data_and_no_content():
    assert {model._meta.label_lower for model in admin.site._registry} == REGISTERED


@pytest.mark.parametrize("name", sorted(REGISTERED - {"mfa.authenticator"}))
def test_every_list_opens(client, name):
    app, model = name.split(".")

    assert client.get(reverse(f"admin:{app}_{model}_changelist")).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in sorted(REGISTERED)
        if name.startswith(("councils", "procurement"))
    ],
)
def test_every_form_for_something_new_opens(client, name):
    app, model = name.split(".")

    assert client.get(reverse(f"admin:{app}_{model}_add")).status_code == 200


def test_a_change_stands_in_the_trail_by_its_fields(client, administrator):
    region = RegionFactory(name="Oud")
    data = {"code": region.code, "name": "Nieuw", "school_holiday_zones": "noord"}

    client.post(reverse("admin:councils_region_change", args=[region.pk]), data)

    assert Region.objects.get().name == "Nieuw"
    event = AuditEvent.objects.get(verb="region.admin_change")
    assert (event.actor, event.data) == (administrator, {"fields": ["name"]})


def test_what_is_in_use_stays_and_what_uses_it_is_not_told(client):
    theme = ThemeFactory()
    used = CouncilInputVersionFactory(theme=theme, number=2)
    address = reverse("admin:procurement_theme_delete", args=[theme.pk])

    shown = client.get(address)
    client.post(address, {"post": "yes"})

    assertContains(shown, "Dit is in gebruik en blijft daarom staan.")
    assertNotContains(shown, str(used.pk)[:8])
    assert Theme.objects.filter(pk=theme.pk).exists()


def test_what_is_not_in_use_can_go(client):
    theme = ThemeFactory()

    client.post(
        reverse("admin:procurement_theme_delete", args=[theme.pk]), {"post": "yes"}
    )

    assert Theme.objects.filter(pk=theme.pk).count() == 0
    assert AuditEvent.objects.filter(verb="theme.admin_delete").count() == 1


def test_a_council_stands_under_one_of_its_own_organisation(client):
    council, other = CouncilFactory(), CouncilFactory(central=True)
    elsewhere = LocationFactory()
    data = {
        "organisation": council.organisation_id,
        "name": council.name,
        "kind": "local",
        "parent": other.pk,
        "locations": [elsewhere.pk],
    }

    response = client.post(
        reverse("admin:councils_council_change", args=[council.pk]), data
    )

    assertContains(response, "Wij kennen deze raad niet bij deze organisatie.")
    assertContains(response, "Kies alleen locaties van deze organisatie.")
    assert Council.objects.get(pk=council.pk).parent is None
