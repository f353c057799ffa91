"""A sender in a process of its own, told by a line when to begin."""

import sys

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from portal.delivery import deliver_waiting
from portal.models import OutgoingMail

MOST_RUNS = 60


def deliver_all() -> None:
    """A sender stops after ten seconds to give others their turn; here it goes on."""
    for _ in range(MOST_RUNS):
        deliver_waiting()
        if not OutgoingMail.objects.due().exists():
            return


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _line in sys.stdin:
        deliver_all()
        sys.stdout.write("done\n")
        sys.stdout.flush()
