"""Days and moments in words, also where the clock changes."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.moments import (
    days_left,
    is_past,
    nl_date,
    nl_datetime,
    nl_day,
    nl_moment,
    nl_period,
    nl_short_date,
    nl_time,
    nl_weekday,
    until,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DEADLINE = datetime(2027, 7, 16, 17, 0, tzinfo=AMSTERDAM)
# Around both changes of the clock in 2027, in steps of a minute.
AROUND_A_CHANGE = st.one_of(
    st.integers(0, 3 * 24 * 60).map(
        lambda minutes: datetime(2027, 3, 27, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 3 * 24 * 60).map(
        lambda minutes: datetime(2027, 10, 30, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (nl_date(DEADLINE), "vrijdag 16\xa0juli 2027"),
        (nl_day(DEADLINE), "vrijdag 16\xa0juli"),
        (nl_short_date(DEADLINE), "16\xa0juli 2027"),
        (nl_weekday(DEADLINE), "vrijdag"),
        (nl_time(DEADLINE), "17.00 uur"),
        (nl_datetime(DEADLINE), "vrijdag 16\xa0juli 2027 om 17.00 uur"),
        (nl_moment(date(2027, 7, 16)), "vrijdag 16\xa0juli 2027"),
        (until(DEADLINE), "tot vrijdag 16\xa0juli 2027 om 17.00 uur"),
        (until(date(2027, 7, 16)), "tot en met vrijdag 16\xa0juli 2027"),
        (
            nl_period(date(2027, 6, 7), date(2027, 7, 16)),
            "7\xa0juni tot en met 16\xa0juli 2027",
        ),
        (
            nl_period(date(2026, 12, 7), date(2027, 1, 16)),
            "7\xa0december 2026 tot en met 16\xa0januari 2027",
        ),
        (nl_date(None), ""),
        (nl_datetime(None), ""),
        (days_left(None), ""),
        (until(None), ""),
    ],
)
def test_a_moment_reads_as_a_person_says_it(shown, words):
    assert shown == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        # The evening before in London is already the day itself in Amsterdam.
        (datetime(2027, 7, 15, 22, 30, tzinfo=UTC), "vrijdag 16\xa0juli 2027 om 0.30"),
        # The same hour of the clock, an hour apart: before and after it goes back.
        (
            datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
            "zondag 31\xa0oktober 2027 om 2.30",
        ),
        (
            datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            "zondag 31\xa0oktober 2027 om 2.30",
        ),
        # The hour that is not there.
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "zondag 28\xa0maart 2027 om 1.59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "zondag 28\xa0maart 2027 om 3.00"),
    ],
)
def test_a_moment_is_told_in_the_time_of_amsterdam(moment, words):
    assert nl_datetime(moment) == f"{words} uur"


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2027-07-06 23:59+02:00", "nog 10 dagen"),
        ("2027-07-07 00:00+02:00", "nog 9 dagen"),
        ("2027-07-15 18:00+02:00", "nog 1 dag"),
        ("2027-07-16 00:00+02:00", "vandaag tot 17.00 uur"),
        ("2027-07-16 16:59+02:00", "vandaag tot 17.00 uur"),
        ("2027-07-16 17:00+02:00", "voorbij"),
        ("2027-07-20 09:00+02:00", "voorbij"),
    ],
)
def test_days_are_counted_as_on_a_calendar(now, left):
    with time_machine.travel(now, tick=False):
        assert days_left(DEADLINE) == left


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2027-07-15 23:59+02:00", "nog 1 dag"),
        ("2027-07-16 23:59+02:00", "vandaag"),
        ("2027-07-17 00:00+02:00", "voorbij"),
    ],
)
def test_a_bare_day_counts_to_its_end(now, left):
    with time_machine.travel(now, tick=False):
        assert days_left(date(2027, 7, 16)) == left


@given(now=AROUND_A_CHANGE, deadline=AROUND_A_CHANGE)
def test_days_left_follow_the_calendar_of_amsterdam(now, deadline):
    with time_machine.travel(now, tick=False):
        left = days_left(deadline)
        past = is_past(deadline)

    apart = (
        deadline.astimezone(AMSTERDAM).date() - now.astimezone(AMSTERDAM).date()
    ).days
    assert past == (deadline <= now)
    if past:
        assert left == "voorbij"
    elif apart == 0:
        assert left == f"vandaag tot {nl_time(deadline)}"
    else:
        assert left == f"nog {apart} {'dag' if apart == 1 else 'dagen'}"


@given(moment=AROUND_A_CHANGE)
def test_the_words_of_a_moment_lead_back_to_it(moment):
    here = moment.astimezone(AMSTERDAM)

    day, hour, minute = re.fullmatch(
        r"\w+ (\d+)\xa0\w+ 2027 om (\d+)\.(\d\d) uur", nl_datetime(moment)
    ).groups()

    assert (int(day), int(hour), int(minute)) == (here.day, here.hour, here.minute)
