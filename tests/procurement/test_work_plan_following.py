"""A plan follows what moves: what has been stays, and both sides are asked anew."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import meeting as meetings
from councils.models import CouncilMembership, OrganisationMembership
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import OutgoingMail, User
from portal.tasks import deliver_waiting_mail
from procurement.actions import participation
from procurement.actions import work_plan as actions
from procurement.actions.back_planning_room import room_of
from procurement.actions.work_plan_basis import usual
from procurement.actions.work_plan_following import follow_meetings
from procurement.models import Participation, Side, WorkPlan, WorkPlanVersion
from procurement.permissions import agreeing_side, plan_side
from procurement.rechecks_plan import plan_agreed
from procurement.tasks import send_due_reminders
from tests.factories import (
    CouncilFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    ParticipationFactory,
    PhaseFactory,
    StandInFactory,
)
from tests.procurement.test_work_plan import (
    House,
    addresses,
    days_of,
    house,
    mails,
    move,
    newest,
    sides,
)
from tests.procurement.test_work_plan_pages import words

__all__ = ["house"]


def at(moment: str):
    return time_machine.travel(moment, tick=False)


def meeting_on(house: House, day: date, hour: int = 14, **fields):
    return MeetingFactory(
        council=house.central,
        starts_at=datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM),
        ends_at=datetime(day.year, day.month, day.day, hour + 2, tzinfo=AMSTERDAM),
        **fields,
    )


def agree_both(plan: WorkPlan, house: House) -> WorkPlanVersion:
    version = newest(plan)
    for user in (house.chair, house.executive):
        side = agreeing_side(user, plan.council)
        if side not in sides(version):
            actions.agree(version, by=user)
    return version


def page_of(client, plan: WorkPlan, user: User):
    client.force_login(user)
    return client.get(plan.get_absolute_url())


# --- What has been ---------------------------------------------------------------


@pytest.fixture
def after_papers(house):
    """A plan that both agreed to, on 10 June: the start and the papers have been."""
    plan = house.begin(by=house.chair)
    agree_both(plan, house)
    with at("2027-06-10 10:00+02:00"):
        yield plan


def were_over(version) -> set[str]:
    return {step.kind for step in version.steps.all() if step.was_over}


def test_what_has_been_stays_and_what_is_to_come_is_reckoned_anew(house, after_papers):
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))

    version = newest(after_papers)
    assert days_of(version) == {
        "start": date(2027, 5, 21),
        "papers": date(2027, 6, 4),
        "local": date(2027, 7, 19),
        "decision": date(2027, 7, 26),
        "board": date(2027, 8, 9),
        "deadline": date(2027, 8, 9),
    }
    assert were_over(version) == {"start", "papers"}
    first = after_papers.versions.get(number=1).steps.get(kind="papers")
    assert version.steps.get(kind="papers").why == first.why


def test_no_room_is_told_in_words_and_a_colour(client, house, after_papers):
    # Twelve days: local councils would have had to answer on 28 May.
    move(house, datetime(2027, 6, 20, 17, tzinfo=AMSTERDAM))

    version = newest(after_papers)
    late = version.steps.get(kind="local")
    assert days_of(version)["papers"] == date(2027, 6, 4)
    assert room_of(late, version.proposed_at).tone == "late"
    for user in (house.chair, house.executive):
        page = page_of(client, after_papers, user)
        assertContains(
            page,
            "Hiervoor is geen tijd meer: lokale raden hebben gezegd wat zij vinden "
            "en de centrale raad besluit.",
        )
        assertContains(page, "notice--wrong")
        assertContains(page, "(geweest)", count=2)
    paper = client.get(reverse("procurement:work_plan_pdf", args=[after_papers.pk]))
    said = words(paper)
    assert "Hiervoor is geen tijd meer: lokale raden hebben" in said
    assert said.count("(geweest)") == 2


def test_who_agrees_reads_first_that_there_is_no_room(client, house, after_papers):
    move(house, datetime(2027, 6, 20, 17, tzinfo=AMSTERDAM))
    client.force_login(house.executive)

    page = client.get(reverse("procurement:work_plan_agree", args=[after_papers.pk]))

    assertContains(page, "Hiervoor is geen tijd meer: lokale raden hebben")


def test_what_passed_while_a_plan_waited_was_not_too_late(client, house):
    plan = house.begin()
    with at("2027-05-24 10:00+02:00"):
        client.force_login(house.executive)
        for name in ("detail", "agree"):
            page = client.get(reverse(f"procurement:work_plan_{name}", args=[plan.pk]))
            assertContains(page, "(geweest)", count=1)
            assertNotContains(page, "Te laat")


def test_little_room_after_what_has_been_is_told(client, house, after_papers):
    # Local councils answer by 21 June, seventeen days after the papers.
    move(house, datetime(2027, 7, 12, 17, tzinfo=AMSTERDAM))

    papers = newest(after_papers).steps.get(kind="papers")
    assert (papers.was_over, papers.slack_days) == (True, -18)
    assertContains(
        page_of(client, after_papers, house.chair),
        "Na vrijdag 4\xa0juni 2027 (de stukken zijn bij de raden) zijn er 17 dagen tot "
        "de datum daarna. Nodig zijn er 35.",
    )


def test_what_was_too_late_has_not_been_and_is_reckoned_anew(house, after_papers):
    move(house, datetime(2027, 6, 20, 17, tzinfo=AMSTERDAM))
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))

    version = newest(after_papers)
    assert (version.number, were_over(version)) == (3, {"start", "papers"})
    assert days_of(version)["local"] == date(2027, 7, 19)


def test_a_change_leaves_what_has_been_too(client, house, after_papers):
    edit = reverse("procurement:work_plan_edit", args=[after_papers.pk])
    client.force_login(house.adviser)

    page = client.get(edit)
    assertNotContains(page, 'name="papers"')
    assertContains(page, 'name="local"')
    typed = {
        "board_days": 14,
        "consultation_weeks": 2,
        "papers_days": 7,
        "seen": 1,
        "reason": "Sneller",
        "propose": "1",
    }
    page = client.post(edit, {**typed, "local": "2027-06-02"})
    assertContains(page, "Dit ligt vóór een datum die geweest is.")
    client.post(edit, {**typed, "local": "2027-07-01"})

    version = newest(after_papers)
    assert (version.number, were_over(version)) == (2, {"start", "papers"})
    assert days_of(version)["papers"] == date(2027, 6, 4)
    assert days_of(version)["local"] == date(2027, 7, 1)


def test_an_action_refuses_a_day_before_what_has_been(house, after_papers):
    draft = house.draft(local=date(2027, 6, 2))

    with pytest.raises(NotAllowedNow, match="geweest"):
        actions.propose(after_papers, draft, seen=1, reason="Zo", by=house.adviser)


def test_the_reason_of_the_care_office_stands_with_the_version_it_made(client, house):
    plan = house.begin(by=house.chair)
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))
    again = house.draft(papers=date(2027, 6, 7))
    actions.propose(plan, again, seen=2, reason="Eerder lukt niet.", by=house.chair)
    client.force_login(house.executive)

    why = "De planning van de NZa veranderde."
    page = client.get(plan.get_absolute_url())
    assertContains(page, f'<blockquote class="quote__text stack-s"><p>{why}</p>', 1)
    assertContains(page, f"<b>{house.office.name}</b>, maandag 11\xa0januari 2027", 1)
    # Who agrees, and the paper, tell of the newest version alone.
    for name in ("agree", "pdf"):
        newest_only = client.get(
            reverse(f"procurement:work_plan_{name}", args=[plan.pk])
        )
        said = words(newest_only) if name == "pdf" else newest_only.content.decode()
        assert ("Eerder lukt niet." in said, why in said) == (True, False)


def test_the_reason_of_the_care_office_is_read_before_agreeing_and_on_paper(
    client, house
):
    plan = house.begin(by=house.chair)
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))
    client.force_login(house.executive)

    page = client.get(reverse("procurement:work_plan_agree", args=[plan.pk]))
    paper = client.get(reverse("procurement:work_plan_pdf", args=[plan.pk]))

    assertContains(page, "De planning van de NZa veranderde.", 1)
    said = words(paper)
    for part in (
        "De sluiting ging van zondag 1 augustus 2027 om 17.00 uur naar",
        f"{house.office.name} schreef op maandag 11 januari 2027: De planning van de "
        "NZa veranderde.",
        "Het zorgkantoor sluit: was zondag 1 augustus 2027, is nu",
    ):
        assert part in said


# --- The meeting in which the council decides ------------------------------------


@pytest.fixture
def met(house):
    """A plan that both agreed to: the council decides on Tuesday 13 July."""
    house.meeting = meeting_on(house, date(2027, 7, 13))
    plan = house.begin(by=house.chair)
    agree_both(plan, house)
    OutgoingMail.objects.all().delete()
    return plan


def test_another_day_for_the_meeting_asks_both_again(client, house, met):
    house.meeting.starts_at = datetime(2027, 7, 6, 14, tzinfo=AMSTERDAM)
    house.meeting.ends_at = datetime(2027, 7, 6, 16, tzinfo=AMSTERDAM)
    meetings.move(house.meeting, by=house.secretary)
    told = (
        "De vergadering waarin de raad besluit, ging van dinsdag 13\xa0juli 2027 "
        "naar dinsdag 6\xa0juli 2027."
    )
    for user in (house.chair, house.executive):
        assertContains(page_of(client, met, user), told)

    send_due_reminders()
    send_due_reminders()

    version = newest(met)
    assert (version.number, sides(version)) == (2, set())
    assert (version.meeting, version.reason) == (house.meeting, told)
    assert days_of(version)["decision"] == date(2027, 7, 6)
    assert mails("plan_changed") == addresses(
        house.chair, house.secretary, house.executive, house.adviser
    )


def test_a_meeting_that_is_off_asks_both_again(client, house, met):
    meetings.cancel(house.meeting, reason="Ziek", by=house.secretary)
    page = page_of(client, met, house.executive)
    assertContains(page, "waarin de raad besluit, gaat niet door.")
    assertNotContains(page, "Ziek")

    send_due_reminders()

    version = newest(met)
    assert (version.number, version.meeting, sides(version)) == (2, None, set())
    assert days_of(version)["decision"] == date(2027, 7, 16)


def test_a_plan_that_cannot_be_reckoned_keeps_no_other_waiting(house, met):
    chair = CouncilMembershipFactory(role="chair")
    times = {"starts_at": house.meeting.starts_at, "ends_at": house.meeting.ends_at}
    elsewhere = MeetingFactory(council=chair.council, **times)
    draft = usual(chair.council, house.phase)
    other = actions.begin(chair.council, draft, by=chair.user)
    for meeting in (house.meeting, elsewhere):
        meetings.cancel(meeting, reason="Ziek", by=meeting.planned_by)
    # From so long ago one cannot count back.
    first = PhaseFactory(closes_at=datetime(1, 1, 3, tzinfo=UTC))
    WorkPlan.objects.filter(pk=other.pk).update(phase=first)

    assert follow_meetings() == 1

    assert newest(met).number == 2


def test_another_day_set_by_hand_goes_with_its_meeting(house):
    meeting = meeting_on(house, date(2027, 7, 13))
    later = meeting_on(house, date(2027, 7, 15))
    plan = house.begin(by=house.chair, decision=date(2027, 7, 13))

    meetings.cancel(meeting, reason="Ziek", by=house.secretary)
    send_due_reminders()

    assert newest(plan).meeting == later
    assert not newest(plan).steps.get(kind="decision").is_chosen


def test_another_hour_on_the_same_day_is_told_and_asks_nobody(client, house, met):
    house.meeting.starts_at = datetime(2027, 7, 13, 15, tzinfo=AMSTERDAM)
    meetings.move(house.meeting, by=house.secretary)

    send_due_reminders()

    assert newest(met).number == 1
    assertContains(
        page_of(client, met, house.executive),
        "De raad vergadert die dag: dinsdag 13\xa0juli 2027 om 15.00 uur.",
    )


def test_a_decision_that_has_been_does_not_follow_its_meeting(house, met):
    with at("2027-07-14 10:00+02:00"):
        move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))
        send_due_reminders()

        version = newest(met)
        assert (version.number, version.meeting) == (2, house.meeting)
        assert days_of(version)["decision"] == date(2027, 7, 13)


def test_a_meeting_that_fits_is_told_and_looked_at_with_one_press(client, house):
    plan = house.begin(by=house.chair)
    # Of no use: after the decision, not of the council itself, or called off.
    meeting_on(house, date(2027, 7, 20))
    meeting_on(house, date(2027, 7, 14), kind="board")
    meeting_on(house, date(2027, 7, 15), status="cancelled")
    told = "Dan kan de raad besluiten."
    assertNotContains(page_of(client, plan, house.executive), "notice--now")
    meeting_on(house, date(2027, 7, 13))

    assertNotContains(page_of(client, plan, house.member), "Bereken een nieuwe")
    page = page_of(client, plan, house.executive)
    assertContains(page, f"dinsdag 13\xa0juli 2027 om 14.00 uur. {told}")
    sent = {
        "board_days": 14,
        "consultation_weeks": 4,
        "papers_days": 7,
        "reason": page.context["meeting"].reason,
    }
    page = client.post(
        reverse("procurement:work_plan_edit", args=[plan.pk]), {**sent, "preview": 1}
    )

    assertContains(page, "dinsdag 13\xa0juli 2027")
    assertContains(page, told)
    assert newest(plan).number == 1


def test_a_meeting_on_the_very_day_needs_no_other_plan(client, house):
    plan = house.begin(by=house.chair)
    meeting_on(house, date(2027, 7, 16), hour=19)

    page = page_of(client, plan, house.executive)

    assertContains(page, "De raad vergadert die dag")
    assertNotContains(page, "Bereken een nieuwe planning")


# --- What local councils do ------------------------------------------------------


def chooses(house: House, council=None, **says) -> None:
    """A local council talks along from the registration on, or says otherwise."""
    council = council or house.local
    rows = Participation.objects.filter(council=council, cycle=house.cycle)
    participation.choose(
        Participation(
            council=council,
            cycle=house.cycle,
            **{
                "step": "join",
                "from_phase": house.phase,
                "level": "talk_along",
                **says,
            },
        ),
        seen=rows.count(),
        by=house.local_chair,
    )


LEAVES = {"step": "leave", "reason": "Te weinig leden."}


def test_a_plan_lets_its_weeks_go_once_no_local_council_talks(client, house):
    other = CouncilFactory(organisation=house.organisation, parent=house.central)
    for council in (house.local, other):
        chooses(house, council)
    plan = house.begin()
    agree_both(plan, house)
    OutgoingMail.objects.all().delete()

    chooses(house, **LEAVES)
    assert newest(plan).number == 1
    chooses(house, other, level="read_along")

    version = newest(plan)
    assert (version.number, version.proposed_by, sides(version)) == (2, None, set())
    assert "local" not in days_of(version)
    assert mails("plan_changed") == addresses(
        house.chair, house.secretary, house.executive, house.adviser
    )
    # Who reads it is not told which council left, nor that one did.
    page = page_of(client, plan, house.local_chair)
    assertContains(page, "Wat lokale raden in deze ronde doen, is veranderd.")
    assertContains(page, "Niet meer: Zeg wat uw lokale raad ervan vindt.")
    assertNotContains(page, "weken voor lokale raden")
    for word in (house.local.name, other.name, "stopte", "Te weinig leden"):
        assert word not in page.content.decode().split("<main", 1)[1]


def test_a_plan_keeps_weeks_again_once_a_local_council_talks_again(house):
    chooses(house, level="read_along")
    plan = house.begin()

    chooses(house, level="advise")

    assert newest(plan).number == 2
    assert days_of(newest(plan))["local"] == date(2027, 7, 9)


@pytest.mark.parametrize(
    "says",
    [
        {"step": "decline", "level": "", "from_phase": None},
        {"level": "read_along", "in_organisation": False, "in_region": True},
    ],
    ids=["takes no part", "in the region alone"],
)
def test_what_the_organisation_is_not_told_moves_no_plan_whatever_it_was_reckoned_with(
    house, says
):
    told = {"council": house.local, "from_phase": house.phase}
    ParticipationFactory(**told, level="read_along")
    plan = house.begin()
    # Were it reckoned anew, it would keep weeks for this council of which it knew not.
    CouncilFactory(organisation=house.organisation, parent=house.central)
    quiet = CouncilFactory(organisation=house.organisation, parent=house.central)

    chooses(house, quiet, **says)

    assert newest(plan).number == 1


@pytest.mark.parametrize(
    "says",
    [
        {"level": "advise"},
        # Of what is said in the region alone the organisation knows nothing.
        {"level": "read_along", "in_organisation": False},
    ],
)
def test_a_choice_that_changes_no_weeks_asks_nobody_again(house, says):
    plan = house.begin()
    # This would fit as well, but nobody asked for it.
    meeting_on(house, date(2027, 7, 6))

    chooses(house, **says)

    assert newest(plan).number == 1


def test_weeks_that_have_been_stay_when_a_council_leaves(house):
    chooses(house)
    plan = house.begin()
    agree_both(plan, house)
    with at("2027-07-12 10:00+02:00"):
        chooses(house, **LEAVES)

    assert newest(plan).number == 1


def test_a_plan_that_is_over_follows_nobody(house):
    chooses(house)
    plan = house.begin()
    with at("2027-08-02 10:00+02:00"):
        chooses(house, **LEAVES)

    assert newest(plan).number == 1


# --- Who hears of it -------------------------------------------------------------


def test_both_sides_and_local_councils_get_the_dates_once_both_agreed(house):
    plan = house.begin(by=house.chair)
    assert mails("plan_agreed") == []

    actions.agree(newest(plan), by=house.executive)

    assert mails("plan_agreed") == addresses(
        house.chair, house.secretary, house.adviser, house.local_chair
    )
    mail = OutgoingMail.objects.get(kind="plan_agreed", to=house.chair.email)
    assert mail.subject == (
        "De planning is afgesproken: Zorginkoop 2028, Centrale raad"
    )
    assert (
        "- vrijdag 9 juli 2027: Zeg wat uw lokale raad ervan vindt (lokale raden)\n"
        in mail.body
    )
    assert "Versie: 1" in mail.body


def test_dates_that_were_changed_meanwhile_are_not_sent(house):
    plan = house.begin(by=house.chair)
    actions.agree(newest(plan), by=house.executive)
    version, chair = str(newest(plan).pk), str(house.chair.pk)

    assert plan_agreed(version, chair) == ""
    assert plan_agreed(version, str(house.member.pk)) != ""
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))
    assert plan_agreed(version, chair) == "Er is een nieuwere versie van de planning."


def test_a_reminder_of_a_former_date_that_waits_is_not_sent(house):
    plan = house.begin(by=house.chair)
    agree_both(plan, house)
    with at("2027-05-28 09:01+02:00"):
        send_due_reminders()
        papers = OutgoingMail.objects.filter(kind="plan_step", to=house.adviser.email)
        assert papers.get().status == OutgoingMail.Status.QUEUED
        draft = house.draft(papers=date(2027, 6, 3))
        actions.propose(plan, draft, seen=1, reason="Eerder", by=house.executive)
        actions.agree(newest(plan), by=house.chair)
        send_due_reminders()
        deliver_waiting_mail()

        told = {mail.key.rsplit(":", 1)[1]: mail.status for mail in papers}
    assert told == {
        "2027-06-04": OutgoingMail.Status.CANCELLED,
        "2027-06-03": OutgoingMail.Status.SENT,
    }


# --- Who agrees for whom ---------------------------------------------------------


def again(user: User) -> User:
    """The same person at another request: the seats are read anew."""
    return User.objects.get(pk=user.pk)


def test_who_changed_sides_does_not_agree_for_both(house):
    plan = house.begin(by=house.chair)
    CouncilMembership.objects.filter(user=house.chair).update(ends_on=date(2027, 1, 31))
    with at("2027-02-01 10:00+01:00"):
        OrganisationMembershipFactory(user=house.chair, organisation=house.organisation)
        chair = again(house.chair)
        assert agreeing_side(chair, house.central) == Side.ORGANISATION

        with pytest.raises(NotAllowedNow, match="andere kant"):
            actions.agree(newest(plan), by=chair)
        actions.agree(newest(plan), by=house.executive)

    assert sides(newest(plan)) == {Side.COUNCIL, Side.ORGANISATION}


def test_who_works_for_one_side_never_agrees_for_the_other(house):
    # An administrator can enter what the portal itself refuses.
    both = OrganisationMembershipFactory(
        organisation=house.organisation, role="policy_adviser"
    ).user
    CouncilMembershipFactory(council=house.central, role="deputy_chair", user=both)

    assert plan_side(both, house.central) == Side.ORGANISATION
    assert agreeing_side(both, house.central) is None
    assert sides(newest(house.begin(by=both))) == set()


def test_a_stand_in_agrees_for_the_chair_as_long_as_it_lasts(house):
    term = CouncilMembership.objects.get(user=house.chair)
    deputy = house.person(house.central)
    StandInFactory(
        term=term, deputy=deputy, starts_on=date(2027, 1, 11), ends_on=date(2027, 1, 20)
    )
    plan = house.begin()

    assert agreeing_side(again(deputy), house.central) == Side.COUNCIL
    actions.agree(newest(plan), by=again(deputy))
    with at("2027-01-21 10:00+01:00"):
        assert agreeing_side(again(deputy), house.central) is None
    assert newest(plan).agreements.get().agreed_by == deputy


@pytest.mark.parametrize("who", ["chair", "executive"])
def test_a_term_that_ended_agrees_to_nothing(house, who):
    plan, user = house.begin(), getattr(house, who)
    for terms in (CouncilMembership, OrganisationMembership):
        terms.objects.filter(user=user).update(ends_on=date(2027, 1, 10))

    with pytest.raises(NotAllowedNow):
        actions.agree(newest(plan), by=again(user))


def test_a_closed_account_neither_agrees_nor_is_asked(client, house):
    for user in (house.chair, house.executive):
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        plan = WorkPlan.objects.first() or house.begin()

        page = client.post(
            reverse("procurement:work_plan_agree", args=[plan.pk]), {"seen": 1}
        )

        assert page.status_code == 302
        assert page["Location"].startswith(reverse(settings.LOGIN_URL))
    assert sides(newest(plan)) == set()
    asked = OutgoingMail.objects.get(kind="plan_to_agree", to=house.chair.email)
    assert asked.status == OutgoingMail.Status.CANCELLED
