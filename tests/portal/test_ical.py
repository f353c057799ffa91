import io
import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from portal.dates import AMSTERDAM, moment
from portal.ical import Event, calendar_response, calendar_text, deadline, uid

CHANGED = datetime(2027, 5, 1, 10, tzinfo=UTC)
DEADLINE = moment(date(2027, 7, 16), time(17))


def meeting(**fields):
    standard = {
        "uid": uid("meeting", UUID(int=7)),
        "title": "Vergadering Lindehof",
        "starts_at": moment(date(2027, 6, 15), time(10)),
        "ends_at": moment(date(2027, 6, 15), time(12)),
        "modified_at": CHANGED,
    }
    return Event(**standard | fields)


def read(text):
    """Read a calendar line by line, by the letter of RFC 5545 and with no library."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert not any("\n" in line or "\r" in line for line in lines)
    stack, done = [], []
    for line in lines:
        name, value = re.match(r'((?:[^":;]|"[^"]*"|;)+?):(.*)', line).groups()
        if name == "BEGIN":
            stack.append({"kind": value, "parts": []})
        elif name == "END":
            part = stack.pop()
            assert part["kind"] == value
            (stack[-1]["parts"] if stack else done).append(part)
        else:
            assert name not in stack[-1]
            stack[-1][name] = value
    (calendar,) = done
    return calendar


def events(text):
    return [part for part in read(text)["parts"] if part["kind"] == "VEVENT"]


def as_utc(text, event, name):
    """The moment as a calendar works it out, from the zone that the text itself has."""
    if f"{name};TZID=Europe/Amsterdam" in event:
        zone = tzical(io.StringIO(text.replace("\r\n", "\n"))).get("Europe/Amsterdam")
        clock = event[f"{name};TZID=Europe/Amsterdam"]
        found = datetime.strptime(clock, "%Y%m%dT%H%M%S").replace(tzinfo=zone)
        return found.astimezone(UTC)
    assert event[name].endswith("Z")
    return datetime.strptime(event[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_meeting_is_written_in_the_time_of_amsterdam():
    calendar = read(calendar_text([meeting(sequence=2)], name="Lindehof"))

    zone, event = calendar.pop("parts")
    assert calendar == {
        "kind": "VCALENDAR",
        "PRODID": "-//Inbreng//Inbreng//NL",
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "X-WR-CALNAME": "Lindehof",
        "X-WR-TIMEZONE": "Europe/Amsterdam",
        "REFRESH-INTERVAL;VALUE=DURATION": "PT4H",
        "X-PUBLISHED-TTL": "PT4H",
    }
    assert zone["TZID"] == "Europe/Amsterdam"
    assert event == {
        "kind": "VEVENT",
        "parts": [],
        "UID": "meeting-00000000-0000-0000-0000-000000000007@inbreng",
        "DTSTAMP": "20270501T100000Z",
        "LAST-MODIFIED": "20270501T100000Z",
        "SEQUENCE": "2",
        "DTSTART;TZID=Europe/Amsterdam": "20270615T100000",
        "DTEND;TZID=Europe/Amsterdam": "20270615T120000",
        "SUMMARY": "Vergadering Lindehof",
        "CLASS": "PRIVATE",
        "TRANSP": "OPAQUE",
        "STATUS": "CONFIRMED",
    }


def test_deadline_is_a_short_event_with_an_alarm_a_day_before_it():
    (event,) = events(
        calendar_text(
            [
                deadline(
                    uid=uid("phase", UUID(int=1)),
                    title="Inbreng klaar",
                    at=DEADLINE,
                    modified_at=CHANGED,
                )
            ]
        )
    )

    assert event["DTSTART;TZID=Europe/Amsterdam"] == "20270716T163000"
    assert event["DTEND;TZID=Europe/Amsterdam"] == "20270716T170000"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["parts"] == [
        {
            "kind": "VALARM",
            "parts": [],
            "ACTION": "DISPLAY",
            "DESCRIPTION": "Inbreng klaar",
            "TRIGGER;RELATED=END": "-P1D",
        }
    ]


def test_whole_days_end_on_the_day_after_the_last():
    (event,) = events(
        calendar_text([meeting(starts_at=date(2027, 6, 1), ends_at=date(2027, 6, 30))])
    )

    assert event["DTSTART;VALUE=DATE"] == "20270601"
    assert event["DTEND;VALUE=DATE"] == "20270701"


@pytest.mark.parametrize(
    "at",
    [
        datetime(2027, 3, 27, 12, tzinfo=UTC),
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # the first 02:30
        datetime(2027, 10, 31, 1, 30, tzinfo=UTC),  # the second
        datetime(2027, 10, 31, 2, 30, tzinfo=UTC),
        datetime(2028, 1, 1, 8, tzinfo=UTC),
    ],
)
def test_calendar_finds_the_same_moment_around_both_changes(at):
    text = calendar_text([meeting(starts_at=at, ends_at=at + timedelta(hours=1))])
    (event,) = events(text)

    assert as_utc(text, event, "DTSTART") == at
    assert as_utc(text, event, "DTEND") == at + timedelta(hours=1)


@given(st.datetimes(datetime(1996, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001
def test_calendar_finds_the_same_moment_in_any_year(at):
    at = at.replace(microsecond=0, tzinfo=UTC)
    text = calendar_text([meeting(starts_at=at, ends_at=at)])

    assert as_utc(text, events(text)[0], "DTSTART") == at


def test_nine_o_clock_is_nine_o_clock_before_and_after_the_change():
    days = [date(2027, 3, 27), date(2027, 3, 29), date(2027, 10, 30), date(2027, 11, 1)]
    text = calendar_text(
        meeting(starts_at=moment(day, time(9)), ends_at=moment(day, time(10)))
        for day in days
    )

    clocks = [event["DTSTART;TZID=Europe/Amsterdam"][9:] for event in events(text)]
    assert clocks == ["090000"] * 4


def test_moved_deadline_keeps_its_name_and_counts_up():
    def entry(at, sequence):
        moved = deadline(
            uid=uid("phase", UUID(int=1)),
            title="Inbreng klaar",
            at=at,
            sequence=sequence,
            modified_at=CHANGED,
        )
        return events(calendar_text([moved]))[0]

    before, after = entry(DEADLINE, 0), entry(DEADLINE + timedelta(days=7), 1)

    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")


def test_cancelled_meeting_says_so_and_has_no_alarm():
    off = meeting(remind_before=timedelta(days=1), is_cancelled=True)
    (event,) = events(calendar_text([off]))

    assert event["STATUS"] == "CANCELLED"
    assert event["parts"] == []


def test_calendar_that_takes_back_cancels_all_in_it():
    text = calendar_text([meeting()], "CANCEL")

    assert read(text)["METHOD"] == "CANCEL"
    assert events(text)[0]["STATUS"] == "CANCELLED"


def test_text_of_people_adds_no_line_of_its_own():
    title = "Zorg, geld; en \\ rust\r\nEND:VEVENT\nX-NEP:1\x00"
    (event,) = events(calendar_text([meeting(title=title, location="Zaal\n1")]))

    assert event["SUMMARY"] == ("Zorg\\, geld\\; en \\\\ rust\\nEND:VEVENT\\nX-NEP:1")
    assert event["LOCATION"] == "Zaal\\n1"


@given(st.text(max_size=200))
def test_long_lines_are_folded_and_no_title_breaks_the_calendar(title):
    (event,) = events(calendar_text([meeting(title=title, description=title)]))

    assert event["UID"] == uid("meeting", UUID(int=7))


def test_link_is_written_as_it_is():
    url = "https://inbreng.example/inkoop/rondes/7/?a=1,2;b"
    (event,) = events(calendar_text([meeting(url=url)]))

    assert event["URL"] == url


def test_same_events_give_the_same_calendar():
    assert calendar_text([meeting()]) == calendar_text([meeting()])


def test_calendar_is_given_to_save():
    response = calendar_response([meeting()], "Lindehof.ics")

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="Lindehof.ics"'
    assert len(events(response.content.decode())) == 1
    assert AMSTERDAM.key in response.content.decode()
