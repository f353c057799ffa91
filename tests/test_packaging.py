"""What production is made of says no more and no less than the code needs."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests import compose

ROOT = Path(settings.BASE_DIR)
OURS = ["web", "worker", "beat", "migrate"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)", re.MULTILINE)


def settings_from_outside() -> set[str]:
    """The variables that portal/settings.py reads."""
    source = (ROOT / "portal/settings.py").read_text()
    return set(re.findall(r'\benv(?:_[a-z]+)?\(\s*"([A-Z_]+)"', source))


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host_and_hashes_everything(name):
    text = (ROOT / name).read_text()

    assert "://" not in text and "--index" not in text
    assert all("--hash=sha256:" in part for part in re.split(PIN, text)[3::3])


def test_locks_agree_and_hold_what_pyproject_asks():
    run, dev = (dict(PIN.findall((ROOT / name).read_text())) for name in LOCKS)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"]

    assert {name: dev.get(name) for name in run} == run
    assert {re.split(r"[\[<>=]", name)[0] for name in asked} <= set(run)


@pytest.mark.parametrize("name", sorted(compose.FILLED_IN))
def test_compose_is_loud_when_a_value_is_missing(name):
    values = {**compose.FILLED_IN, name: ""}

    with pytest.raises(compose.Missing, match=rf"^{name} is not set, see \.env\.ex"):
        compose.services(values)


def test_compose_gives_only_settings_that_exist():
    assert set(compose.services()["web"]["environment"]) <= settings_from_outside()


def test_env_example_names_what_compose_asks_for():
    asked = {name for name, *_ in compose.VARIABLE.findall(compose.FILE.read_text())}
    example = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == asked


def test_readme_lists_every_setting():
    readme = (ROOT / "README.md").read_text()
    table = set(re.findall(r"^\| `([A-Z_]+)`", readme, re.MULTILINE))

    assert table == settings_from_outside()


@pytest.mark.parametrize("name", [*OURS, "db", "redis", "mail"])
def test_service_may_do_no_more_than_it_must(name):
    service = compose.services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert str(service["user"]) not in {"0", "root"}
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "db", "redis", "mail"])
def test_service_says_whether_it_is_well(name):
    check = compose.services()[name]["healthcheck"]

    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)


def test_only_the_proxy_of_the_host_reaches_the_site():
    ports = [
        port
        for service in compose.services().values()
        for port in service.get("ports", [])
    ]

    assert ports == ["127.0.0.1:8000:8000", "127.0.0.1:8025:8025"]
    assert compose.services()["db"]["networks"] == ["inside"]
    assert compose.services()["redis"]["networks"] == ["inside"]


def test_web_worker_and_beat_are_one_image():
    services = compose.services()

    assert {services[name]["image"] for name in OURS} == {"inbreng"}


def test_image_runs_as_nobody_in_particular():
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER ")] == ["USER inbreng"]
    assert lines[-1].startswith("CMD [")


def test_hooks_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())

    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]


def test_no_file_of_ours_names_a_place_of_one_machine():
    wrong = [
        str(path.relative_to(ROOT))
        for pattern in (
            "*.toml",
            "Makefile",
            "Dockerfile",
            "*.yml",
            "*.yaml",
            ".ci/run",
        )
        for path in ROOT.glob(pattern)
        if re.search(r"/(root|home|work|tmp/wt)/", path.read_text())
    ]

    assert wrong == []
