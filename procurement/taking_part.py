"""Whether, from where and how a council takes part in a round: its newest choice.

What asks something of a council (the home page, reminders, suggestions for an agenda)
asks here first. A council without a choice is asked everything.
"""

from typing import NamedTuple, Protocol, Self
from uuid import UUID

from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from procurement.models import Participation, PhaseKind

Step, Level = Participation.Step, Participation.Level


class InOrder(Protocol):
    """A step of a round, as far as a choice asks of it."""

    @property
    def order(self) -> int: ...


class TakingPart(NamedTuple):
    """What a council chose last; steps before ``order`` are not its own."""

    step: str
    level: str = ""
    order: int = 0
    kind: str = ""

    @classmethod
    def of(cls, choice: Participation) -> Self:
        """The same of a row that was read with its phase."""
        phase = choice.from_phase
        if not choice.takes_part or phase is None:
            return cls(choice.step)
        return cls(choice.step, choice.level, phase.order, phase.kind)

    @property
    def takes_part(self) -> bool:
        return self.step == Step.JOIN

    @property
    def in_words(self) -> str:
        """The choice in a sentence."""
        if self.step == Step.DECLINE:
            return _("Does not take part in this round.")
        if self.step == Step.LEAVE:
            return _("Left this round.")
        told = {"phase": PhaseKind(self.kind).label, "how": Level(self.level).label}
        return _("Takes part from “%(phase)s” on: %(how)s.") % told

    def asks(self, phase: InOrder) -> bool:
        """Whether a step of the round asks anything of the council."""
        return self.takes_part and phase.order >= self.order

    def asks_words(self, phase: InOrder) -> bool:
        """Whether the council writes and hands in there; who reads along does not."""
        return self.asks(phase) and self.level != Level.READ_ALONG

    def why_out(self, phase: InOrder) -> str:
        """Why a step asks nothing at all of the council, in a sentence, or ""."""
        if not self.takes_part:
            return _("The council does not take part in this round.")
        if not self.asks(phase):
            return _("The council takes part from “%(phase)s” on.") % {
                "phase": PhaseKind(self.kind).label
            }
        return ""

    def why_no_words(self, phase: InOrder) -> str:
        """Why a step asks no words of the council, in a sentence, or ""."""
        if reason := self.why_out(phase):
            return reason
        if self.level == Level.READ_ALONG:
            return _("The council reads along and hands in nothing.")
        return ""


def asked(choice: TakingPart | None, phase: InOrder) -> bool:
    """Whether a step asks anything of a council with this choice, or with none."""
    return choice is None or choice.asks(phase)


def asked_for_words(choice: TakingPart | None, phase: InOrder) -> bool:
    """Whether a step asks for words of a council with this choice, or with none."""
    return choice is None or choice.asks_words(phase)


# Of a row of ``Participation``: what a choice is made of.
COLUMNS = ("step", "level", "from_phase__order", "from_phase__kind")


def newest_of(council: UUID | OuterRef, cycle: UUID | OuterRef) -> QuerySet:
    """The choices of a council in a round, the newest first: for a subquery."""
    chosen = Participation.objects.filter(council=council, cycle=cycle)
    return chosen.order_by("-number")


def choice_of(
    step: str | None, level: str | None, order: int | None, kind: str | None
) -> TakingPart | None:
    """The choice from its columns; None of a council that has not chosen."""
    if not step:
        return None
    return TakingPart(step, level or "", order or 0, kind or "")


def one_text() -> Concat:
    """The columns of a choice as one text, to read along with another row."""
    return Concat(
        "step",
        Value("|"),
        "level",
        Value("|"),
        Coalesce(Cast("from_phase__order", CharField()), Value("0")),
        Value("|"),
        Coalesce("from_phase__kind", Value("")),
        output_field=CharField(),
    )


def read_text(text: str | None) -> TakingPart | None:
    """The choice from its ``one_text``."""
    if not text:
        return None
    step, level, order, kind = text.split("|")
    return TakingPart(step, level, int(order), kind)
