"""The form of an input as somebody typed it, finished or not."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from procurement.forms.council_input import NOBODY, OTHERS, InputForm
from procurement.models import CouncilInput, CouncilInputVersion

# Lists in what somebody typed; everything else is one line of text.
LISTS = {"readers"}
# Not the words themselves: who reads them is another question.
BESIDE = {"is_checked", "is_closed_to_secretary", *LISTS}


def typed(posted: QueryDict) -> dict[str, Any]:
    """What somebody typed in ``InputForm``, finished or not, to be kept as it is."""
    words = {
        name: posted.getlist(name) if name in LISTS else posted[name]
        for name in InputForm.base_fields
        if name in posted
    }
    return {"title": "", "text": "", **words}


def words_of(
    council_input: CouncilInput, version: CouncilInputVersion
) -> dict[str, Any]:
    """A saved version as it would stand in ``InputForm``."""
    return {
        "kind": version.kind,
        "text": version.text,
        "title": version.title,
        "goal": version.goal,
        "theme": str(version.theme_id),
        "location": str(version.location_id or ""),
        "care_setting": version.care_setting,
        "consultation": OTHERS if version.consulted else NOBODY,
        "consulted": str(version.consulted or ""),
        "consulted_how": version.consulted_how,
        "request": str(council_input.request_id or ""),
    }


def differs(some: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two forms say something else, apart from who may read them."""
    names = (set(some) & set(other)) - BESIDE
    return any(_plain(some[name]) != _plain(other[name]) for name in names)


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").strip()
