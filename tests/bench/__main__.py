"""Sets everything up, measures, prints one table: SHARE=0.2 ROUNDS=5 make bench"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import django

from tests.servers import (
    Running,
    database_url,
    end_with_the_tests,
    free_port,
    gunicorn_command,
    manage,
    redis_server,
    scratch_folder,
    site_environment,
    start_postgres,
    static_files,
    status_of,
)

SHARE = os.environ.get("SHARE") or "0.2"
ROUNDS = int(os.environ.get("ROUNDS") or 5)


def main() -> None:
    signal.signal(signal.SIGTERM, end_with_the_tests)
    began = time.monotonic()
    folder = scratch_folder()
    # As it comes, with every commit on the disk: what production pays.
    database = database_url(start_postgres(folder / "postgres"))
    with redis_server() as redis, mail_sink(folder) as mail_port:
        env = site_environment(
            database,
            REDIS_URL=redis,
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(mail_port),
            STATIC_ROOT=str(static_files()),
        )
        say(f"Making {SHARE} of the country")
        manage("migrate", "--verbosity=0", env=env)
        say(manage("seed_scale", f"--share={SHARE}", env=env).strip())
        env |= {"DJANGO_SETTINGS_MODULE": "tests.bench.mail_settings"}
        os.environ.update(env)
        django.setup()
        rows = [*pages(env, folder), *mails(env), *papers()]
    table = import_module("tests.bench.table")
    took = time.monotonic() - began
    say(f"\n{table.drawn(rows)}\n")
    day = time.strftime("%Y-%m-%d")
    say(f"{day}: share {SHARE}, {ROUNDS} rounds, {took:.0f} s in all")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- What is measured: loaded when Django is set up --------------------------------


def pages(env: dict[str, str], folder: Path) -> list:
    say("Measuring pages")
    module = import_module("tests.bench.pages")
    with (
        gunicorn("portal", "portal.settings", env, folder) as portal,
        gunicorn("floor", "tests.bench.settings", env, folder) as floor,
    ):
        return module.measured(module.Site(*portal), module.Site(*floor), ROUNDS)


def mails(env: dict[str, str]) -> list:
    say("Measuring mail")
    return import_module("tests.bench.mails").measured(env, ROUNDS)


def papers() -> list:
    say("Measuring PDFs")
    return import_module("tests.bench.papers").measured(ROUNDS)


# --- What runs beside it -----------------------------------------------------------


@contextmanager
def running(
    name: str, command: list[str], env: dict[str, str], folder: Path
) -> Iterator[Running]:
    program = Running(command, env, folder / f"{name}.log")
    try:
        yield program
    finally:
        program.stop()


@contextmanager
def gunicorn(
    name: str, settings: str, env: dict[str, str], folder: Path
) -> Iterator[tuple[Running, int]]:
    """Two synchronous workers, and the port at which they answer."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {**env, "DJANGO_SETTINGS_MODULE": settings, "SITE_URL": address}
    command = gunicorn_command(f"127.0.0.1:{port}")
    with running(name, command, env, folder) as program:
        path = "/healthz" if name == "portal" else "/"
        program.wait_until(lambda: status_of(address + path) == 200)
        yield program, port


@contextmanager
def mail_sink(folder: Path) -> Iterator[int]:
    """A mail server in a process of its own, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.sink", str(port)]
    with running("sink", command, site_environment(), folder) as program:
        program.wait_until(lambda: answers(port))
        yield port


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


if __name__ == "__main__":
    main()
