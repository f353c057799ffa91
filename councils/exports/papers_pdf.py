"""The papers of an agenda behind it, in one file with a bookmark for each.

Only PDFs fit in it. What does not, or cannot be opened, is named as a loose paper: one
broken file never keeps the others from their readers.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from councils.models import AgendaPaperVersion
from portal.files import extension


class Bound(NamedTuple):
    """A paper that is bound in: its item, its title, and the opened file."""

    number: str
    title: str
    pages: int
    document: Any


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


def collect(asked: Iterable[tuple[str, str, str]]) -> Papers:
    """Open the versions that are ``asked`` for: number of the item, title and key."""
    wanted = list(asked)
    keys = [key for _number, _title, key in wanted]
    versions = AgendaPaperVersion.objects.in_bulk(keys)
    found = {str(key): version for key, version in versions.items()}
    bound: list[Bound] = []
    loose: list[Loose] = []
    for number, title, key in wanted:
        version = found.get(key)
        if version is None:
            continue
        opened = _open(version)
        if isinstance(opened, str):
            loose.append(Loose(number, title, version.filename, opened))
        else:
            bound.append(Bound(number, title, len(opened.pages), opened))
    return Papers(bound, loose)


def _open(version: AgendaPaperVersion) -> Any:
    """The document, flat and without anything that acts; or why it stays loose."""
    # Needs half a second and some megabytes: only who binds papers pays that.
    import pikepdf  # noqa: PLC0415

    if extension(version.filename) != "pdf":
        return _("no PDF")
    try:
        with version.file.open("rb") as file:
            document = pikepdf.open(BytesIO(file.read()))
        # What somebody filled in becomes part of the page.
        document.generate_appearance_streams()
        document.flatten_annotations("all")
        for page in document.pages:
            for name in ("/Annots", "/AA", "/StructParents"):
                if name in page.obj:
                    del page.obj[name]
    except pikepdf.PasswordError:
        return _("locked with a password")
    except (pikepdf.PdfError, OSError, ValueError, RuntimeError, KeyError):
        return _("cannot be opened")
    return document if len(document.pages) else _("cannot be opened")


def bind(front: bytes, papers: Papers) -> bytes:
    """Put each paper behind its sheet: the last pages of ``front``, one for each.

    Pages of others have no tags of ours, so the whole is no PDF/UA any more and does
    not say that it is.
    """
    import pikepdf  # noqa: PLC0415

    with pikepdf.open(BytesIO(front)) as whole:
        place = len(whole.pages) - len(papers.bound)
        for paper in papers.bound:
            place += 1
            for page in paper.document.pages:
                whole.pages.insert(place, page)
                place += 1
        with whole.open_metadata(set_pikepdf_as_editor=False) as told:
            for name in ("pdfuaid:part", "pdfuaid:rev", "pdfuaid:amd"):
                if name in told:
                    del told[name]
        bound = BytesIO()
        whole.save(bound)
    return bound.getvalue()
