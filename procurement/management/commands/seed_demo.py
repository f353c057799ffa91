import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from councils.models import CareOffice
from procurement.demo import world
from procurement.demo.build import Story

# As long as this office is there, so is the story.
FIRST_OFFICE = "Zorgkantoor Amstelboog"


class Command(BaseCommand):
    help = "Load the demo story into an empty database; with the story there: nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=1, help="the same number, the same secrets"
        )
        parser.add_argument(
            "--json",
            type=Path,
            metavar="FILE",
            help="write ids, addresses, passwords and TOTP secrets of its people here",
        )
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day around which the story is told; today unless given",
        )

    def handle(self, *args: object, **options) -> None:
        call_command("load_reference", verbosity=0)
        if CareOffice.objects.filter(name=FIRST_OFFICE).exists():
            if options["json"]:
                raise CommandError(
                    "The story is loaded already; its secrets were written then."
                )
            self.stdout.write("The demo story is there already; it stays as it is.")
            return
        today = options["on"] or timezone.localdate()
        with transaction.atomic():
            told = world.build(seed=options["seed"], today=today)
            story = Story(told, today)
            story.tell()
        if options["json"]:
            options["json"].write_text(
                json.dumps(_ids(told, story), ensure_ascii=False, indent=2)
            )
        self.stdout.write(
            f"The demo story is loaded: {len(told.personas)} people, closing on "
            f"{story.deadline:%Y-%m-%d %H:%M}."
        )


def _ids(told: world.World, story: Story) -> dict:
    """What a test needs to find its way in the story."""
    return {
        "people": world.secrets_of(told),
        "councils": {key: str(each.pk) for key, each in told.councils.items()},
        "organisations": {
            key: str(each.pk) for key, each in told.organisations.items()
        },
        "care_offices": {key: str(each.pk) for key, each in told.offices.items()},
        "cycles": {key: str(each.pk) for key, each in story.cycles.items()},
        "requests": {
            f"{key}-{number}": str(each.pk)
            for (key, number), each in story.requests.items()
        },
        "meetings": {key: str(each.pk) for key, each in story.meetings.items()},
        "inputs": {number: str(each.pk) for number, each in story.inputs.items()},
        "deadline": story.deadline.isoformat(),
    }
