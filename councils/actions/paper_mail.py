"""Tells who has to deliver a paper: when asked, three days ahead and on its last day.

No mail names the paper: it leads to the page that does.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from councils.actions.due_mail import Due, post
from councils.models import AgendaPaper, Meeting, in_reach_of
from portal import mail
from portal.dates import moment
from portal.models import User

AT = time(9)
BEFORE = timedelta(days=3)
# So long a run may be missed and its mails are still written down.
LOOK_BACK = timedelta(days=2)


def tell_asked(papers: list[AgendaPaper], *, by: User) -> None:
    """One mail for each paper that somebody else has to deliver now."""
    ids = [paper.pk for paper in papers]
    rows = _readable_by_deliverer().filter(pk__in=ids).order_by("order", "pk")
    for paper in rows:
        paper.asked_at = timezone.now()
        paper.save(update_fields=["asked_at"])
        if paper.deliverer_id != by.pk:
            _ask(paper, by)


def _ask(paper: AgendaPaper, by: User) -> None:
    meeting, person = _meeting_of(paper), _deliverer_of(paper)
    told_at = paper.asked_at.isoformat() if paper.asked_at else ""
    mail.queue(
        "paper_asked",
        to=person,
        key=f"paper_asked:{paper.pk}:{person.pk}:{told_at}",
        useless_after=meeting.ends_at,
        recheck={
            "name": "paper_asked",
            "args": {"paper": str(paper.pk), "user": str(person.pk)},
        },
        giver=by.name,
        deadline=_day_of(paper),
        link=reverse("councils:paper_deliver", args=[paper.pk]),
        **_of_meeting(meeting),
    )


def tell_not_needed(paper: AgendaPaper, person: User, *, by: User) -> None:
    """Tell who was asked for a paper that it is not asked of that person any more."""
    meeting = _meeting_of(paper)
    mail.queue(
        "paper_not_needed",
        to=person,
        key=f"paper_not_needed:{paper.pk}:{person.pk}:{timezone.now().isoformat()}",
        useless_after=meeting.ends_at,
        recheck={
            "name": "paper_not_needed",
            "args": {"paper": str(paper.pk), "item": str(paper.item_id)}
            | {"user": str(person.pk)},
        },
        giver=by.name,
        link=meeting.get_absolute_url(),
        **_of_meeting(meeting),
    )


def _of_meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "council": meeting.council.name,
        "meeting": meeting.name,
        "date": timezone.localdate(meeting.starts_at),
    }


# --- Reminders -------------------------------------------------------------------


def remind(now: datetime) -> None:
    """One mail per person, meeting and day, three days ahead and on the day."""
    today = timezone.localdate(now)
    rows = _readable_by_deliverer(now).filter(
        Q(due_day__range=(today - LOOK_BACK, today + BEFORE))
    )
    groups: dict[tuple, list[AgendaPaper]] = defaultdict(list)
    for paper in rows.order_by("order", "pk"):
        groups[paper.item.meeting_id, paper.deliverer_id, _day_of(paper)].append(paper)
    dues = [due for group in groups.values() for due in _dues(group)]
    post([due for due, at in dues if at <= now])


def _dues(group: list[AgendaPaper]) -> list[tuple[Due, datetime]]:
    """What there is to say of papers for one day, and from when.

    Who was asked after that moment knows it still.
    """
    day = _day_of(group[0])
    assert day is not None  # the query asks for a day
    near, last = moment(day - BEFORE, AT), moment(day, AT)
    end = moment(day, time(23, 59))
    return [
        (_due(kind, known, day, until), at)
        for kind, at, until in (("paper_near", near, last), ("paper_today", last, end))
        if (known := [each for each in group if _asked_before(each, at)])
    ]


def _asked_before(paper: AgendaPaper, at: datetime) -> bool:
    return paper.asked_at is None or paper.asked_at < at


def _due(kind: str, group: list[AgendaPaper], day: date, until: datetime) -> Due:
    meeting, person = _meeting_of(group[0]), _deliverer_of(group[0])
    return Due(
        kind,
        to=person,
        key=f"{kind}:{meeting.pk}:{person.pk}:{day.isoformat()}",
        useless_after=until,
        recheck={
            "name": "papers_due",
            "args": {
                "meeting": str(meeting.pk),
                "user": str(person.pk),
                "due_on": day.isoformat(),
            },
        },
        context={
            "count": len(group),
            "deadline": day,
            "link": _link(group),
            **_of_meeting(meeting),
        },
    )


def _link(group: list[AgendaPaper]) -> str:
    if len(group) == 1:
        return reverse("councils:paper_deliver", args=[group[0].pk])
    return reverse("councils:paper_list")


# --- What is still so when a mail goes -------------------------------------------


def is_still_asked(paper: str, user: str) -> bool:
    """Whether this person still has to deliver this paper, and may read its item."""
    return _readable_by_deliverer().filter(pk=paper, deliverer=user).exists()


def are_still_asked(meeting: str, user: str, due_on: str) -> bool:
    """Whether this person still has a paper to deliver for that meeting and day."""
    rows = _readable_by_deliverer().filter(item__meeting=meeting, deliverer=user)
    return rows.filter(Q(due_day=date.fromisoformat(due_on))).exists()


def _readable_by_deliverer(now: datetime | None = None) -> QuerySet[AgendaPaper]:
    """What is awaited from who still has a seat there and may read the item."""
    may_read = in_reach_of("deliverer", "item__council", "item__openness")
    rows = AgendaPaper.objects.awaited(now).filter(may_read)
    return rows.select_related("deliverer", "item__meeting__council")


def _day_of(paper: AgendaPaper) -> date | None:
    day: date | None = paper.__dict__["due_day"]
    return day


def _meeting_of(paper: AgendaPaper) -> Meeting:
    assert paper.item.meeting is not None  # the query asks for it
    return paper.item.meeting


def _deliverer_of(paper: AgendaPaper) -> User:
    assert paper.deliverer is not None  # the query asks for it
    return paper.deliverer
