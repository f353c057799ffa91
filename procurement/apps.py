from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import triggers

# What was offered, signed and sent may go only when the time to keep it is over.
FROZEN = (
    "procurement_submissionversion",
    "procurement_submitteditem",
    "procurement_submittedsource",
    "procurement_signature",
)


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = _("Procurement rounds")

    def ready(self):
        triggers.frozen("procurement_councilinputversion", delete=False)
        for table in FROZEN:
            triggers.frozen(table, delete_after="keep_until")
        # A member may change a statement until its version is signed.
        triggers.frozen(
            "procurement_minoritystatement",
            delete_after="keep_until",
            unless="OLD.keep_until IS NULL",
        )
