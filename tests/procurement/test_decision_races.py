"""Many at once at the edge of what a council decides and what rests on it: nobody meets
an error, and nothing rests on what is gone."""

from datetime import date, timedelta

import pytest
import time_machine

from councils.actions import decision as decisions
from councils.models import Decision
from procurement.actions import participation
from procurement.actions import work_plan as plans
from procurement.actions.work_plan_basis import usual
from procurement.models import Participation, WorkPlanAgreement
from procurement.views.work_plan_lines import versions_of
from tests.factories import AgendaItemFactory, MeetingFactory
from tests.procurement.rounds import Summer
from tests.races import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6


@pytest.fixture(autouse=True)
def winter():
    with time_machine.travel("2027-01-11 10:00+01:00", tick=False):
        yield


@pytest.fixture
def summer():
    return Summer()


@pytest.fixture
def chair(summer):
    return summer.person(summer.central, "chair")


def decided(council, by) -> Decision:
    meeting = MeetingFactory(council=council)
    meeting.starts_at -= timedelta(days=154)
    meeting.ends_at -= timedelta(days=154)
    meeting.save()
    item = AgendaItemFactory(meeting=meeting)
    return decisions.record(Decision(item=item, text="Ja."), by=by)


def test_a_choice_rests_on_no_decision_that_is_taken_back_at_once(summer, chair):
    for number in range(ROUNDS):
        decision = decided(summer.central, chair)
        choice = Participation(
            council=summer.central,
            cycle=summer.cycle,
            step="join",
            from_phase=summer.phase,
            level=("advise", "talk_along")[number % 2],
            decision=decision,
        )
        seen = Participation.objects.count()
        side_by_side(
            lambda choice=choice, seen=seen: participation.choose(
                choice, seen=seen, by=chair
            ),
            lambda decision=decision: decisions.remove(decision, by=chair),
        )

        rests = Participation.objects.filter(decision=decision.pk).exists()
        assert rests == Decision.objects.filter(pk=decision.pk).exists()


def test_a_plan_is_agreed_on_no_decision_that_is_taken_back_at_once(summer, chair):
    secretary = summer.person(summer.central, "secretary")
    draft = usual(summer.central, summer.phase)
    plan = plans.begin(summer.central, draft, by=secretary)
    for _ in range(ROUNDS):
        WorkPlanAgreement.objects.all().delete()
        decision = decided(summer.central, chair)
        version = plan.versions.get()
        side_by_side(
            lambda version=version, decision=decision: plans.agree(
                version, by=chair, decision=decision
            ),
            lambda decision=decision: decisions.remove(decision, by=chair),
        )

        rests = WorkPlanAgreement.objects.filter(decision=decision.pk).exists()
        assert rests == Decision.objects.filter(pk=decision.pk).exists()


def test_a_plan_is_read_while_it_changes(summer, chair):
    plan = plans.begin(summer.central, usual(summer.central, summer.phase), by=chair)

    def read():
        for _ in range(60):
            assert versions_of(plan)

    def change():
        for number in range(1, 12):
            day = date(2027, 5, 3) + timedelta(days=number)
            draft = usual(summer.central, summer.phase).with_chosen(start=day)
            plans.propose(plan, draft, seen=number, reason="Eerder.", by=chair)

    side_by_side(change, read, read, read)

    assert len(versions_of(plan)) == plan.versions.count() == 12
