from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id
from procurement.models.council_input import CouncilInput


class InputDraft(models.Model):
    """What somebody is typing and has not saved yet; only that person reads it.

    ``words`` holds the form as typed, also when it is not complete. ``based_on`` is
    the number of the version that was on the screen when the typing began, 0 for a
    new input: saving over a newer one shows both texts. ``aside`` keeps the forms that
    came second: from a window that was open beside this one, or not chosen.
    """

    id = random_id()
    council_input = models.ForeignKey(
        CouncilInput, models.CASCADE, related_name="drafts"
    )
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="input_drafts"
    )
    words = models.JSONField(default=dict)
    aside = models.JSONField(default=list)
    based_on = models.PositiveIntegerField(default=0)
    # Raised by each save, so that a tab left open does not overwrite a later one.
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("text in progress")
        verbose_name_plural = _("texts in progress")
        constraints = [
            models.UniqueConstraint(
                name="input_draft_one_per_editor", fields=["council_input", "editor"]
            ),
        ]

    def __str__(self):
        return f"draft {str(self.pk)[:8]}"
