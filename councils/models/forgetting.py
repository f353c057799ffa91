from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class Forgetting(models.Model):
    """A night in which personal data were forgotten: how much of what, and no names."""

    id = random_id()
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("forgetting")
        verbose_name_plural = _("forgettings")
        ordering = ["-at"]

    def __str__(self):
        return f"forgetting {str(self.pk)[:8]}"
