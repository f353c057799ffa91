"""What meetings, minutes, actions, terms and plans ask on the home page."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertNotContains

from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    Attendee,
    CouncilMembership,
    Meeting,
    Minutes,
    StandIn,
)
from portal.dates import AMSTERDAM
from procurement.expected import Group, expected_tasks, next_moment
from procurement.expected.council import acting_seats, why_seat
from procurement.models import (
    Participation,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    InformationRequestFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    ParticipationFactory,
    PhaseFactory,
    StandInFactory,
    UserFactory,
    WorkPlanFactory,
)
from tests.procurement.rounds import Summer

pytestmark = pytest.mark.django_db

MEETING = datetime(2027, 6, 22, 14, tzinfo=AMSTERDAM)


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-08 10:00+02:00", tick=False):
        yield


@pytest.fixture
def summer() -> Summer:
    return Summer()


def tasks_of(user, *kinds: str) -> list[str]:
    """The names of somebody's tasks of these kinds, after the seats were read anew."""
    user = type(user).objects.get(pk=user.pk)
    found = expected_tasks(user, timezone.now())
    return sorted(task.name for task in found if task.kind in kinds)


def meeting(council, **fields) -> Meeting:
    return MeetingFactory(
        council=council,
        starts_at=MEETING,
        ends_at=MEETING + timedelta(hours=2),
        agenda_goes_out_on=date(2027, 6, 15),
        **fields,
    )


def over(council, **fields) -> Meeting:
    """A meeting of last week, held with an agenda."""
    return MeetingFactory(
        council=council,
        starts_at=MEETING - timedelta(days=21),
        ends_at=MEETING - timedelta(days=21, hours=-2),
        agenda_sent_at=MEETING - timedelta(days=28),
        **fields,
    )


# --- Meetings --------------------------------------------------------------------


def test_who_is_invited_is_asked_to_answer_until_it_is_done(summer):
    member = summer.person()
    expected = AttendeeFactory(meeting=meeting(summer.local), user=member)

    before = tasks_of(member, "invitation")
    Attendee.objects.filter(pk=expected.pk).update(answer="no")

    assert before == ["Laat weten of u komt op dinsdag 22\xa0juni 2027"]
    assert tasks_of(member, "invitation") == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"starts_at": datetime(2027, 6, 8, 9, tzinfo=AMSTERDAM)},
    ],
)
def test_nobody_is_asked_to_come_to_what_is_off_or_has_begun(summer, change):
    member = summer.person()
    planned = meeting(summer.local)
    AttendeeFactory(meeting=planned, user=member)

    Meeting.objects.filter(pk=planned.pk).update(**change)

    assert tasks_of(member, "invitation") == []


def test_a_guest_answers_for_the_organisation(summer):
    executive = OrganisationMembershipFactory(organisation=summer.organisation).user
    AttendeeFactory(meeting=meeting(summer.central), user=executive, is_guest=True)

    user = type(executive).objects.get(pk=executive.pk)
    task = next(
        task
        for task in expected_tasks(user, timezone.now())
        if task.kind == "invitation"
    )

    assert task.party == summer.organisation.name


def paper(item, deliverer, **fields) -> AgendaPaper:
    return AgendaPaper.objects.create(
        item=item, deliverer=deliverer, title="Uitkomst van de ronde", **fields
    )


def test_who_was_asked_for_a_paper_delivers_it_from_the_first_page(summer):
    member = summer.person()
    item = AgendaItemFactory(council=summer.local, meeting=meeting(summer.local))
    asked = paper(item, member, due_on=date(2027, 6, 14))

    user = type(member).objects.get(pk=member.pk)
    (task,) = [
        task for task in expected_tasks(user, timezone.now()) if task.kind == "paper"
    ]

    assert task.name == "Lever uw stuk aan: Uitkomst van de ronde"
    assert timezone.localdate(task.due) == date(2027, 6, 14)
    assert task.url == reverse("councils:paper_deliver", args=[asked.pk])
    AgendaPaperVersion.objects.create(
        paper=asked, number=1, file="x", filename="x.pdf", size=1, delivered_by=member
    )
    assert tasks_of(member, "paper") == []


def test_nobody_is_asked_on_the_first_page_for_a_paper_of_another(summer):
    member, secretary = summer.person(), summer.person(role="secretary")
    planned = meeting(summer.local)
    item = AgendaItemFactory(council=summer.local, meeting=planned)
    closed = AgendaItemFactory(
        council=summer.local, meeting=planned, openness="members"
    )
    paper(item, member)
    # Closed after it was asked of somebody who may not read it now.
    paper(closed, secretary)

    assert tasks_of(secretary, "paper") == []
    assert tasks_of(member, "paper") == ["Lever uw stuk aan: Uitkomst van de ronde"]


def test_the_agenda_is_the_secretarys_and_without_one_the_chairs(summer):
    chair = summer.person(role="chair")
    meeting(summer.local)

    alone = tasks_of(chair, "agenda")
    secretary = summer.person(role="secretary")

    assert alone == ["Maak de agenda voor dinsdag 22\xa0juni 2027"]
    assert tasks_of(chair, "agenda") == []
    assert tasks_of(secretary, "agenda") == alone


def test_an_agenda_is_asked_for_from_two_weeks_before_until_it_was_sent(summer):
    secretary = summer.person(role="secretary")
    later = meeting(summer.local)
    Meeting.objects.filter(pk=later.pk).update(agenda_goes_out_on=date(2027, 6, 23))

    too_early = tasks_of(secretary, "agenda")
    Meeting.objects.filter(pk=later.pk).update(agenda_goes_out_on=date(2027, 6, 22))
    in_time = tasks_of(secretary, "agenda")
    Meeting.objects.filter(pk=later.pk).update(agenda_sent_at=timezone.now())

    assert [len(too_early), len(in_time)] == [0, 1]
    assert tasks_of(secretary, "agenda") == []


def test_minutes_are_asked_for_until_they_went_round(summer):
    secretary = summer.person(role="secretary")
    held = over(summer.local)
    over(summer.central)

    asked = tasks_of(secretary, "minutes")
    minutes = Minutes.objects.create(meeting=held, begun_by=secretary)
    begun = tasks_of(secretary, "minutes")
    Minutes.objects.filter(pk=minutes.pk).update(status="draft")

    assert asked == begun == ["Schrijf het verslag van dinsdag 1\xa0juni 2027"]
    assert tasks_of(secretary, "minutes") == []


CLOSED_PART = "Schrijf het besloten deel van het verslag van dinsdag 1\xa0juni 2027"


def closed_item(summer: Summer) -> AgendaItem:
    """Of a meeting that was held, with a secretary who may not read the item."""
    summer.person(role="secretary")
    return AgendaItemFactory(meeting=over(summer.local), openness="members")


def write_notes(item: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(notes="Kort besproken.")


@pytest.mark.parametrize(
    "write",
    [
        write_notes,
        lambda item: DecisionFactory(item=item, council=item.council),
        lambda item: ActionItemFactory(item=item, council=item.council),
        lambda item: AgendaItem.objects.filter(pk=item.pk).update(openness="council"),
        lambda item: AgendaItem.objects.filter(pk=item.pk).update(
            dropped_at=timezone.now()
        ),
        lambda item: AgendaItemFactory(
            parent=item, meeting=item.meeting, openness="members", notes="Besproken."
        ),
        lambda item: AgendaItem.objects.filter(pk=item.pk).update(kind="actions"),
        lambda item: Minutes.objects.create(
            meeting=item.meeting,
            begun_by=item.meeting.planned_by,
            status="adopted",
            adopted_at=timezone.now(),
        ),
    ],
    ids=[
        "notes",
        "decision",
        "action",
        "open",
        "dropped",
        "under it",
        "its kind",
        "adopted",
    ],
)
def test_the_chair_is_asked_for_what_the_secretary_may_not_read_until_it_is_there(
    summer, write
):
    chair = summer.person(role="chair")
    item = closed_item(summer)

    asked = tasks_of(chair, "closed_minutes")
    write(item)

    assert asked == [CLOSED_PART]
    assert tasks_of(chair, "closed_minutes") == []


def test_the_closed_part_is_asked_for_calmly_also_when_the_rest_went_round(summer):
    chair, item = summer.person(role="chair"), closed_item(summer)
    Minutes.objects.create(
        meeting=item.meeting, begun_by=item.meeting.planned_by, status="draft"
    )

    (task,) = [
        each
        for each in expected_tasks(chair, timezone.now())
        if each.kind == "closed_minutes"
    ]

    assert (task.group, task.due) == (Group.SOON, None)
    assert task.url == reverse("councils:minutes_edit", args=[item.meeting_id])


@pytest.mark.parametrize("role", ["secretary", "supporter", "member", "deputy_chair"])
def test_nobody_else_is_asked_for_the_closed_part_nor_sees_it(client, summer, role):
    chair, other = summer.person(role="chair"), summer.person(role=role)
    item = closed_item(summer)
    guest = OrganisationMembershipFactory(organisation=summer.organisation).user
    AttendeeFactory(meeting=item.meeting, user=guest, is_guest=True)
    assert tasks_of(chair, "closed_minutes") == [CLOSED_PART]

    for person in (other, guest):
        assert tasks_of(person, "closed_minutes") == []
        client.force_login(person)
        assertNotContains(client.get(reverse("home")), "besloten")


def test_the_deputy_is_asked_for_the_closed_part_when_nobody_chairs(summer):
    chair, deputy = summer.person(role="chair"), summer.person(role="deputy_chair")
    closed_item(summer)

    before = tasks_of(deputy, "closed_minutes")
    CouncilMembership.objects.filter(user=chair).update(ends_on=date(2027, 6, 7))

    assert before == tasks_of(chair, "closed_minutes") == []
    assert tasks_of(deputy, "closed_minutes") == [CLOSED_PART]


def test_who_takes_the_place_of_the_chair_is_asked_for_the_closed_part(summer):
    chair, member = summer.person(role="chair"), summer.person()
    closed_item(summer)
    StandIn.objects.create(
        term=CouncilMembership.objects.get(user=chair),
        deputy=member,
        starts_on=date(2027, 6, 8),
        ends_on=date(2027, 6, 9),
        named_by=chair,
    )

    assert tasks_of(member, "closed_minutes") == [CLOSED_PART]


def test_without_a_secretary_the_chair_is_asked_for_the_minutes_alone(summer):
    chair = summer.person(role="chair")
    AgendaItemFactory(meeting=over(summer.local), openness="members")

    assert tasks_of(chair, "closed_minutes") == []
    assert len(tasks_of(chair, "minutes")) == 1


def test_a_chair_who_takes_the_place_of_the_secretary_is_asked_for_all_at_once(summer):
    chair = summer.person(role="chair")
    closed_item(summer)
    away = CouncilMembership.objects.get(council=summer.local, role="secretary")
    StandInFactory(term=away, deputy=chair)

    assert tasks_of(chair, "closed_minutes") == []
    assert len(tasks_of(chair, "minutes")) == 1


def test_an_action_asks_its_owner_until_it_is_done(summer):
    owner, other = summer.person(), summer.person()
    item = AgendaItemFactory(meeting=over(summer.local))
    action = ActionItemFactory(
        council=summer.local, item=item, owner=owner, what="Bel de bestuurder"
    )

    asked = tasks_of(owner, "action")
    ActionItem.objects.filter(pk=action.pk).update(status="done")

    assert asked == ["Doe uw actiepunt: Bel de bestuurder"]
    assert tasks_of(owner, "action") == tasks_of(other, "action") == []


def propose(council, by, **fields) -> AgendaItem:
    return AgendaItemFactory(
        council=council, meeting=None, origin="proposed", added_by=by, **fields
    )


def test_proposals_ask_the_secretary_until_somebody_decided(summer):
    secretary, member = summer.person(role="secretary"), summer.person()
    first = propose(summer.local, member)
    propose(summer.local, member)

    two = tasks_of(secretary, "proposal")
    AgendaItem.objects.filter(pk=first.pk).update(accepted_at=timezone.now())
    one = tasks_of(secretary, "proposal")

    assert two == ["Kijk naar 2 voorstellen voor de agenda"]
    assert one == ["Kijk naar 1 voorstel voor de agenda"]
    assert tasks_of(member, "proposal") == []


def test_a_proposal_that_is_closed_to_helpers_asks_none_of_them(summer):
    secretary, member = summer.person(role="secretary"), summer.person()

    propose(summer.local, member, openness="members")

    assert tasks_of(secretary, "proposal") == []


def test_an_action_that_is_closed_to_helpers_is_no_task_of_one(summer):
    secretary = summer.person(role="secretary")
    ActionItemFactory(council=summer.local, owner=secretary, openness="members")

    assert tasks_of(secretary, "action") == []


def test_a_term_that_ends_within_a_month_asks_who_keeps_the_list(summer):
    secretary = summer.person(role="secretary")
    CouncilMembershipFactory(
        council=summer.local,
        user=UserFactory(name="Nel Zandbank"),
        ends_on=date(2027, 7, 9),
    )
    CouncilMembershipFactory(council=summer.local, ends_on=date(2027, 7, 10))

    user = type(secretary).objects.get(pk=secretary.pk)
    tasks = [
        task.why for task in expected_tasks(user, timezone.now()) if task.kind == "term"
    ]

    assert tasks == [
        "Omdat de termijn van Nel Zandbank stopt op vrijdag 9\xa0juli 2027."
    ]
    assert tasks_of(summer.person(), "term") == []


# --- Plans and choices -----------------------------------------------------------


def planned(summer: Summer, number: int = 1) -> WorkPlanVersion:
    plan = WorkPlan.objects.filter(council=summer.central).first()
    plan = plan or WorkPlanFactory(phase=summer.phase, council=summer.central)
    return WorkPlanVersion.objects.create(
        plan=plan,
        number=number,
        deadline=summer.phase.closes_at,
        board_days=14,
        consultation_weeks=4,
        papers_days=7,
    )


def agree(version: WorkPlanVersion, side: str) -> None:
    WorkPlanAgreement.objects.create(
        version=version, side=side, agreed_by=UserFactory()
    )


def test_a_plan_asks_both_sides_until_each_agreed(summer):
    chair = summer.person(summer.central, "chair")
    member = summer.person(summer.central)
    executive = OrganisationMembershipFactory(organisation=summer.organisation).user
    version = planned(summer)

    first = tasks_of(chair, "plan"), tasks_of(executive, "plan")
    agree(version, Side.COUNCIL)
    half = tasks_of(chair, "plan", "waits_plan"), tasks_of(executive, "plan")
    agree(version, Side.ORGANISATION)

    assert first == (
        ["Bevestig de planning met de bestuurder"],
        ["Bevestig de planning met de raad"],
    )
    assert half == (
        ["De planning met de bestuurder"],
        ["Bevestig de planning met de raad"],
    )
    assert tasks_of(chair, "plan", "waits_plan") == []
    assert tasks_of(executive, "plan", "waits_plan") == []
    assert tasks_of(member, "plan") == []


def test_a_newer_version_asks_both_sides_again(summer):
    chair = summer.person(summer.central, "chair")
    for side in Side:
        agree(planned(summer) if side == Side.COUNCIL else version_of(summer), side)

    planned(summer, number=2)

    assert tasks_of(chair, "plan") == ["Bekijk de planning opnieuw"]


def version_of(summer: Summer) -> WorkPlanVersion:
    return WorkPlanVersion.objects.get(plan__council=summer.central)


def test_the_agreed_dates_ask_who_does_something_then(summer):
    executive = OrganisationMembershipFactory(organisation=summer.organisation).user
    chair = summer.person(summer.central, "chair")
    local = summer.person(summer.local, "chair")
    version = planned(summer)
    for kind, doer, what in (
        ("papers", "organisation", "Deel de stukken."),
        ("local", "local", "Zeg wat u vindt."),
        ("decision", "central", "Neem een besluit."),
    ):
        WorkPlanStep.objects.create(
            version=version,
            kind=kind,
            doer=doer,
            what=what,
            due_at=MEETING,
            counted_on=MEETING.date(),
        )

    before = tasks_of(executive, "plan_step")
    for side in Side:
        agree(version, side)

    assert before == []
    assert tasks_of(executive, "plan_step") == ["Deel de stukken"]
    assert tasks_of(local, "plan_step") == ["Zeg wat u vindt"]
    assert tasks_of(chair, "plan_step") == ["Neem een besluit"]


def test_the_choice_to_take_part_is_asked_until_it_is_made(summer):
    secretary = summer.person(summer.central, "secretary")
    member = summer.person(summer.central)

    asked = tasks_of(secretary, "choose")
    ParticipationFactory(
        council=summer.central,
        from_phase=None,
        cycle=summer.cycle,
        step=Participation.Step.DECLINE,
        level="",
    )

    assert asked == ["Kies wanneer uw raad instapt"]
    assert tasks_of(secretary, "choose") == tasks_of(member, "choose") == []


# --- The page --------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4])
def test_home_asks_no_more_for_meetings_actions_and_plans(
    client, summer, django_assert_num_queries, count
):
    user = summer.person(summer.central, "secretary")
    for _each in range(count):
        AttendeeFactory(meeting=meeting(summer.central), user=user)
        over(summer.central)
        ActionItemFactory(council=summer.central, owner=user)
    planned(summer)
    client.force_login(user)

    # session, user, seats, phases, what waits, inputs, submissions, parts
    with django_assert_num_queries(8):
        page = client.get(reverse("home")).content.decode()

    assert page.count("Laat weten of u komt") == count
    assert page.count("Schrijf het verslag van") == count


@pytest.mark.parametrize("count", [1, 4])
def test_home_of_a_chair_asks_no_more_for_what_is_closed(
    client, summer, django_assert_num_queries, count
):
    chair = summer.person(summer.central, "chair")
    summer.person(summer.central, "secretary")
    for _each in range(count):
        AgendaItemFactory(meeting=over(summer.central), openness="members")
    client.force_login(chair)

    # session, user, seats, phases, what waits, inputs, submissions, parts
    with django_assert_num_queries(8):
        page = client.get(reverse("home")).content.decode()

    assert page.count("Schrijf het besloten deel van") == count


# --- What follows the choice, and who takes another's place ----------------------


def ask(summer: Summer) -> None:
    InformationRequestFactory(phase=summer.phase, asked=[summer.central])


@pytest.mark.parametrize(
    ("choice", "asked"),
    [
        ({}, ["compose", "request"]),
        ({"level": "read_along"}, []),
        ({"step": "decline", "level": "", "from_phase": None}, []),
        ({"step": "leave", "reason": "Te druk.", "level": "", "from_phase": None}, []),
    ],
)
def test_the_tasks_of_a_round_follow_what_the_council_chose(summer, choice, asked):
    secretary = summer.person(summer.central, "secretary")
    ask(summer)

    ParticipationFactory(
        **{
            "council": summer.central,
            "cycle": summer.cycle,
            "from_phase": summer.phase,
            **choice,
        }
    )

    user = type(secretary).objects.get(pk=secretary.pk)
    assert sorted(task.kind for task in expected_tasks(user, timezone.now())) == asked


def test_a_step_before_the_entry_asks_nothing(summer):
    member = summer.person(summer.central)
    ask(summer)
    later = PhaseFactory(
        cycle=summer.cycle,
        kind="dialogue",
        order=9,
        opens_on=date(2027, 9, 1),
        closes_at=datetime(2027, 10, 1, 17, tzinfo=AMSTERDAM),
    )

    before = tasks_of(member, "request")
    ParticipationFactory(council=summer.central, cycle=summer.cycle, from_phase=later)

    assert len(before) == 1
    assert tasks_of(member, "request") == []


def test_who_takes_the_place_of_the_secretary_has_those_tasks_too(summer):
    secretary = summer.person(role="secretary")
    member = summer.person()
    meeting(summer.local)
    term = CouncilMembership.objects.get(user=secretary)

    before = tasks_of(member, "agenda")
    StandIn.objects.create(
        term=term,
        deputy=member,
        starts_on=date(2027, 6, 8),
        ends_on=date(2027, 6, 9),
        named_by=secretary,
    )
    meanwhile = tasks_of(member, "agenda", "choose")
    with time_machine.travel("2027-06-10 10:00+02:00", tick=False):
        after = tasks_of(member, "agenda")

    assert before == after == []
    assert meanwhile == [
        "Kies wanneer uw raad instapt",
        "Maak de agenda voor dinsdag 22\xa0juni 2027",
    ]


def test_who_takes_the_place_of_the_chair_is_asked_to_choose_once(summer):
    chair, member = summer.person(role="chair"), summer.person()
    StandIn.objects.create(
        term=CouncilMembership.objects.get(user=chair),
        deputy=member,
        starts_on=date(2027, 6, 8),
        ends_on=date(2027, 6, 9),
        named_by=chair,
    )

    assert tasks_of(member, "choose") == ["Kies wanneer uw raad instapt"]
    (seat,) = [each for each in acting_seats(member) if each.role != "member"]
    assert why_seat(seat) == "Omdat u de voorzitter van De Watergang vervangt."


def test_the_next_moment_is_a_meeting_when_that_comes_first(summer):
    member = summer.person()
    AttendeeFactory(meeting=meeting(summer.local), user=member, answer="yes")
    Meeting.objects.update(
        starts_at=datetime(2027, 6, 9, 14, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 6, 9, 16, tzinfo=AMSTERDAM),
    )

    coming = next_moment(type(member).objects.get(pk=member.pk), timezone.now())

    assert coming is not None
    assert coming.at == datetime(2027, 6, 9, 14, tzinfo=AMSTERDAM)
    assert coming.what == "raadsvergadering"


def test_of_a_year_of_meetings_only_the_near_ones_ask_for_an_answer(summer):
    member = summer.person()
    for days in (0, 10, 60):
        AttendeeFactory(
            meeting=MeetingFactory(
                council=summer.local,
                starts_at=MEETING + timedelta(days=days),
                ends_at=MEETING + timedelta(days=days, hours=2),
            ),
            user=member,
        )

    assert len(tasks_of(member, "invitation")) == 1


def test_what_has_no_day_and_is_asked_now_comes_before_what_is_asked_later(summer):
    secretary, member = summer.person(role="secretary"), summer.person()
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    AgendaItemFactory(
        council=summer.local,
        meeting=None,
        origin=AgendaItem.Origin.PROPOSED,
        added_by=member,
    )

    user = type(secretary).objects.get(pk=secretary.pk)
    long_before = datetime(2027, 5, 2, 10, tzinfo=AMSTERDAM)
    found = expected_tasks(user, long_before)

    to_do = [(task.kind, task.due is None) for task in found if not task.waits_at]
    assert to_do[0] == ("proposal", True)
    assert to_do[1] == ("request", False)
