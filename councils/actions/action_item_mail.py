"""Reminds owners of their open actions: a week before the day, and the day after it."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from councils.actions.due_mail import Due, post
from councils.models import ActionItem, in_reach_of
from portal.dates import moment

AT = time(9)
BEFORE = timedelta(days=7)
AFTER = timedelta(days=1)
# A reminder of a day so long ago has lost its sense.
STILL_COUNTS = timedelta(days=14)


def remind(now: datetime) -> None:
    """One mail per person, council and day; no word of what is to be done in it."""
    today = timezone.localdate(now)
    rows = (
        _readable_by_owner()
        .filter(due_on__range=(today - STILL_COUNTS - AFTER, today + BEFORE))
        .select_related("owner", "council")
    )
    groups: dict[tuple, list[ActionItem]] = defaultdict(list)
    for action in rows:
        groups[action.council_id, action.owner_id, action.due_on].append(action)
    dues = [due for group in groups.values() for due in _dues(group)]
    post([due for due, at in dues if at <= now])


def _readable_by_owner() -> QuerySet[ActionItem]:
    """Open actions of who still has a seat there; of what was closed to helpers since,
    and of who became one, no mail tells that it is there."""
    return ActionItem.objects.open().filter(in_reach_of("owner"))


def _dues(group: list[ActionItem]) -> list[tuple[Due, datetime]]:
    """What there is to say of actions of one person for one day, and from when."""
    due_on = group[0].due_on
    near, late = moment(due_on - BEFORE, AT), moment(due_on + AFTER, AT)
    found = [(_due("action_late", group, late + STILL_COUNTS), late)]
    # Who took it on within the last week knows it still.
    if any(action.made_at < near for action in group):
        found.append((_due("action_near", group, late), near))
    return found


def _due(kind: str, group: list[ActionItem], until: datetime) -> Due:
    first, day = group[0], group[0].due_on.isoformat()
    return Due(
        kind,
        to=first.owner,
        key=f"{kind}:{first.council_id}:{first.owner_id}:{day}",
        useless_after=until,
        recheck={
            "name": "action_due",
            "args": {
                "council": str(first.council_id),
                "user": str(first.owner_id),
                "due_on": day,
            },
        },
        context={
            "council": first.council.name,
            "count": len(group),
            "deadline": first.due_on,
            "link": _link(group),
        },
    )


def _link(group: list[ActionItem]) -> str:
    if len(group) == 1:
        return reverse("councils:action_detail", args=[group[0].pk])
    return reverse("councils:action_list")


def still_open(council: str, user: str, due_on: str) -> bool:
    """Whether this person has something open for that day in the council."""
    rows = _readable_by_owner().filter(council=council, owner=user)
    return rows.filter(due_on=date.fromisoformat(due_on)).exists()
