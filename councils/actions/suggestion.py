"""What the round suggests for the agenda of a meeting: how one is told.

The app above knows the rounds and makes them (``settings.AGENDA_SUGGESTIONS``).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Model

from councils.models import ItemGoal, Openness


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Something that a council should deal with in a meeting, and why.

    ``key`` names it for good: a moved date keeps it, another round has another.
    ``on`` is the day before which it matters. ``dropped_because`` is what the council
    said when it did not want it; such a one is shown apart.
    """

    key: str
    title: str
    reason: str
    on: date
    goal: ItemGoal
    minutes: int
    openness: Openness
    subject_type: type[Model]
    subject_id: UUID
    subject_url: str
    dropped_because: str = ""

    @property
    def is_dropped(self) -> bool:
        return bool(self.dropped_because)
