"""A clock that was ahead for a night takes no reminder from its right day."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail as django_mail

from portal import tasks as portal_tasks
from portal.models import OutgoingMail, User
from procurement import tasks
from procurement.models import CouncilInput, InputDraft, Reminder, ReminderRule
from tests.factories import CouncilInputFactory
from tests.procurement.rounds import Summer

pytestmark = pytest.mark.django_db

MARCH = datetime(2027, 3, 2, 9, 30, tzinfo=UTC)
# Fourteen days before the registration closes on 1 August.
ITS_DAY = datetime(2027, 7, 18, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def run(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        portal_tasks.forget_old_rows()
        tasks.forget_old_rows()
        tasks.send_due_reminders()
        portal_tasks.deliver_waiting_mail()
        tasks.send_due_reminders()


def in_july() -> User:
    """Somebody who is reminded on ``ITS_DAY``."""
    summer = Summer()
    ReminderRule.objects.create(
        phase_kind=summer.phase.kind,
        role="secretary",
        moment=ReminderRule.Moment.CLOSING,
        days=14,
        at=time(9),
        created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
    )
    return summer.person(summer.central, role="secretary")


def fates() -> list[str]:
    return list(Reminder.objects.values_list("status", flat=True))


@pytest.mark.parametrize("ahead", [ITS_DAY, ITS_DAY + 5 * DAY, ITS_DAY + 20 * DAY])
def test_a_reminder_that_a_clock_ahead_wrote_comes_on_its_day_all_the_same(ahead):
    reader = in_july()
    run(MARCH)
    run(ahead)
    assert Reminder.objects.count() == 1
    for days in range(1, 9):
        run(MARCH + days * DAY)
    assert (Reminder.objects.count(), OutgoingMail.objects.count()) == (0, 0)
    django_mail.outbox.clear()

    run(ITS_DAY)

    assert [letter.to for letter in django_mail.outbox] == [[reader.email]]
    assert fates() == [Reminder.Status.SENT]


def test_a_reminder_that_a_clock_ahead_missed_too_early_leaves_after_all():
    reader = in_july()
    run(ITS_DAY - DAY)
    with time_machine.travel(ITS_DAY, tick=False):
        tasks.send_due_reminders()
    run(ITS_DAY + 20 * DAY)
    assert fates() == [Reminder.Status.MISSED]
    django_mail.outbox.clear()

    for days in range(1, 9):
        run(ITS_DAY + days * DAY)

    assert [letter.to for letter in django_mail.outbox] == [[reader.email]]
    assert fates() == [Reminder.Status.SENT]


def test_what_somebody_typed_is_kept_on_a_clock_that_is_a_year_ahead():
    run(MARCH)
    with time_machine.travel(MARCH):
        written = CouncilInputFactory()
        InputDraft.objects.create(council_input=written, editor=written.author)

    run(MARCH + 366 * DAY)

    assert (CouncilInput.objects.count(), InputDraft.objects.count()) == (1, 1)
