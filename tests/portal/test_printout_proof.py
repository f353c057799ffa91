"""A long PDF whose maker is killed half-way, for real: another makes it, once."""

import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from portal import printout
from portal.models import Printout
from portal.printout import Sheet
from portal.tasks import make_waiting_printouts

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]

MAKE = "from portal.tasks import make_waiting_printouts as make; make()"
PIECE = f"<h2>Punt</h2><p>{'Op zondag is er geen koffie. ' * 40}</p>"


@pytest.fixture
def asked() -> Printout:
    head = "<html lang=nl><head><title>Lang</title></head>"
    return printout.ask(Sheet(f"{head}<body>{PIECE * 900}</body>", "lang.pdf", 300))


def test_a_worker_killed_half_way_loses_nothing(start, own_environment, asked):
    worker = start(
        sys.executable, "manage.py", "shell", "-c", MAKE, env=own_environment
    )
    worker.wait_until(lambda: pages_of(asked) > 3, timeout=60)

    worker.kill()

    # Nobody takes it while the dead one may still be at work.
    make_waiting_printouts()
    asked.refresh_from_db()
    assert (asked.status, asked.attempts) == (Printout.Status.MAKING, 1)
    Printout.objects.update(lease_until=Now() - timedelta(seconds=1))
    make_waiting_printouts()
    asked.refresh_from_db()
    assert (asked.status, asked.attempts) == (Printout.Status.DONE, 2)
    assert bytes(asked.content).startswith(b"%PDF-")


def pages_of(asked: Printout) -> int:
    return Printout.objects.values_list("pages_made", flat=True).get(pk=asked.pk)
