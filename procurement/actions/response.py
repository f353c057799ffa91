"""The care office answers every item of a submission, and publishes all at once."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock
from procurement.actions import reminder_answers
from procurement.models import (
    Answer,
    Publication,
    Submission,
    SubmissionVersion,
    SubmittedItem,
)


def standing_version(submission: Submission) -> SubmissionVersion:
    """The version that the care office answers: the last one that was signed."""
    version = submission.versions.signed().order_by("-number").first()
    if version is None:
        raise NotAllowedNow(_("Nothing was submitted yet."))
    return version


@transaction.atomic
def write(
    item: SubmittedItem,
    *,
    outcome: str,
    reason: str,
    study_until: date | None,
    seen: int,
    by: User,
) -> Answer:
    """Keep a draft answer to ``item``; councils see nothing of it yet.

    ``seen`` is the revision that was on the screen, 0 for none: when a colleague saved
    in between, ``StaleText`` holds that answer and nothing is overwritten.
    """
    submission = lock(item.version.submission)
    _refuse_once_published(item.version)
    if standing_version(submission).pk != item.version_id:
        raise NotAllowedNow(_("The council sent a newer text. Answer that one."))
    answer = Answer.objects.select_for_update(of=("self",)).filter(item=item).first()
    if answer is None:
        answer = Answer(item=item)
    if answer.revision != seen:
        raise StaleText(
            _("%(name)s changed this text too.") % {"name": answer.written_by},
            current=answer,
        )
    answer.outcome, answer.reason = outcome, reason
    answer.study_until = study_until if outcome == Answer.Outcome.STUDIED else None
    answer.revision += 1
    answer.written_by, answer.written_at = by, timezone.now()
    answer.save()
    audit.record("response.write", answer, by=by, scope=submission.cycle.care_office_id)
    return answer


def _refuse_once_published(version: SubmissionVersion) -> None:
    if Publication.objects.filter(version=version).exists():
        raise NotAllowedNow(_("The answers are published and can no longer change."))


def times_saved(answers: Iterable[Answer]) -> int:
    """A number that changes with every change to one of them."""
    return sum(answer.revision for answer in answers)


def _ready(version: SubmissionVersion, seen: int | None) -> list[Answer]:
    """All answers to a version, locked: complete, and as they were read."""
    items = version.submitted_items.count()
    answers = list(
        Answer.objects.select_for_update(of=("self",)).filter(item__version=version)
    )
    ready = [answer for answer in answers if answer.is_complete]
    if len(ready) != items:
        raise NotAllowedNow(
            _("%(count)s points have no complete answer yet.")
            % {"count": items - len(ready)}
        )
    if seen is not None and seen != times_saved(answers):
        raise NotAllowedNow(
            _("A colleague changed an answer meanwhile. Read it before you publish.")
        )
    return answers


@transaction.atomic
def publish(
    version: SubmissionVersion, *, by: User, seen: int | None = None
) -> Publication:
    """Let councils read all answers to a version, and tell whom the rules name.

    Refused while an item has no complete answer; with ``seen``, how often answers were
    saved when ``by`` read them, also when a colleague saved one in between.
    """
    submission = lock(version.submission)
    _refuse_once_published(version)
    if standing_version(submission).pk != version.pk:
        raise NotAllowedNow(_("The council sent a newer text. Answer that one."))
    if submission.status != Submission.Status.SUBMITTED:
        raise NotAllowedNow(
            _("The council took its text back to change it. Wait for the new version.")
        )
    answers = _ready(version, seen)
    publication = Publication.objects.create(version=version, by=by)
    Answer.objects.filter(pk__in=[answer.pk for answer in answers]).update(
        published_at=publication.at
    )
    reminder_answers.tell(publication)
    audit.record(
        "response.publish",
        publication,
        by=by,
        scope=submission.council_id,
        version=version.number,
    )
    return publication
