from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import triggers


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = _("Procurement rounds")

    def ready(self):
        triggers.frozen("procurement_councilinputversion", delete=False)
