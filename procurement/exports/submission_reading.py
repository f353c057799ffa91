"""What one reader gets to see of a submission, on a page as in a paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from portal.models import User
from procurement.models import (
    Answer,
    SheetGoal,
    Submission,
    SubmissionVersion,
    SubmittedItem,
)
from procurement.permissions import Reader, reader_of


@dataclass(frozen=True)
class Reading:
    """A version as one reader sees it: for an organisation only what is shared with it.

    An organisation's reading is always called an extract, and never tells whether
    there is more.
    """

    version: SubmissionVersion
    reader: Reader
    goals: list[SheetGoal]
    statements: list[str]

    @property
    def is_extract(self) -> bool:
        return self.reader == Reader.ORGANISATION


def reading_of(
    submission: Submission, user: User, number: int | None = None
) -> Reading | None:
    """What ``user`` reads of a submission that ``visible_to`` let through.

    ``number`` asks for an older version; None when there is none for this reader.
    """
    reader = reader_of(user, submission)
    if reader == Reader.ORGANISATION:
        return _extract(submission, number)
    versions = submission.versions.for_page()
    if reader == Reader.CARE_OFFICE:
        versions = versions.signed()
    if number is not None:
        versions = versions.filter(number=number)
    version = versions.first()
    return version and whole(version, reader)


def whole(version: SubmissionVersion, reader: Reader) -> Reading:
    """All of a version, with the statements that go along and the published answers."""
    if version.is_signed:
        statements = version.signature.statements
    else:
        prefetch_related_objects([version], "statements")
        statements = [each.text for each in version.statements.all()]
    goals = version.sheet()
    _add_answers(goals, _published_answers(version))
    return Reading(version, reader, goals, statements)


def _published_answers(version: SubmissionVersion) -> Iterable[Answer]:
    if not hasattr(version, "publication"):
        return []
    return Answer.objects.published().filter(item__version=version)


def _add_answers(goals: list[SheetGoal], answers: Iterable[Answer]) -> None:
    """Put each published answer beside its item; a draft is nobody's here."""
    by_item = {str(answer.item_id): answer for answer in answers}
    for goal in goals:
        for item in goal.items:
            item["answer"] = by_item.get(item["id"])


def _extract(submission: Submission, number: int | None) -> Reading | None:
    """What the organisation may read of the version that stands."""
    items = list(
        SubmittedItem.objects.open_to_organisation()
        .filter(version__submission=submission)
        .select_related("answer")
    )
    version = (
        submission.versions.for_page()
        .filter(pk__in={item.version_id for item in items})
        .first()
    )
    if version is None or number not in {None, version.number}:
        return None
    # Without the minority statements, which speak of the whole text, and without the
    # short names of input (W3): their numbers tell that there are others.
    goals = version.sheet([item.pk for item in items])
    for item in (item for goal in goals for item in goal.items):
        item["sources"] = [{**each, "tile": ""} for each in item["sources"]]
    answers = [item.answer for item in items if hasattr(item, "answer")]
    _add_answers(goals, [each for each in answers if each.published_at])
    return Reading(version, Reader.ORGANISATION, goals, [])
