"""manage.py serve: web, worker and beat in one process."""

import json
import signal
import sys
import time
import urllib.request

import pytest
from django.db import transaction

from portal import mail
from portal.models import OutgoingMail
from tests.factories import UserFactory
from tests.portal.test_mail import FIELDS
from tests.servers import free_port, static_files, status_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def serve(start, own_environment, mail_server, tmp_path):
    """Start it; gives the program and its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = start(
        sys.executable,
        "manage.py",
        "serve",
        env={
            **own_environment,
            **mail_server.environment(),
            "PORT": str(port),
            "SITE_URL": address,
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(static_files()),
            "MAIL_QUIET_FROM": "23:59:59.999999",
            "MAIL_QUIET_UNTIL": "00:00",
        },
    )
    return program, address


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.read().decode()


def test_one_process_serves_sends_and_keeps_time_and_stops_at_once(serve, mail_server):
    with transaction.atomic():
        mail.queue("phase_opens", to=UserFactory(), key="phase:1", **FIELDS)
    program, address = serve
    program.wait_until(lambda: status_of(f"{address}/readyz") == 200, timeout=60)

    program.wait_until(lambda: len(mail_server.accepted) == 1, timeout=20)
    assert OutgoingMail.objects.get().status == "sent"
    assert json.loads(read(f"{address}/healthz")) == {"alive": True}
    assert "stylesheet" in read(f"{address}/over-inbreng/")
    assert f"Inbreng: {address}/" in program.output()

    began = time.monotonic()
    program.send(signal.SIGINT)
    assert program.process.wait(10) == 0
    assert time.monotonic() - began < 3  # a second, on a machine that is not loaded


def test_a_port_that_is_taken_is_told_in_a_line(serve, start, own_environment):
    program, address = serve
    program.wait_until(lambda: status_of(f"{address}/healthz") == 200, timeout=60)
    port = address.rpartition(":")[2]

    second = start(
        sys.executable, "manage.py", "serve", env={**own_environment, "PORT": port}
    )

    assert second.process.wait(60) == 1
    assert f"Port {port} cannot be used" in second.output()
    assert "Traceback" not in second.output()
