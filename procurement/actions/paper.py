"""Long papers: asked for once, made by one worker at a time, gone after a day.

Without audit events: nothing is decided here, and no text changes.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from portal import wake
from procurement.models import Paper, SubmissionVersion

Status = Paper.Status
# How long a worker may be silent over a paper before another takes it.
LEASE = timedelta(seconds=120)
TASK = "procurement.tasks.make_paper"


@transaction.atomic
def ask(
    version: SubmissionVersion,
    *,
    key: str,
    items: Collection[UUID] | None,
    pages_expected: int,
) -> Paper:
    """The paper with this key: there already, being made, or asked for now."""
    paper, is_new = Paper.objects.defer("content").get_or_create(
        key=key,
        defaults={
            "version": version,
            "items": items if items is None else sorted(str(pk) for pk in items),
            "pages_expected": pages_expected,
        },
    )
    if paper.status == Status.FAILED:
        again = Paper.objects.filter(pk=paper.pk, status=Status.FAILED)
        again.update(status=Status.WAITING, attempts=0, pages_made=0)
        paper.status, paper.pages_made = Status.WAITING, 0
    if paper.status == Status.WAITING:
        wake.worker_after_commit(TASK, str(paper.pk))
    return paper


def claim(pk: UUID) -> Paper | None:
    """Take a paper that waits for this worker, or None when another has it.

    One UPDATE does it; the lease goes by the database's clock.
    """
    taken = (
        Paper.objects.to_make()
        .filter(pk=pk)
        .update(
            status=Status.MAKING,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
        )
    )
    if not taken:
        return None
    paper = Paper.objects.select_related("version").get(pk=pk)
    if paper.attempts > Paper.MOST_ATTEMPTS:
        _mine(paper).update(status=Status.FAILED)
        return None
    return paper


def note_progress(paper: Paper, pages: int) -> None:
    """Tell how far it is, and hold it for as long again."""
    _mine(paper).update(pages_made=pages, lease_until=Now() + LEASE)


def finish(paper: Paper, content: bytes) -> None:
    """Keep what was made, unless the lease ran out and another made it."""
    _mine(paper).update(status=Status.DONE, content=content, lease_until=None)


def fail(paper: Paper) -> None:
    """Let another try, or give up after the last."""
    is_last = paper.attempts >= Paper.MOST_ATTEMPTS
    _mine(paper).update(status=Status.FAILED if is_last else Status.WAITING)


def forget_old() -> None:
    """Delete what was asked for more than a day ago."""
    Paper.objects.filter(asked_at__lt=timezone.now() - timedelta(days=1)).delete()


def _mine(paper: Paper):
    return Paper.objects.filter(
        pk=paper.pk, status=Status.MAKING, attempts=paper.attempts
    )
