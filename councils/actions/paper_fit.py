"""Whether the file of a paper can stand behind an agenda, looked at once and kept."""

from councils.models import AgendaPaperVersion
from portal import pdf_behind
from portal.pdf_behind import Fit, Seen


def note_fit(version: AgendaPaperVersion) -> None:
    """Find out whether the file of a version can stand behind an agenda, or why not.

    What was found is kept. Without an audit event: the file is what it was. One that is
    not there now may be there tomorrow, so that is not kept.
    """
    content = content_of(version)
    if content is not None:
        keep(version, pdf_behind.look_at(content, version.filename))


def content_of(version: AgendaPaperVersion) -> bytes | None:
    """The file of a version; without one it does not fit now."""
    try:
        with version.file.open("rb") as file:
            content: bytes = file.read()
    except OSError:
        version.fit, version.pages = Fit.BROKEN, 0
        return None
    return content


def keep(version: AgendaPaperVersion, seen: Seen) -> None:
    """Keep what was found in the file of a version."""
    if (version.fit, version.pages) != seen:
        version.fit, version.pages = seen
        version.save(update_fields=["fit", "pages"])
