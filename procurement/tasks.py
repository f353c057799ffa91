"""What Celery runs for the rounds; each may run late, twice or at once."""

from celery import shared_task

from portal.periodic import periodic
from procurement.actions import date_moved, reminder, retention


@shared_task
@periodic
def send_due_reminders() -> None:
    """Remind whoever still has something to do, and tell of dates that moved."""
    reminder.follow_mails()
    date_moved.tell_moved()
    reminder.send_due()
    reminder.follow_mails()


@shared_task
@periodic
def forget_old_rows() -> None:
    """Delete what was kept long enough."""
    retention.forget_old_rows()
