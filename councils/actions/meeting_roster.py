"""The dates of many meetings told at once: one mail to each person, and no more."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import meeting_people
from councils.actions.meeting_calendar import event_of
from councils.actions.meeting_mail import answer_link, where
from councils.models import Attendee, Council, Meeting
from portal import audit, mail
from portal.errors import NotAllowedNow
from portal.ical import calendar_text
from portal.models import OutgoingMail, User
from portal.transitions import lock


@transaction.atomic
def announce(council: Council, *, by: User) -> int:
    """Send each person one mail with the meetings ahead that nobody was told of yet.

    It counts as the invitation: whoever has it hears when one of them moves. Returns
    how many mails went out.
    """
    council = lock(council)
    # Who invites to one of them, or moves it, holds that one.
    for meeting in sorted(untold(council), key=lambda each: str(each.pk)):
        lock(meeting)
    meetings = untold(council)
    if not meetings:
        raise NotAllowedNow(_("Everybody has been invited already."))
    meeting_people.take_in_council(meetings)
    rows = _rows_by_person(meetings)
    mails = [_letter(some) for some in rows.values()]
    mail.queue_all(mails)
    told = [row for some in rows.values() for row in some]
    for row in told:
        row.invited_at, row.told_sequence = timezone.now(), row.meeting.sequence
    Attendee.objects.bulk_update(told, ["invited_at", "told_sequence"])
    audit.record(
        "meeting.announce", council, by=by, scope=council.pk, count=len(meetings)
    )
    return len(mails)


def untold(council: Council) -> list[Meeting]:
    """The meetings ahead to which nobody was invited yet."""
    told = Attendee.objects.filter(invited_at__isnull=False).values("meeting")
    rows = (
        Meeting.objects.planned().ahead().filter(council=council).exclude(pk__in=told)
    )
    return list(rows.select_related("council", "location"))


def _rows_by_person(meetings: Iterable[Meeting]) -> dict[UUID | str, list[Attendee]]:
    by_pk = {meeting.pk: meeting for meeting in meetings}
    rows = Attendee.objects.filter(meeting__in=list(by_pk)).select_related("user")
    found: dict[UUID | str, list[Attendee]] = defaultdict(list)
    for row in rows.order_by("meeting__starts_at", "pk"):
        row.meeting = by_pk[row.meeting_id]
        found[row.user_id or row.email].append(row)
    return found


def _letter(rows: list[Attendee]) -> OutgoingMail:
    first, last = rows[0], rows[-1]
    fields: dict[str, Any] = {
        "key": f"meeting_dates:{first.pk}",
        "recheck": {
            "name": "meeting",
            "args": {
                "attendee": str(first.pk),
                "sequence": first.meeting.sequence,
                "kind": "meeting_dates",
            },
        },
        "useless_after": last.meeting.ends_at,
        "calendar": calendar_text([event_of(row.meeting) for row in rows]),
        "council": first.meeting.council.name,
        "is_guest": first.is_guest,
        "first": timezone.localdate(first.meeting.starts_at),
        "last": timezone.localdate(last.meeting.starts_at),
        "dates": [
            {"meeting": row.meeting.name, **where(row.meeting)._asdict()}
            for row in rows
        ],
    }
    if first.user:
        link = reverse("councils:meeting_list")
        return mail.prepare("meeting_dates", to=first.user, link=link, **fields)
    # Without an account there is no list; the nearest has its own page.
    return mail.prepare_to_address(
        "meeting_dates",
        address=first.email,
        name=first.name,
        link=answer_link(first),
        **fields,
    )
