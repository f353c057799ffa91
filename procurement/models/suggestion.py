from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council
from portal.fields import random_id


class DroppedSuggestion(models.Model):
    """A suggestion for the agenda that a council did not want, with a word why.

    ``key`` names what was suggested, as ``procurement.suggestions`` makes it.
    """

    id = random_id()
    council = models.ForeignKey(
        Council, models.CASCADE, related_name="dropped_suggestions"
    )
    key = models.CharField(max_length=120)
    reason = models.CharField(_("why not"), max_length=300)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    dropped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("dropped suggestion")
        verbose_name_plural = _("dropped suggestions")
        constraints = [
            models.UniqueConstraint(
                name="dropped_suggestion_once", fields=["council", "key"]
            ),
        ]

    def __str__(self):
        return f"dropped suggestion {str(self.pk)[:8]}"
