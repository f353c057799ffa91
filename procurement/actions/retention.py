"""What is forgotten after its time: drafts that nobody went on with, and submissions
that need not be kept any more."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from councils.actions.forgetting import without_seat_since
from portal import audit
from portal.errors import Gone
from portal.one_by_one import OneByOne
from portal.transitions import lock
from portal.triggers import DatabaseDay
from procurement.models import (
    Answer,
    CalendarFeed,
    CouncilInput,
    InputDraft,
    MinorityStatement,
    Publication,
    Reminder,
    Signature,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)


def forget_old_rows() -> None:
    """Delete typed text and drafts that nobody touched for KEEP_DRAFTS, reminders of
    which the mail is gone as long, and addresses of calendars of who left.

    Reminders of days to come too: a clock that was ahead wrote them, and they would
    keep those of the right day from leaving.
    """
    now = timezone.now()
    before, tomorrow = now - settings.KEEP_DRAFTS, now + timedelta(days=1)
    untouched = CouncilInput.objects.filter(
        status=CouncilInput.Status.DRAFT, drafts=None, versions=None
    )
    ended = Reminder.objects.exclude(status=Reminder.Status.QUEUED)
    old: dict[str, QuerySet] = {
        "typed text": InputDraft.objects.filter(saved_at__lt=before),
        "drafts": untouched.filter(created_at__lt=before),
        "calendar addresses": feeds_to_forget(),
        "reminders": ended.filter(
            Q(recorded_at__lt=before) | Q(recorded_at__gt=tomorrow)
        ),
    }
    run = OneByOne()
    run.over("Forgetting", old, lambda name: old[name].delete())
    run.tell()


def feeds_to_forget() -> QuerySet[CalendarFeed]:
    """Addresses of calendars that nobody can read any more: the person has no seat."""
    gone = without_seat_since(timezone.localdate())
    withdrawn = Q(withdrawn_at__lt=timezone.now() - settings.KEEP_DRAFTS)
    return CalendarFeed.objects.filter(Q(user__in=gone.values("pk")) | withdrawn)


def forget_submissions(*, seconds: float | None = None) -> int:
    """Delete what was submitted so long ago that it need not be kept; how many.

    One at a time: what cannot go must not keep the others.
    """
    run, gone = OneByOne(seconds), []

    def forget(submission: Submission) -> None:
        if forget_submission(submission):
            gone.append(submission)

    run.over("Forgetting", submissions_to_forget(), forget)
    run.tell()
    return len(gone)


def submissions_to_forget() -> QuerySet[Submission]:
    """Of which no version must stay, by the clock of the database that guards them."""
    versions = SubmissionVersion.objects.filter(submission=OuterRef("pk"))
    kept = versions.filter(keep_until__gte=DatabaseDay())
    return Submission.objects.filter(Exists(versions), ~Exists(kept)).order_by("pk")


@transaction.atomic
def forget_submission(submission: Submission) -> bool:
    """Delete a submission with every version, signature, statement and answer.

    The input of councils stays theirs. False when another run was first, or when a
    version must stay after all.
    """
    try:
        submission = lock(submission)
    except Gone:
        return False
    if not submissions_to_forget().filter(pk=submission.pk).exists():
        return False
    versions = submission.versions.order_by("-number")
    of_version, of_item = {"version__in": versions}, {"item__version__in": versions}
    gone = {
        "answers": Answer.objects.filter(**of_item).delete()[0],
        "statements": MinorityStatement.objects.filter(**of_version).delete()[0],
    }
    Publication.objects.filter(**of_version).delete()
    SubmittedSource.objects.filter(**of_item).delete()
    SubmittedItem.objects.filter(**of_version).delete()
    Signature.objects.filter(**of_version).delete()
    audit.record(
        "submission.forget",
        submission,
        by=None,
        scope=submission.council_id,
        versions=len(versions),
        year=submission.cycle.contract_year,
        **gone,
    )
    for version in versions:  # each names the one before it
        version.delete()
    submission.delete()
    return True
