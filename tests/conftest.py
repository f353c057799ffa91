"""How every test runs: a client like production's, real servers, a real browser."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase
from django.utils.translation.reloader import translation_file_changed
from playwright.sync_api import Page

from tests.frozen import lifted
from tests.login import with_two_steps
from tests.mailserver import MailServer
from tests.servers import (
    Running,
    end_with_the_tests,
    free_port,
    gunicorn_command,
    redis_server,
    site_environment,
    static_files,
    status_of,
)

signal.signal(signal.SIGTERM, end_with_the_tests)
# The same examples each time, and no clock: the machine may be busy.
hypothesis.settings.register_profile(
    "inbreng", derandomize=True, deadline=None, database=None
)
hypothesis.settings.load_profile("inbreng")

DUTCH = Path(settings.BASE_DIR, "portal/locale/nl/LC_MESSAGES/django.po")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_configure(config: pytest.Config) -> None:
    """See to it that the pages speak the Dutch of today's catalogue."""
    compiled = DUTCH.with_suffix(".mo")
    if hasattr(config, "workerinput") or (
        compiled.exists() and compiled.stat().st_mtime > DUTCH.stat().st_mtime
    ):
        return
    with DUTCH.open("rb") as source:
        catalogue = read_po(source, locale="nl", domain="django")
    with compiled.open("wb") as target:
        write_mo(target, catalogue)
    # Starting Django may have read the catalogue of before.
    translation_file_changed(None, compiled)


class CommittingClient(Client):
    """A client whose requests also run what waits for the commit.

    Who is logged in by force has shown a second step, unless ``two_steps`` is False.
    """

    def force_login(self, user, backend=None, *, two_steps=True):
        super().force_login(user, backend)
        if two_steps:
            with_two_steps(self, user)

    def request(self, **request):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


@pytest.fixture
def client() -> CommittingClient:
    return CommittingClient()


@pytest.fixture
def new_client() -> type[CommittingClient]:
    """For a test with two people at once: call it once for each."""
    return CommittingClient


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Limits on tries are counted in the cache: no test counts for another."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, and at the end nobody in it: PostgreSQL drops no database in
    which a server or a thread of the last test still holds a connection."""
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def frozen_rows_can_be_flushed() -> Iterator[None]:
    """A test with real commits empties the tables after it, frozen or not."""
    flush = TransactionTestCase._fixture_teardown

    def flush_all(self: TransactionTestCase) -> None:
        with lifted():
            flush(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_all)
        yield


# --- Real servers ----------------------------------------------------------------


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[str]:
    """The address of a Redis of this test's own."""
    with redis_server() as address:
        yield address


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a program of ours; what still runs at the end of the test is ended."""
    started: list[Running] = []

    def run(*command: str, env: dict[str, str]) -> Running:
        log = tmp_path / f"{len(started)}-{Path(command[0]).name}.log"
        started.append(Running(list(command), env, log))
        return started[-1]

    yield run
    for program in reversed(started):
        program.stop()


@pytest.fixture
def own_environment(transactional_db: None) -> dict[str, str]:
    """For processes that work on the very database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return site_environment(f"sqlite:///{name}")
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return site_environment(f"{server}/{name}")


@pytest.fixture
def gunicorn(start: Callable[..., Running]) -> Callable[[dict[str, str]], str]:
    """Serve the site as production does; gives its address."""

    def serve(env: dict[str, str]) -> str:
        address = f"http://127.0.0.1:{free_port()}"
        env = {"STATIC_ROOT": str(static_files()), **env, "SITE_URL": address}
        program = start(*gunicorn_command(address.removeprefix("http://")), env=env)
        program.wait_until(lambda: status_of(f"{address}/healthz") == 200)
        return address

    return serve


# --- A real browser --------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, without its calls home."""
    # Playwright keeps an event loop in this thread; Django takes it for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.fail("The browser tests need chromium: apt-get install chromium")
    quiet = ["background-networking", "component-update", "sync", "gpu", "quic"]
    return {
        **browser_type_launch_args,
        "executable_path": executable,
        "args": ["--no-sandbox", "--no-first-run", *(f"--disable-{x}" for x in quiet)],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {
        **browser_context_args,
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture(scope="session")
def barriers() -> Callable[[Page], list[str]]:
    """What axe finds on a page against WCAG 2.2 AA, a line for each place."""
    axe = Axe()

    def find(page: Page) -> list[str]:
        found = axe.run(
            page,
            options={
                "runOnly": {"type": "tag", "values": WCAG},
                "resultTypes": ["violations"],
            },
        )
        return [
            f"{rule['id']}: {' '.join(node['target'])}"
            for rule in found.response["violations"]
            for node in rule["nodes"]
        ]

    return find
