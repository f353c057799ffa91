"""``make run`` as a newcomer uses it: start, stop, start again."""

import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Running, free_port, site_environment, status_of


def story(demo: Path, statement: str) -> list[tuple]:
    with sqlite3.connect(demo / "inbreng.sqlite3") as database:
        return database.execute(statement).fetchall()


@pytest.fixture
def make_run(start, tmp_path) -> Callable[..., tuple[Running, str]]:
    """Say ``make run`` and wait until the site answers."""
    demo = tmp_path / "demo"
    # As a shell has it: nothing of Inbreng is set.
    env = {name: site_environment()[name] for name in ("PATH", "HOME", "LANG")}

    def run(*arguments: str) -> tuple[Running, str]:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        command = ["make", "run", f"PORT={port}", f"DEMO_DIR={demo}", *arguments]
        program = start(*command, env=env)
        program.wait_until(lambda: status_of(f"{address}/healthz") == 200, timeout=180)
        return program, address

    return run


def interrupt(program: Running) -> float:
    """Press Ctrl-C, and give the seconds until everything has ended."""
    began = time.monotonic()
    program.send(signal.SIGINT)
    program.process.wait(20)
    return time.monotonic() - began


@pytest.mark.prove
def test_make_run_starts_stops_and_keeps_what_was_done(make_run, tmp_path):
    demo = tmp_path / "demo"
    names = "SELECT name FROM portal_user ORDER BY email"

    program, address = make_run()
    first = story(demo, names)
    # The site may answer before the line that names it has come through.
    program.wait_until(lambda: address in program.output(), timeout=30)
    assert interrupt(program) < 2  # one by the clock; the machine may be busy
    assert status_of(f"{address}/healthz") == 0
    assert program.children() == []

    story(demo, "UPDATE portal_user SET name = 'Anders'")
    program, address = make_run()
    interrupt(program)
    assert set(story(demo, names)) == {("Anders",)}

    program, address = make_run("RESET=1")
    interrupt(program)
    assert story(demo, names) == first
