"""A plan is reckoned back from the closing, with its reasons, room and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.dates import (
    AMSTERDAM,
    SchoolHoliday,
    is_working_day,
    moment,
    public_holidays,
    school_holidays,
)
from procurement.actions.back_planning import Basis, CouncilMeeting, Kind, reckon
from procurement.actions.back_planning_holidays import (
    better_papers_on,
    cautions,
    consultation_of,
    with_holidays,
)
from procurement.actions.back_planning_room import room_of

TODAY = date(2027, 1, 11)
MONDAY = datetime(2027, 1, 11, 9, tzinfo=AMSTERDAM)
CLOSES = datetime(2027, 8, 2, 17, tzinfo=AMSTERDAM)  # a Monday
MOMENTS = st.builds(
    lambda day, at: datetime.combine(day, at, UTC),
    st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    st.times(),
)
DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))


def basis(**fields) -> Basis:
    """A closing on Monday 2 August 2027, with the days that are customary."""
    usual = {
        "closes_at": CLOSES,
        "organisation_days": 0,
        "board_days": 14,
        "consultation_weeks": 4,
        "papers_days": 7,
        "zones": ("noord",),
    }
    return Basis(**{**usual, **fields})


def days_of(plan) -> dict[str, date]:
    return {str(step.kind): step.day for step in plan.steps}


def meeting_on(day: date, hour: int = 14) -> CouncilMeeting:
    return CouncilMeeting(uuid4(), moment(day, time(hour)))


@st.composite
def bases(draw, **fixed):
    return Basis(
        closes_at=draw(MOMENTS),
        organisation_days=draw(st.integers(0, 40)),
        board_days=draw(st.integers(0, 40)),
        consultation_weeks=draw(st.integers(1, 12)),
        papers_days=draw(st.integers(0, 30)),
        has_local=draw(st.booleans()),
        zones=tuple(draw(st.sets(st.sampled_from(["noord", "midden", "zuid"])))),
        recesses=tuple(
            SchoolHoliday("reces", day, day + timedelta(days=length))
            for day, length in draw(
                st.lists(st.tuples(DAYS, st.integers(0, 30)), max_size=3)
            )
        ),
        **fixed,
    )


# --- The dates -------------------------------------------------------------------


def test_every_date_is_counted_back_from_the_one_after_it():
    plan = reckon(basis(), TODAY)

    assert days_of(plan) == {
        "start": date(2027, 5, 24),
        "papers": date(2027, 6, 7),
        "local": date(2027, 7, 12),
        "decision": date(2027, 7, 19),
        "board": date(2027, 8, 2),
        "deadline": date(2027, 8, 2),
    }


def test_without_local_councils_the_council_itself_gets_the_papers():
    plan = reckon(basis(has_local=False), TODAY)

    assert days_of(plan) == {
        "start": date(2027, 6, 28),
        "papers": date(2027, 7, 12),
        "decision": date(2027, 7, 19),
        "board": date(2027, 8, 2),
        "deadline": date(2027, 8, 2),
    }


def test_the_council_decides_in_its_last_meeting_before_that_day():
    early, last = meeting_on(date(2027, 6, 15)), meeting_on(date(2027, 7, 13))
    too_late = meeting_on(date(2027, 7, 20))

    plan = reckon(basis(meetings=(early, last, too_late)), TODAY)

    decision = plan[Kind.DECISION]
    assert plan.meeting == last.pk
    assert decision.moment == last.starts_at
    assert decision.slack_days == 6
    assert decision.why[-1] == (
        "De raad vergadert op dinsdag 13\xa0juli 2027 om 14.00 uur. "
        "Dan kan de raad besluiten."
    )
    # The other dates keep the clock of the closing.
    assert plan[Kind.LOCAL].moment == datetime(2027, 7, 6, 17, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 11),  # today: nobody can prepare it any more
        date(2027, 4, 18),  # longer than thirteen weeks before
        date(2027, 7, 20),  # a day after the council must have decided
    ],
)
def test_a_meeting_that_is_of_no_use_is_not_taken(day):
    plan = reckon(basis(meetings=(meeting_on(day),)), TODAY)

    assert plan.meeting is None
    assert plan[Kind.DECISION].day == date(2027, 7, 19)
    assert plan[Kind.DECISION].why[-1] == (
        "Hiervoor is geen vergadering van de raad gepland. Plan er een op deze dag."
    )


def test_each_date_tells_why_it_is_there():
    plan = reckon(basis(organisation_days=7, board_days=10), TODAY)

    assert plan[Kind.DECISION].why[:4] == (
        "De bestuurder heeft 10 dagen nodig om vast te stellen wat de raad besloot.",
        "10 dagen vóór maandag 26\xa0juli 2027 is vrijdag 16\xa0juli 2027.",
        "Zo komen wij op vrijdag 16\xa0juli 2027 om 17.00 uur.",
        "Hiervoor is geen vergadering van de raad gepland. Plan er een op deze dag.",
    )


def test_nobody_reads_that_zero_days_are_needed():
    plan = reckon(basis(organisation_days=0), TODAY)

    assert plan[Kind.BOARD].why[0] == (
        "De organisatie levert alles in op de dag van de sluiting."
    )


def test_a_holiday_that_is_passed_over_is_named():
    # Fourteen days before Monday 31 May 2027 is Whit Monday.
    plan = reckon(basis(closes_at=datetime(2027, 5, 31, 17, tzinfo=AMSTERDAM)), TODAY)

    decision = plan[Kind.DECISION]
    assert decision.counted == date(2027, 5, 17)
    assert decision.day == date(2027, 5, 14)
    assert decision.slack_days == 3
    assert "17\xa0mei valt af: feestdag: Tweede pinksterdag." in decision.why


# --- Dates by hand ---------------------------------------------------------------


def test_a_chosen_day_stands_and_what_comes_before_it_follows():
    plan = reckon(basis(chosen={"local": date(2027, 7, 3)}), TODAY)

    local = plan[Kind.LOCAL]
    assert (local.day, local.is_chosen) == (date(2027, 7, 3), True)  # a Saturday
    assert local.slack_days == 9
    assert local.why == (
        "Deze datum is met de hand gekozen.",
        "Teruggerekend zou het maandag 12\xa0juli 2027 zijn.",
    )
    assert plan[Kind.PAPERS].day == date(2027, 5, 28)
    assert plan.dropped == {}


def test_a_chosen_day_after_the_next_step_is_dropped():
    plan = reckon(basis(chosen={"local": date(2027, 7, 20)}), TODAY)

    assert plan.dropped == {"local": date(2027, 7, 20)}
    assert plan[Kind.LOCAL].day == date(2027, 7, 12)


def test_a_chosen_day_with_less_time_is_tight():
    plan = reckon(basis(chosen={"decision": date(2027, 7, 23)}), TODAY)

    decision = plan[Kind.DECISION]
    assert decision.slack_days == -4
    assert room_of(decision, MONDAY) == (
        "tight",
        "krap",
        "Daarna zijn er 4 dagen minder dan nodig.",
    )


def test_a_day_with_a_meeting_takes_the_hour_of_the_meeting():
    meeting = meeting_on(date(2027, 7, 1), 19)
    plan = reckon(
        basis(meetings=(meeting,), chosen={"decision": date(2027, 7, 1)}), TODAY
    )

    assert plan.meeting == meeting.pk
    assert plan[Kind.DECISION].moment == meeting.starts_at


# --- What always holds -----------------------------------------------------------


@given(bases(), st.dates(date(2026, 1, 1), date(2029, 12, 31)))
def test_dates_are_in_order_on_working_days_at_the_same_clock(basis, today):
    plan = reckon(basis, today)

    moments = [step.moment for step in plan.steps]
    assert moments == sorted(moments)
    for step in plan.steps[:-1]:
        assert is_working_day(step.day)
        assert step.slack_days >= 0
        shown = moment(step.day, basis.clock)
        # Where a step falls on the very moment after it, that one's hour counts.
        assert step.moment in {shown, plan.steps[-1].moment}
    assert plan.dropped == {}


@given(bases())
def test_councils_have_at_least_the_weeks_that_were_asked_for(basis):
    plan = reckon(basis, TODAY)

    if basis.has_local:
        between = plan[Kind.LOCAL].day - plan[Kind.PAPERS].day
        assert between >= timedelta(
            weeks=basis.consultation_weeks, days=basis.papers_days
        )
        window = consultation_of(basis, plan)
        assert window.days.total >= basis.consultation_weeks * 7


@given(
    bases(),
    st.dictionaries(
        st.sampled_from(["start", "papers", "local", "decision", "board"]), DAYS
    ),
    st.lists(st.tuples(DAYS, st.integers(0, 23)), max_size=5),
)
def test_dates_stay_in_order_whatever_is_chosen(basis, chosen, meetings):
    some = tuple(meeting_on(day, hour) for day, hour in meetings)
    fields = {**vars(basis), "chosen": chosen, "meetings": some}

    plan = reckon(Basis(**fields), TODAY)

    moments = [step.moment for step in plan.steps]
    assert moments == sorted(moments)
    for step in plan.steps[:-1]:
        assert step.is_chosen or step.meeting or is_working_day(step.day)
        if step.is_chosen:
            assert chosen[step.kind] == step.day
    taken = {str(step.kind) for step in plan.steps if step.is_chosen}
    there = {str(step.kind) for step in plan.steps}
    assert taken | plan.dropped.keys() == chosen.keys() & there


@given(bases(), bases(), st.integers(0, 4), DAYS)
def test_what_has_been_stays_whatever_is_reckoned_with(before, after, count, today):
    was = reckon(before, today)
    over = {str(step.kind): step for step in was.steps[:count]}
    fields = {**vars(after), "has_local": before.has_local, "over": over}

    plan = reckon(Basis(**fields), today)

    kept = [step for step in plan.steps if str(step.kind) in over]
    assert [(step.kind, step.moment, step.why) for step in kept] == [
        (step.kind, step.moment, step.why) for step in over.values()
    ]
    ahead = [step.moment for step in plan.steps if str(step.kind) not in over]
    assert ahead == sorted(ahead)
    alone = reckon(Basis(**{**fields, "over": {}}), today)
    assert ahead == [step.moment for step in alone.steps if str(step.kind) not in over]
    for step, later in pairwise(plan.steps):
        needed = Basis(**fields).days_before(step.kind)
        assert step.slack_days == (later.day - step.day).days - needed


# --- Holidays --------------------------------------------------------------------


def days_off(basis, first, last) -> set[date]:
    """Counted day by day, from the tables alone."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    off = set()
    for day in days:
        if day in public_holidays(day.year):
            off.add(day)
        for zone in basis.zones:
            known = school_holidays(zone, day.year).holidays
            if any(each.first <= day <= each.last for each in known):
                off.add(day)
        if any(each.first <= day <= each.last for each in basis.recesses):
            off.add(day)
    return off


@settings(deadline=None)
@given(bases())
def test_lost_days_are_those_that_one_counts_by_hand(basis):
    window = consultation_of(basis, reckon(basis, TODAY))

    assert window.days.lost == len(days_off(basis, window.first, window.last))
    assert window.days.total == max(0, (window.last - window.first).days + 1)


@settings(deadline=None, max_examples=40)
@given(bases(), DAYS)
def test_a_proposal_is_earlier_and_never_worse(basis, today):
    plan = reckon(basis, today)
    papers = better_papers_on(basis, plan, today)
    assume(papers is not None)

    other = reckon(Basis(**{**vars(basis), "chosen": {"papers": papers}}), today)

    assert papers < plan[Kind.PAPERS].day
    assert is_working_day(papers)
    assert other[Kind.START].day >= today
    assert other.dropped == {}
    before, after = consultation_of(basis, plan), consultation_of(basis, other)
    assert after.last == before.last
    assert after.free > before.free
    # It takes no more than it needs, or else all there is.
    if after.free > after.needed:
        later = papers + timedelta(days=1)
        while not is_working_day(later):
            later += timedelta(days=1)
        less = reckon(Basis(**{**vars(basis), "chosen": {"papers": later}}), today)
        assert consultation_of(basis, less).free < after.needed


def test_summer_is_told_and_an_earlier_day_is_proposed():
    # Answers by 30 August 2027; the summer holiday lasts from 10 July to 22 August.
    in_summer = basis(closes_at=datetime(2027, 9, 20, 17, tzinfo=AMSTERDAM))
    plan = reckon(in_summer, TODAY)

    window = consultation_of(in_summer, plan)
    assert (window.first, window.last) == (date(2027, 8, 3), date(2027, 8, 30))
    assert cautions(in_summer, plan) == [
        "Lokale raden overleggen van dinsdag 3\xa0augustus 2027 tot en met maandag "
        "30\xa0augustus 2027.",
        "20 van de 28 dagen vallen in de zomervakantie, vakantieregio noord.",
        "Er blijven dus 8 dagen zonder vakantie over. Nodig zijn er 28.",
    ]
    papers = better_papers_on(in_summer, plan, TODAY)
    assert papers == date(2027, 6, 11)
    better = reckon(Basis(**{**vars(in_summer), "chosen": {"papers": papers}}), TODAY)
    assert consultation_of(in_summer, better).free >= 28


def test_without_time_for_it_the_least_bad_day_is_proposed():
    in_summer = basis(closes_at=datetime(2027, 9, 20, 17, tzinfo=AMSTERDAM))
    today = date(2027, 6, 14)

    papers = better_papers_on(in_summer, reckon(in_summer, today), today)

    # Its start is today; each later day leaves fewer days without a holiday.
    assert papers == date(2027, 6, 28)


def test_a_recess_and_a_public_holiday_are_counted_and_named():
    recess = SchoolHoliday("reces van de raad", date(2027, 5, 17), date(2027, 5, 19))
    in_may = basis(
        closes_at=datetime(2027, 5, 31, 17, tzinfo=AMSTERDAM),
        board_days=7,
        consultation_weeks=2,
        papers_days=3,
        zones=("zuid",),
        recesses=(recess,),
    )
    plan = reckon(in_may, TODAY)

    window = consultation_of(in_may, plan)
    assert (window.first, window.last) == (date(2027, 5, 8), date(2027, 5, 21))
    assert cautions(in_may, plan) == [
        "Lokale raden overleggen van zaterdag 8\xa0mei 2027 tot en met vrijdag "
        "21\xa0mei 2027.",
        "4 van de 14 dagen vallen op een feestdag, in een schoolvakantie of in het "
        "reces van de raad.",
        "Welke: reces van de raad, Eerste pinksterdag en Tweede pinksterdag.",
        "Er blijven dus 10 dagen zonder vakantie over. Nodig zijn er 14.",
    ]


def test_years_without_known_school_holidays_are_named():
    far = basis(closes_at=datetime(2034, 8, 1, 17, tzinfo=AMSTERDAM))

    assert cautions(far, reckon(far, TODAY))[-1] == (
        "Wij hebben nog geen schoolvakanties voor 2034."
    )


# --- Room ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned_at", "told"),
    [
        ("2027-01-11", ("enough", "ruim", "Nog 133 dagen tot het begin.")),
        ("2027-05-20", ("tight", "krap", "Nog 4 dagen tot het begin.")),
        (
            "2027-06-03",
            ("late", "te laat", "Dit was 10 dagen voordat de planning werd gemaakt."),
        ),
    ],
)
def test_the_room_before_the_start_is_seen_from_today(planned_at, told):
    at = datetime.fromisoformat(f"{planned_at}T09:00+02:00")

    assert room_of(reckon(basis(), TODAY)[Kind.START], at) == told


def test_as_many_days_as_are_needed_is_enough():
    board = reckon(basis(), TODAY)[Kind.BOARD]

    assert room_of(board, MONDAY) == (
        "enough",
        "genoeg",
        "Daarna zijn er precies zoveel dagen als nodig.",
    )


def test_too_few_days_without_a_holiday_is_tight_also_with_days_enough():
    in_summer = basis(closes_at=datetime(2027, 9, 20, 17, tzinfo=AMSTERDAM))
    bare = reckon(in_summer, TODAY)
    plan = with_holidays(in_summer, bare)

    # The 28 days are there, but 20 of them are holidays.
    assert plan[Kind.PAPERS].slack_days == 0
    assert room_of(plan[Kind.PAPERS], MONDAY) == (
        "tight",
        "krap",
        "Daarna zijn er 20 dagen zonder vakantie te weinig.",
    )
    others = [kind for kind in Kind if kind not in {Kind.PAPERS, Kind.DEADLINE}]
    assert [plan[kind] for kind in others] == [bare[kind] for kind in others]


def test_holidays_among_more_days_than_needed_make_nothing_tight():
    in_summer = basis(closes_at=datetime(2027, 9, 20, 17, tzinfo=AMSTERDAM))
    papers = better_papers_on(in_summer, reckon(in_summer, TODAY), TODAY)
    early = Basis(**{**vars(in_summer), "chosen": {"papers": papers}})

    plan = with_holidays(early, reckon(early, TODAY))

    assert cautions(early, plan)
    assert room_of(plan[Kind.PAPERS], MONDAY).tone == "enough"
