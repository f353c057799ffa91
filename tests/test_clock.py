"""All of Inbreng in one process, on a clock that goes forward or back an hour."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.conf import settings

from portal.celery import app as celery
from portal.dates import AMSTERDAM
from portal.models import OutgoingMail, PeriodicRun
from procurement.models import Reminder, ReminderRule
from tests.procurement.rounds import Summer
from tests.servers import Running, free_port, static_files, status_of

# The day, the moment of the change there in UTC, and nine o'clock in UTC.
CHANGES = [
    (date(2027, 3, 28), "2027-03-28 00:59:50", datetime(2027, 3, 28, 7, tzinfo=UTC)),
    (date(2027, 10, 31), "2027-10-31 00:59:50", datetime(2027, 10, 31, 8, tzinfo=UTC)),
]


def library() -> str:
    """What ``faketime`` loads before a program, which then gets its signals itself."""
    shown = subprocess.run(
        ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"],
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.strip()


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
@pytest.mark.parametrize(
    ("task", "minutes"),
    [
        ("portal.tasks.deliver_waiting_mail", 1),
        ("procurement.tasks.send_due_reminders", 15),
    ],
)
def test_beat_keeps_its_pace_through_the_night_of_the_change(day, task, minutes):
    schedule = settings.CELERY_BEAT_SCHEDULE[task]["schedule"]
    at = last = datetime.fromisoformat(f"{day} 00:00+00:00")
    runs = []
    while at < datetime.fromisoformat(f"{day} 03:00+00:00"):
        at += timedelta(seconds=30)
        with time_machine.travel(at, tick=False):
            if schedule.is_due(last).is_due:
                runs.append(at)
                last = celery.now()

    assert {later - earlier for earlier, later in pairwise(runs)} == {
        timedelta(minutes=minutes)
    }


@pytest.fixture
def serve_at(start, own_environment, mail_server, tmp_path) -> Callable[..., Running]:
    """Start the site at a moment in UTC, from which its clock goes on."""

    def serve(moment: str) -> tuple[Running, str]:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        env = {
            **own_environment,
            **mail_server.environment(),
            "TZ": "UTC",
            "PORT": str(port),
            "SITE_URL": address,
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(static_files()),
        }
        env |= {"FAKETIME": f"@{moment}", "LD_PRELOAD": library()}
        program = start(sys.executable, "manage.py", "serve", env=env)
        program.wait_until(lambda: status_of(f"{address}/readyz") == 200, timeout=120)
        return program, address

    return serve


def opening_on(day: date) -> Summer:
    """A step that opens on that day, of which a member hears at nine."""
    summer = Summer()
    summer.phase.opens_on = day
    summer.phase.closes_at = datetime(2027, 12, 31, 17, tzinfo=AMSTERDAM)
    summer.phase.save()
    ReminderRule.objects.create(
        phase_kind=summer.phase.kind,
        role="member",
        moment=ReminderRule.Moment.OPENING,
        at=time(9),
        created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
    )
    return summer


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("day", "before", "nine"), CHANGES)
def test_nine_oclock_is_nine_oclock_on_the_day_that_the_clock_changes(
    serve_at, mail_server, day, before, nine
):
    member = opening_on(day).person()

    # Through the change itself: nobody is written to at night.
    program, address = serve_at(before)
    program.wait_until(lambda: _ran_after(before), timeout=90)
    assert status_of(f"{address}/readyz") == 200
    assert program.stop() == 0
    assert not Reminder.objects.exists()

    program, _address = serve_at(f"{nine:%Y-%m-%d} {nine.hour - 1:02}:59:40")
    program.wait_until(lambda: mail_server.accepted, timeout=120)
    assert program.stop() == 0

    assert [(row.user, row.due_at) for row in Reminder.objects.all()] == [
        (member, nine)
    ]
    letter = OutgoingMail.objects.get()
    assert (letter.status, letter.to) == ("sent", member.email)
    assert nine <= letter.sent_at < nine.replace(minute=5)
    assert len(mail_server.accepted) == 1
    assert "Traceback" not in program.output()


def _ran_after(before: str) -> bool:
    """Whether the sweep of every minute was there after the change."""
    changed = datetime.fromisoformat(f"{before}+00:00").replace(
        hour=1, minute=0, second=0
    )
    return PeriodicRun.objects.filter(
        task="portal.tasks.deliver_waiting_mail", finished_at__gte=changed
    ).exists()
