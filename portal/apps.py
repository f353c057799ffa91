from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from portal import triggers


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        triggers.frozen("portal_auditevent")
        # Sent once for this app, when the tables of all apps are there.
        post_migrate.connect(triggers.install, sender=self)
