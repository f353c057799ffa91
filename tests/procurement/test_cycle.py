from datetime import date, datetime

import pytest

from councils.models import Sector
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent
from procurement.actions import cycle as actions
from procurement.actions import phase as phase_actions
from procurement.actions.reference import cycle_templates
from procurement.models import (
    Cycle,
    CycleTemplate,
    DateChange,
    Phase,
    PhaseTask,
)
from tests.factories import (
    CareOfficeFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CycleFactory,
    InformationRequestFactory,
    PhaseFactory,
    UserFactory,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def template() -> CycleTemplate:
    cycle_templates.load()
    return CycleTemplate.objects.get(kind="procurement")


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("verb", flat=True))


def start(template: CycleTemplate, year: int = 2028, **owner: object) -> Cycle:
    return actions.start_from_template(
        template,
        contract_year=year,
        sector=Sector.VV,
        by=UserFactory(),
        **(owner or {"care_office": CareOfficeFactory()}),
    )


def in_amsterdam(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM)


def phase_of(cycle: Cycle, kind: str) -> Phase:
    return cycle.phases.get(kind=kind)


# --- From a template -------------------------------------------------------------


def test_a_round_from_the_template_has_fourteen_dated_steps_with_their_tasks(template):
    cycle = start(template)

    assert cycle.phases.count() == 14
    registration = phase_of(cycle, "registration")
    assert registration.opens_on == date(2027, 6, 1)
    assert registration.closes_at == in_amsterdam(2027, 8, 1, 17)
    assert registration.tasks.get(role="chair").minutes == 15
    assert phase_of(cycle, "orientation").opens_on == date(2026, 11, 1)
    assert "2028" in phase_of(cycle, "orientation").what_happens
    assert not cycle.is_published
    assert cycle.school_holiday_zones == "noord"
    assert verbs() == ["cycle.start"]


@pytest.mark.parametrize(("year", "last"), [(2028, 28), (2029, 29)])
def test_the_last_of_february_is_the_last_of_that_february(template, year, last):
    cycle = start(template, year)

    closes_at = phase_of(cycle, "orientation").closes_at
    assert closes_at == in_amsterdam(year - 1, 2, last, 17)


def test_a_quality_round_belongs_to_an_organisation():
    cycle_templates.load()
    organisation = CareOrganisationFactory()

    cycle = start(
        CycleTemplate.objects.get(kind="quality_plan"), organisation=organisation
    )

    assert cycle.owner == organisation
    assert cycle.phases.count() == 4


def test_a_round_without_its_party_is_refused(template):
    with pytest.raises(NotAllowedNow):
        start(template, organisation=CareOrganisationFactory())

    assert not Cycle.objects.exists()


def test_the_same_round_is_made_once(template):
    office = CareOfficeFactory()
    start(template, care_office=office)

    with pytest.raises(NotAllowedNow):
        start(template, care_office=office)

    assert Cycle.objects.count() == 1
    assert Phase.objects.count() == 14


# --- A copy of last year ---------------------------------------------------------


def test_a_copy_has_the_same_steps_a_year_later(template):
    old = start(template)

    copy = actions.copy_last_year(old, by=UserFactory())

    assert copy.contract_year == 2029
    assert copy.copied_from == old
    assert not copy.is_published
    assert phase_of(copy, "registration").closes_at == in_amsterdam(2028, 8, 1, 17)
    assert phase_of(copy, "orientation").opens_on == date(2027, 11, 1)
    assert "2029" in phase_of(copy, "orientation").what_happens
    tasks = PhaseTask.objects.filter(phase__cycle=old).count()
    assert PhaseTask.objects.filter(phase__cycle=copy).count() == tasks
    with pytest.raises(NotAllowedNow):
        actions.copy_last_year(old, by=UserFactory())


def test_a_copied_closing_on_a_day_off_is_rolled_back():
    phase = PhaseFactory(
        cycle__contract_year=2027, closes_at=in_amsterdam(2026, 8, 1, 17)
    )

    copy = actions.copy_last_year(phase.cycle, by=UserFactory())

    # 1 August 2027 is a Sunday.
    assert copy.phases.get().closes_at == in_amsterdam(2027, 7, 30, 17)


def test_the_29th_of_february_becomes_the_28th():
    phase = PhaseFactory(
        cycle__contract_year=2029,
        opens_on=date(2028, 2, 29),
        closes_at=in_amsterdam(2028, 2, 29, 17),
    )

    copy = actions.copy_last_year(phase.cycle, by=UserFactory())

    assert copy.phases.get().opens_on == date(2029, 2, 28)
    assert copy.phases.get().closes_at == in_amsterdam(2029, 2, 28, 17)


def test_a_copy_keeps_the_clock_time_on_the_other_side_of_the_clock_change():
    phase = PhaseFactory(
        cycle__contract_year=2027,
        opens_on=date(2026, 10, 1),
        closes_at=in_amsterdam(2026, 10, 28, 12),  # winter time
    )

    copy = actions.copy_last_year(phase.cycle, by=UserFactory())

    # Summer time: in 2027 the clock changes on 31 October.
    assert copy.phases.get().closes_at == in_amsterdam(2027, 10, 28, 12)


# --- Publishing ------------------------------------------------------------------


def test_a_published_round_is_not_published_again(template):
    cycle = start(template)

    actions.publish(cycle, by=UserFactory())

    with pytest.raises(NotAllowedNow):
        actions.publish(cycle, by=UserFactory())
    assert verbs() == ["cycle.start", "cycle.publish"]


@pytest.mark.django_db(transaction=True)
def test_twenty_who_press_at_once_make_and_publish_one_round():
    cycle_templates.load()
    template = CycleTemplate.objects.get(kind="procurement")
    office = CareOfficeFactory()

    made = at_once(lambda: start(template, care_office=office), times=20)
    cycle = Cycle.objects.get()
    published = at_once(lambda: actions.publish(cycle, by=cycle.created_by), times=20)

    assert sum(each is not None for each in made) == 1
    assert sum(each is not None for each in published) == 1
    assert Phase.objects.count() == 14
    assert verbs() == ["cycle.start", "cycle.publish"]


def test_a_round_that_does_not_explain_itself_is_not_published():
    phase = PhaseFactory(cycle__published_at=None)

    with pytest.raises(NotAllowedNow, match="Inschrijving"):
        actions.publish(phase.cycle, by=UserFactory())


# --- Moving dates ----------------------------------------------------------------


def test_a_moved_date_leaves_its_reason_and_takes_the_questions_along():
    phase = PhaseFactory()
    request = InformationRequestFactory(phase=phase)
    other = InformationRequestFactory(
        phase=phase, closes_at=in_amsterdam(2027, 7, 1, 12)
    )
    by = UserFactory()

    phase_actions.move_phase(
        phase,
        opens_on=phase.opens_on,
        closes_at=in_amsterdam(2027, 8, 6, 17),
        reason="  De vakantie zat in de weg. ",
        by=by,
    )

    change = DateChange.objects.get()
    assert change.old_closes_at == in_amsterdam(2027, 8, 1, 17)
    assert change.new_closes_at == in_amsterdam(2027, 8, 6, 17)
    assert change.reason == "De vakantie zat in de weg."
    assert change.by == by
    assert change.old_dates.central.moment == in_amsterdam(2027, 7, 16, 17)
    assert change.new_dates.central.moment == in_amsterdam(2027, 7, 23, 17)
    request.refresh_from_db()
    other.refresh_from_db()
    assert request.closes_at == in_amsterdam(2027, 8, 6, 17)
    assert other.closes_at == in_amsterdam(2027, 7, 1, 12)
    assert verbs() == ["phase.move"]


def test_more_days_for_local_councils_are_a_change_of_dates_too():
    phase = PhaseFactory()

    phase_actions.edit_days(
        phase,
        organisation_days=0,
        central_days=14,
        local_days=35,
        reason="Lokale raden vroegen om een week extra.",
        by=UserFactory(),
    )

    change = DateChange.objects.get()
    assert change.old_dates.local.moment == in_amsterdam(2027, 6, 18, 17)
    assert change.new_dates.local.moment == in_amsterdam(2027, 6, 11, 17)


def test_a_date_of_a_published_round_does_not_move_without_a_reason():
    phase = PhaseFactory()

    with pytest.raises(NotAllowedNow):
        phase_actions.move_phase(
            phase,
            opens_on=phase.opens_on,
            closes_at=in_amsterdam(2027, 8, 6, 17),
            reason=" ",
            by=UserFactory(),
        )

    phase.refresh_from_db()
    assert phase.closes_at == in_amsterdam(2027, 8, 1, 17)


def test_a_date_of_a_draft_moves_quietly():
    phase = PhaseFactory(cycle__published_at=None)

    phase_actions.move_phase(
        phase,
        opens_on=date(2027, 6, 7),
        closes_at=in_amsterdam(2027, 8, 6, 17),
        reason="",
        by=UserFactory(),
    )

    phase.refresh_from_db()
    assert phase.opens_on == date(2027, 6, 7)
    assert not DateChange.objects.exists()


@pytest.mark.parametrize("days", [{"central_days": 0}, {"local_days": 0}])
def test_councils_never_lose_their_last_day(days):
    phase = PhaseFactory()
    all_days = {"organisation_days": 0, "central_days": 14, "local_days": 28, **days}

    with pytest.raises(NotAllowedNow):
        phase_actions.edit_days(phase, **all_days, reason="Haast.", by=UserFactory())


def test_a_window_does_not_end_before_it_begins():
    phase = PhaseFactory()

    with pytest.raises(NotAllowedNow):
        phase_actions.move_phase(
            phase,
            opens_on=date(2027, 8, 2),
            closes_at=in_amsterdam(2027, 8, 1, 17),
            reason="Vergissing.",
            by=UserFactory(),
        )


def test_two_colleagues_do_not_overwrite_each_other():
    phase = PhaseFactory()
    mine, theirs = Phase.objects.get(), Phase.objects.get()
    theirs.council_can = "Vraag wat het betekent."
    phase_actions.edit_phase(theirs, [], reason="", by=UserFactory())
    mine.council_can = "Stuur iets in."

    with pytest.raises(StaleText) as stale:
        phase_actions.edit_phase(mine, [], reason="", by=UserFactory())

    assert stale.value.current.council_can == "Vraag wat het betekent."
    phase.refresh_from_db()
    assert phase.council_can == "Vraag wat het betekent."


# --- Who sees which round --------------------------------------------------------


def test_councils_see_published_rounds_of_their_region_and_sector_only():
    office = CareOfficeFactory()
    council = CouncilFactory(organisation=CareOrganisationFactory(care_office=office))
    published = CycleFactory(care_office=office)
    CycleFactory(care_office=office, contract_year=2029, published_at=None)
    CycleFactory(care_office=office, sector=Sector.GZ)
    CycleFactory()
    member = council.memberships.create(user=UserFactory(), starts_on="2020-01-01")

    assert list(Cycle.objects.visible_to(member.user)) == [published]


def test_a_round_stays_visible_when_the_region_changes_hands():
    office, next_office = CareOfficeFactory(), CareOfficeFactory()
    organisation = CareOrganisationFactory(care_office=office)
    concession = office.concessions.get()
    concession.ends_on = date(2027, 12, 31)
    concession.save()
    next_office.concessions.create(region=concession.region, starts_on=date(2028, 1, 1))
    member = CouncilFactory(organisation=organisation).memberships.create(
        user=UserFactory(), starts_on="2020-01-01"
    )
    last = CycleFactory(care_office=office, contract_year=2027)
    CycleFactory(care_office=office, contract_year=2028)
    now = CycleFactory(care_office=next_office, contract_year=2028)

    assert set(Cycle.objects.visible_to(member.user)) == {last, now}
