"""The page on which an agenda is built: what each of its lines shows to whom."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.agenda_changes import Change, changes, snapshot
from councils.agenda_lines import AgendaLine, lines_of, minutes_of
from councils.agenda_reading import (
    GOALS,
    Agenda,
    PaperLine,
    agenda_of,
    introducer_of,
    reader_of,
)
from councils.models import AgendaItem, Council, Meeting, Openness, SentAgenda
from councils.permissions import can_chair
from portal.models import User
from portal.moments import nl_day_month
from portal.prepared import fetch
from portal.templatetags.portal import Badge

# So many of those that wait stand beside the agenda; the rest on their own page.
WAITING_SHOWN = 8
NO_ITEM = UUID(int=0)
Origin = AgendaItem.Origin


class Row(NamedTuple):
    """A line of the agenda while it is built, of plain values alone."""

    key: str
    number: str
    is_sub: bool
    begins: str
    title: str
    facts: str
    badges: tuple[Badge, ...]
    edit_url: str
    # "13 juli", of the next meeting; empty when none is planned.
    next_day: str
    has_steps_open: bool


class Waiting(NamedTuple):
    """An item that waits, beside the agenda."""

    key: str
    title: str
    proposed_by: str


class Fit(NamedTuple):
    """Whether the agenda fits in its meeting, in words."""

    text: str
    is_over: bool
    # How many items have no time yet, or stand in the way otherwise.
    notes: tuple[str, ...]


class Page(NamedTuple):
    """All that the page shows of the agenda itself."""

    rows: list[Row]
    waiting: list[Waiting]
    waiting_count: int
    fit: Fit
    unsent: list[Change]


def for_building(user: User, pk: UUID) -> Meeting | None:
    """The meeting that ``user`` may know of, with the agenda that was sent last and the
    day of the next one."""
    return next(iter(fetch(_for_building, user, pk)), None)


def _for_building(user: User, pk: UUID) -> QuerySet[Meeting]:
    sent = SentAgenda.objects.filter(meeting=OuterRef("pk")).order_by("-number")
    later = Meeting.objects.planned().filter(
        council=OuterRef("council"), starts_at__gt=OuterRef("starts_at")
    )
    following = later.order_by("starts_at", "pk")
    return (
        Meeting.objects.visible_to(user)
        .filter(pk=pk)
        .select_related("council")
        .annotate(
            sent_items=Subquery(sent.values("items")[:1], output_field=JSONField()),
            next_pk=Subquery(following.values("pk")[:1]),
            next_at=Subquery(following.values("starts_at")[:1]),
        )
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
        {value: str(label) for value, label in GOALS.items()},
        timezone.localdate(),
        nl_day_month(next_at) if next_at else "",
        # Asked once: the address of each differs by its key alone.
        reverse("councils:item_edit", args=[NO_ITEM]),
        moved,
    )
    waiting = [item for item in agenda.waiting if may_read(item)]
    return Page(
        [build.row(line, may_edit=may_edit(line.item)) for line in lines],
        [_waiting(item) for item in waiting[:WAITING_SHOWN]],
        len(waiting),
        fit_of(lines, meeting),
        changes(sent, snapshot(meeting, agenda)) if sent is not None else [],
    )


def editor_of(user: User, council: Council) -> Callable[[AgendaItem], bool]:
    """What ``user`` may change of an agenda of one's own making: as `can_edit_item`."""
    may_read, is_chair = reader_of(user, council), can_chair(user, council)

    def may_edit(item: AgendaItem) -> bool:
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
    edit_url: str
    moved: UUID | None

    def row(self, line: AgendaLine, *, may_edit: bool) -> Row:
        item, key = line.item, str(line.item.pk)
        takes = item.minutes or line.minutes
        facts, badges = [minutes_in_words(takes)] if takes else [], []
        if line.is_readable:
            facts.insert(0, self.goals[item.goal])
            if introducer := introducer_of(item):
                facts.append(introducer)
            badges = _badges(line, self.agenda.papers_of(item), self.today)
        elif line.level == 1:
            badges = [Badge(_("only members read this"), "", "lock")]
        return Row(
            key=key,
            number=line.number,
            is_sub=line.level > 1,
            begins=line.begins,
            title=line.title,
            facts=capfirst(", ".join(facts)),
            badges=tuple(badges),
            edit_url=self.edit_url.replace(str(NO_ITEM), key) if may_edit else "",
            next_day=self.next_day,
            has_steps_open=item.pk == self.moved,
        )


def _badges(line: AgendaLine, papers: list[PaperLine], today: date) -> list[Badge]:
    found = []
    if line.item.is_closed:
        found.append(Badge(_("closed"), "", "lock"))
    awaited = [paper for paper in papers if not paper.version]
    late = [paper for paper in awaited if paper.is_overdue(today)]
    if late:
        words = ngettext(
            "%(count)s paper is late", "%(count)s papers are late", len(late)
        )
        found.append(Badge(words % {"count": len(late)}, "late", "warning"))
    elif awaited:
        words = ngettext(
            "awaits %(count)s paper", "awaits %(count)s papers", len(awaited)
        )
        found.append(Badge(words % {"count": len(awaited)}, "wait", "hourglass"))
    elif papers:
        words = ngettext("%(count)s paper", "%(count)s papers", len(papers))
        found.append(Badge(words % {"count": len(papers)}, "", "document"))
    if line.overrun:
        words = ngettext(
            "its parts take %(count)s minute more",
            "its parts take %(count)s minutes more",
            line.overrun,
        )
        found.append(Badge(words % {"count": line.overrun}, "late", "clock"))
    return found


def _waiting(item: AgendaItem) -> Waiting:
    who = item.__dict__["proposed"] or "" if item.is_proposal else ""
    return Waiting(str(item.pk), item.title, who)


def fit_of(lines: list[AgendaLine], meeting: Meeting) -> Fit:
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


@lru_cache(maxsize=128)
def minutes_in_words(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
