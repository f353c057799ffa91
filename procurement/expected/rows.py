"""What waits on the desks of one person's councils and organisations: one query.

Each kind of thing is a part of one UNION with the same columns, so that the home page
asks the database once for all of them.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from councils.models import (
    ActionItem,
    Attendee,
    CouncilMembership,
    Invitation,
    Meeting,
    Minutes,
)
from councils.permissions import (
    Role,
    council_ids,
    council_seats,
    organisation_ids,
)
from portal.models import User
from portal.prepared import fetch
from portal.seats import seats_of
from procurement.expected.task import CLOSED_FOR
from procurement.models import (
    CouncilInput,
    Participation,
    RequestCouncil,
    Side,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)

# An agenda is asked for so long before it goes out, and minutes so long after.
AGENDA_AHEAD = timedelta(days=14)
MINUTES_AFTER = timedelta(days=60)
# An action, a plan's date and the end of a term are told so long before.
ACTIONS_AHEAD = timedelta(days=30)
TERMS_AHEAD = timedelta(days=31)
MEETINGS_AHEAD = timedelta(days=60)
KEEPERS = (Role.SECRETARY, Role.CHAIR)


class Row(NamedTuple):
    """One thing that waits; which columns say something depends on ``kind``."""

    kind: str
    pk: UUID
    council_id: UUID
    # Of a request and of a plan: the round; and the phase, or the organisation.
    cycle_id: UUID | None
    phase_id: UUID | None
    title: str
    detail: str
    at: datetime | None
    day: date | None
    first: int | None
    second: int | None
    third: int | None
    is_mine: bool
    is_done: bool


_FIELDS: dict[str, Any] = {
    "pk": UUIDField,
    "council_id": UUIDField,
    "cycle_id": UUIDField,
    "phase_id": UUIDField,
    "title": CharField,
    "detail": CharField,
    "at": DateTimeField,
    "day": DateField,
    "first": IntegerField,
    "second": IntegerField,
    "third": IntegerField,
    "is_mine": BooleanField,
    "is_done": BooleanField,
}


def rows_for(user: User, now: datetime) -> list[Row]:
    """Everything that waits for ``user`` at a moment, in no order."""
    if not seats_of(user):
        return []
    return [
        Row._make(row)
        for row in fetch(
            _rows,
            user,
            now,
            now - CLOSED_FOR,
            now - MINUTES_AFTER,
            now + MEETINGS_AHEAD,
        )
    ]


def _rows(
    user: User, now: datetime, since: datetime, long_ago: datetime, ahead: datetime
) -> QuerySet:
    parts = [_invitations(user, now, ahead)]
    if council_ids(user):
        parts += [
            _requests(user, since),
            _agendas(user, now),
            _minutes(user, now, long_ago),
            _actions(user),
            _choices(user),
            _terms(user),
        ]
    if council_ids(user) or organisation_ids(user):
        parts += [_plans(user, now), _plan_steps(user, now)]
    return parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]


def _part(kind: str, rows: QuerySet, **columns: Any) -> QuerySet:
    """A part of the union: what it does not tell is empty, of the right type."""
    told: dict[str, Any] = {"kind": Value(kind, output_field=CharField())}
    for name, field in _FIELDS.items():
        output = field()
        if name in columns:
            told[name] = columns[name]
        elif isinstance(output, CharField):
            told[name] = Value("", output_field=CharField())
        elif isinstance(output, BooleanField):
            told[name] = Value(False, output_field=BooleanField())
        else:
            told[name] = Cast(Value(None), output)
    named = {f"row_{name}": value for name, value in told.items()}
    return rows.order_by().annotate(**named).values_list(*named)


def _kept_by(user: User, *roles: str) -> list[UUID]:
    """The councils in which the person has one of these roles, or takes the place."""
    return [seat.party_id for seat in council_seats(user) if seat.acts_as & set(roles)]


# --- Meetings --------------------------------------------------------------------


def _invitations(user: User, now: datetime, ahead: datetime) -> QuerySet:
    """Meetings to which the person may come, and whether that was answered."""
    return _part(
        "meeting",
        Attendee.objects.expected().filter(
            user=user.pk,
            invited_at__isnull=False,
            meeting__status=Meeting.Status.PLANNED,
            meeting__starts_at__gt=now,
            meeting__starts_at__lt=ahead,
        ),
        pk=F("meeting_id"),
        council_id=F("meeting__council_id"),
        title=F("meeting__title"),
        detail=F("meeting__kind"),
        at=F("meeting__starts_at"),
        is_done=Case(
            When(answer=Attendee.Answer.YES, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    )


def _agendas(user: User, now: datetime) -> QuerySet:
    """Agendas that go out soon, of councils whose papers the person prepares."""
    until = timezone.localdate() + AGENDA_AHEAD
    return _part(
        "agenda",
        Meeting.objects.filter(
            council__in=_kept_by(user, *KEEPERS),
            status=Meeting.Status.PLANNED,
            starts_at__gt=now,
            agenda_sent_at__isnull=True,
            agenda_goes_out_on__lte=until,
        ).filter(_is_for_keeper(user)),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("title"),
        detail=F("kind"),
        at=F("starts_at"),
        day=F("agenda_goes_out_on"),
    )


def _minutes(user: User, now: datetime, long_ago: datetime) -> QuerySet:
    """Meetings with an agenda of which no minutes went round yet."""
    there = Minutes.objects.filter(meeting=OuterRef("pk")).exclude(
        status=Minutes.Status.WRITING
    )
    return _part(
        "minutes",
        Meeting.objects.filter(
            ~Exists(there),
            council__in=_kept_by(user, *KEEPERS),
            status=Meeting.Status.PLANNED,
            ends_at__lte=now,
            ends_at__gt=long_ago,
            agenda_sent_at__isnull=False,
        ).filter(_is_for_keeper(user)),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("title"),
        detail=F("kind"),
        at=F("starts_at"),
    )


def _is_for_keeper(user: User) -> Q:
    """Papers are the secretary's; without one they are the chair's."""
    secretary = CouncilMembership.objects.current().filter(
        council=OuterRef("council"), role=Role.SECRETARY
    )
    return Q(council__in=_kept_by(user, Role.SECRETARY)) | Q(~Exists(secretary))


def _actions(user: User) -> QuerySet:
    """What the person took on, when its day comes near or has passed."""
    return _part(
        "action",
        ActionItem.objects.visible_to(user).filter(
            owner=user.pk,
            status=ActionItem.Status.OPEN,
            due_on__lte=timezone.localdate() + ACTIONS_AHEAD,
        ),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("what"),
        at=F("item__meeting__starts_at"),
        day=F("due_on"),
    )


# --- The council itself ----------------------------------------------------------


def _terms(user: User) -> QuerySet:
    """Seats that end within a month, of whom nobody was asked to take over."""
    today = timezone.localdate()
    later = CouncilMembership.objects.filter(
        council=OuterRef("council"), user=OuterRef("user"), ends_on__isnull=True
    )
    successor = Invitation.objects.filter(
        council=OuterRef("council"),
        role=OuterRef("role"),
        withdrawn_at__isnull=True,
        starts_on__gte=OuterRef("ends_on"),
    )
    return _part(
        "term",
        CouncilMembership.objects.current().filter(
            ~Exists(later),
            ~Exists(successor),
            council__in=_kept_by(user, *KEEPERS),
            ends_on__gte=today,
            ends_on__lte=today + TERMS_AHEAD,
        ),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("user__name"),
        day=F("ends_on"),
    )


# --- Rounds ----------------------------------------------------------------------


def _requests(user: User, since: datetime) -> QuerySet:
    """Requests to one's councils, with whether they and the person have answered."""
    own = CouncilInput.objects.filter(
        request=OuterRef("request"), council=OuterRef("council"), author=user.pk
    ).exclude(status=CouncilInput.Status.WITHDRAWN)
    passed_on = CouncilInput.objects.visible_to(user).filter(
        request=OuterRef("request"),
        council=OuterRef("council"),
        status=CouncilInput.Status.PASSED_ON,
    )
    return _part(
        "request",
        RequestCouncil.objects.filter(
            council__in=council_ids(user),
            request__status="published",
            request__closes_at__gt=since,
        ),
        pk=F("request_id"),
        council_id=F("council_id"),
        cycle_id=F("request__cycle_id"),
        phase_id=F("request__phase_id"),
        title=F("request__title"),
        at=F("request__closes_at"),
        first=F("request__phase__organisation_days"),
        second=F("request__phase__central_days"),
        third=F("request__phase__local_days"),
        is_mine=Exists(own),
        is_done=Exists(passed_on),
    )


def _choices(user: User) -> QuerySet:
    """What one's councils chose for their rounds."""
    return _part(
        "choice",
        Participation.objects.filter(council__in=council_ids(user)).newest(),
        pk=F("pk"),
        council_id=F("council_id"),
        cycle_id=F("cycle_id"),
        phase_id=F("from_phase_id"),
        title=F("step"),
        detail=F("level"),
        first=Coalesce(F("from_phase__order"), Value(0)),
    )


def _agreed(side: str) -> Exists:
    return Exists(WorkPlanAgreement.objects.filter(version=OuterRef("pk"), side=side))


def _plans(user: User, now: datetime) -> QuerySet:
    """Plans that do not count yet: whether the council agreed, and the organisation."""
    council, organisation = _agreed(Side.COUNCIL), _agreed(Side.ORGANISATION)
    return _part(
        "plan",
        WorkPlanVersion.objects.newest().filter(
            Q(plan__council__in=council_ids(user))
            | Q(plan__council__organisation__in=organisation_ids(user)),
            ~(council & organisation),
            deadline__gt=now,
        ),
        pk=F("plan_id"),
        council_id=F("plan__council_id"),
        cycle_id=F("plan__cycle_id"),
        phase_id=F("plan__council__organisation_id"),
        at=F("deadline"),
        first=F("number"),
        is_mine=council,
        is_done=organisation,
    )


def _plan_steps(user: User, now: datetime) -> QuerySet:
    """Dates ahead of plans that both sides agreed to, of who does something then."""
    above = [seat.parent_id for seat in council_seats(user) if seat.parent_id]
    counts = WorkPlanVersion.objects.newest().filter(
        _agreed(Side.COUNCIL), _agreed(Side.ORGANISATION)
    )
    Doer = WorkPlanStep.Doer
    return _part(
        "plan_step",
        WorkPlanStep.objects.filter(
            Q(version__plan__council__in=council_ids(user), doer=Doer.CENTRAL)
            | Q(version__plan__council__in=above, doer=Doer.LOCAL)
            | Q(
                version__plan__council__organisation__in=organisation_ids(user),
                doer=Doer.ORGANISATION,
            ),
            version__in=counts.values("pk"),
            due_at__gt=now,
        ),
        pk=F("version__plan_id"),
        council_id=F("version__plan__council_id"),
        cycle_id=F("version__plan__cycle_id"),
        phase_id=F("version__plan__council__organisation_id"),
        title=F("what"),
        detail=F("doer"),
        at=F("due_at"),
    )


def of_kind(rows: list[Row], kind: str) -> Iterator[Row]:
    return (row for row in rows if row.kind == kind)
