"""A meeting as an event in a calendar: the same one for its whole life."""

from email.utils import parseaddr

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from councils.models import Attendee, Meeting
from portal.ical import Event, Party, calendar_text, uid


def event_of(meeting: Meeting) -> Event:
    """What a calendar knows of a meeting: what, when, where and the way to its page."""
    return Event(**_fields(meeting))


def title_of(meeting: Meeting) -> str:
    return f"{capfirst(meeting.name)}, {meeting.council.name}"


def place_of(meeting: Meeting) -> str:
    """Where it is: a place, the location of a visit, or both."""
    names = [meeting.place, meeting.location.name if meeting.location else ""]
    return ", ".join(name for name in names if name)


def invitation_of(attendee: Attendee, method: str = "REQUEST") -> str:
    """The invitation of one person as iCalendar, or with CANCEL that it is off."""
    meeting = attendee.meeting
    fields = _fields(meeting)
    if attendee.user_id is None:
        # The page is behind the login, and this guest has none.
        fields["url"] = ""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event = Event(
        **fields,
        organiser=Party(meeting.council.name, sender),
        attendee=Party(attendee.name, attendee.address),
    )
    return calendar_text([event], method)


def _fields(meeting: Meeting) -> dict:
    video = meeting.video_link
    return {
        "uid": uid("meeting", meeting.pk),
        "title": title_of(meeting),
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "modified_at": meeting.changed_at,
        "sequence": meeting.sequence,
        "location": place_of(meeting) or video,
        "description": _("Video link: %(link)s") % {"link": video} if video else "",
        "url": settings.SITE_URL + meeting.get_absolute_url(),
        "is_cancelled": meeting.is_cancelled,
    }
