"""The next moment that concerns a person, for who has nothing to do now."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.dates import moment
from portal.models import User
from portal.seats import Seat, seats_of
from procurement.expected.council import State
from procurement.expected.desk import meeting_name
from procurement.expected.rounds import Round
from procurement.expected.row import of_kind
from procurement.models import Phase
from procurement.taking_part import asked


class Moment(NamedTuple):
    """When, and what, in words."""

    at: datetime
    what: str


class _Coming(NamedTuple):
    """A moment before it is put in words."""

    at: datetime
    says: str
    phase: Phase


def next_moment_in(user: User, state: State, rounds: list[Round]) -> Moment | None:
    """The first opening, date or meeting after now, for any seat in any round."""
    coming = [each for each in _of_rounds(user, state, rounds) if each.at > state.now]
    earliest = min((each.at for each in coming), default=None)
    in_words = [
        Moment(at, says % {"phase": phase.get_kind_display()})
        for at, says, phase in coming
        if at == earliest
    ]
    in_words += [
        Moment(row.at, meeting_name(row))
        for row in of_kind(state.rows, "meeting")
        if row.at and row.at > state.now
    ]
    return min(in_words, default=None)


def _of_rounds(user: User, state: State, rounds: list[Round]) -> Iterator[_Coming]:
    for seat in seats_of(user):
        for each in rounds:
            if _concerns(seat, each):
                yield from _moments(seat, each, state)


def _concerns(seat: Seat, each: Round) -> bool:
    if seat.party == "council":
        return each.reaches(seat)
    return (
        seat.party_id in {each.cycle.care_office_id, each.cycle.organisation_id}
        or seat.party_id in each.organisations
    )


def _moments(seat: Seat, each: Round, state: State) -> Iterator[_Coming]:
    begins, closes = _("the step “%(phase)s” begins"), _("the step “%(phase)s” closes")
    ours = _("the date of your council for “%(phase)s”")
    chosen = state.done_by(seat.party_id, each.cycle.pk).taking_part
    for phase in each.phases:
        if not asked(chosen, phase):
            continue
        yield _Coming(moment(phase.opens_on, time.min), begins, phase)
        if seat.party != "council":
            yield _Coming(phase.closes_at, closes, phase)
        elif phase.councils_deliver:
            due = phase.dates.for_kind(seat.kind, seat.parent_id is not None)
            yield _Coming(due, ours, phase)
