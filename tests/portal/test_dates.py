from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.dates import (
    AMSTERDAM,
    HolidayDays,
    SchoolHoliday,
    SchoolZone,
    Step,
    back_from,
    days_in_school_holiday,
    is_working_day,
    moment,
    next_sending_moment,
    public_holidays,
    school_holidays,
    school_holidays_between,
    within_sending_hours,
    working_day_on_or_before,
    working_days_between,
    years_without_school_holidays,
)

SPRING = date(2027, 3, 28)  # 02:00 becomes 03:00
AUTUMN = date(2027, 10, 31)  # 03:00 becomes 02:00
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_moment_is_the_clock_in_amsterdam_in_summer_and_winter():
    assert moment(date(2027, 8, 1), time(17)).isoformat() == "2027-08-01T17:00:00+02:00"
    assert moment(date(2027, 1, 8), time(17)).isoformat() == "2027-01-08T17:00:00+01:00"


def test_clock_time_that_spring_skips_is_an_hour_later():
    assert moment(SPRING, time(2, 30)).isoformat() == "2027-03-28T03:30:00+02:00"


def test_clock_time_that_comes_twice_in_autumn_is_the_first():
    twice = moment(AUTUMN, time(2, 30, fold=1))

    assert twice.isoformat() == "2027-10-31T02:30:00+02:00"


@given(DAYS, st.times())
@example(SPRING, time(2, 30))
@example(AUTUMN, time(2, 30))
def test_moment_keeps_the_day_and_is_stable(day, at):
    made = moment(day, at)

    assert made.date() == day
    assert made.astimezone(UTC).astimezone(AMSTERDAM).isoformat() == made.isoformat()


def test_public_holidays_have_dutch_names():
    assert public_holidays(2027) == {
        date(2027, 1, 1): "Nieuwjaarsdag",
        date(2027, 3, 26): "Goede vrijdag",
        date(2027, 3, 28): "Eerste paasdag",
        date(2027, 3, 29): "Tweede paasdag",
        date(2027, 4, 27): "Koningsdag",
        date(2027, 5, 6): "Hemelvaartsdag",
        date(2027, 5, 16): "Eerste pinksterdag",
        date(2027, 5, 17): "Tweede pinksterdag",
        date(2027, 12, 25): "Eerste kerstdag",
        date(2027, 12, 26): "Tweede kerstdag",
    }


def test_table_of_public_holidays_cannot_be_changed_by_a_reader():
    with pytest.raises(TypeError):
        public_holidays(2027)[date(2027, 7, 1)] = "Feest"


def test_school_holidays_of_a_zone_are_whole_at_both_ends_of_the_year():
    known = school_holidays(SchoolZone.NOORD, 2027)

    assert known.is_complete
    assert known.holidays == (
        SchoolHoliday(
            "Kerstvakantie", date(2026, 12, 19), date(2027, 1, 3), SchoolZone.NOORD
        ),
        SchoolHoliday(
            "Voorjaarsvakantie", date(2027, 2, 20), date(2027, 2, 28), SchoolZone.NOORD
        ),
        SchoolHoliday(
            "Meivakantie", date(2027, 4, 24), date(2027, 5, 2), SchoolZone.NOORD
        ),
        SchoolHoliday(
            "Zomervakantie", date(2027, 7, 10), date(2027, 8, 22), SchoolZone.NOORD
        ),
        SchoolHoliday(
            "Herfstvakantie", date(2027, 10, 16), date(2027, 10, 24), SchoolZone.NOORD
        ),
        SchoolHoliday(
            "Kerstvakantie", date(2027, 12, 25), date(2028, 1, 9), SchoolZone.NOORD
        ),
    )


@pytest.mark.parametrize("zone", SchoolZone)
def test_years_that_the_ministry_has_not_set_are_told_apart_from_years_without(zone):
    # The rule of 2024 ends with the summer of 2030.
    assert school_holidays(zone, 2029).is_complete
    assert not school_holidays(zone, 2030).is_complete
    assert not school_holidays(zone, 2033).is_complete


def test_unknown_zone_is_refused():
    with pytest.raises(ValueError, match="west"):
        school_holidays("west", 2027)


def test_missing_years_between_two_days_are_named():
    years = years_without_school_holidays(date(2029, 6, 1), date(2031, 2, 1))

    assert years == (2030, 2031)


def test_days_in_the_summer_holiday_are_counted_with_both_ends():
    counted = days_in_school_holiday(date(2027, 6, 30), date(2027, 8, 1), ["noord"])

    assert counted == HolidayDays(lost=23, total=33, missing=())


def test_days_in_two_zones_and_a_recess_are_counted_once():
    recess = SchoolHoliday("reces", date(2027, 7, 5), date(2027, 7, 12))

    counted = days_in_school_holiday(
        date(2027, 6, 30), date(2027, 8, 1), ["noord", "zuid"], recesses=[recess]
    )

    assert counted == HolidayDays(lost=28, total=33, missing=())


def test_count_over_a_year_without_data_says_so():
    counted = days_in_school_holiday(date(2031, 7, 1), date(2031, 8, 1), ["noord"])

    assert counted == HolidayDays(lost=0, total=32, missing=(2031,))


def test_count_without_zones_asks_for_no_school_holidays():
    counted = days_in_school_holiday(date(2031, 7, 1), date(2031, 8, 1), [])

    assert counted == HolidayDays(lost=0, total=32, missing=())


def test_school_holidays_between_two_days_are_in_order():
    found = school_holidays_between(
        date(2027, 7, 20), date(2027, 8, 1), ["zuid", "noord"]
    )

    assert [(each.zone, each.first) for each in found] == [
        ("noord", date(2027, 7, 10)),
        ("zuid", date(2027, 7, 24)),
    ]


def test_working_day_is_its_own_answer():
    assert working_day_on_or_before(date(2027, 7, 16)) == (date(2027, 7, 16), ())


def test_each_day_that_is_passed_over_has_its_reason():
    # Christmas 2027 falls in a weekend.
    assert working_day_on_or_before(date(2027, 12, 26)) == (
        date(2027, 12, 24),
        (
            Step(date(2027, 12, 26), "feestdag: Tweede kerstdag"),
            Step(date(2027, 12, 25), "feestdag: Eerste kerstdag"),
        ),
    )
    assert working_day_on_or_before(date(2027, 7, 18)) == (
        date(2027, 7, 16),
        (Step(date(2027, 7, 18), "zondag"), Step(date(2027, 7, 17), "zaterdag")),
    )
    assert working_day_on_or_before(date(2027, 5, 6)) == (
        date(2027, 5, 5),
        (Step(date(2027, 5, 6), "feestdag: Hemelvaartsdag"),),
    )


def test_school_holidays_are_passed_over_only_when_asked():
    day, steps = working_day_on_or_before(date(2027, 7, 12), ["noord"])

    assert day == date(2027, 7, 9)
    assert steps == (
        Step(date(2027, 7, 12), "zomervakantie, vakantieregio noord"),
        Step(date(2027, 7, 11), "zondag"),
        Step(date(2027, 7, 10), "zaterdag"),
    )
    assert working_day_on_or_before(date(2027, 7, 12)).day == date(2027, 7, 12)


@given(DAYS)
def test_working_day_is_never_later_and_never_far(day):
    found, steps = working_day_on_or_before(day)

    assert found <= day
    assert is_working_day(found)
    assert [step.day for step in steps] == [
        day - timedelta(days=n) for n in range((day - found).days)
    ]
    # Good Friday follows a Thursday; the longest row of days off is Easter's four.
    assert len(steps) <= 4


def test_working_days_are_counted_with_both_ends():
    # Ascension Day and a weekend lie in between.
    assert working_days_between(date(2027, 5, 3), date(2027, 5, 10)) == 5
    assert working_days_between(date(2027, 5, 10), date(2027, 5, 3)) == 0


def test_two_weeks_before_the_care_office_closes_is_a_friday():
    deadline = moment(date(2027, 8, 1), time(17))

    counted_back = back_from(deadline, 14)

    assert counted_back.moment == moment(date(2027, 7, 16), time(17))
    assert counted_back.counted == date(2027, 7, 18)
    assert counted_back.steps == (
        Step(date(2027, 7, 18), "zondag"),
        Step(date(2027, 7, 17), "zaterdag"),
    )


def test_sum_can_be_read_step_by_step():
    deadline = moment(date(2027, 8, 1), time(17))

    sentences = back_from(deadline, 14).in_words()

    assert [sentence.replace("\xa0", " ") for sentence in sentences] == [
        "14 dagen vóór zondag 1 augustus 2027 is zondag 18 juli 2027.",
        "18 juli valt af: zondag.",
        "17 juli valt af: zaterdag.",
        "Zo komen wij op vrijdag 16 juli 2027 om 17.00 uur.",
    ]


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_nine_o_clock_stays_nine_o_clock_across_the_change(change):
    deadline = moment(change + timedelta(days=3), time(9))

    counted_back = back_from(deadline, 7).moment

    assert counted_back.time() == time(9)
    assert counted_back.utcoffset() != deadline.utcoffset()


@given(MOMENTS, st.integers(0, 120))
def test_counted_back_keeps_the_clock_and_lands_on_a_working_day(deadline, days):
    counted_back = back_from(deadline, days)

    local = deadline.astimezone(AMSTERDAM)
    assert is_working_day(counted_back.moment.date())
    assert (
        counted_back.moment.isoformat()
        == moment(counted_back.moment.date(), local.time()).isoformat()
    )
    assert (local.date() - counted_back.moment.date()).days == days + len(
        counted_back.steps
    )


@pytest.mark.parametrize(
    ("at", "leaves_at"),
    [
        ("2027-06-15 07:29", "2027-06-15 07:30"),
        ("2027-06-15 07:30", "2027-06-15 07:30"),
        ("2027-06-15 20:59", "2027-06-15 20:59"),
        ("2027-06-15 21:00", "2027-06-16 07:30"),
        ("2027-12-31 23:10", "2028-01-01 07:30"),
        # The nights in which the clock changes.
        ("2027-03-27 22:00", "2027-03-28 07:30"),
        ("2027-03-28 03:30", "2027-03-28 07:30"),
        ("2027-10-31 02:30", "2027-10-31 07:30"),
    ],
)
def test_nothing_leaves_at_night(at, leaves_at):
    def amsterdam(text):
        return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)

    assert next_sending_moment(amsterdam(at)) == amsterdam(leaves_at)


@given(MOMENTS)
@example(datetime(2027, 3, 28, 0, 30, tzinfo=UTC))
@example(datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
@example(datetime(2027, 10, 31, 1, 30, tzinfo=UTC))
def test_sending_moment_lies_within_the_hours_and_never_in_the_past(at):
    leaves_at = next_sending_moment(at)

    assert within_sending_hours(leaves_at)
    assert timedelta() <= leaves_at - at <= timedelta(hours=12)
    assert leaves_at == at or not within_sending_hours(at)


@pytest.mark.parametrize(
    ("quiet", "at", "leaves_at"),
    [
        (("00:30", "06:00"), "2027-06-08 00:10", "2027-06-08 00:10"),
        (("00:30", "06:00"), "2027-06-08 00:30", "2027-06-08 06:00"),
        (("00:30", "06:00"), "2027-06-08 23:50", "2027-06-08 23:50"),
        (("07:30", "07:30"), "2027-06-08 07:30", "2027-06-08 07:30"),
        (("07:30", "07:30"), "2027-06-08 03:00", "2027-06-08 03:00"),
    ],
)
def test_quiet_hours_after_midnight_are_no_night_without_end(
    settings, quiet, at, leaves_at
):
    settings.MAIL_QUIET_FROM, settings.MAIL_QUIET_UNTIL = quiet

    def amsterdam(text):
        return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)

    assert next_sending_moment(amsterdam(at)) == amsterdam(leaves_at)
