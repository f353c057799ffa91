"""Rounds as people see them: the timeline, and how one is made, moved and published."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.dates import AMSTERDAM
from portal.models import User
from procurement.actions import cycle as actions
from procurement.actions import phase as phase_actions
from procurement.actions.reference import cycle_templates, reminder_rules
from procurement.models import Cycle, CycleTemplate, DateChange, Phase, PhaseTask
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    OrganisationMembershipFactory,
    PhaseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST = reverse("procurement:cycle_list")
CREATE = reverse("procurement:cycle_create")


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-15 10:00+02:00", tick=False):
        yield


@pytest.fixture
def office():
    return CareOfficeFactory(name="Zorgkantoor Amstelboog")


@pytest.fixture
def cycle(office) -> Cycle:
    """The published round for 2028, as the template has it."""
    cycle_templates.load()
    cycle = actions.start_from_template(
        CycleTemplate.objects.get(kind="procurement"),
        contract_year=2028,
        sector="vv",
        care_office=office,
        by=UserFactory(),
    )
    return actions.publish(cycle, by=UserFactory())


@pytest.fixture
def buyer(office) -> User:
    return CareOfficeMembershipFactory(care_office=office).user


@pytest.fixture
def organisation(office):
    return CareOrganisationFactory(care_office=office)


@pytest.fixture
def central(organisation):
    return CouncilFactory(organisation=organisation, central=True, name="Centrale raad")


@pytest.fixture
def local(organisation, central):
    return CouncilFactory(organisation=organisation, parent=central, name="Raad West")


def member(council, role="member") -> User:
    return CouncilMembershipFactory(council=council, role=role).user


def page_of(name: str, thing: Cycle | Phase) -> str:
    return reverse(f"procurement:{name}", args=[thing.pk])


def typed(phase: Phase, **changes: object) -> dict[str, object]:
    """The form of a step as it stands on the screen, with what somebody changed."""
    closes_at = phase.closes_at.astimezone(AMSTERDAM)
    form = {
        "opens_on": phase.opens_on.isoformat(),
        "closes_at_0": closes_at.date().isoformat(),
        "closes_at_1": f"{closes_at:%H:%M}",
        "local_days": phase.local_days,
        "central_days": phase.central_days,
        "organisation_days": phase.organisation_days,
        "what_happens": phase.what_happens,
        "council_can": phase.council_can,
        "kept_because": phase.kept_because,
        "revision": phase.revision,
        "reason": "",
    }
    if phase.councils_deliver:
        form["councils_deliver"] = "on"
    for task in phase.tasks.all():
        for name in ("what", "why", "minutes"):
            form[f"{task.role}-{name}"] = getattr(task, name)
    return {**form, **changes}


# --- The timeline ----------------------------------------------------------------


def test_member_sees_what_runs_what_is_asked_and_until_when(client, cycle, local):
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    assertContains(page, "Zorginkoop 2028: zo loopt het jaar")
    assertContains(page, "Nu lopen stap 4, 5, 6 en 7.")
    assertContains(page, 'aria-current="step"', count=2)  # the first step, the chain
    assertContains(page, "Schrijf uw inbreng en deel die met uw raad.")
    assertContains(page, "Met uw woorden maakt de raad de tekst.")
    assertContains(page, "Kost ongeveer 20 minuten")
    # Registration: 1 August is a Sunday, 30 July, 14 days, 28 days.
    assertContains(page, "vrijdag 18\N{NO-BREAK SPACE}juni 2027 om 17.00 uur")
    assertContains(page, "nog 3 dagen")
    assertNotContains(page, reverse("procurement:cycle_copy", args=[cycle.pk]))


def test_sum_of_a_date_names_the_days_that_are_passed_over(client, cycle, local):
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    text = " ".join(page.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())
    assert (
        "28 dagen vóór vrijdag 16 juli is vrijdag 18 juni." in text
        and "14 dagen vóór vrijdag 30 juli is vrijdag 16 juli." in text
        and "Zondag 1 augustus. Dat is geen werkdag. "
        "De laatste werkdag ervoor is vrijdag 30 juli."
        in text
    )


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        ("member", "Schrijf uw inbreng en deel die met uw raad."),
        ("chair", "Lees de hele tekst en onderteken die."),
        ("deputy_chair", "Lees de hele tekst en onderteken die."),
        ("secretary", "Maak de indiening klaar om te tekenen."),
    ],
)
def test_each_role_is_asked_its_own(client, cycle, central, role, asked):
    client.force_login(member(central, role))

    page = client.get(cycle.get_absolute_url())

    registration = page.context["timeline"].steps[6]
    assert asked in [task.what for task in registration.mine]
    assert registration.own_dates[0].moment == datetime(
        2027, 7, 16, 17, tzinfo=AMSTERDAM
    )


def test_organisation_and_care_office_are_asked_theirs(
    client, new_client, cycle, organisation, buyer
):
    client.force_login(OrganisationMembershipFactory(organisation=organisation).user)
    page = client.get(cycle.get_absolute_url())
    assertContains(page, "Laat de raad zien welke stukken u verstuurt.")
    assertNotContains(page, "Pas deze stap aan")

    client = new_client()
    client.force_login(buyer)
    page = client.get(cycle.get_absolute_url())
    assertContains(page, "Kijk of elke raad kan indienen.")
    assertContains(page, "Pas deze stap aan")


def test_secretary_of_two_councils_sees_the_date_of_each(client, cycle, central, local):
    secretary = member(central, "secretary")
    CouncilMembershipFactory(user=secretary, council=local, role="secretary")
    client.force_login(secretary)

    page = client.get(cycle.get_absolute_url())

    dates = page.context["timeline"].steps[6].own_dates
    assert [(own.council, own.moment.astimezone(AMSTERDAM).day) for own in dates] == [
        ("Centrale raad", 16),
        ("Raad West", 18),
    ]


def test_council_of_another_region_lends_no_date(client, cycle, local):
    person = member(local)
    CouncilMembershipFactory(user=person, council__name="Raad Elders")
    client.force_login(person)

    page = client.get(cycle.get_absolute_url())

    assertNotContains(page, "Raad Elders</dt>")
    assert len(page.context["timeline"].steps[6].own_dates) == 1


def test_running_step_leads_to_the_question_that_is_open(client, cycle, local):
    phase = cycle.phases.get(kind="registration")
    request = InformationRequestFactory(phase=phase, asked=[local])
    InformationRequestFactory(phase=phase, title="Niet aan ons gevraagd.")
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    assertContains(page, request.get_absolute_url(), count=1)
    assertContains(page, "Ga naar de uitvraag")
    assertNotContains(page, "Niet aan ons gevraagd.")


def test_moved_date_and_kept_date_say_why(client, cycle, local):
    phase = cycle.phases.get(kind="registration")
    phase_actions.move_phase(
        phase,
        opens_on=phase.opens_on,
        closes_at=datetime(2027, 8, 6, 17, tzinfo=AMSTERDAM),
        reason="Veel raden vroegen om een week extra.",
        by=UserFactory(),
    )
    Phase.objects.filter(pk=phase.pk).update(kept_because="De wet noemt deze dag.")
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    assertContains(page, "Veel raden vroegen om een week extra.")
    assertContains(page, "De reden: De wet noemt deze dag.")


def test_drawing_has_a_bar_for_each_step_and_today(client, cycle, local):
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    drawing = page.context["drawing"]
    assert len(drawing.bars) == 14
    assert [bar.tone for bar in drawing.bars[2:5]] == ["past", "now", "now"]
    assert all(
        bar.x >= 0 and bar.x + bar.width <= drawing.width for bar in drawing.bars
    )
    assert drawing.bars[3].x <= drawing.today <= drawing.bars[6].x + 90


def test_round_without_steps_says_so(client, office, buyer):
    cycle = CycleFactory(care_office=office)
    client.force_login(buyer)

    assertContains(client.get(cycle.get_absolute_url()), "Deze ronde heeft nog geen")


def test_quality_round_counts_back_from_its_own_closing(client, organisation, local):
    cycle_templates.load()
    cycle = actions.start_from_template(
        CycleTemplate.objects.get(kind="quality_plan"),
        contract_year=2028,
        sector="vv",
        organisation=organisation,
        by=UserFactory(),
    )
    actions.publish(cycle, by=UserFactory())
    client.force_login(member(local))

    page = client.get(cycle.get_absolute_url())

    assertContains(page, "Kwaliteitsplan 2028: zo loopt het jaar")
    assertContains(page, "Wij rekenen terug vanaf de sluiting.")


def test_member_reads_when_a_mail_will_come(client, cycle, local):
    reminder_rules.load()
    person = member(local)
    client.force_login(person)

    page = client.get(cycle.get_absolute_url())

    # A week before the date of local councils, 30 June.
    assert page.context["timeline"].steps[5].mails == [date(2027, 6, 23)]
    assertContains(page, "U krijgt bericht op woensdag 23\N{NO-BREAK SPACE}juni.")
    for kind in ("phase_opens", "council_date_near", "phase_closes"):
        person.mail_opt_outs.create(kind=kind)
    assertNotContains(client.get(cycle.get_absolute_url()), "U krijgt bericht op")


# --- Who gets in -----------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["cycle_detail", "cycle_copy", "cycle_publish", "phase_edit"]
)
def test_another_office_and_an_outsider_find_nothing(client, new_client, cycle, page):
    thing = cycle if page.startswith("cycle") else cycle.phases.first()
    for person in (CareOfficeMembershipFactory().user, UserFactory()):
        client = new_client()
        client.force_login(person)
        assert client.get(page_of(page, thing)).status_code == 404
        assert client.post(page_of(page, thing)).status_code == 404


@pytest.mark.parametrize("page", ["cycle_copy", "cycle_publish", "phase_edit"])
def test_council_reads_a_round_but_plans_nothing(client, cycle, local, page):
    client.force_login(member(local, "chair"))
    thing = cycle if page.startswith("cycle") else cycle.phases.first()

    assert client.get(page_of(page, thing)).status_code == 403
    assert client.post(page_of(page, thing)).status_code == 403
    assert client.get(CREATE).status_code == 403


def test_draft_is_seen_by_colleagues_only(client, new_client, cycle, local, buyer):
    Cycle.objects.update(published_at=None)
    client.force_login(member(local))
    assert client.get(cycle.get_absolute_url()).status_code == 404
    assertNotContains(client.get(LIST), "Zorginkoop 2028")

    client = new_client()
    client.force_login(buyer)
    assertContains(client.get(LIST), "Concept")
    assertContains(client.get(cycle.get_absolute_url()), "Kijk na en publiceer")


def test_organisation_does_not_plan_the_round_of_a_care_office(
    client, cycle, organisation
):
    client.force_login(OrganisationMembershipFactory(organisation=organisation).user)

    assert client.get(page_of("cycle_publish", cycle)).status_code == 403


# --- Making one ------------------------------------------------------------------


def test_buyer_makes_a_round_and_publishes_it(client, buyer, office):
    cycle_templates.load()
    template = CycleTemplate.objects.get(kind="procurement")
    client.force_login(buyer)

    page = client.post(
        CREATE,
        {
            "template": template.pk,
            "owner": office.pk,
            "contract_year": 2029,
            "sector": "gz",
        },
        follow=True,
    )

    cycle = Cycle.objects.get()
    assertRedirects(page, page_of("cycle_publish", cycle))
    assertContains(page, "Er ontbreekt niets.")
    page = client.post(page_of("cycle_publish", cycle), follow=True)
    assertContains(page, "Gepubliceerd. Raden zien deze ronde nu.")
    cycle.refresh_from_db()
    assert cycle.is_published
    page = client.post(page_of("cycle_publish", cycle), follow=True)
    assertContains(page, "Deze ronde is al gepubliceerd.")
    assertRedirects(page, cycle.get_absolute_url())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"contract_year": "2028 of zo"}, "Voor welk contractjaar?"),
        ({"contract_year": "1"}, "Voor welk contractjaar?"),
        ({"sector": "<b>x</b>"}, "Welke sector?"),
        ({"owner": "of iemand anders"}, "Van wie is de ronde?"),
        ({"template": "geen"}, "Met welk sjabloon?"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    client, buyer, office, changes, complaint
):
    cycle_templates.load()
    client.force_login(buyer)
    form = {
        "template": CycleTemplate.objects.get(kind="procurement").pk,
        "owner": office.pk,
        "contract_year": 2029,
        "sector": "gz",
    }

    page = client.post(CREATE, {**form, **changes})

    assert page.status_code == 200
    assertContains(page, "Kijk nog naar")
    assertContains(page, complaint)
    assert not Cycle.objects.exists()


def test_round_that_is_there_already_is_told_in_the_form(client, buyer, cycle, office):
    client.force_login(buyer)

    page = client.post(
        CREATE,
        {
            "template": CycleTemplate.objects.get(kind="procurement").pk,
            "owner": office.pk,
            "contract_year": 2028,
            "sector": "vv",
        },
    )

    assertContains(page, "Deze ronde bestaat al")


def test_organisation_starts_a_quality_round_and_no_other(client, organisation):
    cycle_templates.load()
    client.force_login(OrganisationMembershipFactory(organisation=organisation).user)

    assertNotContains(client.get(CREATE), "Inkoopronde")
    page = client.post(
        CREATE,
        {
            "template": CycleTemplate.objects.get(kind="quality_plan").pk,
            "owner": organisation.pk,
            "contract_year": 2028,
            "sector": "vv",
        },
    )

    assertRedirects(page, page_of("cycle_publish", Cycle.objects.get()))
    assert Cycle.objects.get().owner == organisation


def test_copy_shows_the_sum_before_it_is_made(client, buyer, cycle):
    client.force_login(buyer)

    page = client.get(page_of("cycle_copy", cycle))
    assertContains(page, "dinsdag 1\N{NO-BREAK SPACE}augustus 2028")
    # 31 December 2028 is a Sunday.
    page = client.post(page_of("cycle_copy", cycle))

    copy = Cycle.objects.get(contract_year=2029)
    assertRedirects(page, page_of("cycle_publish", copy))
    page = client.post(page_of("cycle_copy", cycle), follow=True)
    assertContains(page, "Deze ronde bestaat al")


# --- Changing a step -------------------------------------------------------------


@pytest.fixture
def consultation(cycle) -> Phase:
    """February until 31 May 2027: no date of it falls in a holiday but one in May."""
    return cycle.phases.get(kind="council_consultation")


def test_texts_and_tasks_of_a_step_are_saved(client, buyer, consultation):
    client.force_login(buyer)
    form = typed(consultation, council_can="Vraag het aan de deur. 😀 <b>Echt.</b>")
    form["member-what"] = "Bel met vijf cliënten."
    form["chair-what"] = ""

    page = client.post(page_of("phase_edit", consultation), form, follow=True)

    assertContains(page, "De stap is bewaard.")
    assertContains(page, "😀 &lt;b&gt;Echt.&lt;/b&gt;")
    tasks = consultation.tasks
    assert tasks.get(role="member").what == "Bel met vijf cliënten."
    assert not tasks.filter(role="chair").exists()
    assert tasks.count() == 4
    assert not DateChange.objects.exists()


def test_awkward_date_is_told_once_and_kept_with_a_reason(client, buyer, cycle):
    phase = cycle.phases.get(kind="registration")
    client.force_login(buyer)
    form = typed(phase, closes_at_0="2027-07-31", reason="De wet noemt deze dag.")

    page = client.post(page_of("phase_edit", phase), form)

    assertContains(page, "Kijk nog eens naar deze data")
    assertContains(page, "Deze datum is geen werkdag: zaterdag.")
    assertContains(page, "Ons voorstel: sluit op")
    assertContains(page, 'value="2027-07-31"')
    phase.refresh_from_db()
    assert phase.closes_at == datetime(2027, 8, 1, 17, tzinfo=AMSTERDAM)

    kept = {**form, "keep": "1", "kept_because": "Zo staat het in de wet."}
    client.post(page_of("phase_edit", phase), kept)

    phase.refresh_from_db()
    assert phase.closes_at == datetime(2027, 7, 31, 17, tzinfo=AMSTERDAM)
    assert phase.kept_because == "Zo staat het in de wet."
    assert DateChange.objects.get().reason == "De wet noemt deze dag."


def test_proposal_is_taken_over_with_one_button(client, buyer, cycle):
    phase = cycle.phases.get(kind="registration")
    client.force_login(buyer)
    form = typed(phase, closes_at_0="2027-07-31", reason="De vakantie.", take="end")

    client.post(page_of("phase_edit", phase), form)

    phase.refresh_from_db()
    assert phase.closes_at == datetime(2027, 10, 4, 17, tzinfo=AMSTERDAM)
    assert phase.kept_because == ""


def test_moved_date_of_a_published_round_needs_a_reason(client, buyer, consultation):
    client.force_login(buyer)

    page = client.post(
        page_of("phase_edit", consultation),
        typed(consultation, closes_at_0="2027-05-28"),
    )

    assertContains(page, "Geef uw reden. De raad wil weten waarom.")
    assert not DateChange.objects.exists()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"opens_on": "2027-02-30"}, "Deze datum bestaat niet."),
        ({"opens_on": "31-02-2027"}, "Deze datum bestaat niet."),
        ({"opens_on": ""}, "Eerste dag"),
        ({"opens_on": "0001-01-01"}, "tussen 1900 en 2200"),
        ({"opens_on": "1999-01-01"}, "Deze ronde gaat over 2028."),
        ({"closes_at_0": "2099-01-01"}, "Deze ronde gaat over 2028."),
        ({"closes_at_0": "2027-13-01"}, "Deze datum bestaat niet."),
        ({"closes_at_1": "25:00"}, "Deze tijd bestaat niet."),
        ({"closes_at_1": ""}, "Sluit op"),
        ({"closes_at_0": "2027-01-31"}, "Het einde ligt vóór het begin."),
        ({"local_days": "0"}, "Dagen vóór de datum van de centrale raad"),
        ({"central_days": "-3"}, "Dagen vóór de datum van de organisatie"),
        ({"organisation_days": "99999999999"}, "Dagen vóór de sluiting"),
        ({"council_can": "x" * 1001}, "Uw tekst heeft 1.001 tekens."),
        ({"council_can": "x" * 4_000_000}, "Uw tekst heeft 4.000.000 tekens."),
        ({"what_happens": "\0"}, "Wat gebeurt er?"),
        ({"member-why": ""}, "Vertel waarom u dit vraagt."),
        ({"member-minutes": "veel"}, "Hoeveel minuten?"),
        ({"member-minutes": "100000"}, "Hoeveel minuten?"),
        ({"revision": "x"}, "Kijk nog naar"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_lost(
    client, buyer, consultation, changes, complaint
):
    client.force_login(buyer)
    form = typed(consultation, reason="Wij weten het nu beter.", **changes)

    page = client.post(page_of("phase_edit", consultation), form)

    assert page.status_code == 200
    assertContains(page, "Kijk nog naar")
    assertContains(page, complaint)
    assertContains(page, "Wij weten het nu beter.")
    before = consultation.opens_on
    consultation.refresh_from_db()
    assert consultation.opens_on == before == date(2027, 2, 1)


def test_two_colleagues_see_both_texts_and_lose_none(client, buyer, consultation):
    mine = typed(consultation, council_can="Mijn zin voor raden.")
    other = UserFactory(name="Pieter Zandoog")
    consultation.council_can = "Hun zin voor raden."
    phase_actions.edit_phase(
        consultation, consultation.tasks.all(), reason="", by=other
    )
    client.force_login(buyer)

    page = client.post(page_of("phase_edit", consultation), mine)

    assertContains(page, "Pieter Zandoog heeft deze tekst ook veranderd.")
    assertContains(page, "Mijn zin voor raden.")
    assertContains(page, "Hun zin voor raden.")
    consultation.refresh_from_db()
    assert consultation.council_can == "Hun zin voor raden."

    again = {**mine, "revision": page.context["form"]["revision"].value()}
    client.post(page_of("phase_edit", consultation), again)

    consultation.refresh_from_db()
    assert consultation.council_can == "Mijn zin voor raden."


# --- How many queries ------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries_for_any_number_of_rounds(
    client, django_assert_num_queries, office, organisation, local, count
):
    for number in range(count):
        PhaseFactory(cycle__care_office=office, cycle__contract_year=2000 + number)
    office.concessions.update(starts_on=date(1999, 1, 1))
    client.force_login(member(local))

    # session, user, seats, number of rounds, rounds, their steps
    with django_assert_num_queries(6):
        page = client.get(LIST)

    assertContains(page, "Zorginkoop 20", count=count)


@pytest.mark.parametrize("requests", [1, 50])
def test_timeline_takes_the_same_queries_for_any_number_of_questions(
    client, django_assert_num_queries, cycle, local, requests
):
    InformationRequestFactory.create_batch(
        requests, phase=cycle.phases.get(kind="registration"), asked=[local]
    )
    client.force_login(member(local))

    # session, user, seats, steps with round and tasks, questions, rules of reminders
    with django_assert_num_queries(6):
        client.get(cycle.get_absolute_url())


def test_timeline_of_somebody_in_two_organisations_takes_no_query_more(
    client, django_assert_num_queries, cycle, local
):
    reminder_rules.load()
    person = member(local)
    CouncilMembershipFactory(user=person)
    client.force_login(person)

    with django_assert_num_queries(6):
        page = client.get(cycle.get_absolute_url())

    assertContains(page, "U krijgt bericht op woensdag 23\N{NO-BREAK SPACE}juni.")
    assert [seat.party_id for seat in page.context["timeline"].councils] == [local.pk]


def test_time_zone_of_a_closing_is_amsterdam(cycle):
    phase = cycle.phases.get(kind="registration")

    assert phase.closes_at == datetime(2027, 8, 1, 15, tzinfo=UTC)
    assert PhaseTask.objects.filter(phase=phase).count() == 5
