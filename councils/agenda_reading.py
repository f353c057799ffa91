"""An agenda with its papers as one reader finds it: one query, whatever its length."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
)

from councils.agenda_lines import AgendaLine, ItemRow, lines_of, minutes_of
from councils.models import (
    AgendaItem,
    Council,
    ItemGoal,
    Meeting,
    Openness,
    SentAgenda,
)
from councils.permissions import is_member, is_voting_member
from portal.models import User
from portal.pdf_behind import BINDABLE, Fit
from portal.prepared import fetch_of

# What is read of an item, and of each of its papers.
OF_PAPER = (
    *(f"papers__{each}" for each in ("pk", "title", "due_on", "deliverer")),
    *(
        f"papers__versions__{each}"
        for each in ("number", "pk", "filename", "size", "fit")
    ),
)
OF_ITEM = len(ItemRow._fields)
COLUMNS = (*ItemRow._fields, *OF_PAPER)


def goal_names() -> dict[str, str]:
    """What each goal is called, looked up once for a whole agenda."""
    return {value: str(label) for value, label in ItemGoal.choices}


class PaperLine(NamedTuple):
    """A paper of an item with its newest version, or awaited until a day."""

    pk: UUID
    title: str
    due_on: date | None
    # Who has to deliver it; the name on the page of its item alone.
    deliverer_pk: UUID | None = None
    deliverer: str = ""
    version: int = 0
    version_pk: UUID | None = None
    filename: str = ""
    size: int = 0
    fit: str = ""

    def is_overdue(self, today: date) -> bool:
        return not self.version and self.due_on is not None and self.due_on < today


@dataclass
class Agenda:
    """The items of a meeting, those that wait in its council, and all their papers."""

    items: list[ItemRow] = field(default_factory=list)
    waiting: list[ItemRow] = field(default_factory=list)
    papers: dict[UUID, list[PaperLine]] = field(default_factory=dict)

    def papers_of(self, item: ItemRow) -> list[PaperLine]:
        return self.papers.get(item.pk, [])


def agenda_of(meeting: Meeting, *, with_waiting: bool = False) -> Agenda:
    """What stands on the agenda of a meeting now, for whoever may read it.

    Nothing is left out: ask `reader_of` of each before it is shown.
    """
    if with_waiting:
        rows = fetch_of(_of_council, meeting.pk, meeting.council_id)
    else:
        rows = fetch_of(_of_meeting, meeting.pk)
    agenda = Agenda()
    last, papers = None, []
    for row in rows:
        if row[0] != last:
            last = row[0]
            papers = agenda.papers[last] = []
            item = ItemRow._make(row[:OF_ITEM])
            (agenda.items if item.is_on else agenda.waiting).append(item)
        _add_paper(papers, row[OF_ITEM:])
    return agenda


def _of_meeting(meeting_id: UUID) -> QuerySet:
    return _with_papers(AgendaItem.objects.filter(meeting=meeting_id))


def _of_council(meeting_id: UUID, council_id: UUID) -> QuerySet:
    waiting = Q(meeting__isnull=True, council=council_id)
    return _with_papers(AgendaItem.objects.filter(Q(meeting=meeting_id) | waiting))


def _with_papers(items: QuerySet[AgendaItem]) -> QuerySet:
    """Each item once for each version of each of its papers, or once without any; the
    rows of an item stand together, and of a paper the newest version comes first."""
    return (
        items.filter(dropped_at__isnull=True)
        .annotate(
            is_on=ExpressionWrapper(Q(meeting__isnull=False), BooleanField()),
            introduced=F("introducer__name"),
            proposed=F("added_by__name"),
        )
        .order_by(
            "order",
            "created_at",
            "pk",
            "papers__order",
            "papers__pk",
            "-papers__versions__number",
        )
        .values_list(*COLUMNS)
    )


def reader_of(user: User, council: Council) -> Callable[[ItemRow], bool]:
    """Which items of one council ``user`` may read: `can_read_item` for many."""
    if is_voting_member(user, council):
        return lambda _item: True
    if is_member(user, council):
        return lambda item: item.openness != Openness.MEMBERS
    return lambda _item: False


def _add_paper(papers: list[PaperLine], row: tuple, deliverer: str = "") -> None:
    """Add the paper of a row, if there is one that is not there yet."""
    pk, title, due_on, deliverer_pk, number, *version = row
    if pk is None or papers and papers[-1].pk == pk:
        return
    asked = PaperLine(pk, title, due_on, deliverer_pk, deliverer)
    papers.append(PaperLine(*asked[:5], number, *version) if number else asked)


def papers_of(item: AgendaItem) -> list[PaperLine]:
    """The papers of one item, and who has to deliver each."""
    papers: list[PaperLine] = []
    rows = _with_papers(AgendaItem.objects.filter(pk=item.pk))
    for *row, deliverer in rows.values_list(*OF_PAPER, "papers__deliverer__name"):
        _add_paper(papers, tuple(row), deliverer or "")
    return papers


# --- To read ---------------------------------------------------------------------


class ReadingPaper(NamedTuple):
    """A paper in an agenda that is read: the title and which version one gets."""

    title: str
    version: int
    version_pk: str
    is_awaited: bool
    # Where it is, for who has no account and reads by a link.
    url: str = ""
    # Its key, for whom it is asked of: it leads to where one delivers it.
    asked_key: str = ""
    # Why it does not stand in one file with the agenda, as far as that is known.
    loose_because: str = ""


class ReadingLine(NamedTuple):
    """One line of an agenda for one reader: a closed one has number and minutes."""

    number: str
    level: int
    begins: str
    is_readable: bool
    title: str
    goal: str
    minutes: int
    introducer: str
    explanation: str
    is_closed: bool
    papers: tuple[ReadingPaper, ...]
    subject_url: str = ""
    # Whether the open actions of the council belong to it.
    is_of_actions: bool = False


class Reading(NamedTuple):
    """The agenda for one reader: as it stands now, or as it was sent."""

    lines: list[ReadingLine]
    # Of the council: what stands there now. A guest reads what was sent.
    is_live: bool
    minutes: int

    @property
    def has_papers(self) -> bool:
        """Whether a paper is there that can go with it."""
        return any(paper.version for line in self.lines for paper in line.papers)


def reading_of(meeting: Meeting, user: User, agenda: Agenda | None = None) -> Reading:
    """The agenda of ``meeting`` for ``user``, who knows of the meeting: one query, or
    none where ``agenda`` was read already.

    A guest reads what was sent last, of that what is open, and nothing before it.
    """
    if is_member(user, meeting.council):
        return _live(meeting, reader_of(user, meeting.council), user.pk, agenda)
    return sent_reading_of(meeting)


def sent_reading_of(meeting: Meeting) -> Reading:
    """What was sent last, as far as it is open."""
    sent = newest_sent(meeting)
    goals = goal_names()
    rows = _rows_for_guests([sent] if sent else [])
    lines = [_sent_line(each, goals) for each in rows]
    minutes = sum(line.minutes for line in lines if line.level == 1)
    return Reading(lines, is_live=False, minutes=minutes)


def guest_reading_of(
    meeting: Meeting, link_of: Callable[[str], str] | None = None
) -> Reading:
    """The same for who reads by a link: nobody's name, and ``link_of`` each paper."""
    reading = sent_reading_of(meeting)
    lines = [
        line._replace(
            introducer="",
            papers=tuple(
                paper._replace(
                    url=link_of(paper.version_pk) if link_of and paper.version else ""
                )
                for paper in line.papers
            ),
        )
        for line in reading.lines
    ]
    return reading._replace(lines=lines)


def newest_sent(meeting: Meeting) -> SentAgenda | None:
    return meeting.sent_agendas.order_by("-number").first()


def public_reading_of(meeting: Meeting) -> Reading:
    """The agenda for anybody: what is open now, and nobody's name."""
    reading = _live(meeting, lambda item: not item.is_closed)
    lines = [
        line._replace(introducer="", subject_url="", is_of_actions=False)
        for line in reading.lines
    ]
    return reading._replace(lines=lines)


def _live(
    meeting: Meeting,
    readable: Callable[[ItemRow], bool],
    reader: UUID | None = None,
    agenda: Agenda | None = None,
) -> Reading:
    agenda = agenda or agenda_of(meeting)
    lines = lines_of(agenda.items, meeting.starts_at, readable)
    # For a meeting that is over nothing is asked any more.
    asked = reader if not meeting.is_over and not meeting.is_cancelled else None
    goals = goal_names()
    return Reading(
        [_live_line(line, agenda, goals, asked) for line in lines],
        is_live=True,
        minutes=minutes_of(lines),
    )


def _live_line(
    line: AgendaLine[ItemRow],
    agenda: Agenda,
    goals: dict[str, str],
    asked: UUID | None,
) -> ReadingLine:
    item = line.item
    if not line.is_readable:
        return _closed_line(line.number, line.level, line.begins, line.minutes)
    return ReadingLine(
        number=line.number,
        level=line.level,
        begins=line.begins,
        is_readable=True,
        title=item.title,
        goal=goals[item.goal],
        minutes=line.minutes,
        introducer=item.introducer,
        explanation=item.explanation,
        is_closed=item.is_closed,
        papers=tuple(_paper_to_read(each, asked) for each in agenda.papers_of(item)),
        subject_url=item.subject_url,
        is_of_actions=item.kind == AgendaItem.Kind.ACTIONS,
    )


def _paper_to_read(paper: PaperLine, asked: UUID | None) -> ReadingPaper:
    is_asked = asked is not None and paper.deliverer_pk == asked and not paper.version
    return ReadingPaper(
        paper.title,
        paper.version,
        str(paper.version_pk or ""),
        is_awaited=not paper.version,
        asked_key=str(paper.pk) if is_asked else "",
        loose_because="" if paper.fit in BINDABLE else str(Fit(paper.fit).label),
    )


def _closed_line(number: str, level: int, begins: str, minutes: int) -> ReadingLine:
    return ReadingLine(
        number, level, begins, False, "", "", minutes, "", "", True, papers=()
    )


def _sent_line(row: dict, goals: dict[str, str]) -> ReadingLine:
    """A line of what was sent, for a guest."""
    minutes = row["minutes"] or 0
    if row["openness"] != Openness.OPEN:
        return _closed_line(row["number"], row["level"], row["begins"], minutes)
    return ReadingLine(
        number=row["number"],
        level=row["level"],
        begins=row["begins"],
        is_readable=True,
        title=row["title"],
        goal=goals[row["goal"]],
        minutes=minutes,
        introducer=row["introducer"],
        explanation=row["explanation"],
        is_closed=False,
        papers=tuple(
            ReadingPaper(
                each["title"],
                each["version"],
                each["version_id"],
                is_awaited=not each["version"],
            )
            for each in row["papers"]
        ),
    )


def versions_for_guests(sent: Iterable[SentAgenda]) -> set[str]:
    """The versions of papers that guests got with these agendas."""
    return {
        paper["version_id"]
        for row in _rows_for_guests(sent)
        if row["openness"] == Openness.OPEN
        for paper in row["papers"]
        if paper["version_id"]
    }


def _rows_for_guests(sent: Iterable[SentAgenda]) -> list[dict]:
    """The lines of agendas as they were sent; what was closed since is closed there."""
    rows = [row for each in sent for row in each.items]
    was_open = [row["id"] for row in rows if row["openness"] == Openness.OPEN]
    closed = AgendaItem.objects.filter(pk__in=was_open).exclude(openness=Openness.OPEN)
    since = {str(pk): how for pk, how in closed.values_list("pk", "openness")}
    return [{**row, "openness": since.get(row["id"], row["openness"])} for row in rows]
