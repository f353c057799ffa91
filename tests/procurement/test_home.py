"""What is asked of you now: computed, gone by doing, and never another's."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from procurement.actions import submission as submission_actions
from procurement.expected import Group, expected_tasks, next_moment
from procurement.models import (
    Answer,
    CouncilInput,
    PhaseTask,
    Publication,
    Showing,
    ShowingPart,
)
from tests.factories import (
    CareOfficeMembershipFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    OrganisationMembershipFactory,
    ParagraphFactory,
    PhaseFactory,
    UserFactory,
)
from tests.procurement.rounds import Summer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-08 10:00+02:00", tick=False):
        yield


@pytest.fixture
def summer() -> Summer:
    return Summer()


def asked_of(user) -> list[tuple[str, str]]:
    """Kind and party of each task, after the seats of today were read anew.

    But for the choice to take part, which every chair and secretary is asked here; it
    has tests of its own (test_home_desk.py).
    """
    user = type(user).objects.get(pk=user.pk)
    tasks = expected_tasks(user, timezone.now())
    return sorted((task.kind, task.party) for task in tasks if task.kind != "choose")


def offered(summer: Summer):
    secretary = summer.person(summer.central, "secretary")
    submission = submission_actions.start(summer.central, summer.cycle, by=secretary)
    own = CouncilInputFactory(council=summer.central, cycle=summer.cycle, shared=True)
    submission_actions.add_item(submission, own, by=secretary)
    return submission, submission_actions.offer(submission, by=secretary)


def signed(summer: Summer):
    submission, version = offered(summer)
    chair = summer.person(summer.central, "chair")
    seen = submission_actions.signing_code(version, [])
    submission_actions.sign(submission, by=chair, seen=seen)
    return submission, version


# --- Members ---------------------------------------------------------------------


def test_a_request_asks_each_member_until_that_member_wrote(summer):
    request = InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    member = summer.person()
    before = asked_of(member)

    CouncilInputFactory(
        council=summer.local, cycle=summer.cycle, request=request, author=member
    )

    assert before == [("request", "De Watergang")]
    assert asked_of(member) == []


def test_a_task_names_the_councils_own_date_and_why(summer):
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    user = summer.person()

    (task,) = expected_tasks(user, timezone.now())

    assert task.name.startswith("Schrijf inbreng: Wat merken")
    assert task.due == datetime(2027, 6, 18, 15, tzinfo=UTC)
    assert (task.group, task.minutes) == (Group.SOON, 20)
    assert task.why == "Omdat het zorgkantoor dit aan uw raad vraagt."


@pytest.mark.parametrize(
    ("today", "group", "is_closed"),
    [
        ("2027-06-18 16:59+02:00", Group.SOON, False),
        ("2027-06-18 17:00+02:00", Group.OVERDUE, False),
        ("2027-08-01 16:59+02:00", Group.OVERDUE, False),
        ("2027-08-01 17:00+02:00", Group.OVERDUE, True),
    ],
)
def test_a_task_turns_overdue_and_closed_at_its_minute(summer, today, group, is_closed):
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    user = summer.person()

    with time_machine.travel(today, tick=False):
        (task,) = expected_tasks(user, timezone.now())

    assert (task.group, task.is_closed) == (group, is_closed)


def test_nobody_is_late_once_the_council_has_input(summer):
    request = InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    user = summer.person()
    CouncilInputFactory(council=summer.local, cycle=summer.cycle, request=request)

    with time_machine.travel("2027-06-19 10:00+02:00", tick=False):
        assert asked_of(user) == []


def test_a_draft_is_a_task_of_its_author_alone(summer):
    author, other = summer.person(), summer.person()
    CouncilInput.objects.create(council=summer.local, cycle=summer.cycle, author=author)

    assert ("draft", "De Watergang") in asked_of(author)
    assert ("draft", "De Watergang") not in asked_of(other)


def test_a_step_asks_in_its_own_words_while_no_request_does(summer):
    PhaseTask.objects.create(
        phase=summer.phase,
        role="member",
        what="Schrijf uw inbreng.",
        why="Daarmee maakt de raad de tekst.",
        minutes=20,
    )
    user = summer.person()

    (task,) = expected_tasks(user, timezone.now())

    assert (task.name, task.why) == (
        "Schrijf uw inbreng",
        "Daarmee maakt de raad de tekst.",
    )


# --- From local to central, to signed --------------------------------------------


def test_sharing_is_asked_of_a_local_secretary_until_something_is_shared(summer):
    secretary = summer.person(role="secretary")
    before = asked_of(secretary)

    CouncilInputFactory(council=summer.local, cycle=summer.cycle, shared=True)

    assert before == [("share", "De Watergang")]
    assert asked_of(secretary) == []


def test_what_a_council_closed_to_its_secretary_takes_no_task_away(summer):
    secretary, chair = summer.person(role="secretary"), summer.person(role="chair")
    CouncilInputFactory(
        council=summer.local,
        cycle=summer.cycle,
        shared=True,
        is_closed_to_secretary=True,
    )

    assert asked_of(secretary) == [("share", "De Watergang")]
    assert asked_of(chair) == []


def test_a_central_secretary_reads_composes_and_offers(summer):
    secretary = summer.person(summer.central, "secretary")
    first = asked_of(secretary)
    CouncilInputFactory(council=summer.local, cycle=summer.cycle, shared=True)
    second = asked_of(secretary)
    submission = submission_actions.start(summer.central, summer.cycle, by=secretary)
    own = CouncilInputFactory(council=summer.central, cycle=summer.cycle, shared=True)
    submission_actions.add_item(submission, own, by=secretary)
    third = asked_of(secretary)
    submission_actions.offer(submission, by=secretary)

    kinds = [[kind for kind, _party in each] for each in (first, second, third)]
    assert kinds == [
        ["compose"],
        ["compose", "read_local"],
        ["offer", "read_local"],
    ]
    assert asked_of(secretary) == [("waits_signature", "Centrale raad")]


def test_signing_is_asked_of_chair_and_deputy_until_one_signed(summer):
    submission, version = offered(summer)
    chair = summer.person(summer.central, "chair")
    deputy = summer.person(summer.central, "deputy_chair")
    before = asked_of(chair), asked_of(deputy)

    submission_actions.sign(
        submission, by=chair, seen=submission_actions.signing_code(version, [])
    )

    assert before == ([("sign", "Centrale raad")], [("sign", "Centrale raad")])
    assert asked_of(deputy) == [("waits_answers", "Centrale raad")]


def test_a_text_put_before_a_council_waits_on_both_sides_until_its_verdict(summer):
    paragraph = ParagraphFactory(council=summer.central, cycle=summer.cycle)
    by = UserFactory()
    part = ShowingPart.objects.create(
        showing=Showing.objects.create(paragraph=paragraph, number=1, by=by),
        council=summer.local,
        sha256="0" * 64,
    )
    chair = summer.person(role="chair")
    secretary = summer.person(summer.central, "secretary")
    before = asked_of(chair), asked_of(secretary)

    ShowingPart.objects.filter(pk=part.pk).update(verdict="agreed")

    assert ("check", "De Watergang") in before[0]
    assert ("waits_reaction", "Centrale raad") in before[1]
    assert ("check", "De Watergang") not in asked_of(chair)
    assert ("waits_reaction", "Centrale raad") not in asked_of(secretary)


def test_two_texts_put_before_one_council_are_told_apart(summer):
    for title in ("De nacht", "De keuken"):
        ShowingPart.objects.create(
            showing=Showing.objects.create(
                paragraph=ParagraphFactory(
                    council=summer.central, cycle=summer.cycle, title=title
                ),
                number=1,
                by=UserFactory(),
            ),
            council=summer.local,
            sha256="0" * 64,
        )

    def names(person, kind) -> set[str]:
        tasks = expected_tasks(person, timezone.now())
        return {task.name for task in tasks if task.kind == kind}

    assert names(summer.person(role="chair"), "check") == {
        "Kijk hoe uw woorden zijn gebruikt in “De nacht”",
        "Kijk hoe uw woorden zijn gebruikt in “De keuken”",
    }
    assert names(summer.person(summer.central, "secretary"), "waits_reaction") == {
        "Reactie van De Watergang op “De nacht”",
        "Reactie van De Watergang op “De keuken”",
    }


def test_answers_say_to_whom_and_in_which_round(summer, client):
    _submission, version = signed(summer)
    Publication.objects.create(version=version, by=UserFactory(), at=timezone.now())
    client.force_login(summer.person(summer.central))

    page = client.get(reverse("home"))

    assertContains(page, "Lees de antwoorden aan Centrale raad")
    assertContains(page, f"Inkoopronde {summer.cycle.contract_year}. Beantwoord op")


@pytest.mark.parametrize(("days", "is_news"), [(29, True), (30, False)])
def test_answers_are_news_for_thirty_days(summer, days, is_news):
    _submission, version = signed(summer)
    member = summer.person(summer.central)
    Publication.objects.create(version=version, by=UserFactory(), at=timezone.now())

    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        assert (("answers", "Centrale raad") in asked_of(member)) is is_news


# --- Care office, organisation, nobody -------------------------------------------


def test_a_care_office_answers_its_points_then_publishes(summer):
    _submission, version = signed(summer)
    buyer = CareOfficeMembershipFactory(care_office=summer.office).user
    before = asked_of(buyer)
    for item in version.submitted_items.all():
        Answer.objects.create(item=item, outcome="taken_up", written_by=buyer)
    ready = asked_of(buyer)
    Publication.objects.create(version=version, by=buyer)

    assert before == [("answer", summer.office.name)]
    assert ready == [("publish_answers", summer.office.name)]
    assert asked_of(buyer) == []


def test_an_unpublished_round_is_the_care_offices_task_alone(summer):
    cycle = CycleFactory(
        care_office=summer.office, contract_year=2029, published_at=None
    )
    PhaseFactory(
        cycle=cycle,
        opens_on=date(2028, 6, 1),
        closes_at=datetime(2028, 8, 1, 15, tzinfo=UTC),
    )
    buyer = CareOfficeMembershipFactory(care_office=summer.office).user
    secretary = summer.person(summer.central, "secretary")

    assert asked_of(buyer) == [("publish_round", summer.office.name)]
    assert asked_of(secretary) == [("compose", "Centrale raad")]


def test_an_organisation_sees_what_running_steps_ask_of_it(summer):
    for role in ("organisation", "member"):
        PhaseTask.objects.create(
            phase=summer.phase, role=role, what=f"Taak {role}.", why="Dan.", minutes=5
        )
    staff = OrganisationMembershipFactory(organisation=summer.organisation).user

    tasks = expected_tasks(staff, timezone.now())

    assert [task.name for task in tasks] == ["Taak organisation"]


# --- The page --------------------------------------------------------------------


def test_home_shows_the_first_task_large_and_where_we_are(client, summer):
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    client.force_login(summer.person())

    page = client.get(reverse("home"))

    assertContains(page, "task--first", count=1)
    assertContains(page, "Stap 1 van 1, loopt nu")
    assertContains(page, "Datum van uw raad: vrijdag 18\N{NO-BREAK SPACE}juni 2027")


def test_nothing_to_do_names_the_next_moment(client, summer):
    user = summer.person()
    CouncilInputFactory(council=summer.local, cycle=summer.cycle, author=user)
    client.force_login(user)

    page = client.get(reverse("home"))

    assertContains(page, "U hoeft nu niets te doen.")
    assertContains(page, "de datum van uw raad voor")
    assert next_moment(user, timezone.now()).at == datetime(2027, 6, 18, 15, tzinfo=UTC)


def test_who_has_no_seat_reads_what_to_do(client):
    client.force_login(UserFactory())

    assertContains(client.get(reverse("home")), "U hoort nu bij geen enkele raad")


def test_the_switch_only_filters(client, summer):
    user = summer.person(role="secretary")
    CouncilMembershipFactory(user=user, council=summer.central, role="secretary")
    client.force_login(user)
    everything = client.get(reverse("home"))

    client.post(reverse("switch_council"), {"raad": str(summer.local.pk)})
    one = client.get(reverse("home"))

    assertContains(everything, "Deel inbreng met de centrale raad")
    assertContains(everything, "Stel de centrale tekst samen")
    assertContains(one, "Deel inbreng met de centrale raad")
    assertNotContains(one, "Stel de centrale tekst samen")
    assertContains(one, "nog 2 taken")


def test_an_administrator_sees_whether_mail_is_held(client):
    client.force_login(UserFactory(is_staff=True))

    assertContains(client.get(reverse("home")), "De mail vertrekt zoals het hoort.")


@pytest.mark.parametrize("count", [1, 50])
def test_home_takes_the_same_queries_for_any_number(
    client, summer, django_assert_num_queries, count
):
    user = UserFactory()
    for _each in range(count):
        council = CouncilFactory(
            organisation=summer.organisation, parent=summer.central
        )
        CouncilMembershipFactory(user=user, council=council, role="chair")
        InformationRequestFactory(phase=summer.phase, asked=[council])
        CouncilInputFactory(council=council, cycle=summer.cycle)
    client.force_login(user)

    # session, user, seats, phases, asked, inputs, submissions, parts
    with django_assert_num_queries(8):
        page = client.get(reverse("home"))

    assertContains(page, "Schrijf inbreng", count=count)


# --- Walls -----------------------------------------------------------------------


def test_another_councils_tasks_never_show(client, summer):
    other = CouncilFactory(organisation=summer.organisation, name="Huize Wolkenveer")
    InformationRequestFactory(
        phase=summer.phase, asked=[other], title="Alleen voor Wolkenveer"
    )
    CouncilInput.objects.create(council=other, cycle=summer.cycle, author=UserFactory())
    elsewhere = round_elsewhere()
    client.force_login(summer.person())

    page = client.get(reverse("home"))

    assertNotContains(page, "Wolkenveer")
    assertNotContains(page, elsewhere)


def round_elsewhere() -> str:
    """A round of another care office, whose name must not show."""
    cycle = CycleFactory(care_office__name="Zorgkantoor Verweg")
    PhaseFactory(cycle=cycle)
    return "Verweg"


def test_home_asks_for_a_login(client):
    assert client.get(reverse("home")).status_code == 302
