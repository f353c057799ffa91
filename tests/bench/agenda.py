"""A long agenda in the invented country: with papers, parts, and what is closed."""

from datetime import timedelta

from django.utils import timezone

from councils.models import (
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    Council,
    ItemGoal,
    Meeting,
    Openness,
)
from portal.models import User

ITEMS, WAITING = 60, 4
IN_THREE_WEEKS, FOR_HOURS = timedelta(weeks=3), timedelta(hours=10)
GOALS = list(ItemGoal)
# Every so many: under the item before it, closed, closed to helpers, with a paper.
PART, CLOSED, MEMBERS, PAPER = 3, 7, 20, 2


def long_agenda(council: Council, by: User) -> Meeting:
    """A meeting of ``council`` with sixty items, and some more that wait."""
    begins = timezone.now() + IN_THREE_WEEKS
    meeting = Meeting.objects.create(
        council=council, starts_at=begins, ends_at=begins + FOR_HOURS, planned_by=by
    )
    items: list[AgendaItem] = []
    for number in range(ITEMS):
        head = items[number - 1] if number % PART == PART - 1 else None
        items.append(_item(council, number, by, meeting=meeting, parent=head))
    AgendaItem.objects.bulk_create(
        [*items, *(_item(council, ITEMS + each, by) for each in range(WAITING))]
    )
    papers = [
        AgendaPaper(item=item, title=f"Stuk {number}", due_on=begins.date())
        for number, item in enumerate(items)
        if number % PAPER == 0
    ]
    AgendaPaper.objects.bulk_create(papers)
    # One in two is there; of the others somebody waits for it.
    AgendaPaperVersion.objects.bulk_create(
        AgendaPaperVersion(
            paper=paper,
            number=1,
            file="stuk.pdf",
            filename="stuk.pdf",
            size=20_000,
            delivered_by=by,
        )
        for paper in papers[::2]
    )
    return meeting


def _item(council: Council, number: int, by: User, **more: object) -> AgendaItem:
    openness = Openness.OPEN
    if number % CLOSED == 0:
        openness = Openness.COUNCIL
    if number % MEMBERS == MEMBERS - 1:
        openness = Openness.MEMBERS
    return AgendaItem(
        council=council,
        order=number,
        title=f"Punt over onderwerp {number} van de raad",
        explanation=f"Wat de raad hierover wil weten, deel {number}. " * 3,
        goal=GOALS[number % len(GOALS)],
        minutes=5 + number % 3 * 5,
        introducer=by if number % 4 == 0 else None,
        openness=openness,
        added_by=by,
        **more,
    )
