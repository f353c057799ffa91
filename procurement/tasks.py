"""What Celery runs for the rounds; each may run late, twice or at once."""

from celery import shared_task

from portal.one_by_one import A_WHILE
from portal.periodic import periodic
from procurement.actions import (
    date_moved,
    reminder,
    retention,
    work_plan_following,
    work_plan_reminders,
)


@shared_task
@periodic
def send_due_reminders() -> None:
    """Remind whoever still has something to do, and tell of dates that moved."""
    reminder.follow_mails()
    date_moved.tell_moved()
    reminder.send_due()
    work_plan_following.follow_meetings()
    work_plan_reminders.send_due()
    reminder.follow_mails()


@shared_task
@periodic
def forget_old_rows() -> None:
    """Delete drafts and submissions that were kept long enough."""
    try:
        retention.forget_old_rows()
    finally:
        retention.forget_submissions(seconds=A_WHILE)
