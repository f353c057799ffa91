import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.canonical import canonical_json, fingerprint, normalise_code, short_code
from portal.dates import AMSTERDAM

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def test_keys_are_sorted_and_there_are_no_blanks():
    value = {"b": [1, True, None], "a": {"z": "Sudoku", "c": ""}}

    assert canonical_json(value) == '{"a":{"c":"","z":"Sudoku"},"b":[1,true,null]}'


def test_text_of_people_stays_as_given():
    # The first é is one sign, the second an e with an accent after it.
    assert canonical_json("é e\u0301 <b>\n") == '"é e\u0301 <b>\\n"'


def test_days_moments_and_ids_are_written_out():
    value = {
        "on": date(2027, 7, 16),
        "at": datetime(2027, 7, 16, 17, tzinfo=AMSTERDAM),
        "id": UUID(int=7),
    }

    assert canonical_json(value) == (
        '{"at":"2027-07-16T15:00:00+00:00",'
        '"id":"00000000-0000-0000-0000-000000000007","on":"2027-07-16"}'
    )


def test_one_moment_has_one_text_whatever_its_zone():
    amsterdam = datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=AMSTERDAM)

    assert canonical_json(amsterdam) == canonical_json(amsterdam.astimezone(UTC))


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        Decimal("1.5"),
        {1: "a"},
        {"a": {"b": object()}},
        b"bytes",
        {"a", "b"},
        datetime(2027, 7, 16, 17),  # noqa: DTZ001
    ],
)
def test_what_has_more_than_one_spelling_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_text_without_utf8_is_refused():
    with pytest.raises(UnicodeEncodeError):
        canonical_json({"a": "\ud800"})


@given(VALUES)
def test_canonical_text_reads_back_and_is_stable(value):
    text = canonical_json(value)

    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_fingerprint_is_sha256_of_the_utf8():
    assert fingerprint("één") == (
        "51c4a8ee9d588c3aeb9b5797b28ce35614241601b871e6d7549641cfac064e00"
    )


def test_code_for_people_is_sixteen_figures_in_groups():
    assert short_code(fingerprint("")) == "E3B0 C442 98FC 1C14"


@pytest.mark.parametrize(
    "typed",
    [
        "E3B0 C442 98FC 1C14",
        " e3b0c442 98fc1c14\n",
        "E3B0-C442–98FC.1C14",
        "e3bo c442 98fc lci4",
        "E3B0\u00a0C442 98FC 1C14",
    ],
)
def test_code_may_be_typed_over_loosely(typed):
    assert normalise_code(typed) == "e3b0c44298fc1c14"


@pytest.mark.parametrize("typed", ["", "E3B0", "E3B0 C442 98FC 1C1G", "e" * 65])
def test_what_cannot_be_a_code_is_none(typed):
    assert normalise_code(typed) == ""


def test_whole_fingerprint_may_be_typed():
    assert normalise_code(fingerprint("").upper()) == fingerprint("")
