"""What the reader's councils chose for a round, read along with its steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Subquery
from django.utils.translation import gettext as _

from councils.models import Council
from councils.permissions import can_prepare, council_seats
from portal.models import User
from portal.seats import Seat
from procurement.models import Phase
from procurement.taking_part import TakingPart, newest_of, one_text, read_text


@dataclass(frozen=True)
class OwnChoice:
    """One council of the reader, what it chose, and whether the reader chooses."""

    council_id: UUID
    council: str
    choice: TakingPart | None
    may_choose: bool

    def why_no_words(self, phase: Phase) -> str:
        return self.choice.why_no_words(phase) if self.choice else ""

    @property
    def words(self) -> str:
        """What the council chose, in a sentence."""
        if self.choice is None:
            return _("Has not chosen yet whether it takes part.")
        return self.choice.in_words


def columns(user: User, cycle_id: UUID) -> dict[str, Subquery]:
    """The newest choice of each council of ``user``, to read along with a row."""
    return {
        _column(at): Subquery(
            newest_of(seat.party_id, cycle_id).values_list(one_text())[:1]
        )
        for at, seat in enumerate(council_seats(user))
    }


def own_choices(
    user: User, seats: Collection[Seat], first: Phase | None
) -> list[OwnChoice]:
    """What the councils of ``seats`` chose; ``first`` was read with ``columns``."""
    return [
        OwnChoice(
            seat.party_id,
            seat.party_name,
            read_text(getattr(first, _column(at))),
            can_prepare(user, Council(pk=seat.party_id)),
        )
        for at, seat in enumerate(council_seats(user))
        if first is not None and seat in seats
    ]


def why_quiet(choices: Sequence[OwnChoice], phase: Phase) -> str:
    """Why a step asks nothing of any council of the reader, in words, or ""."""
    reasons = [each.why_no_words(phase) for each in choices]
    if phase.councils_deliver:
        is_quiet = all(reasons)
    else:
        is_quiet = all(each.choice and each.choice.why_out(phase) for each in choices)
    if not choices or not is_quiet:
        return ""
    if len(set(reasons)) == 1:
        return reasons[0]
    return " ".join(
        f"{each.council}: {reason}"
        for each, reason in zip(choices, reasons, strict=True)
    )


def _column(at: int) -> str:
    return f"own_choice_{at}"
