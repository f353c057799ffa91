"""The second step: who must show it, how it is made, and when it is asked again."""

import time
from http import HTTPStatus

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.models import CouncilMembership
from portal.models import AuditEvent, OutgoingMail, User
from tests.factories import (
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Role = CouncilMembership.Role
PASSWORD = "vier gewone woorden hier"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of_app(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def settings_page(client):
    return client.get(reverse("account_settings"))


def secretary(**kwargs) -> User:
    user = User.objects.create_user("marjolein@example.nl", "Marjolein", PASSWORD)
    CouncilMembershipFactory(user=user, role=Role.SECRETARY, **kwargs)
    return user


def with_password(client, user: User):
    data = {"login": user.email, "password": PASSWORD}
    return client.post(reverse("account_login_password"), data)


def second_step(client, code: str):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def verbs(person: User) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=person.pk)
    return list(events.order_by("position").values_list("verb", flat=True))


# --- Who -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seat",
    [
        lambda: CouncilMembershipFactory(role=Role.SECRETARY).user,
        lambda: OrganisationMembershipFactory().user,
        lambda: CareOfficeMembershipFactory().user,
        lambda: UserFactory(administrator=True),
    ],
    ids=["secretary", "organisation", "care office", "administrator"],
)
def test_role_that_needs_two_steps_is_led_to_make_the_second(client, seat):
    client.force_login(seat(), two_steps=False)

    response = settings_page(client)

    assertRedirects(response, reverse("mfa_index"))
    assertContains(client.get(response.url), "In uw rol logt u in met twee stappen.")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECRETARY])
def test_other_seats_in_a_council_need_one_step(client, role):
    client.force_login(CouncilMembershipFactory(role=role).user, two_steps=False)

    assert settings_page(client).status_code == HTTPStatus.OK


def test_new_role_counts_at_the_next_request(client):
    term = CouncilMembershipFactory()
    client.force_login(term.user, two_steps=False)
    assert settings_page(client).status_code == HTTPStatus.OK

    CouncilMembershipFactory(user=term.user, role=Role.SECRETARY)

    assertRedirects(settings_page(client), reverse("mfa_index"))


@time_machine.travel("2027-03-01 10:00+01:00")
def test_role_that_ended_asks_nothing_any_more(client):
    user = secretary(ends_on="2027-02-28")
    client.force_login(user, two_steps=False)

    assert settings_page(client).status_code == HTTPStatus.OK


def test_demo_asks_for_one_step(client, settings):
    settings.DEMO = True
    client.force_login(secretary(), two_steps=False)

    assert settings_page(client).status_code == HTTPStatus.OK


def test_page_costs_no_more_queries_for_the_check(client, django_assert_num_queries):
    client.force_login(secretary())

    # session, user, seats (which the frame shows too); own row, ways to log in
    with django_assert_num_queries(5):
        settings_page(client)


@pytest.mark.parametrize(
    "name", ["account_change_password", "account_change_address", "account_profile"]
)
def test_nothing_can_be_changed_before_the_second_step(client, name):
    client.force_login(secretary(), two_steps=False)

    assertRedirects(client.get(reverse(name)), reverse("mfa_index"))


def test_public_pages_and_the_way_out_stay_open(client):
    client.force_login(secretary(), two_steps=False)

    assert client.get(reverse("glossary")).status_code == HTTPStatus.OK
    assertRedirects(client.post(reverse("account_logout")), reverse("account_login"))


def test_part_of_a_page_leads_the_whole_page_to_the_second_step(client):
    client.force_login(secretary(), two_steps=False)

    response = client.get(reverse("account_settings"), headers={"HX-Request": "true"})

    assert isinstance(response, HttpResponseClientRedirect)
    assert response.url.startswith(reverse("mfa_index"))


# --- Making one ------------------------------------------------------------------


def test_app_is_added_with_its_first_code_and_gives_recovery_codes(client):
    user = secretary()
    with_password(client, user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assertContains(page, "data:image/svg+xml;base64,")
    assertContains(page, secret)

    response = client.post(reverse("mfa_activate_totp"), {"code": code_of_app(secret)})

    assertRedirects(response, reverse("mfa_view_recovery_codes"))
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    shown = client.get(response.url)
    for code in codes.get_unused_codes():
        assertContains(shown, f"{code[:4]} {code[4:]}")
    assert settings_page(client).status_code == HTTPStatus.OK
    assert verbs(user) == [
        "user.login",
        "user.second_factor_add",
        "user.second_factor_add",
    ]
    notice = OutgoingMail.objects.get()
    assert "Er is een app met codes toegevoegd aan uw account." in notice.body


def test_wrong_first_code_keeps_the_same_square(client):
    with_password(client, secretary())
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assertContains(response, "De code klopt niet. Neem de nieuwste code.")
    assert response.context["form"].secret == secret
    assert not Authenticator.objects.exists()


def test_secret_of_an_app_is_unreadable_in_the_database(client):
    authenticator = TOTP.activate(secretary(), SECRET).instance

    authenticator.refresh_from_db()
    assert SECRET not in str(authenticator.data)


def test_secret_of_an_app_survives_a_new_key_of_the_site(client, settings):
    user = secretary()
    TOTP.activate(user, SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one 0123456789"

    with_password(client, user)

    assertRedirects(
        second_step(client, code_of_app()), "/", fetch_redirect_response=False
    )


def test_secret_of_an_app_under_a_lost_key_opens_nothing(client, settings):
    user = secretary()
    TOTP.activate(user, SECRET)
    settings.SECRET_KEY = "another key that is long enough to be one 0123456789"

    with_password(client, user)

    assertContains(second_step(client, code_of_app()), "De code klopt niet.")


@pytest.mark.parametrize(
    "credential",
    ["", "geen json", "[]", "null", "1", '"tekst"', "{}", '{"id": 1}', '{"id": "AA"}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":'
     '{"clientDataJSON":"AA","attestationObject":"AA"}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30",'
     '"authenticatorData":"AA","signature":"AA","userHandle":"AA"}}'],
)  # fmt: skip
def test_whatever_a_browser_says_of_a_passkey_is_answered(client, credential):
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    stranger = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    user = secretary()
    with_password(client, user)
    client.get(reverse("mfa_add_webauthn"))
    added = client.post(
        reverse("mfa_add_webauthn"), {"name": "Tablet", "credential": credential}
    )
    TOTP.activate(user, SECRET)
    client.post(reverse("account_logout"))
    with_password(client, user)
    client.get(reverse("mfa_authenticate"))
    step = client.post(reverse("mfa_authenticate"), {"credential": credential})

    assert stranger.url == reverse("account_login")
    assert [added.status_code, step.status_code] == [HTTPStatus.OK, HTTPStatus.OK]
    assert Authenticator.objects.filter(type="webauthn").count() == 0


# --- Showing it ------------------------------------------------------------------


@pytest.fixture
def with_app():
    user = secretary()
    TOTP.activate(user, SECRET)
    return user


def test_login_asks_for_the_second_step_and_lets_in_after_it(client, with_app):
    assertRedirects(with_password(client, with_app), reverse("mfa_authenticate"))
    assert settings_page(client).status_code == HTTPStatus.FOUND

    second_step(client, code_of_app())

    assert settings_page(client).status_code == HTTPStatus.OK


def test_code_of_an_app_counts_once(new_client, with_app):
    with time_machine.travel("2027-03-01 10:00+01:00", tick=False) as clock:
        first, second = new_client(), new_client()
        with_password(first, with_app)
        with_password(second, with_app)
        code = code_of_app()

        second_step(first, code)
        clock.shift(45)  # the next code already; this one is still taken by late clocks
        response = second_step(second, code)

    assertContains(response, "De code klopt niet.")


def test_code_that_just_went_out_is_still_taken(client, with_app):
    with time_machine.travel("2027-03-01 10:00:25+01:00", tick=False) as clock:
        with_password(client, with_app)
        code = code_of_app()
        clock.shift(10)
        response = second_step(client, code)

    assert response.url == "/"


def test_recovery_code_lets_in_once(new_client, with_app):
    codes = RecoveryCodes.activate(with_app).get_unused_codes()
    first, second = new_client(), new_client()

    with_password(first, with_app)
    response = second_step(first, f"{codes[0][:4]} {codes[0][4:]}")
    with_password(second, with_app)
    refused = second_step(second, codes[0])

    assert response.url == "/"
    assertContains(refused, "De code klopt niet.")


def test_who_has_a_passkey_only_is_asked_for_it_first(client):
    user = secretary()
    key = {"name": "Tablet", "credential": {}}
    Authenticator.objects.create(user=user, type="webauthn", data=key)
    client.force_login(user, two_steps=False)

    response = settings_page(client)

    assert response.url.startswith(reverse("mfa_reauthenticate_webauthn"))


def test_recovery_code_is_called_so_for_who_has_no_app(client):
    user = secretary()
    key = {"name": "Tablet", "credential": {}}
    Authenticator.objects.create(user=user, type="webauthn", data=key)
    RecoveryCodes.activate(user)
    client.force_login(user, two_steps=False)

    page = client.get(reverse("mfa_reauthenticate"))

    assertContains(page, "Uw herstelcode")
    assertNotContains(page, "uit uw app")


def test_guessing_the_second_step_is_stopped(client, with_app):
    with_password(client, with_app)
    for _ in range(5):
        second_step(client, "000000")

    response = second_step(client, code_of_app())

    assertContains(response, "Dat was vaak achter elkaar.", status_code=429)
    assert verbs(with_app) == ["user.login_limited"]


def test_new_password_by_mail_is_no_way_around_the_second_step(client, with_app):
    client.post(reverse("account_reset_password"), {"email": with_app.email})
    code = OutgoingMail.objects.get().body.split("\n\n")[2]
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})
    client.post(
        reverse("account_complete_password_reset"),
        {"password1": "een heel nieuw woord"},
    )

    response = client.post(
        reverse("account_login_password"),
        {"login": with_app.email, "password": "een heel nieuw woord"},
    )

    assertRedirects(response, reverse("mfa_authenticate"))


@pytest.mark.urls("tests.portal.invited_page")
def test_invitation_is_no_way_around_the_second_step(client, with_app):
    response = client.post(f"/uitgenodigd/{with_app.pk}/")

    assertRedirects(response, reverse("mfa_authenticate"))


@pytest.mark.urls("tests.portal.invited_page")
def test_invitation_lets_in_who_has_no_second_step_yet(client):
    user, other = UserFactory(), UserFactory()
    client.force_login(other)

    response = client.post(f"/uitgenodigd/{user.pk}/")

    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert verbs(user) == ["user.login"]


@pytest.mark.urls("tests.portal.invited_page")
@pytest.mark.parametrize(("is_demo", "status"), [(True, 302), (False, 403)])
def test_only_a_demonstration_skips_every_step(
    client, with_app, settings, is_demo, status
):
    settings.DEMO = is_demo

    response = client.post(f"/proef/{with_app.pk}/")

    assert response.status_code == status
    assert ("_auth_user_id" in client.session) is is_demo


def test_half_a_day_later_the_second_step_is_asked_and_nothing_is_lost(
    client, with_app
):
    with time_machine.travel("2027-03-01 08:00+01:00", tick=False) as clock:
        with_password(client, with_app)
        second_step(client, code_of_app())
        clock.shift(12 * 3600 - 1)
        assert settings_page(client).status_code == HTTPStatus.OK
        clock.shift(2)

        asked = client.post(
            reverse("account_profile"), {"name": "Marjolein Bos", "phone": ""}
        )
        assert asked.url.startswith(reverse("mfa_reauthenticate"))
        assertNotContains(client.get(asked.url), "Met uw wachtwoord")
        done = client.post(asked.url, {"code": code_of_app()})

    assertRedirects(done, reverse("account_settings"), fetch_redirect_response=False)
    with_app.refresh_from_db()
    assert with_app.name == "Marjolein Bos"


def test_password_alone_does_not_renew_the_second_step(client, with_app):
    client.force_login(with_app, two_steps=False)

    response = client.get(reverse("account_reauthenticate"))

    assertRedirects(
        response, reverse("mfa_reauthenticate"), fetch_redirect_response=False
    )


# --- Taking it away --------------------------------------------------------------


def test_last_second_step_stays_with_who_needs_it(client, with_app):
    client.force_login(with_app)

    page = client.get(reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))

    assertContains(page, "In uw rol hebt u een tweede stap nodig.")
    assert Authenticator.objects.filter(user=with_app).exists()


def test_member_may_take_away_the_app(client):
    user = CouncilMembershipFactory().user
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    client.force_login(user)

    response = client.post(reverse("mfa_deactivate_totp"))

    assertRedirects(response, reverse("mfa_index"))
    assert not Authenticator.objects.filter(user=user).exists()
    assert "user.second_factor_remove" in verbs(user)


def test_passkey_of_another_person_cannot_be_taken_away(client):
    key = Authenticator.objects.create(
        user=UserFactory(), type="webauthn", data={"name": "Tablet", "credential": {}}
    )
    client.force_login(UserFactory())

    address = reverse("mfa_remove_webauthn", args=[key.pk])

    assert client.post(address).status_code == HTTPStatus.NOT_FOUND


def test_last_passkey_stays_with_who_needs_it(client):
    user = secretary()
    key = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Tablet", "credential": {}}
    )
    client.force_login(user)

    response = client.post(reverse("mfa_remove_webauthn", args=[key.pk]), follow=True)

    assertContains(response, "In uw rol hebt u een tweede stap nodig.")
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_new_recovery_codes_replace_the_old(client, with_app):
    old = RecoveryCodes.activate(with_app).get_unused_codes()
    client.force_login(with_app)

    client.post(reverse("mfa_generate_recovery_codes"))

    renewed = Authenticator.objects.get(user=with_app, type="recovery_codes")
    assert not set(old) & set(renewed.wrap().get_unused_codes())
    assert verbs(with_app) == ["user.recovery_codes"]
