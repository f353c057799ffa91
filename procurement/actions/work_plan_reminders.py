"""Reminds of the dates that both sides of a plan agreed to, a week ahead.

Nothing is planned: each run derives what is due from the newest versions. The key of a
mail names the date, so that a moved date is told anew, and nothing is told twice.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from councils.models import CouncilMembership, OrganisationMembership
from councils.permissions import KEEPERS
from portal import mail
from portal.dates import AMSTERDAM, moment
from portal.models import OutgoingMail, User
from portal.moments import nl_day
from procurement.actions.work_plan_mail import plan_title
from procurement.models import Side, WorkPlanStep, WorkPlanVersion

Kind = WorkPlanStep.Kind
Doer = WorkPlanStep.Doer

DAYS_AHEAD = 7
AT = time(9)
# A date that nobody was reminded of is written down as missed for so long; mails are
# kept longer, so that none is written down twice.
LOOK_BACK = timedelta(days=30)


class Due(NamedTuple):
    """One date to tell somebody of."""

    step: WorkPlanStep
    user: User

    @property
    def key(self) -> str:
        step = self.step
        on = timezone.localdate(step.due_at, AMSTERDAM)
        return f"plan_step:{step.kind}:{step.version.plan_id}:{self.user.pk}:{on}"


def send_due(now: datetime | None = None) -> int:
    """Queue what is due and not told yet; safe to run twice, late or at once."""
    dues = list(_due(now or timezone.now()))
    ids = {OutgoingMail.id_of(due.key): due for due in dues}
    there = OutgoingMail.objects.filter(pk__in=ids).values_list("pk", flat=True)
    new = [ids[pk] for pk in ids.keys() - set(there)]
    with transaction.atomic():
        for due in new:
            _queue(due)
    return len(new)


def _due(now: datetime) -> Iterable[Due]:
    soon = now + timedelta(days=DAYS_AHEAD + 1)
    steps = WorkPlanStep.objects.filter(
        due_at__gt=now - LOOK_BACK, due_at__lte=soon
    ).exclude(kind=Kind.DEADLINE)
    versions = (
        WorkPlanVersion.objects.newest()
        .agreed()
        .filter(steps__in=steps)
        .annotate(agreed_at=Max("agreements__agreed_at"))
        .select_related("plan__council", "plan__cycle")
        .prefetch_related("steps")
    )
    people = People(versions)
    for version in versions:
        for step in version.steps.all():
            if _is_due(step, version.agreed_at, now):
                yield from (Due(step, user) for user in people.who_does(step))


def _is_due(step: WorkPlanStep, agreed_at: datetime, now: datetime) -> bool:
    """From 9 o'clock a week ahead; not what had passed before both sides agreed."""
    if step.kind == Kind.DEADLINE or step.due_at <= agreed_at:
        return False
    on = timezone.localdate(step.due_at, AMSTERDAM) - timedelta(days=DAYS_AHEAD)
    return moment(on, AT) <= now and step.due_at > now - LOOK_BACK


class People:
    """Who does what in some plans, in two queries."""

    def __init__(self, versions: Iterable[WorkPlanVersion]) -> None:
        plans = [version.plan for version in versions]
        councils = {plan.council_id for plan in plans}
        organisations = {plan.council.organisation_id for plan in plans}
        self.central: dict[UUID, list[User]] = {}
        self.local: dict[UUID, list[User]] = {}
        self.staff: dict[UUID, list[User]] = {}
        if not plans:
            return
        for term in (
            CouncilMembership.objects.current()
            .acting_as(*KEEPERS)
            .filter(Q(council__in=councils) | Q(council__parent__in=councils))
            .select_related("user", "council")
        ):
            if term.council_id in councils:
                self.central.setdefault(term.council_id, []).append(term.user)
            if above := term.council.parent_id:
                self.local.setdefault(above, []).append(term.user)
        for seat in (
            OrganisationMembership.objects.current()
            .filter(organisation__in=organisations)
            .select_related("user")
        ):
            self.staff.setdefault(seat.organisation_id, []).append(seat.user)

    def who_does(self, step: WorkPlanStep) -> Iterable[User]:
        """Each once, also who has this seat in several local councils."""
        council = step.version.plan.council
        found = {
            Doer.CENTRAL: self.central.get(council.pk, []),
            Doer.LOCAL: self.local.get(council.pk, []),
            Doer.ORGANISATION: self.staff.get(council.organisation_id, []),
        }.get(Doer(step.doer), [])
        return {user.pk: user for user in found}.values()


def _queue(due: Due) -> None:
    step, plan = due.step, due.step.version.plan
    decision = next(
        each for each in step.version.steps.all() if each.kind == Kind.DECISION
    )
    mail.queue(
        "plan_step",
        to=due.user,
        key=due.key,
        useless_after=step.due_at,
        recheck={
            "name": "plan_step",
            "args": {"step": str(step.pk), "user": str(due.user.pk)},
        },
        title=plan_title(plan),
        council=plan.council.name,
        what=step.what,
        kind_of_step=step.kind,
        side=Side.ORGANISATION if step.doer == Doer.ORGANISATION else Side.COUNCIL,
        date=nl_day(step.due_at),
        deadline=step.due_at,
        plan_date=decision.due_at,
        link=plan.get_absolute_url(),
    )
