"""Reminders: who gets what when, once, and what is written down of who does not."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.dates import AMSTERDAM
from portal.models import MailOptOut, OutgoingMail
from procurement import rechecks, tasks
from procurement.actions import date_moved
from procurement.actions import reminder as actions
from procurement.actions import submission as submission_actions
from procurement.actions.reference import reminder_rules
from procurement.actions.reminder_dates import times
from procurement.expected import expected_tasks
from procurement.models import (
    CouncilInput,
    DateChange,
    Phase,
    Reminder,
    ReminderRule,
)
from tests.factories import (
    CareOrganisationFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    PhaseFactory,
    UserFactory,
)
from tests.procurement.rounds import Summer

Moment = ReminderRule.Moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def summer() -> Summer:
    return Summer()


def a_rule(moment: str, days: int = 0, role: str = "member", **fields) -> ReminderRule:
    """A rule for the registration, at nine, in force since January."""
    fields = {"created_at": datetime(2027, 1, 4, 9, tzinfo=UTC), **fields}
    return ReminderRule.objects.create(
        phase_kind="registration",
        role=role,
        moment=moment,
        days=days,
        at=time(9),
        **fields,
    )


def run_at(moment: str) -> list[tuple[str, str]]:
    """Run once; who is mailed what in that run."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    with time_machine.travel(moment, tick=False):
        tasks.send_due_reminders()
    new = OutgoingMail.objects.exclude(pk__in=before).order_by("kind", "to")
    return list(new.values_list("kind", "to"))


def fates() -> list[tuple[str, str]]:
    return sorted(Reminder.objects.values_list("status", "reason"))


# --- When ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "days", "role", "now", "kinds"),
    [
        (Moment.OPENING, 0, "member", "2027-06-01 08:59+02:00", []),
        (Moment.OPENING, 0, "member", "2027-06-01 09:00+02:00", ["phase_opens"]),
        # The local council's date is Friday 18 June.
        (Moment.COUNCIL_DATE, 10, "member", "2027-06-08 08:59+02:00", []),
        (
            Moment.COUNCIL_DATE,
            10,
            "member",
            "2027-06-08 09:00+02:00",
            ["council_date_near"],
        ),
        # Three days late, after a breakdown: the mail that makes up for it.
        (Moment.COUNCIL_DATE, 10, "member", "2027-06-11 09:30+02:00", ["catch_up"]),
        # Past the date: written down as missed.
        (Moment.COUNCIL_DATE, 10, "member", "2027-06-18 17:00+02:00", []),
        # A local council hands in nothing itself.
        (Moment.CLOSING, 5, "secretary", "2027-07-27 09:00+02:00", []),
    ],
)
def test_a_local_council_is_reminded_at_its_moment(
    summer, moment, days, role, now, kinds
):
    person = summer.person(role=role)
    a_rule(moment, days, role)

    assert run_at(now) == [(kind, person.email) for kind in kinds]


@pytest.mark.parametrize(
    ("moment", "days", "role", "now", "kinds"),
    [
        (Moment.CLOSING, 5, "secretary", "2027-07-27 09:00+02:00", ["phase_closes"]),
        (Moment.CLOSING, 5, "chair", "2027-07-27 09:00+02:00", ["phase_closes"]),
        (Moment.OVERDUE, 1, "secretary", "2027-08-02 08:59+02:00", []),
        (Moment.OVERDUE, 1, "secretary", "2027-08-02 09:00+02:00", ["date_passed"]),
        (Moment.OVERDUE, 1, "secretary", "2027-08-05 09:00+02:00", []),
    ],
)
def test_a_central_council_is_reminded_at_its_moment(
    summer, moment, days, role, now, kinds
):
    person = summer.person(summer.central, role)
    a_rule(moment, days, role)

    assert run_at(now) == [(kind, person.email) for kind in kinds]


def test_a_scheduler_that_slept_three_days_still_sends_one_mail_each(summer):
    people = {summer.person().email, summer.person().email}
    a_rule(Moment.COUNCIL_DATE, 10)
    a_rule(Moment.COUNCIL_DATE, 9)

    first = run_at("2027-06-11 09:30+02:00")
    second = run_at("2027-06-14 09:30+02:00")

    assert {to for _kind, to in first} == people
    assert [kind for kind, _to in first] == ["catch_up", "catch_up"]
    assert second == []


def test_two_runs_send_once(summer):
    summer.person()
    a_rule(Moment.OPENING)

    assert len(run_at("2027-06-01 09:00+02:00")) == 1
    assert run_at("2027-06-01 09:15+02:00") == []
    assert Reminder.objects.count() == 1


def test_what_was_past_before_rule_or_round_came_is_missed_and_not_sent(summer):
    summer.person()
    a_rule(Moment.OPENING, created_at=datetime(2027, 6, 5, 9, tzinfo=UTC))

    assert run_at("2027-06-05 12:00+02:00") == []
    assert fates() == [("missed", "De regel is gemaakt na dit moment.")]


def test_a_round_that_is_published_late_sends_nothing_old(summer):
    summer.person()
    a_rule(Moment.OPENING)
    summer.cycle.published_at = datetime(2027, 6, 10, 9, tzinfo=UTC)
    summer.cycle.save()

    assert run_at("2027-06-10 12:00+02:00") == []
    assert [status for status, _reason in fates()] == ["missed"]


def test_a_round_that_is_not_published_reminds_nobody(summer):
    summer.person()
    a_rule(Moment.OPENING)
    summer.cycle.published_at = None
    summer.cycle.save()

    assert run_at("2027-06-01 09:00+02:00") == []
    assert fates() == []


# --- Who -------------------------------------------------------------------------


def test_who_wrote_or_stopped_or_left_gets_no_mail_and_one_reads_why(summer):
    wants_none = summer.person()
    MailOptOut.objects.create(user=wants_none, kind="council_date_near")
    summer.person(user=UserFactory(is_active=False))
    summer.person(ends_on=date(2027, 6, 7))
    wrote = CouncilFactory(organisation=summer.organisation, parent=summer.central)
    summer.person(wrote)
    CouncilInputFactory(council=wrote, cycle=summer.cycle)
    a_rule(Moment.COUNCIL_DATE, 10)

    assert run_at("2027-06-08 09:00+02:00") == []
    assert fates() == [
        ("cancelled", "De raad heeft hier al inbreng."),
        ("cancelled", "Deze persoon doet niet meer mee."),
        ("cancelled", "Deze persoon heeft deze soort mail uitgezet."),
    ]


def test_a_late_joiner_gets_one_mail_about_what_lies_ahead(summer):
    a_rule(Moment.OPENING)
    a_rule(Moment.COUNCIL_DATE, 10)
    run_at("2027-06-08 09:00+02:00")
    newcomer = summer.person(starts_on=date(2027, 6, 10))

    assert run_at("2027-06-10 10:00+02:00") == [("catch_up", newcomer.email)]
    assert "U bent hier nieuw" in OutgoingMail.objects.get(kind="catch_up").body
    assert run_at("2027-06-10 10:15+02:00") == []


def test_another_region_and_another_sector_hear_nothing(summer):
    elsewhere = CycleFactory()
    PhaseFactory(cycle=elsewhere)
    away = CareOrganisationFactory(care_office=elsewhere.care_office)
    CouncilMembershipFactory(council__organisation=away)
    elsewhere.delete()
    other = CouncilFactory(organisation__sector="gz")
    other.organisation.regions.set(summer.organisation.regions.all())
    summer.person(other)
    mine = summer.person()
    a_rule(Moment.OPENING)

    assert run_at("2027-06-01 09:00+02:00") == [("phase_opens", mine.email)]


def test_one_mail_for_a_secretary_of_three_councils(summer):
    secretary = summer.person(role="secretary")
    for name in ("Huize Wolkenveer", "Vlierkade Thuis"):
        council = CouncilFactory(
            organisation=summer.organisation, parent=summer.central, name=name
        )
        summer.person(council, "secretary", user=secretary)
    a_rule(Moment.OPENING, role="secretary")

    assert run_at("2027-06-01 09:00+02:00") == [("phase_opens", secretary.email)]
    assert Reminder.objects.filter(status="queued").count() == 3


def test_two_rules_for_one_person_make_one_mail(summer):
    chair = summer.person(role="chair")
    a_rule(Moment.OPENING)
    a_rule(Moment.OPENING, role="chair")

    assert run_at("2027-06-01 09:00+02:00") == [("phase_opens", chair.email)]


# --- A mutation of each condition of a rule --------------------------------------

CONDITIONS = {
    "is_active": lambda rule, phase: setattr(rule, "is_active", False),
    "phase_kind": lambda rule, phase: setattr(rule, "phase_kind", "dialogue"),
    "role": lambda rule, phase: setattr(rule, "role", "secretary"),
    "days": lambda rule, phase: setattr(rule, "days", 9),
    "at": lambda rule, phase: setattr(rule, "at", time(10)),
    "councils_deliver": lambda rule, phase: setattr(phase, "councils_deliver", False),
    "closes_at": lambda rule, phase: setattr(
        phase, "closes_at", phase.closes_at + timedelta(days=7)
    ),
    "central_days": lambda rule, phase: setattr(phase, "central_days", 7),
    "local_days": lambda rule, phase: setattr(phase, "local_days", 21),
}


@pytest.mark.parametrize("name", [None, *CONDITIONS])
def test_each_condition_of_a_rule_counts(summer, name):
    summer.person()
    rule = a_rule(Moment.COUNCIL_DATE, 10)
    if name:
        CONDITIONS[name](rule, summer.phase)
        rule.save()
        summer.phase.save()

    assert len(run_at("2027-06-08 09:00+02:00")) == (0 if name else 1)


# --- Dates that move -------------------------------------------------------------


def move(phase: Phase, to: datetime) -> None:
    fields = ("organisation_days", "central_days", "local_days", "opens_on")
    same = {
        f"{side}_{name}": getattr(phase, name)
        for side in ("old", "new")
        for name in fields
    }
    DateChange.objects.create(
        phase=phase, old_closes_at=phase.closes_at, new_closes_at=to, **same
    )
    phase.closes_at = to
    phase.save()


def test_a_moved_date_is_told_with_its_appointment_and_arms_again(summer):
    person = summer.person()
    a_rule(Moment.COUNCIL_DATE, 10)
    run_at("2027-06-08 09:00+02:00")
    OutgoingMail.objects.update(status="sent")

    with time_machine.travel("2027-06-09 10:00+02:00", tick=False):
        move(summer.phase, datetime(2027, 8, 29, 17, tzinfo=AMSTERDAM))
    told = run_at("2027-06-09 10:15+02:00")
    again = run_at("2027-07-06 09:00+02:00")

    first, moved = OutgoingMail.objects.order_by("created_at")[:2]
    assert told == [("date_moved", person.email)]
    assert uid_and_sequence(first) == (uid_and_sequence(moved)[0], "0")
    assert uid_and_sequence(moved)[1] == "1"
    assert "vrijdag 18\N{NO-BREAK SPACE}juni 2027" in moved.body
    assert again == [("council_date_near", person.email)]


def uid_and_sequence(mail: OutgoingMail) -> tuple[str, str]:
    (name,) = re.findall(r"UID:(.+)\r", mail.calendar)
    (sequence,) = re.findall(r"SEQUENCE:(\d+)", mail.calendar)
    return name, sequence


def test_a_date_that_came_back_is_not_told(summer):
    summer.person()
    a_rule(Moment.COUNCIL_DATE, 10)
    run_at("2027-06-08 09:00+02:00")
    OutgoingMail.objects.update(status="sent")
    before = summer.phase.closes_at

    with time_machine.travel("2027-06-09 10:00+02:00", tick=False):
        move(summer.phase, datetime(2027, 8, 29, 17, tzinfo=AMSTERDAM))
    with time_machine.travel("2027-06-09 10:05+02:00", tick=False):
        move(summer.phase, before)

    assert run_at("2027-06-09 10:15+02:00") == []


def test_who_was_not_mailed_a_date_is_not_told_that_it_moved(summer):
    summer.person()
    with time_machine.travel("2027-05-09 10:00+02:00", tick=False):
        move(summer.phase, datetime(2027, 8, 29, 17, tzinfo=AMSTERDAM))
        date_moved.tell_moved()

    assert OutgoingMail.objects.count() == 0


# --- Once more, at the moment of sending -----------------------------------------


@pytest.fixture
def waiting_mail(summer) -> OutgoingMail:
    summer.member = summer.person()
    a_rule(Moment.COUNCIL_DATE, 10)
    run_at("2027-06-08 09:00+02:00")
    return OutgoingMail.objects.get()


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_reminder_that_holds_is_sent(summer, waiting_mail):
    assert rechecks.reminder(**waiting_mail.recheck["args"]) == ""


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_reminder_is_taken_back_when_the_person_left(summer, waiting_mail):
    summer.member.councilmemberships.update(ends_on=date(2027, 6, 7))

    said = rechecks.reminder(**waiting_mail.recheck["args"])

    assert said == "Deze persoon heeft geen plek meer in de raad."


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_reminder_is_taken_back_when_the_task_is_done(summer, waiting_mail):
    CouncilInputFactory(council=summer.local, cycle=summer.cycle)

    said = rechecks.reminder(**waiting_mail.recheck["args"])

    assert said == "De raad heeft hier al inbreng."


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_reminder_is_taken_back_when_the_date_moved(summer, waiting_mail):
    move(summer.phase, datetime(2027, 8, 29, 17, tzinfo=AMSTERDAM))

    assert (
        rechecks.reminder(**waiting_mail.recheck["args"]) == "De datum is verschoven."
    )


@pytest.mark.parametrize("end", ["sent", "cancelled", "missed", "held"])
def test_a_reminder_ends_as_its_mail_does(summer, waiting_mail, end):
    OutgoingMail.objects.update(status=end, reason="Zo liep het af." * 20)

    actions.follow_mails()

    reminder = Reminder.objects.get()
    assert reminder.status == end
    assert reminder.reason == ("Zo liep het af." * 20)[:200]


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_held_reminder_that_an_administrator_lets_go_is_sent(summer, waiting_mail):
    OutgoingMail.objects.update(status="held")
    actions.follow_mails()

    assert rechecks.reminder(**waiting_mail.recheck["args"]) == ""


@time_machine.travel("2027-06-08 10:00+02:00", tick=False)
def test_a_reminder_is_taken_back_when_its_rule_is_set_aside(summer, waiting_mail):
    ReminderRule.objects.update(is_active=False)

    said = rechecks.reminder(**waiting_mail.recheck["args"])

    assert said == "Deze regel is niet meer in gebruik."


def test_a_mail_that_is_sent_again_is_on_its_way_again(summer, waiting_mail):
    OutgoingMail.objects.update(status="held")
    actions.follow_mails()
    OutgoingMail.objects.update(status="queued")

    actions.follow_mails()

    assert fates() == [("queued", "")]


# --- A signature that is missing -------------------------------------------------


@pytest.fixture
def offered_text(summer):
    secretary = summer.person(summer.central, "secretary")
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        submission = submission_actions.start(
            summer.central, summer.cycle, by=secretary
        )
        own = CouncilInputFactory(
            council=summer.central, cycle=summer.cycle, shared=True
        )
        submission_actions.add_item(submission, own, by=secretary)
        submission_actions.offer(submission, by=secretary)
    return submission


def test_chair_and_deputy_are_asked_again_after_three_and_seven_days(
    summer, offered_text
):
    people = sorted(
        summer.person(summer.central, role).email for role in ("chair", "deputy_chair")
    )
    summer.person(summer.central)
    for days in (3, 7):
        a_rule(Moment.SIGNATURE, days, "chair")

    assert run_at("2027-07-04 08:59+02:00") == []
    for day in ("2027-07-04", "2027-07-08"):
        assert run_at(f"{day} 09:00+02:00") == [
            ("signature_missing", to) for to in people
        ]
        assert run_at(f"{day} 09:15+02:00") == []


def test_a_signed_text_asks_for_no_signature(summer, offered_text):
    chair = summer.person(summer.central, "chair")
    a_rule(Moment.SIGNATURE, 3, "chair")
    with time_machine.travel("2027-07-02 10:00+02:00", tick=False):
        version = offered_text.versions.get()
        submission_actions.sign(
            offered_text, by=chair, seen=submission_actions.signing_code(version, [])
        )

    assert run_at("2027-07-04 09:00+02:00") == []


# --- Clocks ----------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["-2", "+0", "+2"])
@given(day=st.dates(date(2027, 3, 1), date(2027, 11, 30)))
def test_nine_oclock_is_nine_oclock_on_every_day(clock, day):
    """Whatever the daylight saving and however wrong the clock of the machine."""
    phase = Phase(opens_on=day, closes_at=datetime(2028, 1, 5, 17, tzinfo=AMSTERDAM))
    rule = ReminderRule(moment=Moment.OPENING, at=time(9), days=0)

    with time_machine.travel(datetime(2027, 6, 1, 12 + int(clock), tzinfo=UTC)):
        due_at = times(rule, phase, is_local=False).due_at

    local = due_at.astimezone(AMSTERDAM)
    assert (local.date(), local.hour, local.minute) == (day, 9, 0)


@pytest.mark.parametrize("hours", [-2, 0, 2])
def test_a_clock_two_hours_off_sends_once(summer, hours):
    summer.person()
    a_rule(Moment.OPENING)
    right = datetime(2027, 6, 1, 7, tzinfo=UTC)

    for at in (right + timedelta(hours=hours), right, right + timedelta(hours=3)):
        run_at(at.isoformat())

    assert OutgoingMail.objects.count() == 1


# --- The same facts as home ------------------------------------------------------


@pytest.mark.parametrize("has_input", [False, True])
def test_home_and_reminders_agree(summer, has_input):
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    people = [summer.person(), summer.person(role="chair")]
    if has_input:
        CouncilInputFactory(
            council=summer.local,
            cycle=summer.cycle,
            author=people[0],
            request=summer.phase.requests.get(),
        )
        people = people[:1]
    a_rule(Moment.COUNCIL_DATE, 10)

    mailed = {to for _kind, to in run_at("2027-06-08 09:00+02:00")} & {
        person.email for person in people
    }
    with time_machine.travel("2027-06-08 09:00+02:00", tick=False):
        asked = {
            person.email
            for person in people
            if any(
                task.kind == "request"
                for task in expected_tasks(person, timezone.now())
            )
        }

    assert mailed == asked == (set() if has_input else {p.email for p in people})


# --- What is in a mail -----------------------------------------------------------


def test_no_mail_holds_a_word_of_input(summer):
    own = CouncilFactory(organisation=summer.organisation)
    CouncilInputFactory(
        council=own,
        cycle=summer.cycle,
        words__title="Koekoekswoord",
        words__text="Kievitswoord",
    )
    summer.person(own, "secretary")
    summer.person()
    a_rule(Moment.CLOSING, 5, "secretary")
    a_rule(Moment.OPENING)
    run_at("2027-06-01 09:00+02:00")
    run_at("2027-07-27 09:00+02:00")

    mails = OutgoingMail.objects.all()

    assert {mail.kind for mail in mails} == {"phase_opens", "phase_closes"}
    for mail in mails:
        text = f"{mail.subject} {mail.body} {mail.footer} {mail.calendar} {mail.key}"
        assert "woord" not in text
        assert "U krijgt dit omdat" in mail.body


# --- Many ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 200])
def test_a_wave_takes_the_same_queries_for_any_number_of_people(summer, count):
    for _each in range(count):
        council = CouncilFactory(
            organisation=summer.organisation, parent=summer.central
        )
        CouncilMembershipFactory(council=council)
    a_rule(Moment.OPENING)

    with (
        time_machine.travel("2027-06-01 09:00+02:00", tick=False),
        CaptureQueriesContext(connection) as asked,
    ):
        actions.send_due()

    # SQLite takes a long INSERT in parts: only what is asked counts.
    selects = [each for each in asked if each["sql"].lstrip("(").startswith("SELECT")]
    # rules, phases, people under a central council, inputs, submissions with choices to
    # take part, other people, mails that lost their claim
    assert len(selects) == 7
    assert OutgoingMail.objects.count() == count


def test_the_rules_that_come_with_the_code_load_once(db):
    made = reminder_rules.load()

    assert made == ReminderRule.objects.count() == 21
    assert reminder_rules.load() == 0


def test_a_phase_of_another_kind_needs_a_rule_of_its_own(summer):
    summer.person()
    PhaseFactory(cycle=summer.cycle, kind="dialogue", order=9)
    a_rule(Moment.OPENING)

    assert [kind for kind, _to in run_at("2027-06-01 09:00+02:00")] == ["phase_opens"]


def test_old_drafts_are_forgotten_and_new_ones_kept(summer):
    author = summer.person()
    now = timezone.now()
    old, new = (
        CouncilInput.objects.create(
            council=summer.local,
            cycle=summer.cycle,
            author=author,
            created_at=now - timedelta(days=days),
        )
        for days in (366, 364)
    )
    kept = CouncilInputFactory(council=summer.local, cycle=summer.cycle)
    CouncilInput.objects.filter(pk=kept.pk).update(created_at=old.created_at)

    tasks.forget_old_rows()

    assert set(CouncilInput.objects.values_list("pk", flat=True)) == {new.pk, kept.pk}
