"""Lists to choose from above a long list; drawn by the page, they are so many."""

from collections.abc import Mapping
from typing import NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise


class Choice(NamedTuple):
    """One list to choose from, as ``components/choice_list.html`` draws it."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def choice(
    asked: QueryDict,
    name: str,
    label: str | Promise,
    options: Mapping[str, str | Promise],
) -> Choice:
    """What the address asks for; a value that is not on offer counts as none."""
    value = asked.get(name, "")
    # As plain text: each is written out once for every option.
    offered = tuple((str(key), str(word)) for key, word in options.items())
    return Choice(name, str(label), offered, value if value in options else "")


def typed(asked: QueryDict, name: str) -> str:
    """A word to look for: without what no database can hold, and not too long."""
    return asked.get(name, "").replace("\0", "").strip()[:100]
