"""Two runs at the same moment: real rows, real threads, one mail each."""

from datetime import UTC, datetime, time

import pytest
import time_machine

from portal.models import OutgoingMail
from procurement.actions import reminder as actions
from procurement.models import Reminder, ReminderRule
from tests.factories import CouncilMembershipFactory
from tests.procurement.rounds import Summer
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (datetime(2027, 6, 1, 7, tzinfo=UTC), "phase_opens"),
        (datetime(2027, 6, 4, 7, tzinfo=UTC), "catch_up"),
    ],
)
def test_runs_at_once_send_one_mail_each(now, kind):
    summer = Summer()
    CouncilMembershipFactory.create_batch(30, council=summer.local)
    for role in ("member", "chair"):
        ReminderRule.objects.create(
            phase_kind="registration",
            role=role,
            moment="opening",
            at=time(9),
            created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
        )

    with time_machine.travel(now, tick=True):
        at_once(actions.send_due, now, times=4)

    assert list(OutgoingMail.objects.values_list("kind")) == [(kind,)] * 30
    assert Reminder.objects.filter(mail__isnull=False).count() == 30
