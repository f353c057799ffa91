"""The next moment that concerns a person, for who has nothing to do now."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.dates import moment
from portal.models import User
from portal.seats import Seat, seats_of
from procurement.expected.rounds import Round
from procurement.models import Phase


class Moment(NamedTuple):
    """When, and what, in words."""

    at: datetime
    what: str


class _Coming(NamedTuple):
    """A moment before it is put in words."""

    at: datetime
    says: str
    phase: Phase


def next_moment_in(user: User, rounds: list[Round], now: datetime) -> Moment | None:
    """The first opening or date after ``now``, in any round of any seat."""
    coming = [
        found
        for seat in seats_of(user)
        for each in rounds
        if _concerns(seat, each)
        for found in _moments(seat, each)
        if found.at > now
    ]
    earliest = min((each.at for each in coming), default=None)
    in_words = (
        Moment(at, says % {"phase": phase.get_kind_display()})
        for at, says, phase in coming
        if at == earliest
    )
    return min(in_words, default=None)


def _concerns(seat: Seat, each: Round) -> bool:
    if seat.party == "council":
        return each.reaches(seat)
    return (
        seat.party_id in {each.cycle.care_office_id, each.cycle.organisation_id}
        or seat.party_id in each.organisations
    )


def _moments(seat: Seat, each: Round) -> Iterator[_Coming]:
    begins, closes = _("the step “%(phase)s” begins"), _("the step “%(phase)s” closes")
    ours = _("the date of your council for “%(phase)s”")
    for phase in each.phases:
        yield _Coming(moment(phase.opens_on, time.min), begins, phase)
        if seat.party != "council":
            yield _Coming(phase.closes_at, closes, phase)
        elif phase.councils_deliver:
            due = phase.dates.for_kind(seat.kind, seat.parent_id is not None)
            yield _Coming(due, ours, phase)
