"""The mails of minutes: that a draft went round, and that there are none yet."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
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
    unwritten = Q(minutes__isnull=True) | Q(minutes__status=Minutes.Status.WRITING)
    _nudge("minutes_missing", _held(now).filter(unwritten), _preparers, now)


def nudge_chairs(now: datetime) -> None:
    """The same for what only members read: the chair writes it, and not the secretary.

    It is asked for until the minutes are adopted, also when the rest went round.
    """
    _nudge("minutes_closed", _held(now).filter(_lacks_closed()), _writers, now)


def closed_is_missing(meeting: Meeting, user: User) -> bool:
    """Whether ``user`` may read an item of this meeting that the secretary may not, and
    of which nothing was written down."""
    if hasattr(meeting, "minutes") and meeting.minutes.is_adopted:
        return False
    items = AgendaItem.objects.visible_to(user).closed_and_empty()
    return items.filter(meeting=meeting).exists()


def _held(now: datetime) -> QuerySet[Meeting]:
    ends = (now - LOOK_BACK, now - timedelta(days=2))
    return Meeting.objects.planned().filter(ends_at__range=ends)


def _lacks_closed() -> Q:
    empty = AgendaItem.objects.closed_and_empty().filter(meeting=OuterRef("pk"))
    return Q(Exists(empty)) & ~Q(minutes__status=Minutes.Status.ADOPTED)


def _nudge(
    template: str,
    meetings: QuerySet[Meeting],
    people_of: Callable[[set[UUID]], dict[UUID, list[User]]],
    now: datetime,
) -> None:
    found = list(meetings.select_related("council"))
    people = people_of({meeting.council_id for meeting in found})
    post(
        [
            _nudge_of(template, meeting, person, after)
            for meeting in found
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


def _writers(councils: set[UUID]) -> dict[UUID, list[User]]:
    """Who chairs each council that has a secretary; without a chair its deputy.

    Whoever is asked for the minutes as a whole is not asked for a part of them.
    """
    asked = _acting(councils, Role.SECRETARY)
    chairs = _acting(set(asked), Role.CHAIR)
    writers = chairs | _acting(asked.keys() - chairs.keys(), Role.DEPUTY_CHAIR)
    return {
        council: [each for each in people if each not in asked[council]]
        for council, people in writers.items()
    }


def _acting(councils: set[UUID], *roles: str) -> dict[UUID, list[User]]:
    terms = CouncilMembership.objects.current().acting_as(*roles)
    people: dict[UUID, list[User]] = defaultdict(list)
    for term in terms.filter(council__in=councils).select_related("user"):
        people[term.council_id].append(term.user)
    return people


def _due_at(meeting: Meeting, after: int) -> datetime:
    return moment(timezone.localdate(meeting.ends_at) + timedelta(days=after), AT)


def _nudge_of(template: str, meeting: Meeting, person: User, after: int) -> Due:
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
        key=f"{template}:{meeting.pk}:{person.pk}:{day}",
        useless_after=until,
        recheck={
            "name": template,
            "args": {"meeting": str(meeting.pk), "user": str(person.pk)},
        },
        context={
            "meeting": meeting.name,
            "council": meeting.council.name,
            "date": timezone.localdate(meeting.starts_at),
            "link": reverse("councils:minutes_edit", args=[meeting.pk]),
        },
        template=template,
    )
