from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal import postgres, triggers

# allauth does the work at the door, so that only its signals tell what the trail must
# hold. By name: this module is read before there are models.
RECEIVERS = {
    "django.contrib.auth.signals.user_logged_out": "logged_out",
    "allauth.account.signals.user_logged_in": "logged_in",
    "allauth.account.signals.password_set": "password_changed",
    "allauth.account.signals.password_changed": "password_changed",
    "allauth.account.signals.password_reset": "password_changed",
    "allauth.account.signals.login_code_rejected": "code_rejected",
    "allauth.account.signals.password_reset_code_rejected": "code_rejected",
    "allauth.mfa.signals.authenticator_added": "second_factor_added",
    "allauth.mfa.signals.authenticator_removed": "second_factor_removed",
    "allauth.mfa.signals.authenticator_reset": "recovery_codes_renewed",
}


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        triggers.frozen("portal_auditevent")
        # Sent once for this app, when the tables of all apps are there.
        post_migrate.connect(triggers.install, sender=self)
        connection_created.connect(postgres.read_moments_at_once)
        for signal, receiver in RECEIVERS.items():
            function = import_string(f"portal.login_audit.{receiver}")
            import_string(signal).connect(function, dispatch_uid=receiver + signal)
