from uuid import UUID

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class AuditChain(models.Model):
    """The trail of one party (a council, an organisation …), or of the portal itself
    (``PORTAL``).

    Its row is locked while an event is added, so that each event names the hash of
    the one before it; ``head`` is the hash of the last.
    """

    PORTAL = UUID(int=0)

    scope = models.UUIDField(unique=True)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self):
        return f"audit chain {self.pk}"


class AuditEvent(models.Model):
    """Somebody did something at a moment; never the text of an input."""

    id = random_id()
    chain = models.ForeignKey(AuditChain, models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        "portal.User", models.PROTECT, null=True, related_name="audit_events"
    )
    subject_type = models.ForeignKey(ContentType, models.PROTECT)
    subject_id = models.UUIDField()
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["chain", "position"]
        constraints = [
            models.UniqueConstraint(
                name="audit_event_one_at_each_place", fields=["chain", "position"]
            ),
        ]
        indexes = [models.Index(fields=["subject_id"], name="audit_event_subject")]

    def __str__(self):
        return f"{self.verb} {self.subject_label}"
