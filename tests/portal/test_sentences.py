"""What is said of a list of things."""

import pytest

from portal.sentences import enumerated


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""),
        (["de centrale raad"], "de centrale raad"),
        (
            ["de centrale raad", "het zorgkantoor"],
            "de centrale raad en het zorgkantoor",
        ),
        (["W1", "W3", "P2"], "W1, W3 en P2"),
    ],
)
def test_the_last_of_a_list_stands_behind_and(words, said):
    assert enumerated(words) == said
