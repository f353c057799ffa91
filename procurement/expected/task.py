"""One thing that is asked of a person, as the home page and a mail show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from portal.moments import nl_day_month, nl_weekday

SOON = timedelta(days=30)
# A task whose closing lies further back than this has lost its sense.
CLOSED_FOR = timedelta(days=7)


class Group(TextChoices):
    """Where a task stands on the page."""

    OVERDUE = "overdue", _("Date has passed")
    SOON = "soon", _("This month")
    LATER = "later", _("Later")
    WAITING = "waiting", _("Waiting for others")


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked, for which party, until when, how long it takes and why.

    ``due`` is the date of the side that ``whose`` names; ``closes_at`` is when it is
    over for good. A task that waits for others has ``waits_at`` and no button.
    """

    name: str
    kind: str
    party_id: object
    party: str
    why: str
    url: str
    group: Group
    due: datetime | None = None
    whose: str = ""
    minutes: int | None = None
    closes_at: datetime | None = None
    is_closed: bool = False
    waits_at: str = ""
    button: str = ""

    @property
    def day(self) -> str:
        return nl_day_month(self.due)

    @property
    def weekday(self) -> str:
        return nl_weekday(self.due)

    @property
    def is_overdue(self) -> bool:
        return self.group == Group.OVERDUE


def group_of(due: datetime | None, now: datetime) -> Group:
    """Overdue, this month (the thirty days to come) or later."""
    if due is None:
        return Group.LATER
    if due <= now:
        return Group.OVERDUE
    return Group.SOON if due <= now + SOON else Group.LATER


def in_order(tasks: list[Task]) -> list[Task]:
    """The nearest date first; what has no date comes last of what is asked now, and
    last of what is asked later."""
    return sorted(
        tasks,
        key=lambda task: (
            task.group not in {Group.OVERDUE, Group.SOON},
            task.due is None,
            task.due.timestamp() if task.due else 0,
            task.party,
            task.name,
        ),
    )


def address(*wanted: tuple) -> str:
    """The first page of ``wanted`` (name, *args) that this site has, or home."""
    for name, *args in wanted:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return reverse("home")
