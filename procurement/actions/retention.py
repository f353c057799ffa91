"""What is forgotten after its time: drafts that nobody went on with."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from procurement.models import CouncilInput, InputDraft, Reminder


@transaction.atomic
def forget_old_rows() -> None:
    """Delete typed text and drafts that nobody touched for KEEP_DRAFTS, and reminders
    of which the mail is gone as long."""
    before = timezone.now() - settings.KEEP_DRAFTS
    InputDraft.objects.filter(saved_at__lt=before).delete()
    CouncilInput.objects.filter(
        status=CouncilInput.Status.DRAFT,
        created_at__lt=before,
        drafts__isnull=True,
        versions__isnull=True,
    ).delete()
    Reminder.objects.filter(recorded_at__lt=before).exclude(
        status=Reminder.Status.QUEUED
    ).delete()
