"""What an action raises when it refuses, and a run that could not do all of it."""

from django.utils.translation import ngettext


class NotAllowedNow(Exception):
    """The step cannot be taken now; the message is for the reader, in Dutch."""


class Gone(NotAllowedNow):
    """The row is not there any more: somebody else took it away first."""


class StaleText(NotAllowedNow):
    """Somebody else saved first; ``current`` is the row as it now is."""

    def __init__(self, message, *, current):
        super().__init__(message)
        self.current = current


class NotAllDone(Exception):
    """Of many things ``count`` failed, each told in the log; the others were done."""

    def __init__(self, count: int) -> None:
        told = ngettext(
            "%(count)s thing failed and stands in the log",
            "%(count)s things failed and stand in the log",
            count,
        )
        super().__init__(told % {"count": count})
        self.count = count
