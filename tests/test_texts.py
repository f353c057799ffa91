"""Every text for people has its Dutch, and the Dutch keeps to the house rules."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

from tests.servers import manage_in, site_environment

ROOT = Path(settings.BASE_DIR)
PO = "portal/locale/nl/LC_MESSAGES/django.po"
APPS = ("portal", "councils", "procurement", "templates")

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")
TAG = re.compile(r"</?[a-z][^>]*>")
# We speak to readers as "u", in a calm voice.
FAMILIAR = re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE)

NOT_TEXT = re.compile(
    r"\{% block main_class %\}[a-z -]*\{% endblock main_class %\}"
    r"|\{%\s*comment.*?endcomment\s*%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}"
    r"|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<(style|script)\b.*?</\1>",
    re.DOTALL,
)
SPOKEN = re.compile(r'\s(?:alt|title|aria-label|placeholder|summary)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{3,}")
# Our name, an entity, and the attributes of a widget that is written by the piece.
NAMES = {"Inbreng", "nbsp", "data", "maximum"}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="nl", domain="django")


def messages(read: Catalog) -> Iterator[Message]:
    return (message for message in read if message.id)


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each Dutch form of a message beside the English that it stands for."""
    if isinstance(message.id, str):
        yield message.id, message.string
        return
    for form, dutch in enumerate(message.string):
        yield message.id[min(form, 1)], dutch


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Catalog:
    """The catalogue as ``makemessages`` makes it from the source of today."""
    copy = tmp_path_factory.mktemp("source")
    for name in APPS:
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "manage.py", copy)
    env = site_environment("sqlite://:memory:")
    manage_in(copy, "makemessages", "-l", "nl", "-v", "0", env=env)
    return catalogue(copy / PO)


def test_every_text_has_its_dutch(collected):
    missing = [
        english
        for message in messages(collected)
        for english, dutch in pairs(message)
        if not dutch or message.fuzzy
    ]

    assert missing == []


def test_the_catalogue_keeps_no_text_that_nobody_shows(collected):
    used = {message.id for message in messages(collected)}

    left = [m.id for m in messages(catalogue(ROOT / PO)) if m.id not in used]

    assert left == []


def test_dutch_has_the_placeholders_and_tags_of_the_english():
    different = [
        (english, dutch)
        for message in messages(catalogue(ROOT / PO))
        for english, dutch in pairs(message)
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(dutch))
        or sorted(TAG.findall(english)) != sorted(TAG.findall(dutch))
    ]

    assert different == []


def test_dutch_is_polite_and_calm():
    wrong = [
        dutch
        for message in messages(catalogue(ROOT / PO))
        for _, dutch in pairs(message)
        if FAMILIAR.search(dutch) or "!" in dutch
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        path.relative_to(ROOT)
        for pattern in ("*.html", "*.txt")
        for path in sorted((ROOT / "templates").rglob(pattern))
    ],
    ids=str,
)
def test_no_text_stands_in_a_template_itself(path):
    left = NOT_TEXT.sub(" ", (ROOT / path).read_text())
    said = " ".join([*SPOKEN.findall(left), re.sub(r"<[^>]*>", " ", left)])

    assert [word for word in WORD.findall(said) if word not in NAMES] == []
