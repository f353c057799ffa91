"""Whether the file of a paper can stand behind an agenda, looked at once and kept."""

from typing import Any

from councils.models import AgendaPaperVersion
from portal import pdf_behind
from portal.pdf_behind import Fit


def look_at(version: AgendaPaperVersion) -> Any:
    """The file of a version, ready to stand behind an agenda; or why it cannot.

    What was found is kept. Without an audit event: the file is what it was. One that is
    not there now may be there tomorrow, so that is not kept.
    """
    try:
        with version.file.open("rb") as file:
            content = file.read()
    except OSError:
        version.fit, version.pages = Fit.BROKEN, 0
        return version.fit
    found = pdf_behind.made_flat(content, version.filename)
    seen = pdf_behind.seen(found)
    if (version.fit, version.pages) != seen:
        version.fit, version.pages = seen
        version.save(update_fields=["fit", "pages"])
    return found
