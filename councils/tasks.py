"""What Celery runs for who is who."""

from celery import shared_task

from councils.actions import desk_mail, forgetting, importing
from portal.one_by_one import A_WHILE
from portal.periodic import periodic


@shared_task
@periodic
def forget_old_rows() -> None:
    """Delete files that were chosen for an import more than a day ago, and forget the
    people of old meetings and who left long ago."""
    try:
        importing.forget_old()
    finally:
        forgetting.forget(seconds=A_WHILE)


@shared_task
@periodic
def send_due_mails() -> None:
    """Queue the mails of councils' desks that are due."""
    desk_mail.send_due()
