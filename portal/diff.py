"""What changed between two versions of a text, word by word."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple

SAME, REMOVED, ADDED = "same", "removed", "added"

# Comparing takes the square of these in the worst case. A stretch with more words is
# shown as wholly replaced, and so is what is left once so many have been compared.
MOST_LINES = 3_000
MOST_WORDS = 6_000
MOST_WORDS_IN_ALL = 24_000


class Part(NamedTuple):
    kind: str
    text: str


def word_diff(old: str, new: str) -> list[Part]:
    """The two texts as one row of parts: the same, removed or added.

    The same and removed parts together are ``old``, the same and added ones ``new``
    (with line ends as ``\\n``). Bounded: however long the texts, the work is not.
    """
    parts: list[Part] = []
    for part in _by_line(_one_line_end(old), _one_line_end(new)):
        if parts and parts[-1].kind == part.kind:
            parts[-1] = Part(part.kind, parts[-1].text + part.text)
        elif part.text:
            parts.append(part)
    return parts


def _by_line(old: str, new: str) -> Iterator[Part]:
    left = MOST_WORDS_IN_ALL
    for kind, before, after in _compared(_lines(old), _lines(new), MOST_LINES):
        if kind == SAME:
            yield Part(SAME, before)
            continue
        for old_line, new_line in _paired(before, after):
            old_words, new_words = _words(old_line), _words(new_line)
            yield from _by_word(old_words, new_words, min(left, MOST_WORDS))
            left -= min(left, max(len(old_words), len(new_words)))


def _paired(old: str, new: str) -> list[tuple[str, str]]:
    """As many lines on both sides: they were mended one by one, so compare them so."""
    old_lines, new_lines = _lines(old), _lines(new)
    if len(old_lines) == len(new_lines) <= MOST_LINES:
        return list(zip(old_lines, new_lines, strict=True))
    return [(old, new)]


def _by_word(old: list[str], new: list[str], most: int) -> Iterator[Part]:
    for kind, before, after in _compared(old, new, most):
        if kind == SAME:
            yield Part(SAME, before)
        else:
            yield from (Part(REMOVED, before), Part(ADDED, after))


def _compared(
    old: list[str], new: list[str], most: int
) -> Iterator[tuple[str, str, str]]:
    """The stretches of two lists: the same in both, or not."""
    start, end = _common_ends(old, new)
    old_end, new_end = len(old) - end, len(new) - end
    yield SAME, "".join(old[:start]), ""
    before, after = old[start:old_end], new[start:new_end]
    if not before or not after or max(len(before), len(after)) > most:
        yield REMOVED, "".join(before), "".join(after)
    else:
        for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
            same = SAME if kind == "equal" else REMOVED
            yield same, "".join(before[a:b]), "".join(after[c:d])
    yield SAME, "".join(old[old_end:]), ""


def _common_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many items at the start and at the end are the same, without overlap."""

    def same(pairs: Iterable[tuple[str, str]]) -> int:
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    start = same(zip(old, new, strict=False))
    rest = min(len(old), len(new)) - start
    end = same(zip(reversed(old), reversed(new), strict=False))
    return start, min(end, rest)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _words(text: str) -> list[str]:
    # Blanks are items of their own: a new line end then changes no word.
    return re.findall(r"\w+|[^\w\s]|\s+", text)
