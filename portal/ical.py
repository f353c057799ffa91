"""Calendars: meetings and deadlines that people take into their own calendar.

A title, a time and a link, and never what somebody wrote.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from portal.dates import AMSTERDAM, ONE_DAY
from portal.files import attachment

if TYPE_CHECKING:
    import icalendar
else:
    # Four megabytes, of which a web worker that writes no calendar has no use.
    icalendar = SimpleLazyObject(partial(import_module, "icalendar"))

DEADLINE_SHOWN_AS = timedelta(minutes=30)
REFRESH = timedelta(hours=4)
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Party:
    """Who calls people together, or who is called: a name and an address."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something in a calendar.

    ``uid`` stays the same for the life of what it is about, and ``sequence`` goes up
    with each change of date: by these two a calendar moves the old entry instead of
    making another. Bare days are whole days, the last one included. An invitation
    (method REQUEST or CANCEL) names its ``organiser`` and the one ``attendee`` it is
    for; who else is asked is not for everybody to know.
    """

    uid: str
    title: str
    starts_at: datetime | date
    ends_at: datetime | date
    modified_at: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    remind_before: timedelta | None = None
    takes_time: bool = True
    is_cancelled: bool = False
    organiser: Party | None = None
    attendee: Party | None = None


def uid(kind: str, pk: UUID) -> str:
    """The lasting name of an event, whatever address the site may have one day."""
    return f"{kind}-{pk}@inbreng"


def deadline(
    *, at: datetime, remind_before: timedelta = ONE_DAY, **fields: Any
) -> Event:
    """A deadline: a short event that ends on it, with an alarm, and no time taken."""
    return Event(
        starts_at=at.astimezone(UTC) - DEADLINE_SHOWN_AS,
        ends_at=at,
        remind_before=remind_before,
        takes_time=False,
        **fields,
    )


def calendar_text(
    events: Iterable[Event], method: str = "PUBLISH", *, name: str = ""
) -> str:
    """The events as iCalendar; with ``method`` CANCEL as ones that are off.

    REQUEST and CANCEL are about one event, which every attendee gets apart.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Inbreng//Inbreng//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", _clean(name))
    calendar.add("x-wr-timezone", AMSTERDAM.key)
    if method == "PUBLISH":
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDDDTypes(REFRESH))
    calendar.add_component(_amsterdam())
    for event in events:
        calendar.add_component(_component(event, method == "CANCEL"))
    return calendar.to_ical().decode()


def method_of(text: str) -> str:
    """What an iCalendar text is for: PUBLISH, REQUEST or CANCEL."""
    found = _METHOD.search(text)
    return found[1] if found else "PUBLISH"


def calendar_response(
    events: Iterable[Event], filename: str, method: str = "PUBLISH", *, name: str = ""
) -> HttpResponseBase:
    text = calendar_text(events, method, name=name)
    return attachment(text, filename, "text/calendar; charset=utf-8")


def _component(event: Event, is_cancelled: bool) -> "icalendar.Event":
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.modified_at.astimezone(UTC))
    component.add("last-modified", event.modified_at.astimezone(UTC))
    component.add("sequence", event.sequence)
    component.add("dtstart", _start(event.starts_at))
    component.add("dtend", _end(event.ends_at))
    component.add("summary", _clean(event.title))
    for key in ("description", "location", "url"):
        if text := getattr(event, key):
            component.add(key, _clean(text))
    _add_parties(component, event)
    # Who sees only that somebody is busy need not know that it is for a council.
    component.add("class", "PRIVATE")
    component.add("transp", "OPAQUE" if event.takes_time else "TRANSPARENT")
    off = is_cancelled or event.is_cancelled
    component.add("status", "CANCELLED" if off else "CONFIRMED")
    if event.remind_before and not off:
        component.add_component(_alarm(event.title, event.remind_before))
    return component


def _add_parties(component: "icalendar.Event", event: Event) -> None:
    if event.organiser:
        component.add("organizer", _party(event.organiser))
    if event.attendee:
        attendee = _party(event.attendee)
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = "NEEDS-ACTION"
        # One answers by the link in the mail; an answer by mail would reach nobody.
        attendee.params["RSVP"] = "FALSE"
        component.add("attendee", attendee)


def _party(party: Party) -> "icalendar.vCalAddress":
    address = icalendar.vCalAddress(f"mailto:{party.address}")
    # A parameter has no way to write a quotation mark.
    address.params["CN"] = _clean(" ".join(party.name.replace('"', "'").split()))
    return address


def _alarm(title: str, before: timedelta) -> "icalendar.Alarm":
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _clean(title))
    # Counted from the deadline itself, and not from the half hour before it.
    alarm.add("trigger", -before, parameters={"RELATED": "END"})
    return alarm


def _start(value: datetime | date) -> datetime | date:
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(AMSTERDAM)
    # The second 02:30 of a night in autumn cannot be told by the clock.
    return value.astimezone(UTC) if local.fold else local


def _end(value: datetime | date) -> datetime | date:
    # The last day of a calendar's whole days is the first one after it.
    return _start(value) if isinstance(value, datetime) else value + ONE_DAY


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text)


def _amsterdam() -> "icalendar.Timezone":
    """The zone by its rules, from 1970 on: no event lies before the first of them."""
    zone = icalendar.Timezone()
    zone.add("tzid", AMSTERDAM.key)
    for part, name, month, hour, before, after in (
        (icalendar.TimezoneDaylight(), "CEST", 3, 2, 1, 2),
        (icalendar.TimezoneStandard(), "CET", 10, 3, 2, 1),
    ):
        last_sunday = 29 if month == 3 else 25  # of 1970
        part.add("dtstart", datetime(1970, month, last_sunday, hour))  # noqa: DTZ001
        part.add("rrule", icalendar.vRecur(freq="yearly", bymonth=month, byday="-1su"))
        part.add("tzname", name)
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        zone.add_component(part)
    return zone
