"""How much room a date of a plan has, in a word and a sentence."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dates import AMSTERDAM
from procurement.actions.back_planning import Kind, PlannedStep
from procurement.models import WorkPlanStep

# From so many days to spare there is ample time.
AMPLE = 7


class Room(NamedTuple):
    """How much room a date has: a tone for the badge, a word, and a sentence."""

    tone: str
    word: str
    sentence: str


def room_of(step: PlannedStep | WorkPlanStep, planned_at: datetime) -> Room:
    """The room of one step, seen from the moment at which it was planned.

    What had been by then was not too late, but may leave little room.
    """
    at = step.moment if isinstance(step, PlannedStep) else step.due_at
    if at < planned_at and not step.was_over:
        days = _days_between(at, planned_at)
        return Room("late", _("too late"), _days_ago(days))
    slack, short = step.slack_days, step.free_days_short
    if short:
        text = ngettext(
            "After it %(days)s day without a holiday too few.",
            "After it %(days)s days without a holiday too few.",
            short,
        )
        return Room("tight", _("tight"), text % {"days": short})
    if slack < 0:
        text = ngettext(
            "After it %(days)s day fewer than needed.",
            "After it %(days)s days fewer than needed.",
            -slack,
        )
        return Room("tight", _("tight"), text % {"days": -slack})
    if step.kind == Kind.START:
        return room_until_start(_days_between(planned_at, at))
    if slack == 0:
        return Room("enough", _("enough"), _("After it as many days as are needed."))
    text = ngettext(
        "After it %(days)s day more than needed.",
        "After it %(days)s days more than needed.",
        slack,
    )
    word = _("ample") if slack >= AMPLE else _("enough")
    return Room("enough", word, text % {"days": slack})


def room_until_start(days: int) -> Room:
    """How many days are left before a plan must begin."""
    text = ngettext(
        "%(days)s day left before the start.",
        "%(days)s days left before the start.",
        days,
    ) % {"days": days}
    if days < AMPLE:
        return Room("tight", _("tight"), text)
    return Room("enough", _("ample"), text)


def _days_between(first: datetime, last: datetime) -> int:
    return (
        timezone.localdate(last, AMSTERDAM) - timezone.localdate(first, AMSTERDAM)
    ).days


def _days_ago(days: int) -> str:
    if not days:
        return _("This moment had already passed that same day.")
    return ngettext(
        "This was %(days)s day before the plan was made.",
        "This was %(days)s days before the plan was made.",
        days,
    ) % {"days": days}
