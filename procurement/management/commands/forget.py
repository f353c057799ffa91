from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from councils.actions import forgetting
from portal.errors import NotAllDone
from procurement.actions import retention


class Command(BaseCommand):
    help = "Forget what was kept long enough, or say how much of what that would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *args: object, **options) -> None:
        counts = {
            **forgetting.due(),
            "calendar addresses": retention.feeds_to_forget().count(),
            "submissions": retention.submissions_to_forget().count(),
        }
        failed = 0 if options["dry_run"] else self.forget()
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        if failed:
            raise CommandError(f"Of these {failed} failed; see the log.")

    def forget(self) -> int:
        """Forget all of it; how many things failed."""
        failed = 0
        for forget in (
            forgetting.forget,
            retention.forget_old_rows,
            retention.forget_submissions,
        ):
            try:
                forget()
            except NotAllDone as told:
                failed += told.count
        return failed
