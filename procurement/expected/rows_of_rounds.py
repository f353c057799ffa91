"""What waits of rounds: requests, choices to take part, plans with the board."""

from datetime import datetime

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from councils.permissions import (
    council_ids,
    council_seats,
    organisation_ids,
)
from portal.models import User
from procurement.expected.row import part
from procurement.models import (
    CouncilInput,
    Participation,
    RequestCouncil,
    Side,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)

# --- Rounds ----------------------------------------------------------------------


def requests(user: User, since: datetime) -> QuerySet:
    """Requests to one's councils, with whether they and the person have answered."""
    own = CouncilInput.objects.filter(
        request=OuterRef("request"), council=OuterRef("council"), author=user.pk
    ).exclude(status=CouncilInput.Status.WITHDRAWN)
    passed_on = CouncilInput.objects.visible_to(user).filter(
        request=OuterRef("request"),
        council=OuterRef("council"),
        status=CouncilInput.Status.PASSED_ON,
    )
    return part(
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


def choices(user: User) -> QuerySet:
    """What one's councils chose for their rounds."""
    return part(
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


def plans(user: User, now: datetime) -> QuerySet:
    """Plans that do not count yet: whether the council agreed, and the organisation."""
    council, organisation = _agreed(Side.COUNCIL), _agreed(Side.ORGANISATION)
    return part(
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


def plan_steps(user: User, now: datetime) -> QuerySet:
    """Dates ahead of plans that both sides agreed to, of who does something then."""
    above = [seat.parent_id for seat in council_seats(user) if seat.parent_id]
    counts = WorkPlanVersion.objects.newest().filter(
        _agreed(Side.COUNCIL), _agreed(Side.ORGANISATION)
    )
    Doer = WorkPlanStep.Doer
    return part(
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
