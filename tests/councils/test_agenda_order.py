"""The order of an agenda, whatever steps people take; and how it reads."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from councils.actions import agenda_order as order
from councils.actions.agenda_order import Place
from councils.agenda_lines import lines_of, minutes_of
from councils.models import AgendaItem, Openness
from portal.dates import AMSTERDAM

ALL = [UUID(int=number) for number in range(1, 9)]
A, B, C, D = ALL[:4]
STEPS = {"up": order.up, "down": order.down, "under": order.under, "out": order.out}
STEP = st.tuples(
    st.sampled_from([*STEPS, "before"]),
    st.sampled_from(ALL),
    st.one_of(st.none(), st.sampled_from(ALL)),
)


def after(places, step):
    name, pk, other = step
    if name == "before":
        return order.before(places, pk, other) or places
    return STEPS[name](places, pk) or places


def items_of(places):
    return [
        AgendaItem(pk=each.pk, parent_id=each.parent, order=number, title="x")
        for number, each in enumerate(places, start=1)
    ]


def numbers_of(places):
    return [
        line.number for line in lines_of(items_of(places), None, lambda _item: True)
    ]


@given(st.lists(STEP, max_size=40))
def test_every_item_stays_once_and_numbers_have_no_gaps(steps):
    places = [Place(pk) for pk in ALL]
    for step in steps:
        places = after(places, step)

    assert sorted(place.pk for place in places) == ALL
    heads = {place.pk for place in places if place.parent is None}
    assert all(place.parent in heads for place in places if place.parent)
    expected, top, sub, head = [], 0, 0, None
    for place in places:
        if place.parent is None:
            top, sub, head = top + 1, 0, place.pk
            expected.append(f"{top}")
        else:
            sub += 1
            assert place.parent == head
            expected.append(f"{top}.{sub}")
    assert numbers_of(places) == expected


@given(st.lists(STEP, max_size=20), st.sampled_from(ALL))
def test_up_and_down_undo_each_other(steps, pk):
    places = [Place(each) for each in ALL]
    for step in steps:
        places = after(places, step)
    higher = order.up(places, pk)

    if higher is not None:
        assert order.down(higher, pk) == places


def test_an_item_goes_under_the_one_above_it_and_out_again():
    places = order.under([Place(A), Place(B), Place(C)], B)

    assert places == [Place(A), Place(B, A), Place(C)]
    assert order.out(places, B) == [Place(A), Place(B), Place(C)]


def test_what_has_its_own_items_goes_under_nothing_and_the_first_has_nothing_above():
    places = [Place(A), Place(B), Place(C, B)]

    assert order.under(places, B) is None
    assert order.under(places, A) is None
    assert order.under(places, C) is None


def test_an_item_takes_along_what_is_under_it():
    places = [Place(A), Place(B, A), Place(C), Place(D)]

    assert order.down(places, A) == [Place(C), Place(A), Place(B, A), Place(D)]
    assert order.before(places, A, None) == [
        Place(C),
        Place(D),
        Place(A),
        Place(B, A),
    ]


def test_a_dragged_item_takes_the_level_of_where_it_is_let_go():
    places = [Place(A), Place(B, A), Place(C), Place(D)]

    assert order.before(places, D, B) == [Place(A), Place(D, A), Place(B, A), Place(C)]
    assert order.before(places, B, D) == [Place(A), Place(C), Place(B), Place(D)]
    assert order.before(places, A, B) is None


def test_a_new_item_comes_before_the_closing_ones():
    places = [Place(A), Place(B), Place(C)]

    assert order.added(places, D, None, {B, C}) == [
        Place(A),
        Place(D),
        Place(B),
        Place(C),
    ]
    assert order.added(places, D, A, {B, C})[1] == Place(D, A)
    assert order.added(places, D, None, {B, C, D})[-1] == Place(D)


def test_what_stood_under_a_removed_item_stands_by_itself():
    places = [Place(A), Place(B, A), Place(C)]

    assert order.without(places, {A}) == [Place(B), Place(C)]


# --- How it reads ----------------------------------------------------------------


def item(number, minutes=None, parent=None, **fields):
    return AgendaItem(
        pk=UUID(int=number),
        order=number,
        minutes=minutes,
        parent_id=parent.pk if parent else None,
        title=f"Onderwerp {number}",
        **fields,
    )


def test_the_clock_runs_along_and_sub_items_begin_with_their_item():
    first, second = item(1, 5), item(2, 30)
    items = [first, second, item(3, 10, second), item(4, 15, second), item(5, 10)]
    starts_at = datetime(2027, 6, 8, 14, tzinfo=AMSTERDAM)

    lines = lines_of(items, starts_at, lambda _item: True)

    assert [(line.number, line.level, line.begins) for line in lines] == [
        ("1", 1, "14.00"),
        ("2", 1, "14.05"),
        ("2.1", 2, "14.05"),
        ("2.2", 2, "14.15"),
        ("3", 1, "14.35"),
    ]
    assert minutes_of(lines) == 45


@pytest.mark.parametrize(
    ("own", "minutes", "overrun"), [(30, 30, 0), (20, 25, 5), (None, 25, 0)]
)
def test_what_is_under_an_item_may_take_more_than_the_item_which_is_told(
    own, minutes, overrun
):
    head = item(1, own)

    line = lines_of([head, item(2, 10, head), item(3, 15, head)], None, bool)[0]

    assert (line.minutes, line.overrun, line.begins) == (minutes, overrun, "")


def test_a_closed_item_keeps_its_number_and_place_but_not_its_title():
    items = [item(1, 5), item(2, 20, openness=Openness.MEMBERS), item(3, 5)]
    starts_at = datetime(2027, 6, 8, 14, tzinfo=AMSTERDAM)

    lines = lines_of(items, starts_at, lambda each: each.openness == Openness.OPEN)

    assert [(line.number, line.begins, line.title) for line in lines] == [
        ("1", "14.00", "Onderwerp 1"),
        ("2", "14.05", "Besloten"),
        ("3", "14.25", "Onderwerp 3"),
    ]
