"""The events of the demo story: last year up to the answers, and this year so far.

Everything goes through the actions that people use, at the moments at which they would
have: the clock is set back while the story is told.
"""

from django.utils import timezone

from portal.models import OutgoingMail
from procurement.demo import last_year, this_year
from procurement.demo.teller import Teller


class Story(Teller):
    """The whole of it."""

    def tell(self) -> None:
        """Make all of it; the order is that of time."""
        last_year.tell(self)
        this_year.tell(self)
        this_year.tell_elsewhere(self)
        # What was mailed in the past of the story has been read long ago.
        OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED).update(
            status=OutgoingMail.Status.SENT, sent_at=timezone.now()
        )
