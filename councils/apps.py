from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import triggers


class CouncilsConfig(AppConfig):
    name = "councils"
    verbose_name = _("People and councils")

    def ready(self):
        # What people were sent, and what they adopted.
        triggers.frozen(
            "councils_sentagenda",
            columns=["id", "meeting_id", "number", "items", "sent_at", "sent_by_id"],
            once="keep_until",
            delete_after="keep_until",
        )
        triggers.frozen("councils_adoptedminutes")
