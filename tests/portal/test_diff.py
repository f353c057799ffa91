import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import diff
from portal.diff import ADDED, REMOVED, SAME, word_diff

WORDS = st.lists(st.sampled_from(["de", "raad", "zorg", " ", "\n", ".", "één"]))


def side(parts, kind):
    return "".join(part.text for part in parts if part.kind in {SAME, kind})


def test_changed_word_stands_beside_what_it_was():
    assert word_diff("Op zondag is er niets.", "Op zondag is er weinig.") == [
        (SAME, "Op zondag is er "),
        (REMOVED, "niets"),
        (ADDED, "weinig"),
        (SAME, "."),
    ]


def test_added_line_changes_nothing_before_it():
    assert word_diff("Een.\nTwee.", "Een.\nTwee.\nDrie.") == [
        (SAME, "Een.\nTwee."),
        (ADDED, "\nDrie."),
    ]


@pytest.mark.parametrize("text", ["", "Op zondag.", "Een.\n\nTwee.\n"])
def test_same_text_has_no_changes(text):
    assert word_diff(text, text) == ([(SAME, text)] if text else [])


def test_first_text_is_wholly_added():
    assert word_diff("", "Op zondag.") == [(ADDED, "Op zondag.")]


def test_line_ends_of_a_form_are_no_change():
    assert word_diff("Een.\r\nTwee.\r\n", "Een.\nTwee.\n") == [(SAME, "Een.\nTwee.\n")]


@given(WORDS.map("".join), WORDS.map("".join))
def test_both_texts_can_be_read_back(old, new):
    parts = word_diff(old, new)

    assert side(parts, REMOVED) == old
    assert side(parts, ADDED) == new
    assert all(one.kind != other.kind for one, other in zip(parts, parts[1:]))  # noqa: B905


class CountingMatcher(diff.SequenceMatcher):
    """Counts the items that are compared: the work that has to stay bounded."""

    items = 0

    def __init__(self, isjunk, a, b):
        CountingMatcher.items += len(a) + len(b)
        super().__init__(isjunk, a, b)


@pytest.mark.parametrize("end", [" ", "\n"])
def test_work_on_very_long_texts_is_bounded(monkeypatch, end):
    monkeypatch.setattr(diff, "SequenceMatcher", CountingMatcher)
    monkeypatch.setattr(CountingMatcher, "items", 0)
    words = [f"woord{number}{end}" for number in range(300_000)]
    old, new = "".join(words), "".join(reversed(words))
    assert len(old) > 3_000_000

    parts = word_diff(old, new)

    assert side(parts, REMOVED) == old
    assert side(parts, ADDED) == new
    assert CountingMatcher.items <= 2 * (diff.MOST_LINES + diff.MOST_WORDS_IN_ALL)


def test_lines_that_were_mended_one_by_one_are_compared_so():
    old, new = "Een is.\nTwee is.\n", "Een was.\nTwee was.\n"

    assert word_diff(old, new) == [
        (SAME, "Een "),
        (REMOVED, "is"),
        (ADDED, "was"),
        (SAME, ".\nTwee "),
        (REMOVED, "is"),
        (ADDED, "was"),
        (SAME, ".\n"),
    ]


def test_work_on_many_changed_lines_is_bounded(monkeypatch):
    monkeypatch.setattr(diff, "SequenceMatcher", CountingMatcher)
    monkeypatch.setattr(CountingMatcher, "items", 0)
    lines = [[f"w{line}x{word} " for word in range(1000)] for line in range(400)]
    old = "\n".join("".join(line) for line in lines)
    new = "\n".join("".join(line[::-1]) for line in lines)
    assert len(old) > 3_000_000

    parts = word_diff(old, new)

    assert side(parts, REMOVED) == old
    assert side(parts, ADDED) == new
    assert CountingMatcher.items <= 2 * (diff.MOST_LINES + diff.MOST_WORDS_IN_ALL)


def test_small_change_in_a_very_long_text_is_found():
    lines = [f"Regel {number} van de tekst.\n" for number in range(100_000)]
    old = "".join(lines)
    new = re.sub("Regel 50000 van", "Regel 50000 in", old)

    parts = word_diff(old, new)

    assert [part for part in parts if part.kind != SAME] == [
        (REMOVED, "van"),
        (ADDED, "in"),
    ]
