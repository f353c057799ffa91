"""What the rounds hold for one meeting of a council: one query, a row for each find.

Ten questions with the same columns, so that the page of an agenda asks once. None asks
by the row of another: what belongs together is put together in ``suggestion_making``.
"""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Field,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from councils.models import AgendaItem, Meeting
from portal.models import User
from portal.prepared import fetch
from procurement.models import (
    Answer,
    CouncilInput,
    Cycle,
    DroppedSuggestion,
    Participation,
    Phase,
    Publication,
    RequestCouncil,
    Side,
    Submission,
    SubmissionVersion,
    WorkPlanVersion,
)
from procurement.taking_part import one_text

# Older answers are no news for an agenda.
ANSWERS_FOR = timedelta(days=180)


class Source(TextChoices):
    """Of what a row tells."""

    # ``flag``: whether councils deliver something there.
    PHASE = "phase"
    # What the council passed on in a round (``phase_pk`` and ``other_pk``: in answer to
    # which step and request); ``flag``: whether some of it is for the central council.
    WORDS = "words"
    SUBMISSION = "submission"
    CHOICE = "choice"
    REQUEST = "request"
    ANSWERS = "answers"
    PLAN = "plan"
    # On an agenda to come or waiting (``flag``), or of a meeting that was held.
    ITEM = "item"
    MEETING = "meeting"
    DROPPED = "dropped"


class Found(NamedTuple):
    """One row; what a source has no use for is empty."""

    source: str
    pk: UUID
    cycle_id: UUID | None
    cycle_kind: str
    year: int
    phase_pk: UUID | None
    kind: str
    order: int
    opens_on: date
    closes_at: datetime
    organisation_days: int
    central_days: int
    local_days: int
    flag: bool
    word: str
    more: str
    other_pk: UUID | None
    council_id: UUID | None
    number: int
    at: datetime | None


_FIELDS: dict[str, type[Field]] = {
    "date": DateField,
    "datetime": DateTimeField,
    "UUID": UUIDField,
    "str": CharField,
    "int": IntegerField,
    "bool": BooleanField,
}
_EMPTY = {"str": "", "int": 0, "bool": False}


def found_for(meeting: Meeting, user: User) -> list[Found]:
    """All rows for ``meeting``, of what ``user`` may know."""
    starts_at = meeting.starts_at
    rows = fetch(
        _all,
        user,
        meeting.council_id,
        meeting.council.organisation_id,
        starts_at,
        starts_at - ANSWERS_FOR,
        timezone.now(),
    )
    return [Found._make(row) for row in rows]


def _all(
    user: User,
    council: UUID,
    organisation: UUID,
    starts_at: datetime,
    since: datetime,
    now: datetime,
) -> QuerySet:
    return _phases(organisation, starts_at).union(
        _words(user, council, starts_at),
        _submissions(council),
        _choices(council),
        _requests(council, starts_at),
        _answers(user, council, since),
        _plans(council, starts_at),
        _items(user, council, since, now),
        _meetings(council, since),
        _dropped(council),
        all=True,
    )


def _columns(rows: QuerySet, source: Source, **given: Any) -> QuerySet:
    """``rows`` in the columns of ``Found``; those not given are empty.

    The first of a union says of what type its columns are, the others follow.
    """
    found: dict[str, Any] = {}
    for name, hint in Found.__annotations__.items():
        kind = getattr(hint, "__name__", "") or str(hint.__args__[0].__name__)
        value = source.value if name == "source" else given.get(name, _EMPTY.get(kind))
        if isinstance(value, str | int) or value is None:
            field = _FIELDS[kind]()
            value = Value(value, output_field=field)
            value = Cast(value, field) if source == Source.PHASE else value
        found[f"x_{name}"] = value
    return rows.order_by().annotate(**found).values_list(*found)


def _of_phase(to: str) -> dict[str, Any]:
    """The columns of a step; ``to`` leads to it."""
    names = ("opens_on", "organisation_days", "central_days", "local_days", "order")
    return {
        **{name: F(f"{to}{name}") for name in names},
        "phase_pk": F(f"{to}pk"),
        "kind": F(f"{to}kind"),
    }


def _of_cycle(to: str) -> dict[str, Any]:
    return {
        "cycle_id": F(f"{to}pk"),
        "cycle_kind": F(f"{to}kind"),
        "year": F(f"{to}contract_year"),
    }


def _phases(organisation: UUID, starts_at: datetime) -> QuerySet:
    """The steps of the rounds that are for this council, until the last has closed."""
    living = Phase.objects.filter(cycle=OuterRef("cycle"), closes_at__gt=starts_at)
    return _columns(
        Phase.objects.filter(
            Exists(living),
            cycle__in=Cycle.objects.with_council_of(organisation),
        ),
        Source.PHASE,
        pk=F("pk"),
        closes_at=F("closes_at"),
        flag=F("councils_deliver"),
        **_of_phase(""),
        **_of_cycle("cycle__"),
    )


def _words(user: User, council: UUID, starts_at: datetime) -> QuerySet:
    """What the council passed on in rounds that are not over, by request."""
    living = Phase.objects.filter(closes_at__gt=starts_at).values("cycle")
    passed_on = CouncilInput.objects.visible_to(user, council=council).filter(
        Q(cycle__in=living) | Q(request__closes_at__gt=starts_at), status="passed_on"
    )
    shared = Count("pk", filter=Q(for_central_council=True))
    return _columns(
        passed_on.order_by()
        .values("cycle", "request", "request__phase")
        .annotate(last=Max("passed_on_at"), shared=shared),
        Source.WORDS,
        pk=F("cycle"),
        cycle_id=F("cycle"),
        phase_pk=F("request__phase"),
        other_pk=F("request"),
        at=F("last"),
        flag=ExpressionWrapper(Q(shared__gt=0), BooleanField()),
    )


def _submissions(council: UUID) -> QuerySet:
    """How far the council is with its submissions, and the version offered last."""
    newest = SubmissionVersion.objects.filter(submission=OuterRef("pk"))
    newest = newest.order_by("-number")
    return _columns(
        Submission.objects.filter(council=council),
        Source.SUBMISSION,
        pk=F("pk"),
        cycle_id=F("cycle__pk"),
        word=F("status"),
        number=Coalesce(Subquery(newest.values("number")[:1]), 0),
        at=Subquery(newest.values("offered_at")[:1]),
    )


def _choices(council: UUID) -> QuerySet:
    """Whether and how the council takes part."""
    return _columns(
        Participation.objects.filter(council=council).newest(),
        Source.CHOICE,
        pk=F("pk"),
        cycle_id=F("cycle__pk"),
        word=one_text(),
    )


def _requests(council: UUID, starts_at: datetime) -> QuerySet:
    """Open questions to this council."""
    return _columns(
        RequestCouncil.objects.filter(
            council=council,
            request__status="published",
            request__closes_at__gt=starts_at,
        ),
        Source.REQUEST,
        pk=F("request__pk"),
        word=F("request__title"),
        at=F("request__published_at"),
        closes_at=F("request__closes_at"),
        **_of_phase("request__phase__"),
        **_of_cycle("request__cycle__"),
    )


def _answers(user: User, council: UUID, since: datetime) -> QuerySet:
    """Answers to what this council handed in, or to words of it that were used."""
    readable = Answer.objects.visible_to(user).filter(
        Q(item__version__submission__council=council)
        | Q(item__sources__council=council),
        item__version=OuterRef("version"),
    )
    return _columns(
        Publication.objects.filter(Exists(readable), at__gt=since),
        Source.ANSWERS,
        pk=F("version__submission__pk"),
        other_pk=F("version__pk"),
        council_id=F("version__submission__council__pk"),
        at=F("at"),
        **_of_cycle("version__submission__cycle__"),
    )


def _plans(council: UUID, starts_at: datetime) -> QuerySet:
    """Plans with the board of which the council has not agreed to what now holds."""
    newest = WorkPlanVersion.objects.newest().filter(
        plan__council=council, deadline__gt=starts_at
    )
    return _columns(
        newest.exclude(agreements__side=Side.COUNCIL),
        Source.PLAN,
        pk=F("plan__pk"),
        other_pk=F("pk"),
        number=F("number"),
        at=F("deadline"),
        **_of_cycle("plan__cycle__"),
    )


def _items(user: User, council: UUID, since: datetime, now: datetime) -> QuerySet:
    """What is on an agenda to come, waits for one, or was on one not long ago.

    Of items closed to helpers a helper learns nothing, not by what is missing either.
    """
    coming = Q(meeting__isnull=True) | Q(
        meeting__status=Meeting.Status.PLANNED, meeting__ends_at__gt=now
    )
    held = Q(
        meeting__status=Meeting.Status.PLANNED,
        meeting__ends_at__lte=now,
        meeting__starts_at__gt=since,
    )
    return _columns(
        AgendaItem.objects.visible_to(user).filter(
            coming | held,
            council=council,
            subject_id__isnull=False,
            dropped_at__isnull=True,
        ),
        Source.ITEM,
        pk=F("subject_id"),
        flag=ExpressionWrapper(coming, BooleanField()),
        at=F("meeting__starts_at"),
    )


def _meetings(council: UUID, since: datetime) -> QuerySet:
    """The meetings of the council itself, held not long ago or to come."""
    return _columns(
        Meeting.objects.planned().filter(
            council=council,
            kind=Meeting.Kind.COUNCIL,
            starts_at__gt=since,
        ),
        Source.MEETING,
        pk=F("pk"),
        at=F("starts_at"),
    )


def _dropped(council: UUID) -> QuerySet:
    return _columns(
        DroppedSuggestion.objects.filter(council=council),
        Source.DROPPED,
        pk=F("pk"),
        word=F("key"),
        more=F("reason"),
    )
