"""The papers of an agenda behind it, in one file with a bookmark for each.

Only PDFs fit in it. What does not, or cannot be opened, is named as a loose paper: one
broken file never keeps the others from their readers.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from councils.actions.paper_fit import content_of, keep, note_fit
from councils.models import AgendaPaperVersion
from portal import pdf_behind
from portal.files import MEGABYTE
from portal.pdf_behind import DoesNotFitError, Fit
from portal.printout import Behind, Outdated

# Of all papers together: more is too much to mail, to open on a tablet, and to make.
MOST_BYTES = 60 * MEGABYTE


class Bound(NamedTuple):
    """A paper that is bound in: its item, its title, and its pages."""

    number: str
    title: str
    pages: int
    size: int
    key: str


class Loose(NamedTuple):
    """A paper that comes beside it, and why."""

    number: str
    title: str
    filename: str
    why: str


class Papers(NamedTuple):
    """All the papers of an agenda for one reader, in the order of its items."""

    bound: list[Bound]
    loose: list[Loose]

    @property
    def behind(self) -> list[Behind]:
        return [Behind(paper.key, paper.pages, paper.size) for paper in self.bound]


def collect(asked: Iterable[tuple[str, str, str]]) -> Papers:
    """What can be bound of the versions that are ``asked`` for: number of the item,
    title and key. Only files that nobody looked at yet are opened."""
    wanted = list(asked)
    keys = [key for _number, _title, key in wanted]
    versions = AgendaPaperVersion.objects.in_bulk(keys)
    found = {str(key): version for key, version in versions.items()}
    papers, size = Papers([], []), 0
    for number, title, key in wanted:
        version = found.get(key)
        if version is None:
            continue
        why = _why_loose(version, size)
        if why:
            papers.loose.append(Loose(number, title, version.filename, why))
        else:
            bound = Bound(number, title, version.pages, version.size, key)
            papers.bound.append(bound)
            size += version.size
    return papers


def _why_loose(version: AgendaPaperVersion, size: int) -> str:
    """Empty when it fits behind papers of ``size`` bytes."""
    if version.fit == Fit.UNSEEN:
        note_fit(version)
    if version.fit != Fit.FITS:
        return str(Fit(version.fit).label)
    if not version.file.storage.exists(str(version.file.name)):
        return str(Fit.BROKEN.label)
    if size + version.size > MOST_BYTES:
        return _("the file would get too big")
    return ""


def bind(front: bytes, keys: list[str], tell: Callable[[int], None]) -> bytes:
    """Put the papers with these keys behind their sheets, the last of ``front``."""
    found = AgendaPaperVersion.objects.in_bulk(keys)
    versions = [found.get(UUID(key)) for key in keys]
    contents = [content_of(each) if each else None for each in versions]
    there = [content for content in contents if content is not None]
    if len(there) < len(keys):
        raise Outdated
    try:
        return pdf_behind.bind(front, there, tell)
    except DoesNotFitError as error:
        if version := versions[error.number]:
            keep(version, error.seen)
        raise Outdated from error
