"""What an action raises when it refuses."""


class NotAllowedNow(Exception):
    """The step cannot be taken now; the message is for the reader, in Dutch."""


class StaleText(NotAllowedNow):
    """Somebody else saved first; ``current`` is the row as it now is."""

    def __init__(self, message, *, current):
        super().__init__(message)
        self.current = current
