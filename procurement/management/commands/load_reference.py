from django.core.management.base import BaseCommand

from councils.actions import reference as regions
from procurement.actions.reference import cycle_templates, reminder_rules, themes

LOADERS = {
    "regions and municipalities": regions.load,
    "ready items": regions.load_ready_items,
    "themes": themes.load,
    "templates of a round": cycle_templates.load,
    "reminder rules": reminder_rules.load,
}


class Command(BaseCommand):
    help = "Make the reference data that is missing; what is there stays as it is."

    def handle(self, *args: object, **options: object) -> None:
        for subject, load in LOADERS.items():
            made = load()
            if options["verbosity"]:
                self.stdout.write(f"{subject}: {made} new")
