"""A council's choice per round: what may follow on what, who knows, what goes quiet."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Openness
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail
from procurement.actions import participation as actions
from procurement.actions import reminder
from procurement.actions.planning import days_from_entry
from procurement.actions.reference import reminder_rules
from procurement.facts import Done, Left, done_in, left_to_do, steps_of
from procurement.models import Participation, Phase, PhaseKind, Reminder
from procurement.rechecks import request_published
from procurement.taking_part import TakingPart
from tests.factories import (
    AgendaItemFactory,
    CareOfficeMembershipFactory,
    ConcessionFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    CycleFactory,
    DecisionFactory,
    InformationRequestFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    ParticipationFactory,
    PhaseFactory,
)
from tests.procurement.rounds import Summer

Step, Level = Participation.Step, Participation.Level
ORDER = ["consultation", "registration", "award"]


class Year(Summer):
    """Three steps: February to May, 1 June to 1 August, and 1 to 20 September."""

    def __init__(self) -> None:
        super().__init__()
        self.consultation = self.earlier_phase()
        self.registration = self.phase
        self.award = PhaseFactory(
            cycle=self.cycle,
            kind=PhaseKind.FINAL_AWARD,
            order=10,
            opens_on=date(2027, 9, 1),
            closes_at=datetime(2027, 9, 20, 17, tzinfo=AMSTERDAM),
            councils_deliver=False,
        )
        self.secretary = self.person(role="secretary")

    def joins(self, phase: str = "registration", **fields) -> Participation:
        fields = {"level": Level.TALK_ALONG, **fields}
        return self.chooses(Step.JOIN, from_phase=getattr(self, phase), **fields)

    def chooses(self, step, council=None, **fields) -> Participation:
        council = council or self.local
        rows = Participation.objects.filter(council=council, cycle=self.cycle)
        return actions.choose(
            Participation(council=council, cycle=self.cycle, step=step, **fields),
            seen=rows.count(),
            by=self.secretary,
        )

    def url(self, name: str, council=None) -> str:
        council = council or self.local
        return reverse(
            f"procurement:participation_{name}", args=[self.cycle.pk, council.pk]
        )


@pytest.fixture
def year(db) -> Year:
    return Year()


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-08 10:00+02:00", tick=False):
        yield


# --- What may follow on what -----------------------------------------------------


def step_of(year: Year, name: str) -> Participation:
    if name == "join":
        return year.joins()
    return year.chooses(Step(name), reason="Geen tijd" if name == "leave" else "")


@pytest.mark.parametrize(
    ("before", "then", "allowed"),
    [
        ([], "join", True),
        ([], "decline", True),
        ([], "leave", False),
        (["decline"], "join", True),
        (["decline"], "leave", False),
        (["join"], "leave", True),
        (["join"], "decline", False),
        (["join", "leave"], "join", True),
        (["join", "leave"], "decline", False),
        (["decline", "join", "leave", "join"], "leave", True),
    ],
)
def test_what_may_follow_on_what(year, before, then, allowed):
    for name in before:
        step_of(year, name)

    if allowed:
        assert step_of(year, then).number == len(before) + 1
    else:
        with pytest.raises(NotAllowedNow):
            step_of(year, then)
        assert Participation.objects.count() == len(before)


@pytest.mark.parametrize(
    ("today", "first", "then", "allowed"),
    [
        # Before the first one began both ways are open.
        ("2027-05-01", "registration", "consultation", True),
        ("2027-05-01", "registration", "award", True),
        ("2027-05-31", "registration", "award", True),
        # From its first day on, a later one is leaving in disguise.
        ("2027-06-01", "registration", "award", False),
        ("2027-08-15", "registration", "award", False),
        # An earlier one that is past changes nothing any more.
        ("2027-06-08", "registration", "consultation", False),
        ("2027-06-08", "award", "registration", True),
    ],
)
def test_another_step_to_come_in_at(year, today, first, then, allowed):
    with time_machine.travel("2027-01-10 10:00+01:00", tick=False):
        year.joins(first)

    with time_machine.travel(f"{today} 10:00+02:00", tick=False):
        if allowed:
            assert year.joins(then).number == 2
        else:
            with pytest.raises(NotAllowedNow):
                year.joins(then)


def test_leaving_in_disguise_is_refused_with_words(year):
    year.joins()

    with pytest.raises(NotAllowedNow, match="Uw raad doet mee sinds “Inschrijving”"):
        year.joins("award")


def test_a_step_that_is_past_is_refused_in_other_words(year):
    with pytest.raises(NotAllowedNow, match="Deze stap is voorbij"):
        year.joins("consultation")


@given(
    steps=st.lists(st.sampled_from(["join", "decline", "leave"]), max_size=8),
)
def test_however_a_council_chooses_once_in_it_only_leaves_by_leaving(steps):
    """The rule alone, without a database: after joining comes joining or leaving."""
    kept: list[str] = []
    for step in steps:
        newest = Participation(step=kept[-1], level="advise") if kept else None
        try:
            actions._check_step(newest, Participation(step=step))
        except NotAllowedNow:
            continue
        kept.append(step)

    follows = list(zip(kept, kept[1:], strict=False))
    assert ("join", "decline") not in follows
    assert all(before == "join" for before, after in follows if after == "leave")
    assert kept[:1] != ["leave"]


@given(
    order=st.integers(1, 14),
    entry=st.integers(1, 14),
    level=st.sampled_from(Level.values),
    step=st.sampled_from(Step.values),
)
def test_a_step_asks_words_only_of_who_is_in_by_then(order, entry, level, step):
    choice = TakingPart(step, level, entry, PhaseKind.REGISTRATION)
    phase = Phase(order=order)

    is_in = step == "join" and order >= entry
    assert choice.asks(phase) == is_in
    assert choice.asks_words(phase) == (is_in and level != "read_along")
    assert bool(choice.why_no_words(phase)) != choice.asks_words(phase)
    assert bool(choice.why_out(phase)) != choice.asks(phase)


def test_a_double_press_makes_one_row(year):
    first = year.joins()

    again = actions.choose(
        Participation(
            council=year.local,
            cycle=year.cycle,
            step=Step.JOIN,
            from_phase=year.registration,
            level=Level.TALK_ALONG,
        ),
        seen=0,
        by=year.secretary,
    )

    assert again == first
    assert Participation.objects.count() == 1
    assert AuditEvent.objects.filter(verb__startswith="participation.").count() == 1


def test_a_choice_over_one_that_was_not_seen_is_refused(year):
    year.joins()

    with pytest.raises(NotAllowedNow, match="zojuist"):
        actions.choose(
            Participation(council=year.local, cycle=year.cycle, step=Step.DECLINE),
            seen=0,
            by=year.secretary,
        )


def test_a_round_that_is_not_for_the_council_takes_no_choice(year):
    elsewhere = PhaseFactory()

    with pytest.raises(NotAllowedNow, match="niet voor uw raad"):
        actions.choose(
            Participation(
                council=year.local,
                cycle=elsewhere.cycle,
                step=Step.JOIN,
                from_phase=elsewhere,
                level=Level.ADVISE,
            ),
            seen=0,
            by=year.secretary,
        )


def test_every_choice_is_in_the_trail_of_the_council(year):
    step_of(year, "decline")
    step_of(year, "join")
    year.joins(level=Level.ADVISE)
    step_of(year, "leave")

    events = AuditEvent.objects.filter(chain__scope=year.local.pk).order_by("position")
    assert [event.verb for event in events] == [
        "participation.decline",
        "participation.join",
        "participation.change",
        "participation.leave",
    ]
    assert "Geen tijd" not in str([event.data for event in events])


def test_nobody_is_mailed_when_a_council_leaves(year):
    OrganisationMembershipFactory(organisation=year.organisation)
    CareOfficeMembershipFactory(care_office=year.office)
    step_of(year, "join")

    step_of(year, "leave")

    assert OutgoingMail.objects.count() == 0


# --- Who knows -------------------------------------------------------------------


def readers(year: Year) -> dict:
    other = CouncilFactory(organisation=year.organisation, name="Andere raad")
    return {
        "member": year.person(),
        "secretary": year.secretary,
        "central": year.person(year.central, "chair"),
        "other council": year.person(other, "chair"),
        "executive": OrganisationMembershipFactory(organisation=year.organisation).user,
        "other executive": OrganisationMembershipFactory().user,
        "office": CareOfficeMembershipFactory(care_office=year.office).user,
        "other office": CareOfficeMembershipFactory().user,
    }


OWN = {"member", "secretary"}


@pytest.mark.parametrize(
    ("steps", "scopes", "expected"),
    [
        (["decline"], (True, True), OWN),
        (["join"], (True, True), {*OWN, "central", "executive", "office"}),
        (["join"], (True, False), {*OWN, "central", "executive"}),
        (["join"], (False, True), {*OWN, "central", "office"}),
        (["join", "leave"], (True, True), {*OWN, "central", "executive", "office"}),
        (["join", "leave"], (False, True), {*OWN, "central", "office"}),
        (["join", "leave"], (True, False), {*OWN, "central", "executive"}),
    ],
)
def test_who_knows_of_a_choice(year, steps, scopes, expected):
    for step in steps:
        if step == "join":
            year.joins(in_organisation=scopes[0], in_region=scopes[1])
        else:
            step_of(year, step)

    newest = Participation.objects.newest()
    knows = {
        name for name, user in readers(year).items() if newest.visible_to(user).exists()
    }
    assert knows == expected


def test_a_buyer_knows_of_councils_in_the_regions_of_the_seat(year):
    year.joins()
    west = year.office.concessions.get().region
    east = ConcessionFactory(care_office=year.office).region
    here, there = (
        CareOfficeMembershipFactory(care_office=year.office) for _side in "ab"
    )
    here.regions.set([west])
    there.regions.set([east])

    choices = Participation.objects.all()
    assert choices.visible_to(here.user).count() == 1
    assert choices.visible_to(there.user).count() == 0


def test_who_was_told_once_reads_that_the_council_left_also_after_it_narrowed(year):
    year.joins(in_organisation=True, in_region=True)
    year.joins(in_organisation=True, in_region=False)

    left = step_of(year, "leave")

    assert (left.in_organisation, left.in_region) == (True, True)


def test_the_care_office_reads_who_takes_part_and_who_left_but_not_who_declined(
    year, client
):
    year.joins(level=Level.CO_ASSESS)
    year.chooses(Step.DECLINE, year.central)
    gone = CouncilFactory(organisation=year.organisation, name="Raad Gestopt")
    year.chooses(Step.JOIN, gone, from_phase=year.registration, level=Level.ADVISE)
    year.chooses(Step.LEAVE, gone, reason="Wij zijn nog met drie leden")
    client.force_login(CareOfficeMembershipFactory(care_office=year.office).user)

    page = client.get(reverse("procurement:cycle_councils", args=[year.cycle.pk]))

    assertContains(page, "De Watergang")
    assertContains(page, "Doet mee vanaf “Inschrijving”: beoordeelt mee")
    assertContains(page, "Wij zijn nog met drie leden")
    assertNotContains(page, "Centrale raad")


# --- The pages -------------------------------------------------------------------


def press(client, year: Year, name: str = "choose", **data):
    data = {
        "joins": "yes",
        "entry": str(year.registration.pk),
        "level": "talk_along",
        "scopes": ["organisation"],
        "seen": "0",
        **data,
    }
    return client.post(year.url(name), data)


def test_the_secretary_records_the_choice_with_its_decision(year, client):
    decision = DecisionFactory(
        item=AgendaItemFactory(meeting=MeetingFactory(council=year.local))
    )
    client.force_login(year.secretary)

    response = press(client, year, decision=str(decision.pk))

    assert response.status_code == 302
    choice = Participation.objects.get()
    assert (choice.step, choice.from_phase, choice.level) == (
        "join",
        year.registration,
        "talk_along",
    )
    assert (choice.in_organisation, choice.in_region) == (True, False)
    assert (choice.decision, choice.chosen_by) == (decision, year.secretary)


def test_not_taking_part_needs_nothing_more(year, client):
    client.force_login(year.secretary)

    press(client, year, joins="no", entry="", level="", scopes=[])

    choice = Participation.objects.get()
    assert (choice.step, choice.level, choice.reason) == ("decline", "", "")
    assert not choice.in_organisation
    assert not choice.in_region


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"joins": ""}, "Maak hier nog een keuze."),
        ({"entry": ""}, "Kies vanaf welke stap uw raad meedoet."),
        ({"level": ""}, "Kies hoe uw raad meedoet."),
        ({"scopes": []}, "Kies een van de twee, of allebei."),
    ],
)
def test_what_is_missing_is_said_beside_it_and_nothing_is_lost(
    year, client, given, words
):
    client.force_login(year.secretary)

    page = press(client, year, **given)

    assert page.status_code == 200
    assert Participation.objects.count() == 0
    assertContains(page, words)
    assertContains(
        page,
        'value="talk_along" id="id_level_1" checked',
        count=int("level" not in given),
    )


def test_steps_are_offered_with_their_date_and_what_they_ask(year, client):
    client.force_login(year.secretary)

    page = client.get(year.url("choose"))

    assertContains(page, "7. Inschrijving (loopt nu)</option>")
    assertContains(page, "De datum van uw raad is 18\N{NO-BREAK SPACE}juni 2027.")
    # Tuesday 8 up to and including Friday 18 June.
    assertContains(page, "Uw raad houdt dan 9 werkdagen over. Het minimum is 10.")
    assertNotContains(page, "2. Achterban raadplegen")


def test_who_takes_part_is_not_offered_to_decline(year, client):
    year.joins()
    client.force_login(year.secretary)

    page = client.get(year.url("choose"))

    assertNotContains(page, "Niet meedoen")
    assertNotContains(page, "10. Definitieve uitkomst")
    assertContains(page, "Stop met deze ronde")


def test_a_council_that_left_can_come_back_and_is_not_asked_whether_it_joins(
    year, client
):
    year.joins()
    year.chooses(Step.LEAVE, reason="Wij zijn nog met drie leden")
    client.force_login(year.secretary)

    assertNotContains(client.get(year.url("choose")), 'name="joins"')
    press(client, year, seen="2")

    assert Participation.objects.newest().get().step == "join"


def test_a_council_that_is_in_from_the_only_step_left_changes_how(year, client):
    year.joins()
    client.force_login(year.secretary)

    page = client.get(year.url("choose"))
    press(client, year, seen="1", level="advise")

    assertContains(page, 'type="hidden" name="entry"')
    assert Participation.objects.newest().get().level == "advise"


def test_members_read_the_choice_and_do_not_make_it(year, client):
    year.joins()
    client.force_login(year.person())

    page = client.get(year.url("choose"))

    assertContains(page, "Doet mee vanaf “Inschrijving”: praat mee")
    assertNotContains(page, "Leg de keuze vast")
    assert press(client, year).status_code == 403
    assert client.get(year.url("leave")).status_code == 403


def test_others_find_no_page(year, client):
    year.joins()
    people = readers(year)
    for name in ("central", "other council", "executive", "office"):
        client.force_login(people[name])
        assert client.get(year.url("choose")).status_code == 404, name
        assert client.get(year.url("leave")).status_code == 404, name


def test_a_draft_round_has_no_page(year, client):
    draft = PhaseFactory(
        cycle=CycleFactory(
            care_office=year.office, contract_year=2029, published_at=None
        )
    )
    client.force_login(year.secretary)

    url = reverse(
        "procurement:participation_choose", args=[draft.cycle_id, year.local.pk]
    )
    assert client.get(url).status_code == 404


def test_leaving_says_first_who_reads_it_and_needs_a_reason(year, client):
    year.joins(in_region=False)
    client.force_login(year.secretary)

    page = client.get(year.url("leave"))
    refused = press(client, year, "leave", reason=" ", seen="1")
    press(client, year, "leave", reason="Te weinig leden", seen="1")

    assertContains(page, "Centrale raad")
    assertContains(page, year.organisation.name)
    assertContains(page, "In de planning staat niet dat u stopte.")
    assertNotContains(page, "Zorgkantoor Amstelwende")
    assertContains(refused, "Schrijf op waarom uw raad stopt.")
    newest = Participation.objects.newest().get()
    assert (newest.step, newest.reason, newest.number) == (
        "leave",
        "Te weinig leden",
        2,
    )


def test_a_council_that_is_not_in_has_nothing_to_leave(year, client):
    client.force_login(year.secretary)

    assert client.get(year.url("leave")).status_code == 302
    assert press(client, year, "leave", reason="Nee").status_code == 302
    assert Participation.objects.count() == 0


def test_a_decision_closed_to_helpers_is_not_shown_or_offered_to_a_helper(year, client):
    closed = DecisionFactory(
        item=AgendaItemFactory(meeting=MeetingFactory(council=year.local)),
        openness=Openness.MEMBERS,
        text="Wij vertrouwen de bestuurder niet",
    )
    year.joins(decision=closed)
    chair = year.person(role="chair")

    client.force_login(year.secretary)
    of_secretary = client.get(year.url("choose"))
    client.force_login(chair)
    of_chair = client.get(year.url("choose"))

    assertNotContains(of_secretary, "vertrouwen")
    assertNotContains(of_secretary, closed.reference)
    assertContains(of_chair, f"Besluit {closed.reference}")


def test_a_decision_of_another_council_is_refused(year, client):
    foreign = DecisionFactory()
    client.force_login(year.secretary)

    page = press(client, year, decision=str(foreign.pk))

    assert page.status_code == 200
    assert Participation.objects.count() == 0


def test_a_quality_round_asks_for_no_region(year, client):
    cycle = CycleFactory(
        kind="quality_plan", care_office=None, organisation=year.organisation
    )
    phase = PhaseFactory(cycle=cycle, kind=PhaseKind.PLAN_DRAFTING, order=1)
    client.force_login(year.secretary)
    url = reverse("procurement:participation_choose", args=[cycle.pk, year.local.pk])

    page = client.get(url)
    client.post(
        url,
        {"joins": "yes", "entry": str(phase.pk), "level": "advise", "seen": "0"},
    )

    assertNotContains(page, "Waar doet uw raad mee?")
    choice = Participation.objects.get()
    assert (choice.in_organisation, choice.in_region) == (True, False)


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_queries_for_any_history(
    year, client, django_assert_num_queries, count
):
    for number in range(count):
        ParticipationFactory(
            council=year.local, from_phase=year.registration, number=number + 1
        )
        DecisionFactory(
            item=AgendaItemFactory(meeting=MeetingFactory(council=year.local)),
            number=number + 1,
        )
    client.force_login(year.secretary)

    # session, user, seats, steps with their round, history, decisions
    with django_assert_num_queries(6):
        client.get(year.url("choose"))


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_takes_the_same_queries_for_any_number_of_councils(
    year, client, django_assert_num_queries, count
):
    for _number in range(count):
        council = CouncilFactory(organisation=year.organisation)
        ParticipationFactory(council=council, from_phase=year.registration)
    client.force_login(CareOfficeMembershipFactory(care_office=year.office).user)

    # session, user, seats, round, number of councils, councils
    with django_assert_num_queries(6):
        client.get(reverse("procurement:cycle_councils", args=[year.cycle.pk]))


# --- What goes quiet -------------------------------------------------------------


def test_what_is_known_of_a_council_holds_its_newest_choice_in_two_queries(
    year, django_assert_num_queries
):
    year.joins(level=Level.ADVISE)
    year.chooses(Step.DECLINE, year.central)

    with django_assert_num_queries(2):
        known = done_in([year.cycle])

    assert known[year.local.pk, year.cycle.pk].taking_part == TakingPart(
        "join", "advise", 7, "registration"
    )
    assert known[year.central.pk, year.cycle.pk].taking_part == TakingPart("decline")


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (None, Left.WRITE),
        (TakingPart("join", "talk_along", 2), Left.WRITE),
        (TakingPart("join", "co_assess", 7), Left.WRITE),
        (TakingPart("join", "advise", 7), Left.WRITE),
        (TakingPart("join", "advise", 10), None),
        (TakingPart("join", "read_along", 2), None),
        (TakingPart("decline"), None),
        (TakingPart("leave"), None),
    ],
)
def test_what_is_left_to_do_follows_the_choice(year, choice, left):
    step = steps_of([year.registration])[0]

    found = left_to_do(step, "member", has_parent=True, done=Done(taking_part=choice))

    assert found == left


@pytest.mark.parametrize(
    ("chooses", "reason"),
    [
        ("decline", "De raad doet deze ronde niet mee."),
        ("leave", "De raad doet deze ronde niet mee."),
        ("later", "De raad doet vanaf “Definitieve uitkomst” mee."),
        ("read_along", "De raad leest mee en hoeft niets in te leveren."),
    ],
)
def test_reminders_are_cancelled_with_the_reason_in_words(year, chooses, reason):
    reminder_rules.load()
    for council in (year.local, year.central):
        if chooses == "read_along":
            year.chooses(
                Step.JOIN, council, from_phase=year.registration, level=chooses
            )
        elif chooses == "later":
            year.chooses(Step.JOIN, council, from_phase=year.award, level="talk_along")
        else:
            if chooses == "leave":
                year.chooses(
                    Step.JOIN, council, from_phase=year.registration, level="advise"
                )
            year.chooses(Step(chooses), council, reason="Geen tijd")
    year.person()
    year.person(year.central, "secretary")

    with time_machine.travel("2027-07-20 10:00+02:00", tick=False):
        reminder.send_due()

    rows = Reminder.objects.filter(phase=year.registration)
    assert rows.exists()
    assert set(rows.values_list("status", "reason")) == {("cancelled", reason)}
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(
    ("chooses", "sentence"),
    [
        (None, ""),
        ("registration", ""),
        ("award", "De raad doet vanaf “Definitieve uitkomst” mee."),
        ("decline", "De raad doet deze ronde niet mee."),
    ],
)
def test_home_says_plainly_that_nothing_is_asked_of_a_council(
    year, client, django_assert_num_queries, chooses, sentence
):
    if chooses == "decline":
        year.chooses(Step.DECLINE)
    elif chooses:
        year.joins(chooses)
    client.force_login(year.person())

    with django_assert_num_queries(8):
        page = client.get(reverse("home"))

    assertContains(page, "De raad doet", count=int(bool(sentence)))
    assertContains(page, sentence)
    assertContains(page, year.url("choose"), count=int(bool(sentence)))


def test_without_a_choice_reminders_go_as_before(year):
    reminder_rules.load()
    year.person()

    with time_machine.travel("2027-06-16 10:00+02:00", tick=False):
        reminder.send_due()

    assert OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("chooses", "is_silent"),
    [(None, False), ("join", False), ("decline", True), ("leave", True)],
)
def test_a_request_stays_visible_but_is_not_mailed_to_who_is_out(
    year, client, chooses, is_silent
):
    request = InformationRequestFactory(phase=year.registration, asked=[year.local])
    member = year.person()
    if chooses == "leave":
        step_of(year, "join")
    if chooses:
        step_of(year, chooses)
    client.force_login(member)

    reason = request_published(str(request.pk), str(year.local.pk), str(member.pk))

    assert bool(reason) == is_silent
    assert client.get(request.get_absolute_url()).status_code == 200


def test_the_norm_is_reckoned_from_the_entry(year):
    due = year.registration.dates.local.moment

    with time_machine.travel("2027-05-01 10:00+02:00", tick=False):
        from_opening = days_from_entry(year.registration, due)
    from_today = days_from_entry(year.registration, due)

    assert (from_opening, from_today) == (14, 9)


# --- On the page of the round ----------------------------------------------------


def round_page(client, year: Year, user):
    client.force_login(user)
    return client.get(year.cycle.get_absolute_url())


def test_the_round_says_what_the_council_chose_and_leads_to_changing_it(year, client):
    before = round_page(client, year, year.secretary)
    year.joins()

    after = round_page(client, year, year.secretary)
    of_member = round_page(client, year, year.person())

    assertContains(before, "Heeft nog niet gekozen of hij meedoet.")
    assertContains(after, "Doet mee vanaf “Inschrijving”: praat mee.")
    assertContains(after, year.url("choose"))
    assertContains(after, "Bekijk of wijzig dit")
    assertContains(of_member, "Bekijk de keuze")


def test_steps_before_the_entry_are_marked_as_not_asked(year, client):
    with time_machine.travel("2027-01-10 10:00+01:00", tick=False):
        year.chooses(Step.JOIN, from_phase=year.award, level=Level.TALK_ALONG)

    page = round_page(client, year, year.secretary)

    reason = "De raad doet vanaf “Definitieve uitkomst” mee."
    steps = page.context["timeline"].steps
    assert [step.quiet for step in steps] == [reason, reason, ""]
    assert [step.own_dates for step in steps] == [[], [], []]
    assertContains(page, reason)


def test_no_mail_is_promised_for_a_step_that_asks_nothing(year, client):
    reminder_rules.load()
    before = round_page(client, year, year.secretary)

    year.chooses(Step.DECLINE)

    assertContains(before, "U krijgt bericht op")
    assertNotContains(round_page(client, year, year.secretary), "U krijgt bericht op")


def test_who_sits_in_two_councils_has_a_line_and_dates_for_each(year, client):
    CouncilMembershipFactory(council=year.central, user=year.secretary)
    year.chooses(Step.DECLINE)

    page = round_page(client, year, year.secretary)

    assertContains(page, "Doet deze ronde niet mee.")
    assertContains(page, "Heeft nog niet gekozen of hij meedoet.")
    (step,) = [each for each in page.context["timeline"].steps if each.state == "now"]
    assert step.quiet == ""
    assert [own.council for own in step.own_dates] == ["Centrale raad"]


def test_office_and_organisation_read_how_many_take_part_and_left(year, client):
    year.joins(in_region=False)
    year.chooses(Step.DECLINE, year.central)
    people = readers(year)

    of_office = round_page(client, year, people["office"])
    of_executive = round_page(client, year, people["executive"])
    step_of(year, "leave")
    after = round_page(client, year, people["executive"])

    assertContains(of_office, "Nog geen raad liet u weten dat hij meedoet.")
    assertContains(of_executive, "1 raad liet u weten dat hij meedoet.")
    assertContains(after, "1 is daarna gestopt.")


def test_the_page_of_the_round_takes_no_query_more(
    year, client, django_assert_num_queries
):
    year.joins()
    office = CareOfficeMembershipFactory(care_office=year.office).user
    for user in (year.secretary, office):
        client.force_login(user)
        with django_assert_num_queries(6):
            client.get(year.cycle.get_absolute_url())
