"""What the portal itself does about meetings: whom it invites and asks once more."""

from collections import defaultdict
from contextlib import suppress
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from councils.actions import due_mail, meeting, meeting_people
from councils.actions.due_mail import Due
from councils.actions.meeting_mail import answer_link, where
from councils.models import Attendee, Meeting
from portal.dates import moment
from portal.errors import NotAllowedNow

REMIND_BEFORE = timedelta(days=3)
REMIND_AT = time(9)
# A reminder that could not go before the meeting is written down as missed.
LOOK_BACK = timedelta(days=2)


def invite_newcomers(now: datetime) -> None:
    """Invite who took a seat after the others were invited, and forget who left."""
    invited = Attendee.objects.filter(meeting=OuterRef("pk"), invited_at__isnull=False)
    meetings = (
        Meeting.objects.planned().ahead(now).filter(Exists(invited)).order_by("council")
    )
    by_council: dict[UUID, list[Meeting]] = defaultdict(list)
    for each in meetings:
        by_council[each.council_id].append(each)
    for some in by_council.values():
        meeting_people.take_in_council(some)
    waiting = Attendee.objects.filter(
        meeting=OuterRef("pk"),
        invited_at__isnull=True,
        is_guest=False,
        came_unasked=False,
    )
    for each in meetings.filter(Exists(waiting)):
        with suppress(NotAllowedNow):
            meeting.invite(each, by=None, only_council=True)


def remind(now: datetime) -> None:
    """Ask who did not answer once more, three days ahead."""
    rows = (
        Attendee.objects.filter(
            meeting__status=Meeting.Status.PLANNED,
            meeting__starts_at__gt=now - LOOK_BACK,
            meeting__starts_at__lte=now + REMIND_BEFORE + timedelta(days=1),
            invited_at__isnull=False,
            answer=Attendee.Answer.NONE,
        )
        .exclude(user__isnull=True, email="")
        .select_related("meeting__council", "meeting__location", "user")
        .order_by("meeting__starts_at", "pk")
    )
    dues = []
    for each in rows:
        due_at = reminder_moment(each.meeting)
        # Whoever was asked after that moment was just asked.
        if due_at <= now and each.invited_at and each.invited_at < due_at:
            dues.append(_reminder(each, due_at))
    due_mail.post(dues)


def reminder_moment(meeting: Meeting) -> datetime:
    return moment(meeting_people.day_of(meeting) - REMIND_BEFORE, REMIND_AT)


def _reminder(attendee: Attendee, due_at: datetime) -> Due:
    meeting = attendee.meeting
    now = where(meeting)
    return Due(
        "meeting_answer",
        attendee.user or attendee,
        f"meeting_answer:{attendee.pk}:{timezone.localdate(due_at)}",
        meeting.starts_at,
        {
            "name": "meeting",
            "args": {
                "attendee": str(attendee.pk),
                "sequence": meeting.sequence,
                "kind": "meeting_answer",
            },
        },
        {
            "meeting": meeting.name,
            "council": meeting.council.name,
            "day": timezone.localdate(meeting.starts_at),
            "when": now.when,
            "place": now.place,
            "link": answer_link(attendee),
        },
    )
