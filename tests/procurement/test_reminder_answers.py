"""When answers are published: who gets a mail by the rules, who none, and why."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import CouncilMembership
from portal.dates import AMSTERDAM
from portal.models import MailOptOut, OutgoingMail
from procurement import rechecks, tasks
from procurement.actions import response as actions
from procurement.models import CouncilInput, PhaseKind, Reminder, ReminderRule
from tests.factories import CouncilMembershipFactory, PhaseFactory, StandInFactory
from tests.procurement.test_response import Desk

Moment = ReminderRule.Moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel("2027-09-01 14:20+02:00", tick=False):
        yield


@pytest.fixture
def desk() -> Desk:
    """Two councils that are to be answered, with a secretary each and no rule yet."""
    desk = Desk()
    PhaseFactory(
        cycle=desk.phase.cycle,
        kind=PhaseKind.FINAL_AWARD,
        order=10,
        opens_on=date(2027, 10, 1),
        closes_at=datetime(2027, 10, 10, 17, tzinfo=AMSTERDAM),
    )
    desk.local_secretary, desk.central_secretary = (
        CouncilMembershipFactory(council=council, role="secretary").user
        for council in (desk.local, desk.central)
    )
    desk.answer_all()
    return desk


def a_rule(role: str = "member", kind: str = PhaseKind.FINAL_AWARD, **fields):
    return ReminderRule.objects.create(
        phase_kind=kind,
        role=role,
        moment=Moment.ANSWERS,
        at=time(9),
        created_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
        **fields,
    )


def publish(desk: Desk) -> list[str]:
    """Publish; who is mailed."""
    actions.publish(desk.version, by=desk.buyer)
    return told()


def told() -> list[str]:
    mails = OutgoingMail.objects.filter(kind="answers_published", status="queued")
    return sorted(mails.values_list("to", flat=True))


def emails(*people) -> list[str]:
    return sorted(person.email for person in people)


def test_publishing_mails_members_and_secretaries_of_councils_that_were_used(desk):
    a_rule("member")
    a_rule("secretary")

    assert publish(desk) == emails(
        desk.chair, desk.central_secretary, desk.member, desk.local_secretary
    )


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("member", ["chair", "member"]),
        ("chair", ["chair"]),
        ("secretary", ["central_secretary", "local_secretary"]),
    ],
)
def test_each_rule_stands_for_one_role(desk, role, names):
    a_rule(role)

    assert publish(desk) == emails(*(getattr(desk, name) for name in names))


@pytest.mark.parametrize("rule", ["chair", "secretary"])
def test_who_takes_the_place_is_told_too_and_once(desk, rule):
    a_rule("member")
    a_rule(rule)
    council, away = {
        "chair": (desk.central, desk.chair),
        "secretary": (desk.local, desk.local_secretary),
    }[rule]
    deputy = CouncilMembershipFactory(council=council).user
    term = CouncilMembership.objects.get(user=away, council=council)
    StandInFactory(term=term, deputy=deputy, ends_on=date(2027, 9, 30))

    publish(desk)

    rows = Reminder.objects.filter(user=deputy)
    assert {(row.rule.role, row.council) for row in rows} == {
        ("member", council),
        (rule, council),
    }
    letter = OutgoingMail.objects.get(kind="answers_published", user=deputy)
    assert letter.body.count(council.name) == 1


def test_a_rule_that_is_switched_off_lets_nobody_be_mailed(desk):
    a_rule("member", is_active=False)
    a_rule("secretary", is_active=False)

    assert publish(desk) == []
    assert Reminder.objects.count() == 0


def test_a_rule_for_a_step_that_the_round_has_not_lets_nobody_be_mailed(desk):
    a_rule("member", PhaseKind.EVALUATION)

    assert publish(desk) == []


def test_a_rule_that_comes_later_mails_nobody_afterwards(desk):
    rule = a_rule(is_active=False)
    publish(desk)

    rule.is_active = True
    rule.save()
    tasks.send_due_reminders()

    assert told() == []


def test_who_sits_in_both_councils_gets_one_mail_and_a_reminder_for_each(desk):
    a_rule("member")
    CouncilMembershipFactory(council=desk.central, user=desk.member)

    publish(desk)

    letter = OutgoingMail.objects.get(kind="answers_published", user=desk.member)
    rows = Reminder.objects.filter(user=desk.member)
    assert {(row.council, row.mail) for row in rows} == {
        (desk.central, letter),
        (desk.local, letter),
    }
    assert desk.central.name in letter.body
    assert desk.local.name in letter.body


def test_two_rules_for_one_person_make_one_mail(desk):
    a_rule("member")
    a_rule("chair")

    assert publish(desk).count(desk.chair.email) == 1
    assert Reminder.objects.filter(user=desk.chair).count() == 2


def test_who_switched_it_off_gets_no_mail_and_one_reads_why(desk):
    a_rule("member")
    MailOptOut.objects.create(user=desk.member, kind="answers_published")

    assert publish(desk) == emails(desk.chair)
    skipped = Reminder.objects.get(user=desk.member)
    assert (skipped.status, skipped.reason, skipped.mail) == (
        "cancelled",
        "Deze persoon heeft deze soort mail uitgezet.",
        None,
    )


def test_of_words_closed_to_the_secretary_the_secretary_hears_nothing(client, desk):
    a_rule("member")
    a_rule("secretary")
    CouncilInput.objects.filter(council=desk.local).update(is_closed_to_secretary=True)

    assert publish(desk) == emails(desk.chair, desk.central_secretary, desk.member)
    client.force_login(desk.local_secretary)
    past = reverse("procurement:reminder_list") + "?toon=geweest"
    assertNotContains(client.get(past), desk.member.name)
    # The chair of that council does see it.
    chair = CouncilMembershipFactory(council=desk.local, role="chair").user
    client.force_login(chair)
    assertContains(client.get(past), desk.member.name)


# --- Once more, at the moment of sending -----------------------------------------


@pytest.fixture
def letter(desk) -> OutgoingMail:
    a_rule("member")
    publish(desk)
    return OutgoingMail.objects.get(user=desk.member, kind="answers_published")


def test_a_mail_about_answers_that_holds_is_sent(letter):
    assert rechecks.reminder(**letter.recheck["args"]) == ""


def test_a_mail_about_answers_is_taken_back_when_the_rule_is_switched_off(letter):
    ReminderRule.objects.update(is_active=False)

    assert (
        rechecks.reminder(**letter.recheck["args"])
        == "Deze regel is niet meer in gebruik."
    )


def test_a_mail_about_answers_is_taken_back_when_the_person_left(desk, letter):
    desk.member.councilmemberships.update(ends_on="2027-08-31")

    assert (
        rechecks.reminder(**letter.recheck["args"])
        == "Deze persoon heeft geen plek meer in de raad."
    )


# --- Told beforehand, and afterwards ---------------------------------------------


def test_the_command_tells_of_that_day_who_got_a_mail_and_who_not(desk, capsys):
    a_rule("member")
    MailOptOut.objects.create(user=desk.member, kind="answers_published")
    publish(desk)

    call_command("send_reminders", "--dry-run", "--on", "2027-09-01")

    about = "2027-09-01 14:20  als er antwoorden zijn, Definitieve uitkomst: "
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(
        [
            f"{about}{desk.chair.name} <{desk.chair.email}>, {desk.central}: onderweg",
            f"{about}{desk.member.name} <{desk.member.email}>, {desk.local}: "
            "geannuleerd Deze persoon heeft deze soort mail uitgezet.",
        ]
    )


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (["member", "secretary"], "één mail naar de leden en de secretaris"),
        (["chair"], "één mail naar de voorzitter en de vervanger"),
        ([], "niemand krijgt een mail, er is geen regel voor in gebruik."),
    ],
)
def test_secretary_and_care_office_read_who_gets_a_mail(client, desk, roles, said):
    for role in roles:
        a_rule(role)
    client.force_login(desk.local_secretary)
    assertContains(client.get(reverse("procurement:reminder_list")), said)

    client.force_login(desk.buyer)
    address = reverse("procurement:desk_publish", args=[desk.submission.pk])
    before, after = (
        client.get(address),
        client.post(address, {"seen": "2"}, follow=True),
    )

    said = "Niemand krijgt een mail" if not roles else "Er gaat één mail naar de "
    for page in (before, after):
        assertContains(page, said)


def test_a_rule_about_answers_cannot_wait_for_days():
    with pytest.raises(IntegrityError):
        a_rule(days=3)
