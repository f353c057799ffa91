"""Who will be reminded, told beforehand: on a page, and by a command."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import CouncilMembership
from portal.models import OutgoingMail
from procurement.actions import submission as submission_actions
from procurement.models import Reminder, ReminderRule
from tests.factories import CouncilFactory, CouncilInputFactory, StandInFactory
from tests.procurement.rounds import Summer

Moment = ReminderRule.Moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-07 10:00+02:00", tick=False):
        yield


@pytest.fixture
def summer() -> Summer:
    summer = Summer()
    for moment, days, role in (
        (Moment.COUNCIL_DATE, 10, "member"),
        (Moment.CLOSING, 5, "secretary"),
    ):
        ReminderRule.objects.create(
            phase_kind="registration",
            role=role,
            moment=moment,
            days=days,
            at=time(9),
            created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
        )
    return summer


def said(capsys, *options: str) -> list[str]:
    call_command("send_reminders", *options)
    return capsys.readouterr().out.splitlines()


def test_the_command_prints_who_gets_what_on_a_day_and_writes_nothing(summer, capsys):
    member = summer.person()

    lines = said(capsys, "--dry-run", "--on", "2027-06-08")

    assert lines == [
        "2027-06-08 09:00  voor de datum van de raad, Inschrijving: "
        f"{member.name} <{member.email}>, De Watergang: krijgt een mail"
    ]
    assert (Reminder.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_the_command_prints_who_is_skipped_and_why(summer, capsys):
    summer.person()
    CouncilInputFactory(council=summer.local, cycle=summer.cycle)

    (line,) = said(capsys, "--dry-run", "--on", "2027-06-08")

    assert line.endswith("overgeslagen: De raad heeft hier al inbreng.")


def test_the_command_sends_what_the_dry_run_announced(summer, capsys):
    summer.person()
    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        announced = said(capsys, "--dry-run")
        call_command("send_reminders")
        after = said(capsys, "--dry-run")

    assert len(announced) == OutgoingMail.objects.count() == 1
    assert after == ["Er staat niets klaar."]


def test_the_command_says_that_a_day_goes_with_a_dry_run(summer, capsys):
    call_command("send_reminders", "--on", "2027-06-08")

    assert "--dry-run" in capsys.readouterr().err
    assert Reminder.objects.count() == 0


def test_the_page_shows_what_comes_and_who_gets_nothing(client, summer):
    secretary = summer.person(role="secretary")
    member = summer.person(user__name="Riet van Dalen")
    client.force_login(secretary)
    before = client.get(reverse("procurement:reminder_list"))
    CouncilInputFactory(council=summer.local, cycle=summer.cycle)
    after = client.get(reverse("procurement:reminder_list"))

    assertContains(before, member.name)
    assertContains(before, "krijgt een mail")
    assertContains(after, "De raad heeft hier al inbreng.")
    assertContains(after, "Deze raad dient niet zelf in.")


def test_what_the_page_foresees_is_what_is_sent(client, summer):
    secretary = summer.person(role="secretary")
    for _each in range(3):
        summer.person()
    client.force_login(secretary)
    page = client.get(reverse("procurement:reminder_list"))
    foreseen = {
        due.user.email for due in page.context["dues"] if due.status == "queued"
    }

    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        call_command("send_reminders")

    assert set(OutgoingMail.objects.values_list("to", flat=True)) == foreseen


def test_the_page_foresees_who_takes_a_place_on_that_day(client, summer):
    secretary = summer.person(role="secretary")
    deputy, later = summer.person(), summer.person()
    # On 11 June: ten days after the step began.
    rules = ReminderRule.objects.filter(moment=Moment.COUNCIL_DATE)
    rules.update(role="secretary", moment=Moment.OPENING)
    term = CouncilMembership.objects.get(user=secretary)
    for user, first, last in ((deputy, 8, 11), (later, 12, 30)):
        StandInFactory(
            term=term,
            deputy=user,
            starts_on=date(2027, 6, first),
            ends_on=date(2027, 6, last),
        )
    client.force_login(secretary)
    page = client.get(reverse("procurement:reminder_list"))
    foreseen = {
        due.user.email for due in page.context["dues"] if due.status == "queued"
    }

    with time_machine.travel("2027-06-11 09:00+02:00", tick=False):
        call_command("send_reminders")

    assert set(OutgoingMail.objects.values_list("to", flat=True)) == foreseen
    assert foreseen == {secretary.email, deputy.email}


def test_the_page_foresees_a_missing_signature(client, summer):
    secretary = summer.person(summer.central, "secretary")
    chair = summer.person(summer.central, "chair")
    ReminderRule.objects.create(
        phase_kind="registration",
        role="chair",
        moment=Moment.SIGNATURE,
        days=3,
        at=time(9),
        created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
    )
    submission = submission_actions.start(summer.central, summer.cycle, by=secretary)
    own = CouncilInputFactory(council=summer.central, cycle=summer.cycle, shared=True)
    submission_actions.add_item(submission, own, by=secretary)
    submission_actions.offer(submission, by=secretary)
    client.force_login(secretary)

    dues = client.get(reverse("procurement:reminder_list")).context["dues"]

    assert (chair.pk, "queued", date(2027, 6, 10)) in [
        (due.user.pk, due.status, due.times.due_at.date()) for due in dues
    ]


def test_the_page_tells_what_was_sent_and_what_not(client, summer):
    secretary, _member = summer.person(role="secretary"), summer.person()
    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        call_command("send_reminders")
    client.force_login(secretary)

    page = client.get(reverse("procurement:reminder_list"), {"toon": "geweest"})

    assertContains(page, "Onderweg")


def test_another_councils_people_never_show(client, summer):
    other = CouncilFactory(organisation=summer.organisation, parent=summer.central)
    summer.person(other, user__name="Verborgen Persoon")
    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        call_command("send_reminders")
    client.force_login(summer.person(role="secretary"))

    for query in ({}, {"toon": "geweest"}):
        page = client.get(reverse("procurement:reminder_list"), query)
        assertNotContains(page, "Verborgen Persoon")


def test_a_member_does_not_see_the_page(client, summer):
    client.force_login(summer.person())

    assert client.get(reverse("procurement:reminder_list")).status_code == 403


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_queries_for_any_number(
    client, summer, django_assert_num_queries, count
):
    secretary = summer.person(role="secretary")
    for _each in range(count):
        summer.person()
    client.force_login(secretary)
    address = reverse("procurement:reminder_list")

    # session, user, seats, rounds, people, inputs, submissions, rules
    with django_assert_num_queries(8):
        client.get(address)
    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        call_command("send_reminders")
    # session, user, seats, reminders, their count
    with django_assert_num_queries(5):
        past = client.get(address, {"toon": "geweest"})
    assertContains(past, "Onderweg", count=count)
