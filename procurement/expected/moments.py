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
from procurement.taking_part import asked


class Moment(NamedTuple):
    """When, and what, in words."""

    at: datetime
    what: str


def next_moment_in(user: User, state: State, rounds: list[Round]) -> Moment | None:
    """The first opening, date or meeting after now, for any seat in any round."""
    coming = [
        *_of_rounds(user, state, rounds),
        *(
            Moment(row.at, meeting_name(row))
            for row in of_kind(state.rows, "meeting")
            if row.at
        ),
    ]
    return min((each for each in coming if each.at > state.now), default=None)


def _of_rounds(user: User, state: State, rounds: list[Round]) -> Iterator[Moment]:
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


def _moments(seat: Seat, each: Round, state: State) -> Iterator[Moment]:
    chosen = state.done_by(seat.party_id, each.cycle.pk).taking_part
    for phase in each.phases:
        if not asked(chosen, phase):
            continue
        called = {"phase": phase.get_kind_display()}
        yield Moment(
            moment(phase.opens_on, time.min),
            _("the step “%(phase)s” begins") % called,
        )
        if seat.party != "council":
            yield Moment(phase.closes_at, _("the step “%(phase)s” closes") % called)
        elif phase.councils_deliver:
            yield Moment(
                phase.dates.for_kind(seat.kind, seat.parent_id is not None),
                _("the date of your council for “%(phase)s”") % called,
            )
