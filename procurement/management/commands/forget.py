from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from councils.actions import forgetting
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
        if not options["dry_run"]:
            forgetting.forget()
            retention.forget_old_rows()
            retention.forget_submissions()
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
