"""The page on which an agenda is built: what each of its lines shows to whom."""

from datetime import date, datetime
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
from councils.agenda_reading import Agenda, PaperLine, agenda_of
from councils.models import AgendaItem, Meeting, SentAgenda
from councils.permissions import can_edit_item, can_read_item
from portal.models import User
from portal.moments import nl_day_month
from portal.templatetags.portal import Badge

# So many of those that wait stand beside the agenda; the rest on their own page.
WAITING_SHOWN = 8


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


def for_building(user: User) -> QuerySet[Meeting]:
    """Meetings that ``user`` may know of, each with the agenda that was sent last and
    the day of the next one."""
    sent = SentAgenda.objects.filter(meeting=OuterRef("pk")).order_by("-number")
    later = Meeting.objects.planned().filter(
        council=OuterRef("council"), starts_at__gt=OuterRef("starts_at")
    )
    following = later.order_by("starts_at", "pk")
    return (
        Meeting.objects.visible_to(user)
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
    lines = lines_of(
        agenda.items, meeting.starts_at, lambda item: can_read_item(user, item)
    )
    sent = meeting.__dict__["sent_items"]
    next_at: datetime | None = meeting.__dict__["next_at"]
    next_day = nl_day_month(next_at) if next_at else ""
    today = timezone.localdate()
    waiting = [item for item in agenda.waiting if can_read_item(user, item)]
    return Page(
        [
            _row(line, agenda, user, today, next_day, is_open=line.item.pk == moved)
            for line in lines
        ],
        [_waiting(item) for item in waiting[:WAITING_SHOWN]],
        len(waiting),
        fit_of(lines, meeting),
        changes(sent, snapshot(meeting, agenda)) if sent is not None else [],
    )


def _row(
    line: AgendaLine,
    agenda: Agenda,
    user: User,
    today: date,
    next_day: str,
    *,
    is_open: bool,
) -> Row:
    item = line.item
    takes = item.minutes or line.minutes
    facts, badges = [minutes_in_words(takes)] if takes else [], []
    if line.is_readable:
        facts.insert(0, str(item.get_goal_display()))
        if item.introduced_by:
            facts.append(item.introduced_by)
        badges = _badges(line, agenda.papers_of(item), today)
    elif line.level == 1:
        badges = [Badge(_("only members read this"), "", "lock")]
    may_edit = can_edit_item(user, item)
    return Row(
        key=str(item.pk),
        number=line.number,
        is_sub=line.level > 1,
        begins=line.begins,
        title=line.title,
        facts=capfirst(", ".join(facts)),
        badges=tuple(badges),
        edit_url=reverse("councils:item_edit", args=[item.pk]) if may_edit else "",
        next_day=next_day,
        has_steps_open=is_open,
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
    who = item.added_by.name if item.is_proposal and item.added_by else ""
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


def minutes_in_words(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
