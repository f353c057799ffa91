"""PDFs of others: looked at when they come in, and put behind one of ours.

What others made can be broken in any way. One such file never keeps the rest from its
readers: all of it happens to a copy, which is written out and opened again before it
comes near another.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.files import KINDS, MEGABYTE, extension

# Nobody reads more of one paper behind an agenda; a page itself weighs next to nothing.
MOST_PAGES = 1000
# Fields and notes, of which making them flat takes time by their square; and bytes that
# a part may unpack to.
MOST_MARKS, MOST_UNPACKED = 3000, 100 * MEGABYTE


class Fit(TextChoices):
    """Whether a file can stand behind another, or why not."""

    UNSEEN = "", _("not looked at")
    FITS = "fits", _("fits")
    OTHER_KIND = "other_kind", _("no PDF")
    LOCKED = "locked", _("locked with a password")
    BROKEN = "broken", _("cannot be opened")
    LONG = "long", _("more than 1,000 pages")


# Those of which nothing keeps them from being bound, as far as is known.
BINDABLE = frozenset({Fit.FITS, Fit.UNSEEN})


class Seen(NamedTuple):
    """What was found in a file: whether it fits, and then how many pages it has."""

    fit: Fit
    pages: int = 0


def look_at(content: bytes, filename: str) -> Seen:
    """Whether a file can be bound, by making it ready for it."""
    return seen(made_flat(content, filename))


def seen(found: Any) -> Seen:
    """The same of what `made_flat` gave."""
    return Seen(found) if isinstance(found, Fit) else Seen(Fit.FITS, len(found.pages))


def made_flat(content: bytes, filename: str) -> Any:
    """The document, flat and without anything that acts; or why there is none."""
    if extension(filename) != "pdf":
        return Fit.OTHER_KIND
    if not KINDS["pdf"].holds(BytesIO(content)):
        # Of one that was cut off qpdf would save what is left, and nobody would know.
        return Fit.BROKEN
    pikepdf = _library()
    try:
        with pikepdf.open(BytesIO(content)) as document:
            if len(document.pages) > MOST_PAGES:
                return Fit.LONG
            marks = sum(len(page.get("/Annots", [])) for page in document.pages)
            if marks > MOST_MARKS:
                return Fit.BROKEN
            flat = pikepdf.open(_flat(document))
    except pikepdf.PasswordError:
        return Fit.LOCKED
    except Exception:
        # Whatever others' programs did to it, it is a file that does not open.
        return Fit.BROKEN
    return flat if len(flat.pages) else Fit.BROKEN


def _flat(document: Any) -> BytesIO:
    # What somebody filled in becomes part of the page.
    document.generate_appearance_streams()
    document.flatten_annotations("all")
    for page in document.pages:
        for name in ("/Annots", "/AA", "/StructParents"):
            if name in page.obj:
                del page.obj[name]
    kept = BytesIO()
    document.save(kept)
    return kept


def bind(front: bytes, documents: Sequence[Any], tell: Callable[[int], None]) -> bytes:
    """Put each document behind its sheet: the last pages of ``front``, one for each.

    The tags and bookmarks of ``front`` stay. Pages of others have no tags of ours, so
    the whole is no PDF/UA any more and does not say that it is.
    """
    with _library().open(BytesIO(front)) as whole:
        place = len(whole.pages) - len(documents)
        for document in documents:
            place += 1
            for page in document.pages:
                whole.pages.insert(place, page)
                place += 1
            tell(len(whole.pages))
        with whole.open_metadata(set_pikepdf_as_editor=False) as told:
            for name in ("pdfuaid:part", "pdfuaid:rev", "pdfuaid:amd"):
                if name in told:
                    del told[name]
        bound = BytesIO()
        whole.save(bound)
    return bound.getvalue()


@cache
def _library() -> Any:
    """pikepdf; it needs half a second and some megabytes: only who binds pays that."""
    import pikepdf  # noqa: PLC0415

    pikepdf.settings.set_qpdf_limits(flate_max_memory=MOST_UNPACKED)
    return pikepdf
