"""PDFs of others: looked at when they come in, and put behind one of ours.

What others made can be broken in any way, and some of it was made to harm. No such file
keeps the rest from its readers, or a server from its work: each is opened in a process
of its own (`portal.pdf_apart`), and what is bound was written out and opened again.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from signal import SIGKILL
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.files import KINDS, extension

APART = Path(__file__).with_name("pdf_apart.py")


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


class DoesNotFitError(Exception):
    """A file that was to be bound cannot be: which one, and what was found in it."""

    def __init__(self, number: int, seen: Seen) -> None:
        super().__init__(f"file {number}: {seen.fit}")
        self.number, self.seen = number, seen


def look_at(content: bytes, filename: str) -> Seen:
    """Whether a file can be bound, by making it ready for it."""
    if extension(filename) != "pdf":
        return Seen(Fit.OTHER_KIND)
    if not KINDS["pdf"].holds(BytesIO(content)):
        # Of one that was cut off qpdf would save what is left, and nobody would know.
        return Seen(Fit.BROKEN)
    with TemporaryDirectory() as name:
        folder = Path(name)
        _lay(folder, [content])
        with suppress(ChildProcessError):
            for _seen, fit, pages in _told(folder, 1):
                return Seen(Fit(fit), int(pages))
    # It brought down what looked at it.
    return Seen(Fit.BROKEN)


def bind(front: bytes, contents: Sequence[bytes], tell: Callable[[int], None]) -> bytes:
    """Put each document behind its sheet: the last pages of ``front``, one for each.

    The tags and bookmarks of ``front`` stay. Pages of others have no tags of ours, so
    the whole is no PDF/UA any more and does not say that it is.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "front.pdf").write_bytes(front)
        _lay(folder, contents)
        seen = []
        for words in _told(folder, len(contents)):
            if words[0] == "pages":
                tell(int(words[1]))
            else:
                seen.append(Seen(Fit(words[1]), int(words[2])))
        for number, found in enumerate(seen):
            if found.fit != Fit.FITS:
                raise DoesNotFitError(number, found)
        if len(seen) < len(contents):
            raise DoesNotFitError(len(seen), Seen(Fit.BROKEN))
        return (folder / "bound.pdf").read_bytes()


def _lay(folder: Path, contents: Sequence[bytes]) -> None:
    for number, content in enumerate(contents):
        (folder / f"{number}.pdf").write_bytes(content)


def _told(folder: Path, count: int) -> Iterator[list[str]]:
    """Open the files of a folder apart from us, and hear line by line what is found."""
    command = [sys.executable, "-I", str(APART), str(folder), str(count)]
    # It hears nothing of our surroundings: there are secrets among them.
    with Popen(command, env={}, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL) as apart:
        assert apart.stdout is not None  # it is a pipe
        try:
            for line in apart.stdout:
                yield line.decode().split()
        except BaseException:
            apart.kill()
            raise
    if apart.returncode == -SIGKILL:
        raise ChildProcessError("Stopped from outside: that says nothing of the files")
