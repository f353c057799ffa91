"""Who is expected at a meeting: the people of its council, and its guests."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from councils.models import (
    VOTING_ROLES,
    Attendee,
    CareOfficeMembership,
    Council,
    CouncilMembership,
    Meeting,
    OrganisationMembership,
)
from portal.dates import AMSTERDAM
from portal.models import User

Kind = Meeting.Kind


class Quorum(NamedTuple):
    """How many of those who vote are there or come, and how many it takes."""

    needed: int
    voting: int
    sure: int
    # Of whom it is not known.
    unknown: int = 0

    @property
    def is_met(self) -> bool:
        return self.sure >= self.needed

    @property
    def is_possible(self) -> bool:
        return self.sure + self.unknown >= self.needed


def day_of(meeting: Meeting) -> date:
    return meeting.starts_at.astimezone(AMSTERDAM).date()


def needed_of(council: Council, voting: int) -> int:
    """How many must be there to decide: what the council chose, or more than half."""
    return council.quorum or voting // 2 + 1


def likely_quorum(council: Council, attendees: Iterable[Attendee]) -> Quorum:
    """The quorum by what people answered."""
    voting = [each for each in attendees if each.votes]
    answers = [each.answer for each in voting]
    return Quorum(
        needed_of(council, len(voting)),
        len(voting),
        answers.count(Attendee.Answer.YES),
        answers.count(Attendee.Answer.NONE),
    )


def quorum_of(council: Council, attendees: Iterable[Attendee]) -> Quorum:
    """The quorum by who was there."""
    voting = [each for each in attendees if each.votes]
    present = sum(each.was_present is True for each in voting)
    return Quorum(needed_of(council, len(voting)), len(voting), present)


def take_in_council(meetings: Sequence[Meeting]) -> None:
    """Give each meeting of one council a row for everybody who sits in it, and take
    away those of who left: who has a seat today and on the day itself.

    Of a working group only who left goes: its people are chosen.
    """
    if not meetings:
        return
    terms = _terms(meetings[0].council_id)
    rows = Attendee.objects.filter(
        meeting__in=[meeting.pk for meeting in meetings], is_guest=False
    )
    known: dict[UUID, dict[UUID | None, Attendee]] = {}
    for row in rows:
        known.setdefault(row.meeting_id, {})[row.user_id] = row
    new: list[Attendee] = []
    changed: list[Attendee] = []
    gone: list[UUID] = []
    for meeting in meetings:
        here = known.get(meeting.pk, {})
        people = _people(terms, day_of(meeting))
        is_chosen = meeting.kind == Kind.WORKING_GROUP and bool(here)
        for user, votes in people.items():
            if user.pk in here:
                row = here.pop(user.pk)
                if row.votes != votes:
                    row.votes = votes
                    changed.append(row)
            elif not is_chosen:
                new.append(
                    Attendee(meeting=meeting, user=user, name=user.name, votes=votes)
                )
        gone += [row.pk for row in here.values() if row.was_present is None]
    Attendee.objects.bulk_create(new, ignore_conflicts=True)
    Attendee.objects.bulk_update(changed, ["votes"])
    if gone:
        Attendee.objects.filter(pk__in=gone).delete()


def people_of(meeting: Meeting) -> dict[User, bool]:
    """Who of the council can be there, and whether each votes."""
    return _people(_terms(meeting.council_id), day_of(meeting))


def people_unasked(meeting: Meeting) -> dict[User, bool]:
    """Who sat in the council on the day and was not asked, and whether each votes."""
    day = day_of(meeting)
    terms = CouncilMembership.objects.current(day).filter(council=meeting.council_id)
    asked = meeting.attendees.filter(user__isnull=False, came_unasked=False)
    others = terms.exclude(user__in=asked.values("user")).select_related("user")
    return {
        term.user: term.role in VOTING_ROLES for term in others.order_by("user__name")
    }


def _terms(council_id: UUID) -> list[CouncilMembership]:
    terms = CouncilMembership.objects.filter(council=council_id)
    return list(
        terms.overlapping(timezone.localdate(), None).select_related("user").order_by()
    )


def _people(terms: list[CouncilMembership], day: date) -> dict[User, bool]:
    """Who sits in the council today and on ``day``, and whether they vote then."""
    today = {term.user_id for term in terms if term.is_current()}
    return {
        term.user: term.role in VOTING_ROLES
        for term in terms
        if term.user_id in today and term.is_current(day)
    }


def guests_by_nature(meeting: Meeting) -> list[Attendee]:
    """Whom this kind of meeting asks for: the executives when the board is there."""
    if not (
        meeting.kind == Kind.BOARD
        or (meeting.kind == Kind.CARE_OFFICE and meeting.with_board)
    ):
        return []
    executives = (
        OrganisationMembership.objects.current()
        .filter(
            organisation__councils=meeting.council_id,
            role=OrganisationMembership.Role.EXECUTIVE,
        )
        .select_related("user")
        .order_by("user__name")
    )
    return [guest(meeting, term.user) for term in executives]


def guest(meeting: Meeting, user: User) -> Attendee:
    """A row for somebody with an account who has no seat in the council."""
    return Attendee(meeting=meeting, user=user, name=user.name, is_guest=True)


def is_still_expected(attendee: Attendee) -> bool:
    """Whether this person still has the seat for which they were asked."""
    if attendee.user_id is None:
        return True
    council = attendee.meeting.council_id
    if not attendee.is_guest:
        seats = CouncilMembership.objects.current()
        return seats.filter(council=council, user=attendee.user_id).exists()
    staff = OrganisationMembership.objects.current().filter(user=attendee.user_id)
    if staff.filter(organisation__councils=council).exists():
        return True
    return CareOfficeMembership.objects.current().filter(user=attendee.user_id).exists()
