"""Turns a draft submission into a version that nobody can change."""

from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from portal.canonical import canonical_json, fingerprint
from portal.models import User
from procurement.actions.submission_content import Piece, content_of
from procurement.models import (
    CouncilInput,
    Cycle,
    Paragraph,
    PassageSource,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)


def hold_sources(submission: Submission) -> None:
    """Hold what the text is made of, so that its audience is the one that is read."""
    paragraphs = Paragraph.objects.filter(submission_items__submission=submission)
    _hold(paragraphs)
    own = CouncilInput.objects.filter(submission_items__submission=submission)
    quoted = PassageSource.objects.filter(passage__paragraph__in=paragraphs)
    _hold(
        CouncilInput.objects.filter(
            Q(pk__in=own.values("pk"))
            | Q(pk__in=quoted.values("version__council_input"))
        )
    )


def _hold(rows) -> None:
    list(
        rows.order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )


def freeze(
    submission: Submission, pieces: list[Piece], *, by: User
) -> SubmissionVersion:
    """Keep the words of ``pieces`` as the next version, with a row for each item."""
    previous = submission.versions.order_by("-number").first()
    version = SubmissionVersion(
        submission=submission,
        number=previous.number + 1 if previous else 1,
        previous=previous,
        offered_by=by,
        offered_at=timezone.now(),
        keep_until=keep_until(submission.cycle),
    )
    write(version, pieces)
    return version


def write(version: SubmissionVersion, pieces: list[Piece]) -> None:
    """Save a new version with the words of ``pieces``, and a row for each item."""
    version.canonical = canonical_json(content_of(version.submission, version, pieces))
    version.sha256 = fingerprint(version.canonical)
    version.save(force_insert=True)
    SubmittedItem.objects.bulk_create(
        SubmittedItem(
            pk=piece.id,
            version=version,
            position=position,
            paragraph=piece.line.paragraph,
            council_input=piece.line.council_input,
            for_organisation=piece.for_organisation,
            keep_until=version.keep_until,
        )
        for position, piece in enumerate(pieces, start=1)
    )
    SubmittedSource.objects.bulk_create(
        SubmittedSource(
            item_id=piece.id,
            input_version_id=source.version,
            council_id=source.council,
            keep_until=version.keep_until,
        )
        for piece in pieces
        for source in piece.sources
    )


def keep_until(cycle: Cycle) -> date:
    """Until when what was submitted in a round must stay."""
    return date(cycle.contract_year + settings.KEEP_SUBMISSIONS_YEARS, 12, 31)
