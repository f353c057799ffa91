"""An agenda as it is kept when it is sent, and what changed since."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.agenda_lines import AgendaLine, ItemRow, lines_of
from councils.agenda_reading import Agenda
from councils.models import Meeting, Openness
from portal.sentences import enumerated

Row = dict[str, Any]

# What changed of an item, and of one that was there already by which of its fields.
WORDS: dict[str, Promise] = {
    "new": gettext_lazy("new"),
    "dropped": gettext_lazy("dropped"),
    "moved": gettext_lazy("moved"),
    "time": gettext_lazy("other time"),
    "text": gettext_lazy("other text"),
    "openness": gettext_lazy("other readers"),
    "papers": gettext_lazy("other papers"),
}
FIELDS = {
    "time": ("minutes",),
    "text": ("title", "explanation", "goal", "introducer"),
    "openness": ("openness",),
    "papers": ("papers",),
}


# What shows of an item also to whom it is closed: its place, minutes and readers.
SHOWN = {"new", "dropped", "moved", "time", "openness"}


class Change(NamedTuple):
    """What changed with one item; ``title`` is empty when it is closed.

    ``shown`` is what a helper may know of it, who does not read what is for members
    alone: nothing of its words and papers. Empty when there is nothing to know.
    """

    number: str
    title: str
    what: str
    is_closed: bool
    shown: str
    item: str

    def __str__(self):
        if self.is_closed:
            return _("item %(number)s (closed): %(what)s") % self._asdict()
        return _("item %(number)s, %(title)s: %(what)s") % self._asdict()


def snapshot(meeting: Meeting, agenda: Agenda) -> list[Row]:
    """All items as they stand, closed ones too: who reads it leaves those out."""
    lines = lines_of(agenda.items, meeting.starts_at, lambda _item: True)
    return snapshot_of(lines, agenda)


def snapshot_of(lines: list[AgendaLine[ItemRow]], agenda: Agenda) -> list[Row]:
    """The same of the lines of any reader: it tells of items and not of who reads."""
    return [_row(line, agenda) for line in lines]


def _row(line: AgendaLine[ItemRow], agenda: Agenda) -> Row:
    item = line.item
    return {
        "id": str(item.pk),
        "number": line.number,
        "level": line.level,
        "title": item.title,
        "explanation": item.explanation,
        "goal": item.goal,
        "minutes": line.minutes,
        "introducer": item.introducer,
        "openness": item.openness,
        "begins": line.begins,
        "papers": [
            {
                "id": str(paper.pk),
                "title": paper.title,
                "version": paper.version,
                "version_id": str(paper.version_pk or ""),
            }
            for paper in agenda.papers_of(item)
        ],
    }


def changes(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """What is different in ``after``, one line for each item that changed.

    An item has moved when its place among those that stayed is another, and not when
    one that came or went gave it another number.
    """
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    stayed = [row["id"] for row in before if row["id"] in new]
    order = [row["id"] for row in after if row["id"] in old]
    still = _in_place(stayed, order)
    found = []
    for row in after:
        was = old.get(row["id"])
        if was is None:
            found.append(_change(row, row, ["new"]))
            continue
        what = [] if row["id"] in still and row["level"] == was["level"] else ["moved"]
        what += [
            name
            for name, fields in FIELDS.items()
            if any(row[each] != was[each] for each in fields)
        ]
        if what:
            found.append(_change(row, was, what))
    gone = [row for row in before if row["id"] not in new]
    return [*found, *(_change(row, row, ["dropped"]) for row in gone)]


def for_helpers(found: Sequence[Change]) -> list[Change]:
    """The same for who does not read what is for members alone."""
    return [each._replace(what=each.shown) for each in found if each.shown]


def _change(row: Row, was: Row, names: list[str]) -> Change:
    # What is closed now, or was when it was sent, is not named.
    readers = {row["openness"], was["openness"]}
    is_closed = readers != {Openness.OPEN}
    title = "" if is_closed else row["title"]
    is_hidden = Openness.MEMBERS in readers
    shown = [name for name in names if not is_hidden or name in SHOWN]
    what, seen = _in_words(names), _in_words(shown)
    return Change(row["number"], title, what, is_closed, seen, row["id"])


def _in_words(names: list[str]) -> str:
    return enumerated([str(WORDS[name]) for name in names])


def _in_place(stayed: list[str], order: list[str]) -> set[str]:
    """As many as possible of those that stand in one order before and after."""
    rank = {key: number for number, key in enumerate(stayed)}
    # Of each length: the lowest rank in which a row of that length ends, and its key.
    ranks: list[int] = []
    keys: list[str] = []
    before: dict[str, str | None] = {}
    last: str | None = None
    for key in order:
        at = bisect_left(ranks, rank[key])
        before[key] = keys[at - 1] if at else None
        if at == len(ranks):
            last = key
        ranks[at : at + 1], keys[at : at + 1] = [rank[key]], [key]
    kept: set[str] = set()
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
