"""A plan of a council and its board: both agree to the very same version, and a change
asks both again."""

from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from councils.models import Recess
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail
from portal.tasks import deliver_waiting_mail
from procurement.actions import phase as phases
from procurement.actions import work_plan as actions
from procurement.actions.work_plan_basis import basis_of, draft_of, usual
from procurement.models import Side, WorkPlan, WorkPlanAgreement, WorkPlanVersion
from procurement.rechecks_plan import plan_waits
from procurement.tasks import send_due_reminders
from tests.factories import (
    CareOfficeMembershipFactory,
    CouncilFactory,
    LocationFactory,
    MeetingFactory,
    MunicipalityFactory,
    OrganisationMembershipFactory,
    ParticipationFactory,
    RegionFactory,
)
from tests.procurement.rounds import Summer
from tests.races import side_by_side

WINTER = "2027-01-11 10:00+01:00"


class House(Summer):
    """The round of the summer with the people who make the plan."""

    def __init__(self) -> None:
        super().__init__()
        self.chair = self.person(self.central, "chair")
        self.secretary = self.person(self.central, "secretary")
        self.local_chair = self.person(self.local, "chair")
        self.member = self.person(self.local)
        self.executive = OrganisationMembershipFactory(
            organisation=self.organisation
        ).user
        self.adviser = OrganisationMembershipFactory(
            organisation=self.organisation, role="policy_adviser"
        ).user

    def draft(self, **chosen: date):
        return usual(self.central, self.phase).with_chosen(**chosen)

    def begin(self, by=None, **chosen: date) -> WorkPlan:
        return actions.begin(
            self.central, self.draft(**chosen), by=by or self.secretary
        )


@pytest.fixture
def house(db):
    with time_machine.travel(WINTER, tick=False):
        yield House()


def newest(plan) -> WorkPlanVersion:
    return plan.versions.first()


def sides(version) -> set[str]:
    return set(version.agreements.values_list("side", flat=True))


def days_of(version) -> dict[str, date]:
    return {
        step.kind: timezone.localdate(step.due_at, AMSTERDAM)
        for step in version.steps.all()
    }


def mails(kind) -> list[str]:
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("to", flat=True))


def addresses(*users) -> list[str]:
    return sorted(user.email for user in users)


# --- Beginning and agreeing ------------------------------------------------------


def test_a_secretary_proposes_and_nobody_has_agreed_yet(house):
    plan = house.begin()

    version = newest(plan)
    assert (version.number, version.proposed_side) == (1, Side.COUNCIL)
    assert sides(version) == set()
    # The registration closes on Sunday 1 August: the board adopts on the Friday.
    assert days_of(version) == {
        "start": date(2027, 5, 21),
        "papers": date(2027, 6, 4),
        "local": date(2027, 7, 9),
        "decision": date(2027, 7, 16),
        "board": date(2027, 7, 30),
        "deadline": date(2027, 8, 1),
    }
    event = AuditEvent.objects.get(verb__startswith="work_plan.")
    assert (event.verb, event.actor) == ("work_plan.begin", house.secretary)


@pytest.mark.parametrize(
    ("who", "side"), [("chair", Side.COUNCIL), ("executive", Side.ORGANISATION)]
)
def test_who_may_agree_does_so_by_proposing(house, who, side):
    plan = house.begin(by=getattr(house, who))

    assert sides(newest(plan)) == {side}


def test_both_sides_are_asked_in_one_mail_each_but_not_who_proposed(house):
    house.begin()

    assert mails("plan_to_agree") == addresses(
        house.chair, house.executive, house.adviser
    )
    mail = OutgoingMail.objects.filter(kind="plan_to_agree")[0]
    assert mail.subject == "Planning met de bestuurder: Zorginkoop 2028, Centrale raad"
    assert "zondag 1\xa0augustus 2027 om 17.00 uur" in mail.body
    assert "/inkoop/planningen/" in mail.body


def test_a_plan_counts_once_both_agreed_to_the_same_version(house):
    plan = house.begin()
    version = newest(plan)

    actions.agree(version, by=house.chair)
    assert not plan.versions.newest().agreed().exists()
    actions.agree(version, by=house.executive)

    assert plan.versions.newest().agreed().get() == version
    assert {str(each.side): each.agreed_by for each in version.agreements.all()} == {
        "council": house.chair,
        "organisation": house.executive,
    }


@pytest.mark.parametrize("who", ["secretary", "adviser", "local_chair", "member"])
def test_who_does_not_speak_for_a_side_cannot_agree(house, who):
    version = newest(house.begin())

    with pytest.raises(NotAllowedNow):
        actions.agree(version, by=getattr(house, who))


def test_an_older_version_cannot_be_agreed_to(house):
    plan = house.begin()
    old = newest(plan)
    draft = house.draft(papers=date(2027, 5, 28))
    actions.propose(plan, draft, seen=1, reason="Eerder beginnen", by=house.adviser)

    with pytest.raises(NotAllowedNow, match="versie 2"):
        actions.agree(old, by=house.chair)
    assert sides(old) == set()


def test_one_side_agrees_once(house):
    version = newest(house.begin(by=house.chair))

    with pytest.raises(NotAllowedNow, match="al akkoord"):
        actions.agree(version, by=house.chair)


def test_there_is_one_plan_for_a_round_and_a_local_council_makes_none(house):
    house.begin()

    with pytest.raises(NotAllowedNow, match="al een planning"):
        house.begin(by=house.executive)
    with pytest.raises(NotAllowedNow, match="centrale raad"):
        actions.begin(house.local, usual(house.local, house.phase), by=house.executive)


# --- Changing --------------------------------------------------------------------


def test_a_change_asks_both_again_and_keeps_the_old_version(house):
    plan = house.begin(by=house.chair)
    actions.agree(newest(plan), by=house.executive)

    draft = house.draft(papers=date(2027, 5, 28))
    version = actions.propose(
        plan, draft, seen=1, reason="Door de vakantie", by=house.executive
    )

    assert (version.number, version.reason) == (2, "Door de vakantie")
    assert days_of(version)["papers"] == date(2027, 5, 28)
    assert sides(version) == {Side.ORGANISATION}
    assert sides(plan.versions.get(number=1)) == {Side.COUNCIL, Side.ORGANISATION}
    assert mails("plan_changed") == addresses(
        house.chair, house.secretary, house.adviser
    )


@pytest.mark.parametrize(
    ("chosen", "seen", "reason", "told"),
    [
        ({"papers": date(2027, 5, 28)}, 0, "Zo", "inmiddels veranderd"),
        ({"papers": date(2027, 5, 28)}, 1, "  ", "waarom"),
        ({"papers": date(2027, 7, 28)}, 1, "Zo", "ná de datum"),
        ({}, 1, "Zo", "verandert"),
    ],
)
def test_a_change_that_cannot_be_is_refused(house, chosen, seen, reason, told):
    plan = house.begin()

    with pytest.raises(NotAllowedNow, match=told):
        actions.propose(
            plan, house.draft(**chosen), seen=seen, reason=reason, by=house.chair
        )
    assert plan.versions.count() == 1


def move(house, closes_at, **days):
    house.phase.refresh_from_db()
    return phases.move_phase(
        house.phase,
        opens_on=house.phase.opens_on,
        closes_at=closes_at,
        reason="De planning van de NZa veranderde.",
        by=house.cycle.created_by,
    )


def test_a_moved_deadline_reckons_anew_and_asks_both_again(house):
    plan = house.begin(by=house.chair, papers=date(2027, 5, 28))
    actions.agree(newest(plan), by=house.executive)

    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))

    version = newest(plan)
    assert (version.number, version.proposed_by, sides(version)) == (2, None, set())
    assert days_of(version) == {
        "start": date(2027, 5, 14),
        "papers": date(2027, 5, 28),  # set by hand, and it still fits
        "local": date(2027, 7, 19),
        "decision": date(2027, 7, 26),
        "board": date(2027, 8, 9),
        "deadline": date(2027, 8, 9),
    }
    assert version.reason == (
        "De sluiting ging van zondag 1\xa0augustus 2027 om 17.00 uur naar "
        "maandag 9\xa0augustus 2027 om 17.00 uur."
    )
    everybody = addresses(house.chair, house.secretary, house.executive, house.adviser)
    assert mails("plan_changed") == everybody


def test_a_date_by_hand_that_no_longer_fits_is_reckoned_and_named(house):
    plan = house.begin(by=house.chair, decision=date(2027, 7, 13))

    move(house, datetime(2027, 7, 12, 17, tzinfo=AMSTERDAM))

    version = newest(plan)
    assert days_of(version)["decision"] == date(2027, 6, 28)
    assert not any(step.is_chosen for step in version.steps.all())
    assert "dinsdag 13\xa0juli 2027 (de centrale raad besluit)" in version.reason


def test_a_first_day_that_moves_leaves_the_plan_as_it_is(house):
    plan = house.begin(by=house.chair)

    phases.move_phase(
        house.phase,
        opens_on=date(2027, 6, 7),
        closes_at=house.phase.closes_at,
        reason="Later open",
        by=house.cycle.created_by,
    )

    assert newest(plan).number == 1


def test_a_mail_about_an_older_or_agreed_version_is_not_sent(house):
    plan = house.begin()
    old = newest(plan)
    chair, stranger = str(house.chair.pk), str(house.member.pk)

    assert plan_waits(str(old.pk), chair) == ""
    assert plan_waits(str(old.pk), stranger) != ""
    actions.agree(old, by=house.chair)
    actions.agree(old, by=house.executive)
    assert plan_waits(str(old.pk), chair) == "Beide kanten zijn akkoord."
    move(house, datetime(2027, 8, 9, 17, tzinfo=AMSTERDAM))
    assert (
        plan_waits(str(old.pk), chair) == "Er is een nieuwere versie van de planning."
    )


# --- What it is reckoned with ----------------------------------------------------


def test_zones_are_those_of_the_locations_that_the_councils_speak_for(house):
    def location(zone, *councils):
        place = MunicipalityFactory(region=RegionFactory(), school_holiday_zone=zone)
        made = LocationFactory(organisation=house.organisation, municipality=place)
        made.councils.set(councils)

    location("zuid")
    assert basis_of(house.central, house.draft()).zones == ("zuid",)
    location("noord", house.local)
    assert basis_of(house.central, house.draft()).zones == ("noord",)
    location("midden", house.central)
    assert basis_of(house.central, house.draft()).zones == ("midden", "noord")


@pytest.mark.parametrize(
    ("choice", "has_weeks"),
    [
        ({"level": "read_along"}, False),
        ({"step": "leave", "level": "", "reason": "Te weinig leden."}, False),
        ({"level": "advise"}, True),
        # What the organisation does not know, it does not learn from the plan.
        ({"level": "read_along", "in_organisation": False}, True),
        ({"step": "decline", "level": "", "from_phase": None}, True),
    ],
)
def test_weeks_to_talk_are_kept_for_local_councils_that_write(house, choice, has_weeks):
    ParticipationFactory(
        council=house.local,
        cycle=house.cycle,
        **{"from_phase": house.phase, **choice},
    )

    assert basis_of(house.central, house.draft()).has_local == has_weeks


def test_a_local_council_that_talks_after_all_gets_its_weeks_in_the_next_plan(house):
    chosen = {"council": house.local, "from_phase": house.phase}
    ParticipationFactory(**chosen, level="read_along")
    ParticipationFactory(**chosen, level="talk_along", number=2)

    assert "local" in days_of(newest(house.begin()))


def test_recess_of_either_council_counts_and_its_meetings_are_looked_at(house):
    Recess.objects.create(
        council=house.local,
        name="Zomerreces",
        starts_on=date(2027, 7, 1),
        ends_on=date(2027, 7, 6),
    )
    meeting = MeetingFactory(
        council=house.central,
        starts_at=datetime(2027, 7, 6, 14, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 7, 6, 16, tzinfo=AMSTERDAM),
    )
    MeetingFactory(
        council=house.central,
        kind="board",
        starts_at=datetime(2027, 7, 13, 14, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 7, 13, 16, tzinfo=AMSTERDAM),
    )

    version = newest(house.begin())

    assert version.meeting == meeting
    assert days_of(version)["decision"] == date(2027, 7, 6)
    assert version.cautions == []
    draft = draft_of(version, house.phase).with_chosen(local=date(2027, 7, 5))
    changed = actions.propose(
        version.plan, draft, seen=1, reason="Later klaar", by=house.chair
    )
    assert changed.cautions[1:3] == [
        "5 van de 28 dagen vallen in een schoolvakantie of in het reces van de raad.",
        "Welke: Zomerreces.",
    ]


# --- Two at once -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_both_sides_agree_at_once_and_each_is_there_once():
    with time_machine.travel(WINTER, tick=False):
        house = House()
        version = newest(house.begin())

        side_by_side(
            lambda: actions.agree(version, by=house.chair),
            lambda: actions.agree(version, by=house.chair),
            lambda: actions.agree(version, by=house.executive),
        )

    assert sides(version) == {Side.COUNCIL, Side.ORGANISATION}
    assert WorkPlanAgreement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_agrees_while_the_other_changes_agrees_to_no_later_version():
    with time_machine.travel(WINTER, tick=False):
        house = House()
        plan = house.begin()
        version = newest(plan)
        draft = house.draft(papers=date(2027, 5, 28))

        side_by_side(
            lambda: actions.agree(version, by=house.chair),
            lambda: actions.propose(
                plan, draft, seen=1, reason="Eerder", by=house.adviser
            ),
        )

    second = newest(plan)
    assert second.number == 2
    assert sides(second) == set()


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_make_one_version():
    with time_machine.travel(WINTER, tick=False):
        house = House()
        plan = house.begin()
        drafts = [house.draft(papers=date(2027, 5, day)) for day in (27, 28)]

        made = side_by_side(
            *(
                lambda draft=draft: actions.propose(
                    plan, draft, seen=1, reason="Eerder", by=house.adviser
                )
                for draft in drafts
            )
        )

    assert plan.versions.count() == 2
    assert made.count(None) == 1


# --- Reminders -------------------------------------------------------------------


@pytest.fixture
def agreed(house):
    plan = house.begin(by=house.chair)
    actions.agree(newest(plan), by=house.executive)
    OutgoingMail.objects.all().delete()
    return plan


def remind(at: str) -> None:
    with time_machine.travel(at, tick=False):
        send_due_reminders()


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2027-05-14 08:59+02:00", []),
        ("2027-05-14 09:01+02:00", ["chair", "secretary"]),  # the start, 21 May
        ("2027-05-28 09:01+02:00", ["executive", "adviser"]),  # papers, 4 June
        ("2027-07-02 09:01+02:00", ["local_chair"]),  # local councils, 9 July
        # The decision, 16 July; and what is still ahead that day was never told.
        ("2027-07-09 09:01+02:00", ["chair", "secretary", "local_chair"]),
        ("2027-07-23 09:01+02:00", ["executive", "adviser"]),  # the board, 30 July
    ],
)
def test_who_does_something_is_reminded_a_week_ahead(house, agreed, at, who):
    OutgoingMail.objects.all().delete()
    with time_machine.travel(at, tick=False):
        now = timezone.now()
        send_due_reminders()
        send_due_reminders()

    ahead = OutgoingMail.objects.filter(kind="plan_step", useless_after__gt=now)
    assert sorted(ahead.values_list("to", flat=True)) == addresses(
        *(getattr(house, name) for name in who)
    )


def test_papers_are_asked_for_in_the_words_of_the_plan(house, agreed):
    remind("2027-05-28 09:01+02:00")

    mail = OutgoingMail.objects.get(kind="plan_step", to=house.executive.email)
    assert mail.subject == ("Deel vóór vrijdag 4 juni: Zorginkoop 2028, Centrale raad")
    assert "vrijdag 16\xa0juli 2027 om 17.00 uur" in mail.body


def test_without_both_agreements_nobody_is_reminded(house):
    house.begin(by=house.chair)

    remind("2027-05-28 09:01+02:00")

    assert mails("plan_step") == []


def test_a_moved_date_is_told_anew_once_both_agreed_to_it(house, agreed):
    remind("2027-05-28 09:01+02:00")
    with time_machine.travel("2027-05-28 12:00+02:00", tick=False):
        draft = house.draft(papers=date(2027, 6, 3))
        second = actions.propose(
            agreed, draft, seen=1, reason="Eerder", by=house.executive
        )
        send_due_reminders()
        assert len(mails("plan_step")) == 4  # the start in May, and the papers
        actions.agree(second, by=house.chair)
        send_due_reminders()
        send_due_reminders()

    assert mails("plan_step") == addresses(
        house.chair,
        house.secretary,
        *[house.executive, house.adviser] * 2,
    )


def test_after_a_breakdown_it_is_sent_while_ahead_and_else_missed(house, agreed):
    remind("2027-06-03 10:00+02:00")
    late = OutgoingMail.objects.get(kind="plan_step", to=house.executive.email)
    assert late.useless_after > datetime(2027, 6, 3, tzinfo=AMSTERDAM)
    OutgoingMail.objects.all().delete()

    with time_machine.travel("2027-06-07 10:00+02:00", tick=False):
        send_due_reminders()
        deliver_waiting_mail()

    missed = OutgoingMail.objects.filter(kind="plan_step", to=house.executive.email)
    assert [each.status for each in missed] == [OutgoingMail.Status.MISSED]


def test_a_plan_is_seen_by_both_sides_and_nobody_else(house):
    plan = house.begin()
    elsewhere = CouncilFactory(central=True)
    strangers = [
        house.person(elsewhere, "chair"),
        OrganisationMembershipFactory(organisation=elsewhere.organisation).user,
        CareOfficeMembershipFactory(care_office=house.office).user,
        house.cycle.created_by,
    ]

    for user in (house.chair, house.secretary, house.member, house.adviser):
        assert WorkPlan.objects.visible_to(user).get() == plan
    for user in strangers:
        assert not WorkPlan.objects.visible_to(user).exists()
