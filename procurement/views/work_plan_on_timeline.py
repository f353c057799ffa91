"""How the plan with the board stands, on the timeline of its round."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, UUIDField
from django.utils.translation import gettext as _

from councils.permissions import council_seats, organisation_ids
from portal.models import User
from procurement.models import (
    Phase,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanVersion,
)


@dataclass(frozen=True)
class Standing:
    """A plan in one line: where it is, of which council, and how it stands."""

    pk: UUID
    council: str
    state: str


def has_plans(user: User) -> bool:
    """Whether ``user`` is of a council or an organisation; a care office has none."""
    return bool(council_seats(user) or organisation_ids(user))


def plan_columns(user: User, cycle_id: UUID) -> dict[str, Subquery]:
    """What to ask along with the phases of a round, so that it costs no query more.

    Of several plans the first by name: the others stand in the list.
    """
    if not has_plans(user):
        return {}
    plans = WorkPlan.objects.visible_to(user).filter(cycle=cycle_id)
    newest = (
        newest_versions()
        .filter(plan__in=plans.values("pk"))
        .order_by("plan__council__name", "pk")
    )
    return {
        "plan_pk": Subquery(newest.values("plan")[:1], output_field=UUIDField()),
        "plan_council": Subquery(newest.values("plan__council__name")[:1]),
        "plan_number": Subquery(newest.values("number")[:1]),
        "plan_of_council": Subquery(newest.values("of_council")[:1]),
        "plan_of_organisation": Subquery(newest.values("of_organisation")[:1]),
    }


def newest_versions() -> QuerySet:
    """The versions that hold, with ``of_council`` and ``of_organisation``."""
    agreed = WorkPlanAgreement.objects.filter(version=OuterRef("pk"))
    return WorkPlanVersion.objects.newest().annotate(
        of_council=Exists(agreed.filter(side=Side.COUNCIL)),
        of_organisation=Exists(agreed.filter(side=Side.ORGANISATION)),
    )


def plan_of(phase: Phase | None) -> Standing | None:
    """The plan that came along with a phase, if there is one."""
    told = vars(phase) if phase else {}
    if not told.get("plan_pk"):
        return None
    state = state_of(
        told["plan_number"], told["plan_of_council"], told["plan_of_organisation"]
    )
    return Standing(told["plan_pk"], told["plan_council"], state)


def state_of(number: int, of_council: object, of_organisation: object) -> str:
    """versie 2, de raad is akkoord, de organisatie nog niet"""
    words = {"number": number}
    if of_council and of_organisation:
        return _("version %(number)s, both agreed") % words
    if of_council:
        return _("version %(number)s, the council agrees, the organisation not yet") % (
            words
        )
    if of_organisation:
        return _("version %(number)s, the organisation agrees, the council not yet") % (
            words
        )
    return _("version %(number)s, neither has agreed yet") % words
