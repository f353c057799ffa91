"""PDFs: a short one at once, a long one by a worker, asked for and made once.

What is to be printed is first written out for its reader (`Sheet`); the same sheet
finds what a worker made of it. So nobody gets a file but who would get the very same
words, and those of today. Without audit events: nothing is decided here.
"""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string

from portal import wake
from portal.canonical import canonical_json, fingerprint
from portal.files import MEGABYTE
from portal.models import Printout
from portal.pdf import pdf_of, watch_pages

logger = logging.getLogger(__name__)

Status = Printout.Status
TASK = "portal.tasks.make_printout"
# A worker makes what is longer, or has bigger files of others behind it: to bind these
# takes less than a second, but twice their size of memory.
PAGES_AT_ONCE, BYTES_AT_ONCE = 20, 10 * MEGABYTE
# How long a worker may be silent over one before another takes it.
LEASE = timedelta(seconds=120)
KEPT, KEPT_WHEN_FAILED = timedelta(days=1), timedelta(hours=1)


class Outdated(Exception):
    """What stands behind a sheet cannot be put there any more: write it out anew."""


class Behind(NamedTuple):
    """A file that is to be bound behind: its key, how long and how big it is."""

    key: str
    pages: int
    size: int


class Sheet(NamedTuple):
    """All that one reader's PDF says: its HTML, and the files behind it by key.

    ``pages``: about how many, counted without making it; ``size``: the bytes of those
    files together.
    """

    html: str
    filename: str
    pages: int
    behind: tuple[str, ...] = ()
    size: int = 0

    @property
    def is_short(self) -> bool:
        """Whether its reader can wait for it."""
        return self.pages <= PAGES_AT_ONCE and self.size <= BYTES_AT_ONCE

    @property
    def key(self) -> str:
        return fingerprint(canonical_json({"html": self.html, "behind": self.behind}))


def sheet_of(
    template: str, context: dict, filename: str, *, behind: Sequence[Behind] = ()
) -> Sheet:
    """A sheet from a template, with files of others behind it."""
    html = render_to_string(template, context)
    return Sheet(
        html,
        filename,
        pages_in(html) + sum(file.pages for file in behind),
        tuple(file.key for file in behind),
        sum(file.size for file in behind),
    )


# --- How long it gets ------------------------------------------------------------

_HIDDEN = re.compile(r"<(style|head)\b.*?</\1>", re.DOTALL)
_BLOCK = re.compile(r"<(h[1-6]|p|li|tr|caption)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_NEW_PAGE = re.compile(r'class="[^"]*\bnew-page"')
# Counted over agendas, minutes and submissions of 1 to 40 pages: so many lines fit on
# one, so many letters on a line, and so much white is around a heading or a piece.
LINES_A_PAGE, LETTERS_A_LINE = 36, 96
WHITE, WHITE_OF_HEADING = 0.35, 1.6


def pages_in(html: str) -> int:
    """About how many pages a document takes, without making it."""
    shown = _HIDDEN.sub("", html)
    lines = 0.0
    _before, *pieces = _BLOCK.split(shown)
    for name, piece in zip(pieces[::2], pieces[1::2], strict=True):
        if letters := len(" ".join(_TAG.sub("", piece).split())):
            lines += -(-letters // LETTERS_A_LINE)
            lines += WHITE_OF_HEADING if name[0] == "h" else WHITE
    return 1 + int(lines / LINES_A_PAGE) + len(_NEW_PAGE.findall(shown))


# --- Asked for -------------------------------------------------------------------


@transaction.atomic
def ask(sheet: Sheet) -> Printout:
    """The printout of this sheet: there already, being made, or asked for now."""
    printout, _is_new = Printout.objects.defer("html", "content").get_or_create(
        key=sheet.key,
        defaults={
            "html": sheet.html,
            "behind": list(sheet.behind),
            "pages_expected": sheet.pages,
        },
    )
    if printout.status == Status.WAITING:
        wake.worker_after_commit(TASK, str(printout.pk))
    return printout


@transaction.atomic
def try_again(sheet: Sheet) -> None:
    """Let a worker begin anew at what could not be made."""
    failed = Printout.objects.filter(key=sheet.key, status=Status.FAILED)
    if failed.update(status=Status.WAITING, attempts=0, pages_made=0):
        ask(sheet)


# --- Made ------------------------------------------------------------------------


def content_of(
    html: str, behind: list[str], tell: Callable[[int], None] = lambda _pages: None
) -> bytes:
    """The PDF itself; ``tell`` hears how many pages there are so far."""
    with watch_pages(tell):
        front = pdf_of(html)
    return import_string(settings.BIND_BEHIND)(front, behind, tell) if behind else front


def make(pk: str | UUID) -> None:
    """Make a printout that was asked for, if no other worker has it."""
    printout = claim(UUID(str(pk)))
    if printout is None:
        return
    try:
        content = content_of(
            printout.html, printout.behind, lambda pages: note_progress(printout, pages)
        )
    except Outdated:
        # Whoever waits for it asks for the newer one with the next look.
        _mine(printout).delete()
    except Exception:
        # One that cannot be made must not keep the others waiting.
        logger.exception("A printout could not be made: %s", printout)
        fail(printout)
    else:
        finish(printout, content)


def claim(pk: UUID) -> Printout | None:
    """Take a printout that waits for this worker, or None when another has it.

    One UPDATE does it; the lease goes by the database's clock.
    """
    taken = (
        Printout.objects.to_make()
        .filter(pk=pk)
        .update(
            status=Status.MAKING,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
        )
    )
    if not taken:
        return None
    printout = Printout.objects.get(pk=pk)
    if printout.attempts > Printout.MOST_ATTEMPTS:
        # Whoever had it died over it time and again.
        _mine(printout).update(status=Status.FAILED)
        return None
    return printout


def note_progress(printout: Printout, pages: int) -> None:
    """Tell how far it is, and hold it for as long again."""
    _mine(printout).update(pages_made=pages, lease_until=Now() + LEASE)


def finish(printout: Printout, content: bytes) -> None:
    """Keep what was made, unless the lease ran out and another made it."""
    _mine(printout).update(
        status=Status.DONE, content=content, html="", lease_until=None
    )


def fail(printout: Printout) -> None:
    """Let another try, or give up after the last."""
    is_last = printout.attempts >= Printout.MOST_ATTEMPTS
    _mine(printout).update(status=Status.FAILED if is_last else Status.WAITING)


def make_waiting() -> None:
    """Make what nobody woke a worker for, and what a dead one left."""
    for pk in Printout.objects.to_make().values_list("pk", flat=True):
        make(pk)


def forget_old() -> None:
    """Delete what was asked for more than a day ago; what failed sooner, so that it
    is asked for anew."""
    now = timezone.now()
    failed = Q(status=Status.FAILED, asked_at__lt=now - KEPT_WHEN_FAILED)
    # Of a day to come: by a clock that was ahead.
    old = Q(asked_at__lt=now - KEPT) | Q(asked_at__gt=now + KEPT)
    Printout.objects.filter(failed | old).delete()


def _mine(printout: Printout) -> QuerySet[Printout]:
    return Printout.objects.filter(
        pk=printout.pk, status=Status.MAKING, attempts=printout.attempts
    )
