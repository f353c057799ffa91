"""Settings as each place gives them: loud when wrong, safe when public."""

import json
import subprocess
import sys

import pytest

from tests.servers import ROOT, manage, site_environment

SAY = """
import json, sys
from portal import settings
print(json.dumps([getattr(settings, name, None) for name in sys.argv[1:]]))
"""


def given(env: dict[str, str], *names: str) -> list:
    """What these settings are in a process with this environment."""
    command = [sys.executable, "-c", SAY, *names]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def production(**changes: str) -> dict[str, str]:
    return site_environment(
        "postgresql://inbreng@db/inbreng",
        **{
            "SITE_URL": "https://inbreng.example",
            "REDIS_URL": "redis://redis:6379/0",
            "EMAIL_HOST": "mail.example",
            **changes,
        },
    )


def test_production_passes_the_checks_of_django():
    said = manage("check", "--deploy", "--fail-level", "WARNING", env=production())

    assert "no issues" in said


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY or SECRET_KEY_FILE."),
        ({"DEMO": "1"}, "DEMO=1 logs anyone in: it works with SQLite only."),
        ({"DEMO": "maybe"}, "DEMO must be 1 or 0, not 'maybe'."),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT must be a whole number, not 'smtp'."),
        (
            {"KEEP_MEETING_DAYS": "-30"},
            "KEEP_MEETING_DAYS must be between 1 and 36500, not -30.",
        ),
        (
            {"KEEP_FORMER_MEMBER_DAYS": "0"},
            "KEEP_FORMER_MEMBER_DAYS must be between 1 and 36500, not 0.",
        ),
        (
            {"GUEST_LINK_DAYS": "999999999"},
            "GUEST_LINK_DAYS must be between 1 and 36500, not 999999999.",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_name(changes, complaint):
    with pytest.raises(RuntimeError, match=rf"ImproperlyConfigured: {complaint}$"):
        given(production(**changes))


def test_https_makes_cookies_that_stay_with_one_host():
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"]
    flags = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"]

    assert given(production(), *names) == ["__Host-session", "__Host-csrf"]
    assert given(production(), *flags) == [True, True, True]


def test_debug_is_off_in_a_demo_too():
    env = site_environment("sqlite://:memory:", DEMO="1")

    assert given(env, "DEMO", "DEBUG") == [True, False]


def test_secret_key_comes_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("from a file\n")
    env = production(SECRET_KEY_FILE=str(file))

    assert given(env, "SECRET_KEY") == ["from a file"]


def test_production_keeps_passwords_with_argon2():
    assert given(production(), "PASSWORD_HASHERS")[0][0].endswith(
        "Argon2PasswordHasher"
    )
