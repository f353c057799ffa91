"""The mails about a meeting: each to one person, with that person's own link."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from councils.actions.meeting_calendar import invitation_of, place_of
from councils.models import Attendee, Meeting
from portal import mail
from portal.models import OutgoingMail
from portal.moments import nl_datetime, nl_time

_SALT = "meeting.answer"


class Where(NamedTuple):
    """When and where a meeting is, as it was or as it will be, in words."""

    when: str
    place: str


def where(meeting: Meeting) -> Where:
    return Where(
        when_in_words(meeting.starts_at, meeting.ends_at), place_in_words(meeting)
    )


def when_in_words(starts_at: datetime, ends_at: datetime) -> str:
    """dinsdag 8 juni 2027 om 14.00 uur, tot 16.00 uur; or until another day"""
    is_one_day = localdate(starts_at) == localdate(ends_at)
    return _("%(start)s, until %(end)s") % {
        "start": nl_datetime(starts_at),
        "end": nl_time(ends_at) if is_one_day else nl_datetime(ends_at),
    }


def place_in_words(meeting: Meeting) -> str:
    """Where it is; the video link itself stands on the page and in the appointment."""
    place = place_of(meeting)
    if place and meeting.video_link:
        return _("%(place)s, or by video") % {"place": place}
    return place or (_("by video") if meeting.video_link else _("not known yet"))


def answer_link(attendee: Attendee) -> str:
    """The address on which this person says who comes, without a login."""
    token = signing.Signer(salt=_SALT).sign(attendee.pk.hex)
    return reverse("councils:meeting_rsvp", args=[token])


def attendee_of(token: str) -> Attendee | None:
    """Whose link this is, or None if it is not one of ours."""
    try:
        pk = UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    rows = Attendee.objects.select_related(
        "meeting__council", "meeting__location", "user"
    )
    return rows.filter(pk=pk, invited_at__isnull=False).first()


def invitations(attendees: Iterable[Attendee]) -> list[OutgoingMail]:
    """The first mail to each: what, when, where, and the link to answer."""
    return [_letter("meeting_invitation", each, **_facts(each)) for each in attendees]


def moved(attendees: list[Attendee], old: Where) -> list[OutgoingMail]:
    """The old and the new time and place, to each who was told the old one.

    Whom an earlier mail has not reached yet is told in its stead: of the whole
    invitation, or from what that person last heard.
    """
    unsent = _unsent(attendees)
    letters = []
    for each in attendees:
        waiting = unsent.get(each.pk)
        facts = _facts(each)
        if waiting and waiting.kind == "meeting_invitation":
            letters.append(_letter("meeting_invitation", each, **facts))
            continue
        was = _was(waiting) or old
        facts |= {"old_when": was.when, "old_place": was.place}
        letters.append(_letter("meeting_moved", each, was=list(was), **facts))
    return letters


def cancelled(attendees: Iterable[Attendee], *, is_off: bool) -> list[OutgoingMail]:
    """That the meeting is off; or, to a guest, that only this person is not asked."""
    return [
        _letter(
            "meeting_cancelled",
            each,
            method="CANCEL",
            asks_again=is_off,
            is_off=is_off,
            **_facts(each),
        )
        for each in attendees
    ]


def _facts(attendee: Attendee) -> dict[str, Any]:
    meeting = attendee.meeting
    now = where(meeting)
    return {
        "meeting": meeting.name,
        "council": meeting.council.name,
        "starts_at": meeting.starts_at,
        "when": now.when,
        "place": now.place,
        "is_guest": attendee.is_guest,
        "link": answer_link(attendee),
    }


def _letter(
    template: str,
    attendee: Attendee,
    *,
    method: str = "REQUEST",
    was: list[str] | None = None,
    asks_again: bool = True,
    **context: Any,
) -> OutgoingMail:
    meeting = attendee.meeting
    args: dict[str, Any] = {
        "attendee": str(attendee.pk),
        "sequence": meeting.sequence,
        "kind": template,
    }
    if template == "meeting_moved":
        args["was"] = was
    fields: dict[str, Any] = {
        "key": _key(template, attendee.pk, meeting.sequence),
        "recheck": {"name": "meeting", "args": args} if asks_again else None,
        "useless_after": meeting.ends_at,
        "calendar": invitation_of(attendee, method),
        **context,
    }
    if attendee.user:
        return mail.prepare(template, to=attendee.user, **fields)
    return mail.prepare_to_address(
        template, address=attendee.email, name=attendee.name, **fields
    )


def _key(template: str, attendee_id: UUID, sequence: int | None) -> str:
    return f"{template}:{attendee_id}:{sequence}"


def _unsent(attendees: list[Attendee]) -> dict[UUID, OutgoingMail]:
    """Per attendee the mail of the sequence that they were told, if it still waits."""
    keys = {
        OutgoingMail.id_of(_key(template, each.pk, each.told_sequence)): each.pk
        for each in attendees
        for template in ("meeting_invitation", "meeting_moved")
    }
    waiting = OutgoingMail.objects.filter(
        status=OutgoingMail.Status.QUEUED, pk__in=list(keys)
    )
    return {keys[row.pk]: row for row in waiting}


def _was(waiting: OutgoingMail | None) -> Where | None:
    """What a mail that still waits says of the time and place before it."""
    args = waiting.recheck["args"] if waiting and waiting.recheck else {}
    return Where(*args["was"]) if args.get("was") else None
