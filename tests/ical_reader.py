"""Reads a calendar by the letter of RFC 5545, with no library that writes one.

Moments are worked out from the zone that the calendar itself carries, as a calendar
program does.
"""

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from dateutil.tz import tzical

_LINE = re.compile(
    r'(?P<name>[A-Z0-9-]+)(?P<params>(?:;[^":;]+=(?:"[^"]*"|[^":;]*))*):'
)
_ESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


@dataclass(frozen=True)
class ReadEvent:
    """One entry as a calendar program would show it; moments in UTC."""

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date
    sequence: int
    status: str
    location: str
    url: str
    # As they were written: "DTSTART;TZID=Europe/Amsterdam" -> "20270608T140000".
    lines: dict[str, str]


@dataclass(frozen=True)
class ReadCalendar:
    method: str
    name: str
    events: list[ReadEvent]

    def by_uid(self) -> dict[str, ReadEvent]:
        return {event.uid: event for event in self.events}


def read_calendar(text: str) -> ReadCalendar:
    """The calendar in ``text``; what breaks the rules fails."""
    lines = unfolded(text)
    zone = _zone(text)
    stack: list[dict[str, str]] = []
    events: list[ReadEvent] = []
    calendar: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        assert found, f"no line of a calendar: {line!r}"
        name, value = found["name"] + found["params"], line[found.end() :]
        if name == "BEGIN":
            stack.append({"": value})
        elif name == "END":
            part = stack.pop()
            assert part.pop("") == value
            if value == "VEVENT":
                events.append(_event(part, zone))
            elif value == "VCALENDAR":
                calendar = part
        else:
            assert name not in stack[-1], f"twice: {name}"
            stack[-1][name] = value
    assert not stack
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    uids = [event.uid for event in events]
    assert len(uids) == len(set(uids))
    return ReadCalendar(
        calendar.get("METHOD", ""), _text(calendar.get("X-WR-CALNAME", "")), events
    )


def unfolded(text: str) -> list[str]:
    """The lines of a calendar, put together again: CRLF, at most 75 bytes each."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert not any("\n" in line or "\r" in line for line in lines)
    return lines


def _zone(text: str) -> tzinfo | None:
    if "BEGIN:VTIMEZONE" not in text:
        return None
    return tzical(io.StringIO(text.replace("\r\n", "\n"))).get("Europe/Amsterdam")


def _event(part: dict[str, str], zone: tzinfo | None) -> ReadEvent:
    assert re.fullmatch(r"\d{8}T\d{6}Z", part["DTSTAMP"])
    return ReadEvent(
        uid=part["UID"],
        title=_text(part["SUMMARY"]),
        starts=_moment(part, "DTSTART", zone),
        ends=_moment(part, "DTEND", zone),
        sequence=int(part.get("SEQUENCE", "0")),
        status=part.get("STATUS", ""),
        location=_text(part.get("LOCATION", "")),
        url=part.get("URL", ""),
        lines=part,
    )


def _moment(part: dict[str, str], name: str, zone: tzinfo | None) -> datetime | date:
    if day := part.get(f"{name};VALUE=DATE"):
        return datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007
    if clock := part.get(f"{name};TZID=Europe/Amsterdam"):
        local = datetime.strptime(clock, "%Y%m%dT%H%M%S")  # noqa: DTZ007
        return local.replace(tzinfo=zone).astimezone(UTC)
    return datetime.strptime(part[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _text(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), f"not escaped: {value!r}"
    return re.sub(r"\\[\\;,nN]", lambda found: _ESCAPED[found[0]], value)
