"""The events of the demo story: last year up to the answers, and this year so far.

Everything goes through the actions that people use, at the moments at which they would
have: the clock is set back while the story is told.
"""

from datetime import date

from django.utils import timezone

from councils.models import Meeting
from portal.models import OutgoingMail
from procurement.demo import last_year, this_year
from procurement.demo.meetings import Meetings, read_words
from procurement.demo.teller import Teller
from procurement.demo.world import World


class Story(Teller):
    """The whole of it."""

    def __init__(self, world: World, today: date) -> None:
        super().__init__(world, today)
        self.meeting_words = read_words()
        self.meetings: dict[str, Meeting] = {}

    def tell(self) -> None:
        """Make all of it; the order is that of time."""
        last_year.tell(self)
        this_year.tell(self)
        this_year.tell_elsewhere(self)
        meetings = Meetings(self, self.meeting_words)
        meetings.tell_held()
        meetings.tell_choices()
        meetings.tell_coming()
        meetings.tell_plan()
        self.meetings = meetings.meetings
        # What was mailed in the past of the story has been read long ago.
        OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED).update(
            status=OutgoingMail.Status.SENT, sent_at=timezone.now()
        )
