"""Many at once: one choice of a council, one item of a suggestion."""

import pytest
import time_machine

from councils.models import AgendaItem
from portal.models import AuditEvent
from procurement.actions import participation, suggestion
from procurement.models import DroppedSuggestion, Participation
from tests.factories import MeetingFactory, ParticipationFactory
from tests.procurement.rounds import Summer
from tests.races import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 10


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-01 10:00+02:00", tick=False):
        yield


@pytest.fixture
def summer():
    return Summer()


def joins(summer: Summer, level: str, by):
    return participation.choose(
        Participation(
            council=summer.local,
            cycle=summer.cycle,
            step="join",
            from_phase=summer.phase,
            level=level,
        ),
        seen=0,
        by=by,
    )


def test_ten_presses_record_one_choice(summer):
    by = summer.person(role="secretary")

    made = side_by_side(*[lambda: joins(summer, "advise", by)] * TIMES)

    assert {each.pk for each in made} == {Participation.objects.get().pk}
    assert AuditEvent.objects.filter(verb="participation.join").count() == 1


def test_of_two_different_choices_at_once_one_is_refused(summer):
    by = summer.person(role="secretary")

    made = side_by_side(
        lambda: joins(summer, "advise", by), lambda: joins(summer, "talk_along", by)
    )

    assert sum(each is None for each in made) == 1
    assert Participation.objects.count() == 1


def test_ten_presses_put_a_suggestion_on_the_agenda_once(summer):
    ParticipationFactory(council=summer.local, from_phase=summer.phase)
    by = summer.person(role="secretary")
    meeting = MeetingFactory(council=summer.local)
    key = f"share:{summer.phase.pk}"

    taken = side_by_side(*[lambda: suggestion.take(meeting, key, by=by)] * TIMES)

    assert sum(each is not None for each in taken) == 1
    assert AgendaItem.objects.count() == 1


def test_ten_presses_set_a_suggestion_aside_once(summer):
    ParticipationFactory(council=summer.local, from_phase=summer.phase)
    by = summer.person(role="secretary")
    meeting = MeetingFactory(council=summer.local)
    key = f"share:{summer.phase.pk}"

    dropped = side_by_side(
        *[lambda: suggestion.drop(meeting, key, reason="Nee", by=by)] * TIMES
    )

    assert sum(each is not None for each in dropped) == 1
    assert DroppedSuggestion.objects.count() == 1
