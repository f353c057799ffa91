"""What the tests do not let pass although Django would."""

import sys
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class UndefinedVariable(str):
    """Fails the test in which one of our own templates names what is not there.

    Given to Django as ``string_if_invalid``, which it fills in with the name. The
    templates of Django's admin and of allauth are theirs to answer for.
    """

    def __new__(cls):
        return super().__new__(cls, "%s")

    def __mod__(self, name) -> str:
        template = _template_being_rendered()
        if template is not None and TEMPLATES in Path(template).parents:
            where = Path(template).relative_to(TEMPLATES)
            pytest.fail(f"{where} uses {name}, which is not there", pytrace=False)
        return ""


def _template_being_rendered() -> str | None:
    """The file whose node is nearest in the call stack: a node knows its origin."""
    frame = sys._getframe(2)
    while frame is not None:
        origin = getattr(frame.f_locals.get("self"), "origin", None)
        if origin is not None:
            return origin.name
        frame = frame.f_back
    return None
