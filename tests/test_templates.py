"""The templates as files: each has a use, none carries style or script of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django.contrib.admin
import django.forms
import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
# Templates that others call by name: Django, its forms and admin, and allauth.
OTHERS = [
    Path(allauth.__file__).parent,
    Path(django.contrib.admin.__file__).parent,
    Path(django.forms.__file__).parent,
]
# Called by Django itself for what goes wrong.
ERRORS = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}

PARTIAL_SAYS_WHAT_IT_NEEDS = re.compile(r"\A\s*\{(#|% comment)")
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)


def templates(*patterns: str) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(TEMPLATES.rglob(pattern)):
            if path.is_file():
                yield str(path.relative_to(TEMPLATES))


def text(name: str) -> str:
    return (TEMPLATES / name).read_text()


# What a browser shows under our content policy; a mail or PDF carries its own style.
PAGES = [
    name
    for name in templates("*.html")
    if "pdf" not in Path(name).parts and not name.startswith("mail/")
]
MAILS = [name for name in templates("mail/*.txt") if not name.startswith("mail/_")]


def everything_that_names_templates() -> str:
    sources = [
        path
        for app in ("portal", "councils", "procurement", "templates")
        for path in (ROOT / app).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".css", ".ics"}
    ]
    return "\n".join(path.read_text() for path in sources)


def is_called_by_others(name: str) -> bool:
    """Whether it stands in for a template that Django or allauth brings."""
    path = name.removeprefix("allauth/") if name.startswith("allauth/") else name
    return any(
        (folder / "templates" / candidate).exists()
        for folder in OTHERS
        for candidate in {name, path, f"allauth/{path}"}
    )


def test_every_template_is_used():
    sources = everything_that_names_templates()

    unused = [
        name
        for name in templates("*.html", "*.css")
        if name not in ERRORS
        and not is_called_by_others(name)
        and f'"{name}"' not in sources
        and f"'{name}'" not in sources
    ]

    unused += [name for name in MAILS if f'"{Path(name).stem}"' not in sources]
    assert unused == []


@pytest.mark.parametrize("name", list(templates("*.html")))
def test_template_is_sound(name):
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_no_style_and_no_script_stands_in_a_page(name):
    assert INLINE.findall(text(name)) == []


@pytest.mark.parametrize(
    "name", [name for name in PAGES if Path(name).name.startswith("_")]
)
def test_partial_says_what_it_needs(name):
    assert PARTIAL_SAYS_WHAT_IT_NEEDS.match(text(name)), f"{name}: first line"


def test_partials_are_included_with_what_they_need_and_no_more():
    loose = [
        f"{name}: {tag}"
        for name in templates("*.html")
        for tag in re.findall(r"\{% include [^%]*/_[a-z_]+\.html[^%]*%\}", text(name))
        if " only %}" not in tag
    ]

    assert loose == []


def test_a_lower_app_includes_nothing_of_a_higher_one():
    wrong = [
        name
        for name in templates("*.html")
        for used in re.findall(r'\{% (?:include|extends) "([^"]+)"', text(name))
        if (name.startswith("councils/") and used.startswith("procurement/"))
        or (
            name.startswith(("portal/", "components/"))
            and used.startswith(("councils/", "procurement/"))
        )
    ]

    assert wrong == []


@pytest.mark.parametrize("name", MAILS)
def test_mail_has_a_subject_and_a_body(name):
    subject, _, body = text(name).strip().partition("\n\n")

    assert subject and "\n" not in subject
    assert body.strip()


@pytest.mark.parametrize("name", MAILS)
def test_mail_is_sound(name):
    engines["text"].get_template(name)
