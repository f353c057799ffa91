"""The door and one's own settings, under the names that allauth asks for.

Written out, so that nothing of allauth is open that has no page here: no sign-up, no
list of addresses, no links in mails.
"""

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal import views_account as views

# /inloggen/
login_urls = [
    path("", views.login, name="account_login"),
    path("", views.login, name="account_request_login_code"),
    path("code/", views.ConfirmLoginCode.as_view(), name="account_confirm_login_code"),
    path("wachtwoord/", views.login_with_password, name="account_login_password"),
    path("toegangssleutel/", views.login_with_passkey, name="mfa_login_webauthn"),
    path("tweede-stap/", views.second_step, name="mfa_authenticate"),
    path("afgesloten/", account.account_inactive, name="account_inactive"),
    path(
        "wachtwoord-vergeten/", views.forgotten_password, name="account_reset_password"
    ),
    path(
        "wachtwoord-vergeten/code/",
        views.ConfirmPasswordCode.as_view(),
        name="account_confirm_password_reset_code",
    ),
    path(
        "wachtwoord-vergeten/nieuw/",
        views.new_password,
        name="account_complete_password_reset",
    ),
]

# /instellingen/bevestigen/
confirm_urls = [
    path("wachtwoord/", views.confirm_by_password, name="account_reauthenticate"),
    path("app/", views.confirm_by_app, name="mfa_reauthenticate"),
    path(
        "toegangssleutel/",
        views.confirm_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("code/", views.confirm_by_mail, name="account_confirm_by_mail"),
]

# /instellingen/inloggen/
ways_urls = [
    path("", views.login_ways, name="mfa_index"),
    path("", views.login_ways, name="mfa_list_webauthn"),
    path("wachtwoord/", views.change_password, name="account_change_password"),
    path("wachtwoord/nieuw/", views.choose_password, name="account_set_password"),
    path("app/", views.AddApp.as_view(), name="mfa_activate_totp"),
    path("app/weghalen/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("toegangssleutel/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "toegangssleutel/<int:pk>/weghalen/",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "herstelcodes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "herstelcodes/nieuw/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]

# /instellingen/
settings_urls: list[URLPattern | URLResolver] = [
    path("", views.settings_page, name="account_settings"),
    path("gegevens/", views.save_profile, name="account_profile"),
    path("e-mailadres/", views.change_address, name="account_change_address"),
    path("e-mailadres/code/", views.confirm_address, name="account_confirm_address"),
    path("inloggen/", include(ways_urls)),
    path("bevestigen/", include(confirm_urls)),
]

urlpatterns = [
    path("inloggen/", include(login_urls)),
    path("uitloggen/", views.Logout.as_view(), name="account_logout"),
    path("instellingen/", include(settings_urls)),
    # The admin has no door, no way out and no passwords of its own.
    path("beheer/login/", views.admin_login),
    path("beheer/logout/", views.Logout.as_view()),
    path("beheer/password_change/", RedirectView.as_view(pattern_name="mfa_index")),
]
