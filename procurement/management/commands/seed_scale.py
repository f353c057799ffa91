from argparse import ArgumentParser, ArgumentTypeError

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from procurement.demo.scale import Country, running_year
from procurement.models import Cycle


def share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise ArgumentTypeError("more than 0, and at most 1")
    return value


class Command(BaseCommand):
    help = "Fill a database without rounds with a country of invented data, to measure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--share",
            type=share,
            default=0.02,
            help="what part of the national size, 1 for all of it; 0.02 unless given",
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same number, the same rows"
        )
        parser.add_argument(
            "--year", type=int, help="the contract year; unless given the one that runs"
        )

    def handle(self, *args: object, **options) -> None:
        call_command("load_reference", verbosity=0)
        if Cycle.objects.exists():
            raise CommandError("There are rounds in this database already.")
        country = Country(
            share=options["share"],
            seed=options["seed"],
            contract_year=options["year"] or running_year(timezone.localdate()),
        )
        for region, made in country.build():
            if options["verbosity"] > 1:
                self.stdout.write(f"{region}: {made}")
        # So that the database knows at once how much there is of what.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if options["verbosity"]:
            self.stdout.write(str(country.made))
