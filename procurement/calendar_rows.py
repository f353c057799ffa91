"""Plans, actions, choices to take part, recesses and school zones: one query.

What a calendar needs of somebody beside the rounds and the meetings, each kind a part
of one UNION with the same columns.
"""

from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
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
)

from councils.models import ActionItem, Council, Recess
from councils.permissions import council_ids, organisation_ids
from portal.dates import ONE_DAY, moment
from portal.models import User
from portal.unions import part_of
from procurement.models import (
    Participation,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)


class Row(NamedTuple):
    """One thing; which columns say something depends on ``kind``."""

    kind: str
    pk: UUID
    council_id: UUID
    other: UUID | None
    text: str
    detail: str
    day: date | None
    last_day: date | None
    at: datetime | None
    changed_at: datetime | None
    number: int | None
    year: int | None


_FIELDS: dict[str, Any] = {
    "pk": UUIDField,
    "council_id": UUIDField,
    "other": UUIDField,
    "text": CharField,
    "detail": CharField,
    "day": DateField,
    "last_day": DateField,
    "at": DateTimeField,
    "changed_at": DateTimeField,
    "number": IntegerField,
    "year": IntegerField,
}


def rows_of(user: User, first: date, last: date) -> list[Row]:
    """What falls in a time, and what holds always, for the councils of ``user``."""
    parts = []
    if council_ids(user):
        parts += [
            _actions(user, first, last),
            _choices(user),
            _recesses(user, first, last),
            _zones(user),
        ]
    if council_ids(user) or organisation_ids(user):
        parts.append(_steps(user, first, last))
    if not parts:
        return []
    return [Row._make(row) for row in parts[0].union(*parts[1:], all=True)]


def _part(kind: str, rows: QuerySet, **told: Any) -> QuerySet:
    """A part of the union of what falls in a time."""
    return part_of(_FIELDS, kind, rows, **told)


def _actions(user: User, first: date, last: date) -> QuerySet:
    return _part(
        "action",
        ActionItem.objects.visible_to(user)
        .open()
        .filter(owner=user.pk, due_on__range=(first, last)),
        pk=F("pk"),
        council_id=F("council_id"),
        other=F("item_id"),
        text=F("council__name"),
        day=F("due_on"),
        changed_at=F("made_at"),
    )


def _choices(user: User) -> QuerySet:
    return _part(
        "choice",
        Participation.objects.newest().filter(council__in=council_ids(user)),
        pk=F("pk"),
        council_id=F("council_id"),
        other=F("cycle_id"),
        text=F("step"),
        number=F("from_phase__order"),
    )


def _recesses(user: User, first: date, last: date) -> QuerySet:
    return _part(
        "recess",
        Recess.objects.filter(
            council__in=council_ids(user), starts_on__lte=last, ends_on__gte=first
        ),
        pk=F("pk"),
        council_id=F("council_id"),
        text=F("name"),
        day=F("starts_on"),
        last_day=F("ends_on"),
    )


def _zones(user: User) -> QuerySet:
    """The zones of a council's locations; of a central council, and of one without
    locations, those of all locations of its organisation, as its roster has them."""
    places = "organisation__locations"
    own = Council.locations.through.objects.filter(council=OuterRef("pk"))
    councils = Council.objects.filter(pk__in=council_ids(user)).annotate(
        place=F(places), zone=F(f"{places}__municipality__school_holiday_zone")
    )
    return _part(
        "zone",
        councils.filter(
            Q(kind=Council.Kind.CENTRAL)
            | ~Exists(own)
            | Exists(own.filter(location=OuterRef("place"))),
            zone__gt="",
        ),
        pk=F("place"),
        council_id=F("pk"),
        text=F("zone"),
    )


def _steps(user: User, first: date, last: date) -> QuerySet:
    """Dates of the newest version of a plan, once both sides agreed to that one."""
    agreements = WorkPlanAgreement.objects.filter(version=OuterRef("pk"))
    agreed = (
        WorkPlanVersion.objects.newest()
        .filter(*(Exists(agreements.filter(side=side)) for side in Side))
        .filter(plan__in=WorkPlan.objects.visible_to(user).values("pk"))
    )
    return _part(
        "plan",
        WorkPlanStep.objects.filter(
            version__in=agreed.values("pk"),
            due_at__gte=moment(first, time.min),
            due_at__lt=moment(last + ONE_DAY, time.min),
        ),
        pk=F("version__plan_id"),
        council_id=F("version__plan__council_id"),
        text=F("kind"),
        detail=F("version__plan__cycle__kind"),
        at=F("due_at"),
        changed_at=F("version__proposed_at"),
        number=F("version__number"),
        year=F("version__plan__cycle__contract_year"),
    )
