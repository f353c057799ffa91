"""A choice of one of the council's decisions, for a step that follows from it."""

from collections.abc import Sequence

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from councils.models import Decision
from portal.moments import nl_date

# As much of a decision as tells which one it is.
OF_DECISION = 90


def choices_of(decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    """None of them, or one: with its number, its day and its first words."""
    return [
        ("", _("No decision chosen")),
        *((str(each.pk), _line_of(each)) for each in decisions),
    ]


def _line_of(decision: Decision) -> str:
    words = Truncator(decision.text).chars(OF_DECISION)
    return f"{decision.reference}, {nl_date(decision.decided_on)}: {words}"
