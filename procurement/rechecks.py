"""Whether a mail still makes sense when it is sent: named by MAIL_RECHECKS."""

from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from councils.models import CareOfficeMembership, Council, CouncilMembership
from procurement.actions.reminder_dates import Moment, times, times_after
from procurement.actions.reminder_due import is_local, nothing_to_do
from procurement.actions.request import TOLD
from procurement.actions.submission_mail import SIGNERS
from procurement.facts import PEOPLE, Done, done_in, left_to_do, step_of
from procurement.models import (
    InformationRequest,
    Reminder,
    Submission,
    SubmissionVersion,
)
from procurement.taking_part import COLUMNS as OF_CHOICE
from procurement.taking_part import choice_of, newest_of


def reminder(mail: str) -> str:
    """Why a mail need not go any more, or "" while one of its reminders holds."""
    reason = _("The reminder is not there any more.")
    rows = Reminder.objects.filter(mail=mail, status__in=Reminder.MAY_LEAVE)
    for row in rows.select_related(
        "rule", "council", "phase__cycle__care_office", "phase__cycle__organisation"
    ):
        reason = _reason_against(row)
        if not reason:
            return ""
    return reason


def request_published(request: str, council: str, user: str) -> str:
    """Why nobody need read this question any more for that council, or ""."""
    newest = newest_of(UUID(council), OuterRef("cycle"))
    names = ("chosen_step", "chosen_level", "chosen_order", "chosen_kind")
    found = (
        InformationRequest.objects.published()
        .filter(pk=request)
        .select_related("phase")
        .annotate(
            **{
                name: Subquery(newest.values(column)[:1])
                for name, column in zip(names, OF_CHOICE, strict=True)
            }
        )
        .first()
    )
    if found is None:
        return _("The request is withdrawn.")
    choice = choice_of(*(getattr(found, name) for name in names))
    if choice and (reason := choice.why_out(found.phase)):
        return reason
    seats = CouncilMembership.objects.current().with_role(*TOLD)
    if not seats.filter(council=council, user=user).exists():
        return _("This person has no such seat in the council any more.")
    return ""


def ready_to_sign(version: str, user: str) -> str:
    """Why nobody need sign that text any more, or ""."""
    found = SubmissionVersion.objects.select_related("submission").get(pk=version)
    newest = found.submission.versions.order_by("-number").first()
    if found.submission.status != Submission.Status.OFFERED or newest != found:
        return _("This text is signed already, or was taken back.")
    seats = CouncilMembership.objects.current().acting_as(*SIGNERS)
    if not seats.filter(council=found.submission.council_id, user=user).exists():
        return _("This person has no such seat in the council any more.")
    return ""


def submission_received(version: str, user: str) -> str:
    """Why somebody at a care office need not read that submission any more, or ""."""
    found = SubmissionVersion.objects.select_related("submission__cycle").get(
        pk=version
    )
    newer = found.submission.versions.signed().filter(number__gt=found.number)
    if newer.exists():
        return _("The council sent a newer text.")
    staff = CareOfficeMembership.objects.current().filter(
        care_office=found.submission.cycle.care_office_id, user=user
    )
    return "" if staff.exists() else _("This person no longer works there.")


def _reason_against(row: Reminder) -> str:
    assert row.council is not None  # rules are for people of councils
    if not row.rule.is_active:
        return _("This rule is no longer in use.")
    acting = CouncilMembership.objects.current().acting_as(*PEOPLE[row.rule.role])
    seats = acting.filter(council=row.council, user=row.user_id)
    if not seats.exists():
        return _("This person has no such seat in the council any more.")
    if row.rule.moment == Moment.ANSWERS:
        return ""  # what was published stays so
    phase, key = row.phase, (row.council.pk, row.phase.cycle_id)
    done = done_in([phase.cycle], [row.council.pk]).get(key, Done())
    if row.due_at != _due_now(row, row.council, done):
        return _("The date has moved.")
    left = left_to_do(
        step_of(phase),
        row.rule.role,
        has_parent=row.council.parent_id is not None,
        done=done,
    )
    return nothing_to_do(row.rule, phase, left, done)


def _due_now(row: Reminder, council: Council, done: Done) -> datetime:
    if row.rule.moment != Moment.SIGNATURE:
        local = is_local(council)
        return times(row.rule, row.phase, is_local=local).due_at
    if done.offered_at is None:
        # Taken back: what it waits for tells why.
        return row.due_at
    return times_after(row.rule, row.phase, done.offered_at).due_at
