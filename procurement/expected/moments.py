"""The next moment that concerns a person, for who has nothing to do now."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.dates import moment
from portal.models import User
from portal.seats import Seat, seats_of
from procurement.expected.rounds import Round


class Moment(NamedTuple):
    """When, and what, in words."""

    at: datetime
    what: str


def next_moment_in(user: User, rounds: list[Round], now: datetime) -> Moment | None:
    """The first opening or date after ``now``, in any round of any seat."""
    coming = (
        found
        for seat in seats_of(user)
        for each in rounds
        if _concerns(seat, each)
        for found in _moments(seat, each)
        if found.at > now
    )
    return min(coming, default=None)


def _concerns(seat: Seat, each: Round) -> bool:
    if seat.party == "council":
        return each.reaches(seat)
    return (
        seat.party_id in {each.cycle.care_office_id, each.cycle.organisation_id}
        or seat.party_id in each.organisations
    )


def _moments(seat: Seat, each: Round) -> Iterator[Moment]:
    for phase in each.phases:
        name = {"phase": phase.get_kind_display()}
        yield Moment(
            moment(phase.opens_on, time.min), _("the step “%(phase)s” begins") % name
        )
        if seat.party != "council":
            yield Moment(phase.closes_at, _("the step “%(phase)s” closes") % name)
        elif phase.councils_deliver:
            yield Moment(
                phase.dates.for_kind(seat.kind, seat.parent_id is not None),
                _("the date of your council for “%(phase)s”") % name,
            )
