from django.conf import settings
from django.db import models
from django.utils import timezone

from procurement.models.council_input import CouncilInput


class Recognition(models.Model):
    """Another member of the council recognises what an input says."""

    council_input = models.ForeignKey(
        CouncilInput, models.CASCADE, related_name="recognitions"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="recognition_once", fields=["council_input", "member"]
            ),
        ]

    def __str__(self):
        return f"recognition {self.pk}"
