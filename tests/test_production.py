"""The commands of docker-compose.yml themselves, run by hand as in production."""

import json
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest

from tests import compose
from tests.servers import (
    ROOT,
    Running,
    database_url,
    free_port,
    redis_server,
    scratch_folder,
    site_environment,
    start_postgres,
    static_files,
    status_of,
)

BIN = ROOT / ".venv" / "bin"


def answer(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def command(service: str, port: int, folder: Path) -> list[str]:
    """The command of a service, on this machine's port and folder."""
    words = compose.services()[service]["command"]
    here = {"0.0.0.0:8000": f"127.0.0.1:{port}", "/tmp/beat": str(folder / "beat")}
    return [here.get(word, word) for word in words]


@pytest.fixture
def environment(tmp_path, mail_server):
    """What docker compose would give to web, worker and beat."""
    server = start_postgres(Path(mkdtemp(dir=scratch_folder())))
    asked = compose.services()["web"]["environment"]
    with redis_server() as redis:
        yield site_environment(
            **{
                **asked,
                **mail_server.environment(),
                "DATABASE_URL": database_url(server),
                "REDIS_URL": redis,
                "EMAIL_USE_TLS": "0",
                "DATA_DIR": str(tmp_path),
                "STATIC_ROOT": str(static_files()),
                "PATH": f"{BIN}:{ROOT}:/usr/bin:/bin",
            }
        )
    server.cleanup()


@pytest.mark.prove
def test_the_commands_of_compose_make_a_site_that_is_ready(
    environment, start: Callable[..., Running], tmp_path
):
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    migrate = command("migrate", port, tmp_path)
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True, timeout=300)

    web = start(*command("web", port, tmp_path), env=environment)
    web.wait_until(lambda: status_of(f"{site}/healthz") == 200)
    worker = start(*command("worker", port, tmp_path), env=environment)
    beat = start(*command("beat", port, tmp_path), env=environment)

    beat.wait_until(lambda: status_of(f"{site}/readyz") == 200, timeout=150)
    check = compose.services()["worker"]["healthcheck"]["test"][1:]
    subprocess.run(check, cwd=ROOT, env=environment, check=True, timeout=60)
    assert [program.stop() for program in (beat, worker, web)] == [0, 0, 0]


def test_workers_of_the_site_share_what_is_loaded(
    start: Callable[..., Running], tmp_path
):
    port = free_port()
    env = site_environment(
        f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        STATIC_ROOT=str(static_files()),
        PATH=f"{BIN}:{ROOT}:/usr/bin:/bin",
    )
    web = start(*command("web", port, tmp_path), env=env)
    alive = f"http://127.0.0.1:{port}/healthz"
    web.wait_until(lambda: status_of(alive) == 200)

    for worker in psutil.Process(web.pid).children():
        memory = worker.memory_full_info()
        assert memory.uss < memory.rss / 2
