"""What Celery runs for the ground floor."""

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from portal import printout, wake
from portal.delivery import deliver_waiting
from portal.models import OutgoingMail
from portal.outbox import free_put_off, undo_clock_ahead
from portal.periodic import periodic


@shared_task
def deliver_mail() -> None:
    """Send what waits, woken by who queued it."""
    deliver_waiting(linger=1.5 * wake.PAUSE_SECONDS)


@shared_task
@periodic
def deliver_waiting_mail() -> None:
    """Send what nobody woke us for: after a wait, a night, a restart, a lost broker."""
    free_put_off()
    deliver_waiting()


@shared_task
def make_printout(pk: str) -> None:
    """Make one long PDF, unless another worker has it or it is there already."""
    printout.make(pk)


@shared_task
@periodic
def make_waiting_printouts() -> None:
    """Make what nobody woke us for, and forget what is a day old."""
    printout.forget_old()
    printout.make_waiting()


@shared_task
@periodic
def forget_old_rows() -> None:
    """Delete sessions that ran out, mails at an end after KEEP_SENT_MAIL, and what was
    held so long that nobody waits for it any more; and what a clock that was ahead
    wrote."""
    undo_clock_ahead()
    SessionStore.clear_expired()
    Status, now = OutgoingMail.Status, timezone.now()
    OutgoingMail.objects.filter(
        status__in=[Status.SENT, Status.CANCELLED, Status.MISSED],
        created_at__lt=now - settings.KEEP_SENT_MAIL,
    ).delete()
    held = OutgoingMail.objects.held()
    held.filter(created_at__lt=now - settings.KEEP_HELD_MAIL).delete()
