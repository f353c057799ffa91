"""When a phase runs, and in which order its dates lie: over days, years and clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.dates import AMSTERDAM, is_working_day, moment
from procurement.actions.planning import a_year_later, cautions, proposal, shifted
from procurement.models import Phase, dates_before
from tests.factories import PhaseFactory

SPRING = date(2027, 3, 28)  # 02:00 becomes 03:00
AUTUMN = date(2027, 10, 31)  # 03:00 becomes 02:00
SECOND = timedelta(seconds=1)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
FEW_DAYS = st.integers(1, 60)
NORTH = ("noord",)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM)


def a_phase(opens_on: date, closes_at: datetime, **fields: object) -> Phase:
    days = {"organisation_days": 0, "central_days": 14, "local_days": 28}
    return Phase(opens_on=opens_on, closes_at=closes_at, **{**days, **fields})


# --- Past, running, coming -------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(2027, 5, 31, 23, 59), "coming"),
        (at(2027, 6, 1, 0, 0), "now"),
        (at(2027, 8, 1, 16, 59), "now"),
        (at(2027, 8, 1, 17, 0), "past"),
    ],
)
def test_phase_runs_from_its_first_midnight_until_its_closing(now, state):
    phase = a_phase(date(2027, 6, 1), at(2027, 8, 1, 17))

    assert phase.state_at(now) == state


@pytest.mark.django_db
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=40,
)
@given(
    opens_on=DAYS, lasts=st.integers(0, 40), closes=st.times(), hours=st.floats(-9, 9)
)
@example(opens_on=SPRING, lasts=0, closes=time(2, 30), hours=0)
@example(opens_on=AUTUMN, lasts=0, closes=time(2, 30), hours=0.5)
@example(opens_on=AUTUMN - timedelta(days=1), lasts=1, closes=time(0), hours=2.5)
def test_list_and_phase_agree_on_what_runs(db, opens_on, lasts, closes, hours):
    Phase.objects.all().delete()
    phase = PhaseFactory.build(
        opens_on=opens_on, closes_at=moment(opens_on + timedelta(days=lasts), closes)
    )
    phase.cycle.care_office.save()
    phase.cycle.created_by.save()
    phase.cycle.save()
    phase.save()
    first = moment(opens_on, time(0))
    edges = [first - SECOND, first, phase.closes_at - SECOND, phase.closes_at]

    for now in [*edges, first + timedelta(hours=hours)]:
        for zone in (UTC, AMSTERDAM):
            local = now.astimezone(zone)
            found = Phase.objects.open(local).exists()
            assert found == (phase.state_at(local) == Phase.State.NOW), local


# --- Local councils first, then central, organisation, care office ---------------


@given(DAYS, st.times(), st.integers(0, 60), FEW_DAYS, FEW_DAYS)
@example(SPRING, time(2, 30), 0, 1, 1)
@example(AUTUMN, time(2, 30), 0, 1, 1)
def test_each_side_is_ready_before_the_next(day, closes, organisation, central, local):
    closing = moment(day, closes)

    dates = dates_before(closing, organisation, central, local)

    assert dates.local.moment < dates.central.moment < dates.organisation.moment
    assert dates.organisation.moment <= closing
    for back in (dates.local, dates.central, dates.organisation):
        assert is_working_day(back.moment.astimezone(AMSTERDAM).date())


def test_dates_of_the_first_of_august_2027():
    dates = dates_before(at(2027, 8, 1, 17), 0, 14, 28)

    # 1 August is a Sunday.
    assert dates.organisation.moment == at(2027, 7, 30, 17)
    assert dates.central.moment == at(2027, 7, 16, 17)
    assert dates.local.moment == at(2027, 6, 18, 17)
    assert dates.for_kind("local", has_parent=True) == at(2027, 6, 18, 17)
    assert dates.for_kind("local", has_parent=False) == at(2027, 7, 16, 17)
    assert dates.for_kind("central", has_parent=False) == at(2027, 7, 16, 17)


# --- A year later ----------------------------------------------------------------


@given(DAYS, st.integers(0, 90), st.times(time(0), time(23, 59)))
@example(date(2028, 2, 29), 0, time(17))
@example(SPRING - timedelta(days=365), 0, time(2, 30))
def test_copied_window_closes_on_a_working_day_at_the_same_time(day, lasts, closes):
    closing = moment(day + timedelta(days=lasts), closes)

    shift = shifted(a_phase(day, closing))

    local = shift.closes_at.astimezone(AMSTERDAM)
    assert is_working_day(local.date())
    assert shift.opens_on <= local.date() <= shift.counted
    assert moment(local.date(), closing.timetz()) == shift.closes_at
    assert shift.counted == a_year_later(closing.astimezone(AMSTERDAM).date())


def test_a_year_after_the_29th_of_february_is_the_28th():
    assert a_year_later(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_later(date(2027, 2, 28)) == date(2028, 2, 28)


# --- What is awkward -------------------------------------------------------------


def test_spring_without_holidays_needs_no_warning():
    phase = a_phase(date(2027, 2, 1), at(2027, 5, 31, 17))

    assert cautions(phase, ()) == []
    assert str(proposal(phase, ())) == ""


def test_closing_on_a_sunday_in_summer_is_warned_of_with_another_date():
    phase = a_phase(date(2027, 6, 1), at(2027, 8, 1, 17))

    assert cautions(phase, NORTH) == [
        "Deze datum is geen werkdag: zondag.",
        "23 van de 62 dagen vallen in de zomervakantie, vakantieregio noord.",
    ]
    better = proposal(phase, NORTH)
    assert better.opens_on is None
    assert cautions(a_phase(phase.opens_on, better.closes_at), NORTH) == []


def test_closing_on_a_public_holiday_is_told_by_name():
    phase = a_phase(date(2027, 3, 1), at(2027, 5, 17, 17))

    assert cautions(phase, ()) == ["Deze datum is een feestdag: Tweede pinksterdag."]


def test_too_few_days_for_councils_are_told_with_an_earlier_start():
    phase = a_phase(date(2027, 6, 15), at(2027, 7, 9, 17), central_days=7, local_days=7)

    assert cautions(phase, NORTH) == [
        "Raden houden dan 9 werkdagen over. Het minimum is 10."
    ]
    assert proposal(phase, NORTH).opens_on == date(2027, 6, 14)


def test_years_of_which_nobody_knows_the_holidays_are_told():
    phase = a_phase(date(2035, 2, 1), at(2035, 5, 31, 17))

    assert "Wij hebben nog geen schoolvakanties voor 2035." in cautions(phase, NORTH)


def test_holidays_do_not_matter_where_councils_hand_in_nothing():
    phase = a_phase(date(2027, 7, 1), at(2027, 8, 6, 17), councils_deliver=False)

    assert cautions(phase, NORTH) == []


@given(DAYS, st.integers(0, 90), FEW_DAYS, FEW_DAYS)
def test_warnings_never_refuse(day, lasts, central, local):
    phase = a_phase(
        day,
        moment(day + timedelta(days=lasts), time(17)),
        central_days=central,
        local_days=local,
    )

    for line in cautions(phase, NORTH):
        assert line.endswith(".")
