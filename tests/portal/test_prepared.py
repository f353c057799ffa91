"""A query that is written once answers as the query that is written anew."""

import uuid
from datetime import date

import pytest
import time_machine
from django.db import connection, models

from councils.models import CouncilMembership
from councils.permissions import council_ids
from portal import prepared
from portal.models import User
from procurement.models import CouncilInput
from tests.factories import (
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    OrganisationMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    kept: dict = {}
    monkeypatch.setattr(prepared, "_kept", kept)
    return kept


def inputs(user, cycle=None, *, newest_first=True):
    found = CouncilInput.objects.visible_to(user)
    if cycle:
        found = found.filter(cycle=cycle)
    return found.order_by("-created_at" if newest_first else "created_at").values_list(
        "pk", "council_id", "created_at", "for_organisation"
    )


def same_for(user, *ids, **more) -> bool:
    fresh = User.objects.get(pk=user.pk)
    expected = list(inputs(fresh, *ids, **more))
    return prepared.fetch(inputs, fresh, *ids, **more) == expected


def people():
    """Of every kind of seat one, and one with two of them."""
    central = CouncilFactory(central=True)
    council = CouncilFactory(organisation=central.organisation, parent=central)
    for each in (council, central, CouncilFactory()):
        CouncilInputFactory(council=each, shared=each == council)
        CouncilInputFactory(council=each, is_closed_to_secretary=True)
    both = CouncilMembershipFactory(council=council).user
    CouncilMembershipFactory(council=central, user=both)
    secretary = CouncilMembership.Role.SECRETARY
    return [
        CouncilMembershipFactory(council=council).user,
        CouncilMembershipFactory(council=council, role=secretary).user,
        CouncilMembershipFactory(council=central).user,
        OrganisationMembershipFactory(organisation=central.organisation).user,
        both,
        UserFactory(),
    ]


def test_each_kind_of_reader_gets_what_the_query_itself_gives():
    everybody = people()

    assert [same_for(user) for user in everybody] == [True] * 6
    assert [same_for(user) for user in everybody] == [True] * 6


def test_readers_of_one_kind_share_the_text_and_not_the_rows(nothing_kept):
    rows = []
    for _ in range(3):
        row = CouncilInputFactory()
        member = CouncilMembershipFactory(council=row.council).user
        rows.append((row.pk, prepared.fetch(inputs, member)))

    assert [[each[0] for each in found] for _, found in rows] == [
        [pk] for pk, _ in rows
    ]
    assert len(nothing_kept) == 2  # this query, and the one of the seats


def test_text_is_written_once(nothing_kept, monkeypatch):
    member = CouncilMembershipFactory().user
    prepared.fetch(inputs, member)
    monkeypatch.setattr(prepared, "_prepare", None)

    assert prepared.fetch(inputs, User.objects.get(pk=member.pk)) == []


def test_ids_and_their_absence_are_told_apart():
    row = CouncilInputFactory()
    other = CouncilInputFactory(council=row.council, cycle=CycleFactory())
    member = CouncilMembershipFactory(council=row.council).user

    for cycle in (row.cycle_id, other.cycle_id, None, uuid.uuid4()):
        assert same_for(member, cycle)


def among(user, cycles):
    found = CouncilInput.objects.visible_to(user).filter(cycle__in=cycles)
    return found.values_list("pk", flat=True)


def test_any_number_of_ids_can_be_given():
    row = CouncilInputFactory()
    other = CouncilInputFactory(council=row.council, cycle=CycleFactory())
    member = CouncilMembershipFactory(council=row.council).user
    first, second = row.cycle_id, other.cycle_id

    for cycles, found in (
        ((), set()),
        ((second,), {other.pk}),
        ((first, second), {row.pk, other.pk}),
        ((second, second), {other.pk}),
    ):
        assert set(prepared.fetch(among, member, cycles)) == found


def test_other_kinds_of_the_same_query_are_texts_of_their_own():
    row = CouncilInputFactory()
    CouncilInputFactory(council=row.council)
    member = CouncilMembershipFactory(council=row.council).user

    assert same_for(member, newest_first=True)
    assert same_for(member, newest_first=False)


def test_query_that_can_find_nothing_finds_nothing():
    def of_nobody(user):
        return CouncilInput.objects.filter(pk__in=[]).values_list("pk")

    assert prepared.fetch(of_nobody, UserFactory()) == []


def asks_first(user):
    return CouncilInput.objects.filter(pk__in=list(CouncilInput.objects.all()))


def asks_the_reader(user):
    return CouncilInput.objects.filter(author__name=user.name)


def fetches_beside(user):
    return CouncilInput.objects.prefetch_related("versions")


def asks_for_a_part(user):
    return CouncilInput.objects.filter(author__name__contains=str(user.pk))


@pytest.mark.parametrize("name", ["Truus", "100%"])
def test_text_can_be_given_to_ask_for_as_it_is(name):
    def named(text):
        return User.objects.filter(name=text).values_list("name", flat=True)

    for each in ("Truus", "100%"):
        UserFactory(name=each)

    assert prepared.fetch_of(named, name) == [name]


@pytest.mark.parametrize("word", ["100%", "%s", "a 'b' %(c)s %%", "\\n", "$1"])
def test_word_of_the_query_itself_is_no_place_for_what_is_given(word):
    def marked(text):
        found = User.objects.filter(name=text).exclude(name__contains=word)
        return found.annotate(word=models.Value(word)).values_list("name", "word")

    for each in ("Truus", f"Truus {word}"):
        UserFactory(name=each)

    for name, found in (("Truus", [("Truus", word)]), (f"Truus {word}", [])):
        assert prepared.fetch_of(marked, name) == found


def test_postgres_is_sent_what_is_given_and_nothing_else(nothing_kept):
    def marked(text):
        named = User.objects.filter(name=text).annotate(word=models.Value("100%"))
        return named.values_list("word")

    prepared.fetch_of(marked, "Truus")

    (kept,) = nothing_kept.values()
    expected = 1 if connection.vendor == "postgresql" else 2
    assert len(kept.params) == expected


def test_part_of_a_text_cannot_be_asked_for():
    def named(text):
        return User.objects.filter(name__contains=text).values_list("name")

    with pytest.raises(TypeError):
        prepared.fetch_of(named, "Truus")


@pytest.mark.parametrize(
    "build", [asks_first, asks_the_reader, asks_for_a_part, fetches_beside]
)
def test_query_that_needs_more_than_keys_and_seats_is_not_written(build, nothing_kept):
    user = UserFactory()

    with pytest.raises(TypeError):
        prepared.fetch(build, user)

    assert [shape[0].__name__ for shape in nothing_kept] == ["_terms"]


def test_day_is_part_of_the_text():
    def starting(user_id):
        return (
            CouncilMembership.objects.current().filter(user=user_id).values_list("pk")
        )

    term = CouncilMembershipFactory(starts_on=date(2027, 6, 2))

    found = []
    for day in ("2027-06-01 23:59+02:00", "2027-06-02 00:01+02:00"):
        with time_machine.travel(day):
            found.append(len(prepared.fetch_of(starting, term.user_id)))

    assert found == [0, 1]


def test_no_more_texts_are_kept_than_a_process_can_hold(nothing_kept, monkeypatch):
    monkeypatch.setattr(prepared, "MOST_KEPT", 5)
    member = CouncilMembershipFactory().user

    for number in range(20):
        prepared.fetch(numbered, member, number=number)

    assert len(nothing_kept) <= 5


def numbered(user, *, number):
    found = CouncilInput.objects.filter(council__in=council_ids(user))
    return found.annotate(n=models.Value(number)).values_list("n")
