"""docker-compose.yml as docker compose reads it, without Docker."""

import re
from pathlib import Path

import yaml
from django.conf import settings

FILE = Path(settings.BASE_DIR, "docker-compose.yml")
# ${NAME}, ${NAME:-default} and ${NAME:?what to do}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")

FILLED_IN = {
    "SECRET_KEY": "of-the-tests-and-of-nothing-else-0123456789-abcdefghij",
    "POSTGRES_PASSWORD": "letmein",
    "SITE_URL": "https://inbreng.example",
    "EMAIL_HOST": "mail.example",
    "DEFAULT_FROM_EMAIL": "Inbreng <inbreng@inbreng.example>",
    "HELP_PHONE": "020 700 12 34",
    "HELP_EMAIL": "hulp@inbreng.example",
}


class Missing(Exception):
    """A variable that must be filled in, and is not."""


def fill_in(text: str, values: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, how, other = match.groups()
        if values.get(name):
            return values[name]
        if how == "-":
            return other
        raise Missing(f"{name} {other or ''}".strip())

    return VARIABLE.sub(value, text).replace("$$", "$")


def services(values: dict[str, str] | None = None) -> dict[str, dict]:
    filled = fill_in(FILE.read_text(), FILLED_IN if values is None else values)
    return yaml.safe_load(filled)["services"]
