"""The page on which an agenda is built: what each of its lines shows to whom."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.agenda_changes import (
    Change,
    changes,
    for_helpers,
    snapshot,
    snapshot_of,
)
from councils.agenda_lines import AgendaLine, ItemRow, lines_of, minutes_of
from councils.agenda_reading import (
    Agenda,
    agenda_of,
    goal_names,
    reader_of,
)
from councils.models import AgendaItem, Council, Meeting, Openness, SentAgenda
from councils.permissions import can_chair, is_voting_member
from portal.models import User
from portal.moments import nl_date, nl_day_month, nl_time
from portal.prepared import fetch

# So many of those that wait stand beside the agenda; the rest on their own page.
WAITING_SHOWN = 8
Origin = AgendaItem.Origin


class Row(NamedTuple):
    """A line of the agenda while it is built, of plain values alone.

    Its words are in the template, which draws the same row once.
    """

    key: str
    number: str
    is_sub: bool
    begins: str
    title: str
    # Nothing, for who may not read the item.
    goal: str
    minutes: int
    introducer: str
    is_readable: bool
    is_closed: bool
    # Its papers: all of them, those that did not come yet, those that are late.
    papers: int
    awaited: int
    late: int
    overrun: int
    may_edit: bool
    # "13 juli", of the next meeting; empty when none is planned.
    next_day: str
    has_steps_open: bool


class Waiting(NamedTuple):
    """An item that waits, beside the agenda."""

    key: str
    title: str
    proposed_by: str


class Head(NamedTuple):
    """What stands above the agenda, and leads to what goes with it."""

    key: str
    council: str
    kind: str
    name: str
    day: str
    first: str
    last: str
    place: str


class Fit(NamedTuple):
    """Whether the agenda fits in its meeting, in words."""

    text: str
    is_over: bool
    # How many items have no time yet, or stand in the way otherwise.
    notes: tuple[str, ...]


class Page(NamedTuple):
    """All that the page shows of the agenda itself."""

    rows: list[Row]
    waiting: tuple[Waiting, ...]
    waiting_count: int
    # Nothing when there is nothing on it.
    fit: Fit | str
    unsent: list[Change]
    is_sent: bool
    is_over: bool

    @property
    def may_send(self) -> bool:
        """Whether sending now would tell anybody something."""
        is_new = bool(self.unsent) if self.is_sent else bool(self.rows)
        return is_new and not self.is_over


def for_building(user: User, pk: UUID) -> Meeting | None:
    """The meeting that ``user`` may know of, with the agenda that was sent last and the
    day of the next one."""
    return next(iter(fetch(_for_building, user, pk)), None)


def _for_building(user: User, pk: UUID) -> QuerySet[Meeting]:
    later = Meeting.objects.planned().filter(
        council=OuterRef("council"), starts_at__gt=OuterRef("starts_at")
    )
    # An item goes on to a meeting of its own kind, if one is planned: what a council
    # talks of by itself does not come before the board by the press of a button.
    following = later.order_by("starts_at", "pk")
    alike = following.filter(kind=OuterRef("kind"))
    return (
        Meeting.objects.visible_to(user)
        .filter(pk=pk)
        .select_related("council")
        .annotate(
            sent_items=items_sent(),
            next_pk=Coalesce(
                *(Subquery(each.values("pk")[:1]) for each in (alike, following))
            ),
            next_at=Coalesce(
                *(Subquery(each.values("starts_at")[:1]) for each in (alike, following))
            ),
        )
    )


def items_sent() -> Subquery:
    """Of a meeting: its items as they were sent last."""
    sent = SentAgenda.objects.filter(meeting=OuterRef("pk")).order_by("-number")
    return Subquery(sent.values("items")[:1], output_field=JSONField())


def head_of(meeting: Meeting) -> Head:
    """The same meeting in plain words."""
    return Head(
        str(meeting.pk),
        str(meeting.council_id),
        meeting.kind,
        meeting.name,
        nl_date(meeting.starts_at),
        nl_time(meeting.starts_at),
        nl_time(meeting.ends_at),
        meeting.place,
    )


def page_of(meeting: Meeting, user: User, moved: UUID | None = None) -> Page:
    """The agenda of a meeting from `for_building`, for who builds it: one query."""
    agenda = agenda_of(meeting, with_waiting=True)
    may_read = reader_of(user, meeting.council)
    lines = lines_of(agenda.items, meeting.starts_at, may_read)
    sent = meeting.__dict__["sent_items"]
    next_at: datetime | None = meeting.__dict__["next_at"]
    may_edit = editor_of(user, meeting.council)
    build = Rows(
        agenda,
        goal_names(),
        timezone.localdate(),
        nl_day_month(next_at) if next_at else "",
        moved,
    )
    waiting = [item for item in agenda.waiting if may_read(item)]
    unsent = changes(sent, snapshot_of(lines, agenda)) if sent is not None else []
    return Page(
        [build.row(line, may_edit=may_edit(line.item)) for line in lines],
        tuple(_waiting(item) for item in waiting[:WAITING_SHOWN]),
        len(waiting),
        fit_of(lines, meeting) if lines else "",
        _told(unsent, user, meeting.council),
        meeting.agenda_sent_at is not None,
        meeting.is_over,
    )


def unsent_of(meeting: Meeting, user: User, agenda: Agenda) -> list[Change]:
    """What ``user``, who prepares it, may know of what changed since an agenda was
    sent; ``meeting`` has its `items_sent`."""
    sent = meeting.__dict__["sent_items"]
    if sent is None or meeting.is_over or meeting.is_cancelled:
        return []
    return _told(changes(sent, snapshot(meeting, agenda)), user, meeting.council)


def _told(found: list[Change], user: User, council: Council) -> list[Change]:
    return found if is_voting_member(user, council) else for_helpers(found)


def editor_of(user: User, council: Council) -> Callable[[ItemRow], bool]:
    """What ``user`` may change of an agenda of one's own making: as `can_edit_item`."""
    may_read, is_chair = reader_of(user, council), can_chair(user, council)

    def may_edit(item: ItemRow) -> bool:
        if item.openness != Openness.MEMBERS or is_chair:
            return may_read(item)
        is_own = item.added_by_id == user.pk and item.origin == Origin.PROPOSED
        return is_own and may_read(item)

    return may_edit


class Rows(NamedTuple):
    """Makes the rows of an agenda of what they share."""

    agenda: Agenda
    goals: dict[str, str]
    today: date
    next_day: str
    moved: UUID | None

    def row(self, line: AgendaLine[ItemRow], *, may_edit: bool) -> Row:
        item, is_readable = line.item, line.is_readable
        papers = self.agenda.papers_of(item) if is_readable else []
        awaited = papers and [paper for paper in papers if not paper.version]
        # By place: with names sixty of them take a quarter longer.
        return Row(
            str(item.pk),
            line.number,
            line.level > 1,
            line.begins,
            line.title,
            self.goals[item.goal] if is_readable else "",
            item.minutes or line.minutes,
            item.introducer if is_readable else "",
            is_readable,
            item.is_closed,
            len(papers),
            len(awaited),
            sum(paper.is_overdue(self.today) for paper in awaited) if awaited else 0,
            line.overrun if is_readable else 0,
            may_edit,
            self.next_day,
            item.pk == self.moved,
        )


def _waiting(item: ItemRow) -> Waiting:
    who = item.proposed or "" if item.is_proposal else ""
    return Waiting(str(item.pk), item.title, who)


def fit_of(lines: list[AgendaLine[ItemRow]], meeting: Meeting) -> Fit:
    """Whether what stands on the agenda fits in the time of its meeting."""
    takes, room = minutes_of(lines), meeting.minutes_long
    left = room - takes
    if left < 0:
        text = ngettext(
            "It does not fit: %(count)s minute too many.",
            "It does not fit: %(count)s minutes too many.",
            -left,
        ) % {"count": -left}
    elif left:
        text = ngettext(
            "It fits: %(count)s minute left.",
            "It fits: %(count)s minutes left.",
            left,
        ) % {"count": left}
    else:
        text = _("It fits exactly.")
    without = sum(1 for line in lines if line.level == 1 and not line.minutes)
    notes = []
    if without:
        notes.append(
            ngettext(
                "%(count)s item has no time yet.",
                "%(count)s items have no time yet.",
                without,
            )
            % {"count": without}
        )
    return Fit(text, left < 0, tuple(notes))
