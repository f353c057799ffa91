"""The list on the care office's desk: one line of each submission that was sent.

Its queries are those of ``visible_to``, written once for each kind of reader.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Sector
from councils.permissions import care_office_ids
from portal.dates import AMSTERDAM
from portal.models import User
from portal.moments import nl_short_date
from portal.paging import PER_PAGE
from portal.prepared import fetch
from portal.templatetags.portal import Badge
from procurement.expected.office import answer_due
from procurement.forms.desk_filter import ANSWERED, DRAFTED, WAITING
from procurement.models import (
    Answer,
    CycleKind,
    Submission,
    SubmissionVersion,
    SubmittedItem,
)

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
    signed_on: date
    is_late: bool
    is_answered: bool
    is_read: bool
    points: int
    answers: int | None
    total: int


COLUMNS = (
    "submission_id",
    "submission__council__name",
    "submission__council__organisation__name",
    "submission__cycle__kind",
    "submission__cycle__contract_year",
    "submission__cycle__sector",
    "signed_on",
    "signature__is_late",
    "is_answered",
    "is_read",
    "points",
    "answers",
    "total",
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
        return self._first[0].total if self._first else 0

    def __getitem__(self, part: slice) -> list[Line]:
        first = part.start == 0 and part.stop <= PER_PAGE
        rows = self._first[part] if first else self._rows(part.start, part.stop)
        return [self._line(row) for row in rows]

    @cached_property
    def _first(self) -> list[Row]:
        """The first page: it also tells how many there are."""
        return self._rows(0, PER_PAGE)

    @cached_property
    def _today(self) -> date:
        return timezone.localdate(self.now)

    def _rows(self, start: int, stop: int) -> list[Row]:
        part: dict[str, Any] = {"state": self.state, "start": start, "stop": stop}
        if self.word:
            found = list(_lines(self.user, self.cycle, word=self.word, **part))
        else:
            found = fetch(_lines, self.user, self.cycle, **part)
        return [Row._make(row) for row in found]

    def _line(self, row: Row) -> Line:
        due = answer_due(row.signed_on)
        age = _age(row.signed_on, self._today)
        kind, sector = CycleKind(row.kind).label, Sector(row.sector).label
        is_overdue = not row.is_answered and due <= self.now
        done = {"done": row.answers or 0, "count": row.points}
        return Line(
            pk=str(row.pk),
            council=row.council,
            about=f"{row.organisation}. {capfirst(str(kind))} {row.year}, {sector}",
            signed=nl_short_date(row.signed_on),
            age=f"{age}, {_('after closing')}" if row.is_late else age,
            due=nl_short_date(due),
            is_overdue=is_overdue,
            answers=_("%(done)s of %(count)s") % done,
            state=_state(row, is_overdue=is_overdue),
        )


def _age(signed_on: date, today: date) -> str:
    days = (today - signed_on).days
    if days < 1:
        return _("today")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def _state(row: Row, *, is_overdue: bool) -> Badge:
    if row.is_answered:
        return Badge(_("Answered"), "done")
    if is_overdue:
        return Badge(_("Past the agreed date"), "late")
    if row.answers:
        return Badge(_("Answers in draft"), icon="pencil")
    if row.is_read:
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


def _lines(
    user: User,
    cycle: UUID | None,
    *,
    state: str = "",
    word: str = "",
    start: int,
    stop: int,
) -> QuerySet:
    items = SubmittedItem.objects.filter(version=OuterRef("pk")).order_by()
    return (
        _standing(user, cycle, state, word)
        .annotate(
            signed_on=TruncDate("signature__signed_at", tzinfo=AMSTERDAM),
            is_answered=_is_there("publication"),
            is_read=_is_there("submission__first_read_at"),
            points=Subquery(_number(items, "version")),
            answers=Subquery(_number(_complete(), "item__version")),
            total=Window(Count("pk")),
        )
        .order_by(*ORDER)
        .values_list(*COLUMNS)[start:stop]
    )


def _is_there(name: str) -> ExpressionWrapper:
    return ExpressionWrapper(Q(**{f"{name}__isnull": False}), BooleanField())


def _number(rows: QuerySet, of: str) -> QuerySet:
    return rows.values(of).annotate(count=Count("pk")).values("count")
