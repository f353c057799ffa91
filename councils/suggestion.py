"""What the rounds suggest for a meeting, asked of the app above by dotted path."""

from django.conf import settings
from django.utils.module_loading import import_string

from councils.actions.suggestion import Suggestion
from councils.models import Meeting
from portal.models import User

__all__ = ["Suggestion", "suggestions_for"]


def suggestions_for(meeting: Meeting, user: User) -> list[Suggestion]:
    """What ``user`` may put on the agenda of ``meeting``, the nearest date first.

    One query, if the council of the meeting was read along with it.
    """
    return import_string(settings.AGENDA_SUGGESTIONS)(meeting, user)
