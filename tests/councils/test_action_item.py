"""Actions: who took on what before which day, and what came of it."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from councils.actions import action_item as actions
from councils.models import ActionItem, Openness
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import AuditEvent
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    CouncilMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DURING = datetime(2027, 6, 8, 15, tzinfo=AMSTERDAM)
Status = ActionItem.Status


@pytest.fixture(autouse=True)
def during():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def item():
    return AgendaItemFactory()


def of(council, role="member"):
    return CouncilMembershipFactory(council=council, role=role).user


def new(item, owner) -> ActionItem:
    return ActionItem(
        item=item, what="Bel de bestuurder.", owner=owner, due_on=date(2027, 6, 30)
    )


def test_somebody_of_the_council_takes_it_on(item):
    owner, secretary = of(item.council), of(item.council, "secretary")

    action = actions.take_on(new(item, owner), by=secretary)

    assert (action.council, action.status) == (item.council, Status.OPEN)
    assert [each.verb for each in AuditEvent.objects.all()] == ["action_item.take_on"]


def test_nobody_from_outside_takes_it_on(item):
    secretary = of(item.council, "secretary")

    with pytest.raises(NotAllowedNow):
        actions.take_on(new(item, UserFactory()), by=secretary)


def test_what_only_members_read_no_helper_takes_on(item):
    item.openness = Openness.MEMBERS
    item.save()
    chair, secretary = of(item.council, "chair"), of(item.council, "secretary")

    with pytest.raises(NotAllowedNow):
        actions.take_on(new(item, secretary), by=chair)
    actions.take_on(new(item, chair), by=chair)

    assert not ActionItem.objects.visible_to(secretary).exists()
    assert ActionItem.objects.visible_to(chair).count() == 1


def test_it_is_done_with_a_word_and_can_be_opened_again(item):
    owner = of(item.council)
    action = ActionItemFactory(council=item.council, owner=owner)

    done = actions.finish(action, note="Hij belt terug.", by=owner)
    assert (done.status, done.note, done.ended_at) == (
        Status.DONE,
        "Hij belt terug.",
        DURING,
    )

    again = actions.reopen(done, by=owner)
    assert (again.status, again.note, again.ended_at) == (
        Status.OPEN,
        "Hij belt terug.",
        None,
    )


def test_what_is_done_cannot_be_dropped_as_well(item):
    owner = of(item.council)
    action = ActionItemFactory(council=item.council, owner=owner, status=Status.DONE)

    with pytest.raises(NotAllowedNow):
        actions.drop(action, note="", by=owner)
    with pytest.raises(NotAllowedNow):
        actions.hand_over(action, owner=owner, due_on=action.due_on, by=owner)


def test_another_owner_of_the_council_gets_another_day(item):
    owner, other = of(item.council), of(item.council)
    action = ActionItemFactory(council=item.council, owner=owner)
    day = action.due_on + timedelta(days=7)

    moved = actions.hand_over(action, owner=other, due_on=day, by=owner)

    assert (moved.owner, moved.due_on) == (other, day)
    with pytest.raises(NotAllowedNow):
        actions.hand_over(moved, owner=UserFactory(), due_on=day, by=owner)
