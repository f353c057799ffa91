"""What the rounds suggest for a meeting, asked of the app above by dotted path."""

from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from councils.actions.suggestion import Suggestion
from councils.models import Meeting
from portal.models import User

__all__ = ["Shown", "Suggestion", "shown", "suggestions_for"]


class Shown(NamedTuple):
    """A suggestion in plain words, for a part of a page that is drawn once."""

    key: str
    title: str
    reason: str
    goal: str
    minutes: int
    is_dropped: bool
    dropped_because: str


def suggestions_for(meeting: Meeting, user: User) -> list[Suggestion]:
    """What ``user`` may put on the agenda of ``meeting``, the nearest date first.

    One query, if the council of the meeting was read along with it.
    """
    return import_string(settings.AGENDA_SUGGESTIONS)(meeting, user)


def shown(suggestions: Iterable[Suggestion]) -> tuple[Shown, ...]:
    """What the page of an agenda tells of each."""
    return tuple(
        Shown(
            each.key,
            str(each.title),
            str(each.reason),
            str(each.goal.label),
            each.minutes,
            each.is_dropped,
            each.dropped_because,
        )
        for each in suggestions
    )
