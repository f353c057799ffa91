"""One's own settings: each form changes its own, and important things ask once more."""

import re
from datetime import date
from http import HTTPStatus

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.db import IntegrityError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.models import CouncilMembership
from portal import actions_account as actions
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, MailOptOut, OutgoingMail, User
from tests.factories import CouncilFactory, CouncilMembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "vier gewone woorden hier"


def code_for(address: str) -> str:
    mail = OutgoingMail.objects.filter(to=address).latest("created_at")
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def log_in_by_code(client, person: User) -> None:
    client.post(reverse("account_login"), {"email": person.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_for(person.email)})


def verbs(person: User) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=person.pk)
    return list(events.order_by("position").values_list("verb", flat=True))


# --- The page --------------------------------------------------------------------


@time_machine.travel("2027-03-01 10:00+01:00")
def test_page_shows_own_seats_with_their_days(client):
    user = UserFactory()
    council = CouncilFactory(name="Cliëntenraad De Watergang")
    CouncilMembershipFactory(
        user=user,
        council=council,
        role=CouncilMembership.Role.CHAIR,
        starts_on=date(2025, 9, 1),
        ends_on=date(2029, 8, 31),
    )
    CouncilMembershipFactory(council=CouncilFactory(name="Raad van een ander"))
    client.force_login(user)

    page = client.get(reverse("account_settings"))

    assertContains(page, "Cliëntenraad De Watergang")
    assertContains(page, "1\xa0september 2025 tot en met 31\xa0augustus 2029")
    assertNotContains(page, "Raad van een ander")


def test_person_without_a_seat_reads_so(client):
    client.force_login(UserFactory())

    assertContains(
        client.get(reverse("account_settings")), "U hoort nu bij geen enkele raad."
    )


@pytest.mark.parametrize("seats", [1, 50])
def test_page_takes_the_same_queries_for_any_number_of_seats(
    client, django_assert_num_queries, seats
):
    user = UserFactory()
    CouncilMembershipFactory.create_batch(seats, user=user)
    client.force_login(user)

    # session, user, seats; own row, ways to log in
    with django_assert_num_queries(5):
        client.get(reverse("account_settings"))


# --- Name and telephone number ---------------------------------------------------


def test_name_and_telephone_are_saved_and_nothing_else_changes(client):
    user = UserFactory(email="riet@example.nl")
    MailOptOut.objects.create(user=user, kind="phase_opens")
    client.force_login(user)

    response = client.post(
        reverse("account_profile"),
        {"name": "Riet van Dam", "phone": "020 1", "email": "x@y.nl", "is_staff": "on"},
    )

    assertRedirects(response, reverse("account_settings"))
    user.refresh_from_db()
    assert (user.name, user.phone) == ("Riet van Dam", "020 1")
    assert (user.email, user.is_staff) == ("riet@example.nl", False)
    assert list(user.mail_opt_outs.values_list("kind", flat=True)) == ["phase_opens"]
    assert verbs(user) == ["user.profile"]


def test_choosing_mail_leaves_name_and_telephone_alone(client):
    user = CouncilMembershipFactory(user__phone="020 1", user__name="Riet").user
    client.force_login(user)

    client.post(reverse("mail_settings"), {"kinds": ["phase_opens"]})

    user.refresh_from_db()
    assert (user.name, user.phone) == ("Riet", "020 1")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": "", "phone": "020 1"}, "Vul een naam in."),
        ({"name": "R" * 121, "phone": "020 1"}, "Er passen er 120 in."),
        ({"name": "Riet\x00", "phone": "020 1"}, "Typ dat stuk opnieuw."),
    ],
)
def test_mistake_keeps_what_was_typed_and_changes_nothing(client, typed, complaint):
    user = UserFactory(name="Riet", phone="")
    client.force_login(user)

    response = client.post(reverse("account_profile"), typed)

    assertContains(response, complaint)
    assertContains(response, 'value="020 1"')
    assertContains(response, "Riet")  # in the bar
    user.refresh_from_db()
    assert (user.name, user.phone) == ("Riet", "")


def test_address_of_the_form_leads_to_the_page(client):
    client.force_login(UserFactory())

    response = client.get(reverse("account_profile"))

    assertRedirects(response, reverse("account_settings"))


# --- The e-mail address ----------------------------------------------------------


@pytest.fixture
def riet(client):
    """A member who has just logged in by code."""
    user = UserFactory(email="riet@example.nl")
    log_in_by_code(client, user)
    return user


def ask_for(client, address: str):
    return client.post(reverse("account_change_address"), {"email": address})


def confirm(client, code: str):
    return client.post(reverse("account_confirm_address"), {"code": code})


def test_address_changes_with_the_code_that_went_to_the_new_one(client, riet):
    asked = ask_for(client, "Riet.van.Dam@example.nl")
    assertRedirects(asked, reverse("account_confirm_address"))

    response = confirm(client, code_for("riet.van.dam@example.nl"))

    assertRedirects(response, reverse("account_settings"))
    riet.refresh_from_db()
    assert riet.email == "riet.van.dam@example.nl"
    told = OutgoingMail.objects.get(subject="Uw adres voor Inbreng is veranderd")
    assert (told.to, told.user) == ("riet@example.nl", riet)
    assert verbs(riet) == ["user.login", "user.address"]


def test_login_is_by_the_new_address_only(client, riet, new_client):
    ask_for(client, "nieuw@example.nl")
    confirm(client, code_for("nieuw@example.nl"))
    OutgoingMail.objects.all().delete()

    new_client().post(reverse("account_login"), {"email": "riet@example.nl"})
    assert not OutgoingMail.objects.exists()
    log_in_by_code(new_client(), User.objects.get(pk=riet.pk))


def test_address_stays_without_the_code(client, riet):
    ask_for(client, "nieuw@example.nl")
    right = code_for("nieuw@example.nl")
    for _ in range(3):
        response = confirm(client, f"{(int(right) + 1) % 10**6:06}")
    assertRedirects(response, reverse("account_change_address"))

    assertRedirects(confirm(client, right), reverse("account_change_address"))
    riet.refresh_from_db()
    assert riet.email == "riet@example.nl"


def test_code_for_one_address_confirms_no_other(client, riet):
    ask_for(client, "eerst@example.nl")
    first = code_for("eerst@example.nl")
    ask_for(client, "later@example.nl")

    confirm(client, first)

    riet.refresh_from_db()
    assert riet.email == "riet@example.nl"


def test_address_of_somebody_else_is_told_only_to_who_reads_its_mail(client, riet):
    UserFactory(email="ander@example.nl")

    asked = ask_for(client, "ander@example.nl")
    assertRedirects(asked, reverse("account_confirm_address"))
    response = confirm(client, code_for("ander@example.nl"))

    assertContains(
        client.get(response.url), "Iemand met dit adres is al bekend.", count=1
    )
    riet.refresh_from_db()
    assert riet.email == "riet@example.nl"


def test_database_refuses_an_address_twice_in_any_case():
    UserFactory(email="ander@example.nl")

    with pytest.raises(NotAllowedNow):
        actions.change_address(UserFactory(), "ander@example.nl", by=None)
    with pytest.raises(IntegrityError):
        User.objects.filter(email="ander@example.nl").update(email="Ander@example.nl")
        UserFactory(email="ander@example.nl")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Vul uw e-mailadres in."),
        ("riet", "Dit is geen e-mailadres."),
        ("RIET@example.nl", "Dit is al uw adres."),
    ],
)
def test_wrong_new_address_is_refused(client, riet, typed, complaint):
    assertContains(ask_for(client, typed), complaint)


def test_codes_to_new_addresses_run_out(client, riet):
    for number in range(3):
        ask_for(client, f"nieuw{number}@example.nl")

    response = ask_for(client, "nieuw3@example.nl")

    assertContains(response, "Dat was vaak achter elkaar.", status_code=429)


# --- Showing that it is still you ------------------------------------------------


@pytest.mark.parametrize(
    "name", ["account_change_address", "mfa_activate_totp", "mfa_add_webauthn"]
)
def test_later_a_member_without_password_confirms_with_a_code_by_mail(client, name):
    user = UserFactory(email="riet@example.nl")
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        log_in_by_code(client, user)
        clock.shift(1801)
        asked = client.get(reverse(name))
        assert asked.url.startswith(reverse("account_confirm_by_mail"))
        client.post(asked.url, {})

        response = client.post(asked.url, {"code": code_for(user.email)})

        assertRedirects(response, reverse(name))


def test_what_was_sent_is_kept_while_one_confirms(client):
    user = UserFactory(email="riet@example.nl")
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        log_in_by_code(client, user)
        clock.shift(1801)
        asked = ask_for(client, "nieuw@example.nl")
        client.post(asked.url, {})
        client.post(asked.url, {"code": code_for(user.email)})

        assert code_for("nieuw@example.nl")


def test_wrong_code_confirms_nothing(client):
    user = UserFactory(email="riet@example.nl")
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        log_in_by_code(client, user)
        clock.shift(1801)
        asked = client.get(reverse("account_change_address"))
        client.post(asked.url, {})
        right = code_for(user.email)

        response = client.post(asked.url, {"code": f"{(int(right) + 1) % 10**6:06}"})

        assertContains(response, "De code klopt niet of is verlopen.")
        assert client.get(reverse("account_change_address")).status_code == 302


def test_member_with_a_password_confirms_with_it(client):
    user = User.objects.create_user("riet@example.nl", "Riet", PASSWORD)
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        log_in_by_code(client, user)
        clock.shift(1801)
        asked = client.get(reverse("account_change_address"))
        assert asked.url.startswith(reverse("account_reauthenticate"))
        assertContains(
            client.post(asked.url, {"password": "fout"}), "niet uw huidige wachtwoord"
        )

        response = client.post(asked.url, {"password": PASSWORD})

        assertRedirects(response, reverse("account_change_address"))


def test_code_by_mail_is_no_way_around_an_app(client):
    user = CouncilMembershipFactory().user
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client.force_login(user, two_steps=False)

    response = client.get(reverse("account_confirm_by_mail"))

    assert response.status_code == HTTPStatus.FORBIDDEN
