"""What is asked of the people of a council: its members, chair, secretary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.permissions import PREPARERS, council_ids, council_seats
from portal.models import User
from portal.moments import nl_date
from portal.prepared import fetch
from portal.seats import Seat
from procurement.expected.rounds import Round, role_of
from procurement.expected.row import Row, of_kind
from procurement.expected.rows import rows_for
from procurement.facts import Done
from procurement.models import (
    CouncilInput,
    Disuse,
    PassageSource,
    PhaseDates,
    PhaseRole,
    Publication,
    ShowingPart,
    Submission,
    SubmissionItem,
    SubmissionVersion,
    SubmittedSource,
    dates_before,
)
from procurement.taking_part import TakingPart

# Answers are news for so long; nobody keeps who read them.
NEWS = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """A request to a council, and whether it and the person have answered."""

    request_id: UUID
    title: str
    council_id: UUID
    cycle_id: UUID
    phase_id: UUID
    dates: PhaseDates
    has_own: bool
    has_input: bool

    @property
    def closes_at(self) -> datetime:
        return self.dates.care_office


@dataclass
class State:
    """What is there for the councils of one person: four queries, however many."""

    now: datetime
    rounds: dict[UUID, Round]
    done: dict[tuple[UUID, UUID], Done] = field(default_factory=dict)
    # What waits beside the rounds: meetings, actions, plans.
    rows: list[Row] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    drafts: list[dict[str, Any]] = field(default_factory=list)
    # Local input that a central council may read and has done nothing with.
    unread: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    submissions: dict[tuple[UUID, UUID], Submission] = field(default_factory=dict)
    answered: list[Submission] = field(default_factory=list)
    parts: list[ShowingPart] = field(default_factory=list)

    def done_by(self, council_id: UUID, cycle_id: UUID) -> Done:
        return self.done.setdefault((council_id, cycle_id), Done())

    def pairs(self, user: User) -> Iterator[tuple[Seat, Round]]:
        """Each council seat of ``user`` with each round that is for that council."""
        for seat in acting_seats(user):
            for each in self.rounds.values():
                if each.reaches(seat):
                    yield seat, each


def state_for(user: User, rounds: list[Round], now: datetime) -> State:
    """Read what the councils of ``user`` did and were asked."""
    state = State(now, {each.cycle.pk: each for each in rounds})
    state.rows = rows_for(user, now)
    for row in of_kind(state.rows, "choice"):
        assert row.cycle_id is not None  # a choice is made for a round
        chosen = TakingPart(row.title, row.detail, row.first or 0)
        state.done_by(row.council_id, row.cycle_id).taking_part = chosen
    if council_ids(user) and rounds:
        state.asked = _requests_of(state.rows)
        _read_inputs(state, user)
        _read_submissions(state, user)
        state.parts = fetch(_parts, user)
    return state


def _requests_of(rows: list[Row]) -> list[Asked]:
    found = [
        Asked(
            request_id=row.pk,
            title=row.title,
            council_id=row.council_id,
            cycle_id=row.cycle_id,
            phase_id=row.phase_id,
            dates=dates_before(row.at, row.first or 0, row.second or 0, row.third or 0),
            has_own=row.is_mine,
            has_input=row.is_done,
        )
        for row in of_kind(rows, "request")
        if row.at and row.cycle_id and row.phase_id
    ]
    return sorted(found, key=lambda each: (each.closes_at, each.title))


def _read_inputs(state: State, user: User) -> None:
    seats = council_ids(user)
    for row in fetch(_inputs, user, tuple(state.rounds)):
        _count(state, row, seats)


def _inputs(user: User, cycles: Sequence[UUID]) -> QuerySet:
    seats = council_ids(user)
    # All at once, from what was made of local words: for each input it takes longer.
    in_texts = PassageSource.objects.filter(
        passage__paragraph__council__in=seats,
        passage__paragraph__removed_at__isnull=True,
    ).values("version__council_input")
    submitted = SubmittedSource.objects.filter(council__parent__in=seats).values(
        "input_version__council_input"
    )
    set_aside = Disuse.objects.filter(
        council_input=OuterRef("pk"), council=OuterRef("council__parent")
    )
    return (
        CouncilInput.objects.visible_to(user)
        .filter(Q(council__in=seats) | Q(council__parent__in=seats), cycle__in=cycles)
        .order_by()
        .annotate(
            # A draft is a line of its own; what was passed on is counted together.
            draft=Case(When(status=CouncilInput.Status.DRAFT, then="pk")),
            is_handled=Q(pk__in=in_texts) | Q(pk__in=submitted) | Exists(set_aside),
        )
        .values(
            "draft",
            "council_id",
            "council__parent_id",
            "cycle_id",
            "request__phase_id",
            "for_central_council",
            "is_closed_to_secretary",
            "is_handled",
        )
        .annotate(
            count=Count("pk"), began=Min("created_at"), last_at=Max("passed_on_at")
        )
        .order_by("began")
    )


def _count(state: State, row: Any, seats: list[UUID]) -> None:
    if row["draft"]:
        state.drafts.append(row)
        return
    if row["council_id"] in seats:
        state.done_by(row["council_id"], row["cycle_id"]).add(
            row["request__phase_id"],
            row["last_at"],
            is_closed=row["is_closed_to_secretary"],
            is_shared=row["for_central_council"],
        )
    if row["council__parent_id"] in seats and row["for_central_council"]:
        key = row["council__parent_id"], row["cycle_id"]
        state.unread[key] = state.unread.get(key, 0)
        if not row["is_handled"]:
            state.unread[key] += row["count"]


def _read_submissions(state: State, user: User) -> None:
    seats = council_ids(user)
    for submission in fetch(_submissions, user, tuple(state.rounds)):
        if submission.answered_at:
            state.answered.append(submission)
        if submission.council_id in seats:
            key = submission.council_id, submission.cycle_id
            state.submissions[key] = submission
            state.done_by(*key).status = submission.status


def _submissions(user: User, cycles: Sequence[UUID]) -> QuerySet:
    seats = council_ids(user)
    newest = SubmissionVersion.objects.filter(submission=OuterRef("pk")).order_by(
        "-number"
    )
    published = Publication.objects.filter(version__submission=OuterRef("pk"))
    quoted = SubmittedSource.objects.filter(
        item__version__publication__isnull=False, council__in=seats
    )
    return (
        Submission.objects.filter(
            Q(council__in=seats) | Q(pk__in=quoted.values("item__version__submission")),
            cycle__in=cycles,
        )
        .annotate(
            offered_at=Subquery(newest.values("offered_at")[:1]),
            signed_at=Subquery(newest.values("signature__signed_at")[:1]),
            answers_newest=Subquery(newest.values("publication__at")[:1]),
            answered_at=Subquery(published.order_by("-at").values("at")[:1]),
            has_lines=Exists(SubmissionItem.objects.filter(submission=OuterRef("pk"))),
        )
        .select_related("council")
    )


def _parts(user: User) -> QuerySet:
    seats = council_ids(user)
    return (
        ShowingPart.objects.newest()
        .filter(
            Q(council__in=seats) | Q(showing__paragraph__council__in=seats),
            verdict="",
            showing__paragraph__removed_at__isnull=True,
        )
        .select_related("council", "showing__paragraph__council")
        .order_by("showing__at")
    )


def acting_seats(user: User) -> Iterator[Seat]:
    """The seats in councils, and those of chair and secretary whose place one takes."""
    for seat in council_seats(user):
        yield seat
        for role, _until in seat.stands_in:
            # Who takes the chair's place does so as a deputy does.
            acted = "deputy_chair" if role == "chair" else role
            if acted != seat.role:
                yield replace(seat, role=acted)


def is_helper(seat: Seat) -> bool:
    return role_of(seat) in {PhaseRole.SECRETARY, ""}


def prepares(seat: Seat) -> bool:
    """As ``councils.permissions.can_prepare``, of one seat."""
    return bool(seat.acts_as & PREPARERS)


def why_seat(seat: Seat) -> str:
    """Why this person: the seat in words."""
    council = {"council": seat.party_name}
    taken = dict(seat.stands_in)
    if seat.role in taken:
        return (
            _("Because you take the place of the secretary of %(council)s.") % council
        )
    if seat.role == "deputy_chair" and "chair" in taken:
        return _("Because you take the place of the chair of %(council)s.") % council
    if role_of(seat) == PhaseRole.SECRETARY:
        return _("Because you are secretary of %(council)s.") % council
    if seat.role == "chair":
        return _("Because you chair %(council)s.") % council
    return _("Because you are a member of %(council)s.") % council


def since(moment: datetime) -> str:
    return nl_date(timezone.localdate(moment))
