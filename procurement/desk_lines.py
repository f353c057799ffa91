"""The list on the care office's desk: one line of each submission that was sent.

Its queries are those of ``visible_to``, written once for each kind of reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Sector
from councils.permissions import care_office_ids
from portal.models import User
from portal.moments import nl_short_date
from portal.prepared import fetch
from portal.templatetags.portal import Badge
from procurement.forms.desk_filter import ANSWERED, DRAFTED, WAITING
from procurement.models import Answer, CycleKind, Submission, SubmissionVersion

# What waits longest stands on top, and what is answered below it.
ORDER = (
    F("publication__at").desc(nulls_first=True),
    F("signature__signed_at"),
    F("submission_id"),
)


class Row(NamedTuple):
    """What the database tells of one submission."""

    pk: UUID
    council: str
    organisation: str
    kind: str
    year: int
    sector: str
    signed_at: datetime
    is_late: bool
    answered_at: datetime | None
    first_read_at: datetime | None
    points: int
    answers: int | None


COLUMNS = (
    "submission_id",
    "submission__council__name",
    "submission__council__organisation__name",
    "submission__cycle__kind",
    "submission__cycle__contract_year",
    "submission__cycle__sector",
    "signature__signed_at",
    "signature__is_late",
    "publication__at",
    "submission__first_read_at",
    "points",
    "answers",
)


class Line(NamedTuple):
    """One submission in words."""

    pk: str
    council: str
    about: str
    signed: str
    age: str
    due: str
    is_overdue: bool
    answers: str
    state: Badge


@dataclass(frozen=True)
class Lines:
    """The submissions to the care offices of ``user`` that fit a filter."""

    user: User
    now: datetime
    state: str = ""
    cycle: UUID | None = None
    word: str = ""

    def __len__(self) -> int:
        return sum(count for (count,) in self._rows(_count))

    def __getitem__(self, part: slice) -> list[Line]:
        found = self._rows(_lines, start=part.start, stop=part.stop)
        return [self._line(Row._make(row)) for row in found]

    def _rows(self, build: Any, **more: Any) -> Sequence[tuple]:
        if self.word:
            more["word"] = self.word
            return build(self.user, self.cycle, state=self.state, **more)
        return fetch(build, self.user, self.cycle, state=self.state, **more)

    def _line(self, row: Row) -> Line:
        due_at = row.signed_at + timedelta(days=settings.AGREED_RESPONSE_DAYS)
        age = _age(row.signed_at, self.now)
        kind, sector = CycleKind(row.kind).label, Sector(row.sector).label
        is_overdue = row.answered_at is None and due_at < self.now
        done = {"done": row.answers or 0, "count": row.points}
        return Line(
            pk=str(row.pk),
            council=row.council,
            about=f"{row.organisation}. {capfirst(str(kind))} {row.year}, {sector}",
            signed=nl_short_date(row.signed_at),
            age=f"{age}, {_('after closing')}" if row.is_late else age,
            due=nl_short_date(due_at),
            is_overdue=is_overdue,
            answers=_("%(done)s of %(count)s") % done,
            state=_state(row, is_overdue=is_overdue),
        )


def _age(signed_at: datetime, now: datetime) -> str:
    days = (timezone.localdate(now) - timezone.localdate(signed_at)).days
    if days < 1:
        return _("today")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def _state(row: Row, *, is_overdue: bool) -> Badge:
    if row.answered_at:
        return Badge(_("Answered"), "done")
    if is_overdue:
        return Badge(_("Past the agreed date"), "late")
    if row.answers:
        return Badge(_("Answers in draft"), icon="pencil")
    if row.first_read_at:
        return Badge(_("Waits for answers"), "wait")
    return Badge(_("New"), "now")


# --- Queries ---------------------------------------------------------------------


def _standing(user: User, cycle: UUID | None, state: str, word: str) -> QuerySet:
    """Of each submission the version that stands: signed, the newest."""
    submissions = Submission.objects.visible_to(user).filter(
        cycle__care_office__in=care_office_ids(user)
    )
    if cycle:
        submissions = submissions.filter(cycle=cycle)
    newer = SubmissionVersion.objects.signed().filter(
        submission=OuterRef("submission"), number__gt=OuterRef("number")
    )
    standing = SubmissionVersion.objects.signed().filter(
        ~Exists(newer), submission__in=submissions
    )
    if word:
        standing = standing.filter(
            Q(submission__council__name__icontains=word)
            | Q(submission__council__organisation__name__icontains=word)
        )
    if state in {WAITING, DRAFTED}:
        standing = standing.filter(publication__isnull=True)
    if state == DRAFTED:
        standing = standing.filter(Exists(_complete()))
    if state == ANSWERED:
        standing = standing.filter(publication__isnull=False)
    return standing.order_by()


def _complete() -> QuerySet[Answer]:
    return (
        Answer.objects.filter(item__version=OuterRef("pk"))
        .exclude(outcome="")
        .order_by()
    )


def _count(
    user: User, cycle: UUID | None, *, state: str = "", word: str = ""
) -> QuerySet:
    standing = _standing(user, cycle, state, word).annotate(all=Value("all"))
    return standing.values("all").annotate(count=Count("pk")).values_list("count")


def _lines(
    user: User,
    cycle: UUID | None,
    *,
    state: str = "",
    word: str = "",
    start: int,
    stop: int,
) -> QuerySet:
    page = _standing(user, cycle, state, word).order_by(*ORDER)
    answers = _complete().values("item__version").annotate(count=Count("pk"))
    return (
        # Looked up for the lines of a page only, as is all that is joined.
        SubmissionVersion.objects.filter(pk__in=page.values("pk")[start:stop])
        .annotate(
            points=Count("submitted_items"), answers=Subquery(answers.values("count"))
        )
        .order_by(*ORDER)
        .values_list(*COLUMNS)
    )
