"""Who is asked to look at a version of a plan, and told that it was agreed: one mail
per person."""

from collections.abc import Iterable
from typing import Any

from councils.models import CouncilMembership, OrganisationMembership
from councils.permissions import KEEPERS, PREPARERS
from portal import mail
from portal.models import User
from portal.moments import nl_date
from procurement.models import WorkPlan, WorkPlanVersion


def ask_to_agree(kind: str, version: WorkPlanVersion, *, by: User | None) -> None:
    """Mail whoever looks after the plan on either side, but for who made the change."""
    for user in people_of(version.plan):
        if user != by:
            _queue(kind, version, user, "plan_waits", deadline=version.deadline)


def tell_agreed(version: WorkPlanVersion, *, by: User) -> None:
    """Mail the dates to both sides, but for who agreed last, and to local councils."""
    steps = [
        {
            "date": nl_date(step.due_at),
            "what": step.what,
            "who": step.get_doer_display(),
        }
        for step in version.steps.all()
    ]
    for user in readers_of(version.plan):
        if user != by:
            _queue("plan_agreed", version, user, "plan_agreed", steps=steps)


def _queue(
    kind: str, version: WorkPlanVersion, user: User, recheck: str, **words: Any
) -> None:
    mail.queue(
        kind,
        to=user,
        key=f"{kind}:{version.pk}:{user.pk}",
        useless_after=version.deadline,
        recheck={
            "name": recheck,
            "args": {"version": str(version.pk), "user": str(user.pk)},
        },
        title=plan_title(version.plan),
        number=version.number,
        link=version.plan.get_absolute_url(),
        **words,
    )


def readers_of(plan: WorkPlan) -> Iterable[User]:
    """Both sides, and who keeps the plan in the local councils; each once."""
    local = (
        CouncilMembership.objects.current()
        .acting_as(*KEEPERS)
        .filter(council__parent=plan.council_id)
    )
    users = [*people_of(plan), *(term.user for term in local.select_related("user"))]
    return {user.pk: user for user in users}.values()


def people_of(plan: WorkPlan) -> Iterable[User]:
    """Who prepares the council's papers, and the organisation's staff; each once."""
    council = (
        CouncilMembership.objects.current()
        .acting_as(*PREPARERS)
        .filter(council=plan.council_id)
    )
    staff = OrganisationMembership.objects.current().filter(
        organisation=plan.council.organisation_id
    )
    terms = [*council.select_related("user"), *staff.select_related("user")]
    return {term.user_id: term.user for term in terms}.values()


def plan_title(plan: WorkPlan) -> str:
    """What a mail is about: the round and the council, nothing of what was written."""
    return f"{plan.cycle.title}, {plan.council.name}"
