"""The mails of minutes: that a draft went round, and that there are none yet."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from councils.actions.due_mail import Due, post
from councils.actions.guest_link import (
    came_or_may_have,
    guest_link,
    minutes_until,
    without_account,
)
from councils.models import (
    AgendaItem,
    Attendee,
    CouncilMembership,
    Meeting,
    Minutes,
    Openness,
)
from councils.permissions import Role
from portal import mail
from portal.dates import moment
from portal.models import User

# So many days after a meeting whoever prepares hears that there are no minutes.
NUDGED_AFTER = (3, 7)
AT = time(9)
# A nudge that could not go for so long has lost its sense.
LAST_NUDGE_COUNTS = timedelta(days=14)
LOOK_BACK = timedelta(days=31)


def tell_round(minutes: Minutes, sent_at: datetime) -> None:
    """One mail for everybody who may read the draft that was sent at this moment."""
    meeting = minutes.meeting
    for person in [*_council(meeting), *_guests(meeting)]:
        mail.queue(
            "minutes_sent",
            to=person,
            key=f"minutes_sent:{minutes.pk}:{person.pk}:{sent_at.isoformat()}",
            recheck={
                "name": "minutes_sent",
                "args": {"meeting": str(meeting.pk), "user": str(person.pk)},
            },
            meeting=meeting.name,
            council=meeting.council.name,
            date=timezone.localdate(meeting.starts_at),
            link=reverse("councils:minutes_detail", args=[meeting.pk]),
        )


def _council(meeting: Meeting) -> list[User]:
    terms = CouncilMembership.objects.current().filter(council=meeting.council_id)
    return [term.user for term in terms.select_related("user")]


def _guests(meeting: Meeting) -> list[User]:
    """Guests with an account, if there is an item that they may read."""
    if not _has_open_item(meeting):
        return []
    guests = Attendee.objects.filter(
        meeting=meeting, is_guest=True, user__isnull=False, invited_at__isnull=False
    )
    return [each.user for each in guests.select_related("user") if each.user]


def _has_open_item(meeting: Meeting) -> bool:
    items = AgendaItem.objects.in_order().filter(meeting=meeting)
    return items.filter(openness=Openness.OPEN).exists()


def tell_adopted(minutes: Minutes) -> None:
    """One mail for each guest without an account: what was adopted, by a link.

    They were never told of the draft, which they cannot answer.
    """
    meeting, until = minutes.meeting, minutes_until(minutes)
    if until is None or not _has_open_item(meeting):
        return
    guests = came_or_may_have(without_account(meeting.attendees.all()))
    for each in guests:
        each.meeting = meeting
        mail.queue_to_address(
            "minutes_adopted",
            kind="minutes_sent",
            address=each.email,
            name=each.name,
            key=f"minutes_adopted:{minutes.pk}:{each.pk}",
            useless_after=until,
            recheck={"name": "guest_minutes", "args": {"attendee": str(each.pk)}},
            meeting=meeting.name,
            council=meeting.council.name,
            date=timezone.localdate(meeting.starts_at),
            until=timezone.localdate(until),
            link=guest_link(each),
        )


# --- No minutes yet --------------------------------------------------------------


def nudge(now: datetime) -> None:
    """Tell whoever prepares, three and seven days after a meeting without minutes.

    Of two that are due at once only the last goes; the first is written down as missed.
    """
    meetings = list(
        Meeting.objects.planned()
        .filter(
            Q(minutes__isnull=True) | Q(minutes__status=Minutes.Status.WRITING),
            ends_at__range=(now - LOOK_BACK, now - timedelta(days=2)),
        )
        .select_related("council")
    )
    people = _preparers({meeting.council_id for meeting in meetings})
    post(
        [
            _nudge_of(meeting, person, after)
            for meeting in meetings
            for person in people.get(meeting.council_id, [])
            for after in NUDGED_AFTER
            if _due_at(meeting, after) <= now
        ]
    )


def _preparers(councils: set[UUID]) -> dict[UUID, list[User]]:
    """Who is secretary of each council now; without one, its chair and deputy."""
    people = _acting(councils, Role.SECRETARY)
    without = councils - people.keys()
    return people | _acting(without, Role.CHAIR, Role.DEPUTY_CHAIR)


def _acting(councils: set[UUID], *roles: str) -> dict[UUID, list[User]]:
    terms = CouncilMembership.objects.current().acting_as(*roles)
    people: dict[UUID, list[User]] = defaultdict(list)
    for term in terms.filter(council__in=councils).select_related("user"):
        people[term.council_id].append(term.user)
    return people


def _due_at(meeting: Meeting, after: int) -> datetime:
    return moment(timezone.localdate(meeting.ends_at) + timedelta(days=after), AT)


def _nudge_of(meeting: Meeting, person: User, after: int) -> Due:
    due_at = _due_at(meeting, after)
    later = [each for each in NUDGED_AFTER if each > after]
    if later:
        # When the next is due, this one has lost its sense.
        until = _due_at(meeting, later[0]) - timedelta(minutes=1)
    else:
        until = due_at + LAST_NUDGE_COUNTS
    day = timezone.localdate(due_at).isoformat()
    return Due(
        "minutes_missing",
        to=person,
        key=f"minutes_missing:{meeting.pk}:{person.pk}:{day}",
        useless_after=until,
        recheck={
            "name": "minutes_missing",
            "args": {"meeting": str(meeting.pk), "user": str(person.pk)},
        },
        context={
            "meeting": meeting.name,
            "council": meeting.council.name,
            "date": timezone.localdate(meeting.starts_at),
            "link": reverse("councils:minutes_edit", args=[meeting.pk]),
        },
    )
