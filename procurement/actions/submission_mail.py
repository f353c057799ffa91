"""Who is told of a submission: the signers when it is offered, then the care office."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from councils.models import CareOfficeMembership, CouncilMembership
from councils.permissions import Role
from portal import mail
from portal.models import User
from procurement.models import Signature, Submission, SubmissionVersion

SIGNERS = (Role.CHAIR, Role.DEPUTY_CHAIR)
MINUTES_TO_SIGN = 15


def ask_to_sign(submission: Submission, version: SubmissionVersion, by: User) -> None:
    signers = (
        CouncilMembership.objects.current()
        .acting_as(*SIGNERS)
        .filter(council=submission.council_id)
    )
    dated = Submission.objects.with_dates().select_related("council", "cycle")
    deadline = dated.get(pk=submission.pk).council_date
    for term in signers.select_related("user"):
        mail.queue(
            "ready_to_sign",
            to=term.user,
            key=f"ready_to_sign:{version.pk}:{term.user_id}",
            recheck=_recheck("ready_to_sign", version, term.user),
            title=submission.title,
            council=submission.council.name,
            offered_by=by.name,
            offered_on=timezone.localdate(version.offered_at),
            deadline=deadline,
            minutes=MINUTES_TO_SIGN,
            role=term.role,
            link=submission.get_absolute_url(),
        )


def tell_care_office(submission: Submission, signature: Signature) -> None:
    care_office = submission.cycle.care_office
    regions = submission.council.organisation.regions.all()
    staff = CareOfficeMembership.objects.current().filter(
        Q(regions__isnull=True) | Q(regions__in=regions), care_office=care_office
    )
    for term in staff.select_related("user").distinct():
        mail.queue(
            "submission_received",
            to=term.user,
            key=f"submission_received:{signature.pk}:{term.user_id}",
            recheck=_recheck("submission_received", signature.version, term.user),
            title=submission.title,
            council=submission.council.name,
            care_office=care_office.name,
            date=timezone.localdate(signature.signed_at),
            deadline=signature.answer_by,
            link=reverse("procurement:desk_detail", args=[submission.pk]),
        )


def _recheck(name: str, version: SubmissionVersion, user: User) -> dict:
    """What is asked once more when the mail leaves (procurement.rechecks)."""
    return {"name": name, "args": {"version": str(version.pk), "user": str(user.pk)}}
