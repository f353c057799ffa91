from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id
from portal.models import User


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Files that ``user``, an administrator, chose."""
        return self.filter(user=user) if user.is_staff else self.none()


class Import(models.Model):
    """A file of organisations, councils or members, between preview and confirmation.

    Its lines are kept here, so that what is confirmed is what was shown. They are
    emptied once confirmed; the row is forgotten after ``KEEP_IMPORTS``.
    """

    class Kind(models.TextChoices):
        ORGANISATIONS = "organisations", _("care organisations")
        COUNCILS = "councils", _("councils")
        MEMBERS = "members", _("members of councils")

    id = random_id()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports"
    )
    kind = models.CharField(_("kind of file"), max_length=15, choices=Kind)
    filename = models.CharField(max_length=120)
    # [number of the line, [a cell for every column of this kind]]
    lines = models.JSONField(default=list)
    sends_invitations = models.BooleanField(_("send an invitation"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    added = models.PositiveIntegerField(default=0, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return f"import {str(self.pk)[:8]}"
