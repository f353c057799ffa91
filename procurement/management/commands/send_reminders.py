from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, datetime, time

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.dates import ONE_DAY, moment
from procurement import tasks
from procurement.actions import date_moved
from procurement.actions.reminder_due import Deriving, Due
from procurement.models import Reminder


class Command(BaseCommand):
    help = "Send the reminders that are due, or say who would get what and who not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing, send nothing"
        )
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="with --dry-run: what is due on that day; without it: what is due now",
        )

    def handle(self, *args: object, **options) -> None:
        if not options["dry_run"]:
            if options["on"]:
                self.stderr.write("--on goes with --dry-run: nothing was sent.")
                return
            tasks.send_due_reminders()
            return
        for line in self._lines(options["on"]):
            self.stdout.write(line)

    def _lines(self, day: date | None) -> Iterator[str]:
        lines: list[tuple[datetime, str]] = []
        if day is None:
            deriving = Deriving(timezone.now())
        else:
            start = moment(day, time.min)
            lines += _recorded(start, moment(day + ONE_DAY, time.min))
            end = moment(day + ONE_DAY, time.min)
            deriving = Deriving(end, start, ahead=True)
        lines += [
            (due.times.due_at, _line(due))
            for batch in deriving.batches()
            for due in batch.due
        ]
        for at, line in sorted(lines):
            yield f"{timezone.localtime(at):%Y-%m-%d %H:%M}  {line}"
        for mail in date_moved.untold() if day is None else []:
            yield f"{mail.subject}  {mail.to}"
        if not lines:
            yield _("Nothing is due.")


def _line(due: Due) -> str:
    what = f"{due.rule.get_moment_display()}, {due.phase.get_kind_display()}"
    who = f"{due.user.name} <{due.user.email}>, {due.council.name}"
    if due.status == Reminder.Status.QUEUED:
        fate = _("in one mail with what came late") if due.is_late else _("gets a mail")
    else:
        fate = _("skipped: %(reason)s") % {"reason": due.reason}
    return f"{what}: {who}: {fate}"


def _recorded(start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """What was written down already of the reminders of a day."""
    rows = Reminder.objects.filter(due_at__gte=start, due_at__lt=end)
    return [
        (
            row.due_at,
            f"{row.rule.get_moment_display()}, {row.phase.get_kind_display()}: "
            f"{row.user.name} <{row.user.email}>, {row.council}: "
            f"{row.get_status_display()} {row.reason}".strip(),
        )
        for row in rows.select_related("rule", "phase", "user", "council")
    ]
