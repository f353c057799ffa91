"""Whether a mail about a plan still makes sense when it is sent (MAIL_RECHECKS)."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from procurement.actions.work_plan_mail import people_of, readers_of
from procurement.actions.work_plan_reminders import People
from procurement.models import WorkPlanStep, WorkPlanVersion


def plan_waits(version: str, user: str) -> str:
    """Why somebody need not look at that version any more, or ""."""
    versions = WorkPlanVersion.objects.newest().filter(pk=version)
    found = versions.select_related("plan__council").first()
    if found is None:
        return _("There is a newer version of the plan.")
    if versions.agreed().exists():
        return _("Both sides have agreed.")
    if user not in {str(each.pk) for each in people_of(found.plan)}:
        return _("This person has nothing to do with the plan any more.")
    return ""


def plan_agreed(version: str, user: str) -> str:
    """Why somebody need not hear any more that a version was agreed, or ""."""
    newest = WorkPlanVersion.objects.newest().filter(pk=version)
    found = newest.select_related("plan__council").first()
    if found is None:
        return _("There is a newer version of the plan.")
    if user not in {str(each.pk) for each in readers_of(found.plan)}:
        return _("This person has nothing to do with the plan any more.")
    return ""


def plan_step(step: str, user: str) -> str:
    """Why somebody need not be reminded of that date any more, or ""."""
    told = WorkPlanStep.objects.get(pk=step)
    same = WorkPlanStep.objects.filter(
        version=OuterRef("pk"), kind=told.kind, due_at=told.due_at
    )
    version = (
        WorkPlanVersion.objects.newest()
        .agreed()
        .filter(Exists(same), plan__versions=told.version_id)
        .select_related("plan__council")
        .first()
    )
    if version is None:
        return _("The date has moved.")
    told.version = version
    people = People([version]).who_does(told)
    if user not in {str(each.pk) for each in people}:
        return _("This person has nothing to do with the plan any more.")
    return ""
