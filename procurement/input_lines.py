"""The list of input: one line of each, by kind, in milliseconds.

The page that everybody opens most. Its queries are those of ``visible_to``, prepared
once for each kind of reader; a line is made of what it shows and not of models.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.fields.json import KT
from django.db.models.functions import TruncDate
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Location
from councils.permissions import council_ids
from portal.dates import AMSTERDAM
from portal.models import User
from portal.moments import nl_short_date
from portal.paging import PER_PAGE
from portal.prepared import fetch
from portal.templatetags.portal import Badge
from procurement.models import CouncilInput, InputDraft, Recognition, Theme

Kind = CouncilInput.Kind
Status = CouncilInput.Status

COLUMNS = (
    "pk",
    "status",
    "number",
    "council_id",
    "council__parent_id",
    "council__name",
    "author_name",
    "shared_id",
    "title",
    "kind",
    "saved_on",
    "theme_name",
    "place_name",
    "recognised",
    "draft_title",
    "total",
    *(f"all_{kind.value}" for kind in Kind),
)

ORDER = ("-created_at", "pk")


class Row(NamedTuple):
    """What the database tells of one input, in the order of ``COLUMNS``."""

    pk: UUID
    status: str
    number: int | None
    council_id: UUID
    parent_id: UUID | None
    council: str
    author: str
    shared_id: UUID | None
    title: str
    kind: str
    saved_on: date
    theme: str
    place: str | None
    recognised: int | None
    draft_title: str | None
    # Of all that fit: how many, and how many of each kind that the council knows of.
    total: int
    concerns: int
    good_examples: int
    new_insights: int
    questions: int


class Line(NamedTuple):
    """One input in a list: its name, what it is about, and how it stands."""

    pk: str
    title: str
    about: str
    state: Badge
    # For the two councils that use it; others would see gaps.
    number: int | None


@dataclass(frozen=True)
class Lines:
    """The inputs that a person may know of, of one council and round or of all.

    ``condition`` is what they must fit besides; without one nothing is written anew.
    """

    user: User
    cycle: UUID | None
    council: UUID | None
    condition: Q | None = None
    names_councils: bool = False

    def counted(self) -> tuple[int, dict[str, int]]:
        """How many fit, and how many there are of each kind without the condition."""
        everything = replace(self, condition=None) if self.condition else self
        by_kind: dict[str, int] = dict.fromkeys(Kind, 0)
        for row in everything._first[:1]:
            by_kind = {
                Kind.CONCERN: row.concerns,
                Kind.GOOD_EXAMPLE: row.good_examples,
                Kind.NEW_INSIGHT: row.new_insights,
                Kind.QUESTION: row.questions,
            }
        return sum(row.total for row in self._first[:1]), by_kind

    def __getitem__(self, part: slice) -> list[Line]:
        first = part.start == 0 and part.stop <= PER_PAGE
        rows = self._first[part] if first else self._rows(part.start, part.stop)
        sentences = _Sentences(self.user, self.names_councils)
        return [sentences.line(row) for row in rows]

    @cached_property
    def _first(self) -> list[Row]:
        """The first page: it also tells how many there are."""
        return self._rows(0, PER_PAGE)

    def _rows(self, start: int, stop: int) -> list[Row]:
        what = self.user, self.cycle, self.council
        if self.condition is None:
            found = fetch(_lines, *what, start=start, stop=stop)
        else:
            found = list(_lines(*what, self.condition, start=start, stop=stop))
        return [Row._make(row) for row in found]


def _scope(user: User, cycle: UUID | None, council: UUID | None) -> QuerySet:
    scope = CouncilInput.objects.visible_to(user)
    if cycle:
        scope = scope.filter(cycle=cycle)
    if council:
        # A central council looks at its local ones too.
        scope = scope.filter(Q(council=council) | Q(council__parent=council))
    return scope


def _read(user: User) -> FilteredRelation:
    """The words as ``user`` reads them: one version is looked up for each input."""
    own = Q(council__in=council_ids(user))
    which = Case(When(own, then=F("current_id")), default=F("shared_id"))
    return FilteredRelation("versions", condition=Q(versions__pk=which))


def _lines(
    user: User,
    cycle: UUID | None,
    council: UUID | None,
    condition: Q | None = None,
    *,
    start: int,
    stop: int,
) -> QuerySet:
    drafts = InputDraft.objects.filter(council_input=OuterRef("pk"), editor=user)
    recognised = Recognition.objects.filter(council_input=OuterRef("pk")).order_by()
    counted = recognised.values("council_input").annotate(count=Count("pk"))
    return (
        _scope(user, cycle, council)
        .filter(condition or Q())
        .annotate(read=_read(user))
        .annotate(
            title=F("read__title"),
            kind=F("read__kind"),
            saved_on=TruncDate("read__saved_at", tzinfo=AMSTERDAM),
            theme=F("read__theme"),
            place=F("read__location"),
        )
        .annotate(total=Window(Count("pk")), **_of_each_kind())
        # Looked up by the database for the lines of a page only.
        .annotate(
            author_name=_name(User, "author"),
            theme_name=_name(Theme, "theme"),
            place_name=_name(Location, "place"),
            recognised=Subquery(counted.values("count")),
            draft_title=Subquery(
                drafts.annotate(name=KT("words__title")).values("name")[:1]
            ),
        )
        .order_by(*ORDER)
        .values_list(*COLUMNS)[start:stop]
    )


def _of_each_kind() -> dict[str, Window]:
    passed_on = Q(status=Status.PASSED_ON)
    return {
        f"all_{kind.value}": Window(Count("pk", filter=passed_on & Q(kind=kind)))
        for kind in Kind
    }


def _name(model: type[User | Theme | Location], key: str) -> Subquery:
    return Subquery(model.objects.filter(pk=OuterRef(key)).order_by().values("name"))


class _Sentences:
    """Makes lines of rows, in words for one reader."""

    def __init__(self, user: User, names_councils: bool) -> None:
        self.seats = set(council_ids(user))
        self.names_councils = names_councils
        self.kinds = {kind.value: capfirst(str(kind.label)) for kind in Kind}
        # A page says the same day and the same theme many times.
        self.days: dict[date, str] = {}
        self.themes: dict[str, str] = {}
        self.draft = Badge(_("Draft"), "wait", "pencil")
        self.ours = Badge(_("Our council only"), icon="lock")
        self.shared = Badge(_("Shared"), "done", "people")
        self.theirs = Badge(_("Shared with you"), icon="people")

    def line(self, row: Row) -> Line:
        if row.status == Status.DRAFT:
            return Line(
                pk=str(row.pk),
                title=row.draft_title or _("A text without a name yet"),
                about=_("For %(council)s") % {"council": row.council},
                state=self.draft,
                number=None,
            )
        is_own = row.council_id in self.seats
        knows_number = is_own or row.parent_id in self.seats
        return Line(
            pk=str(row.pk),
            title=row.title,
            about=". ".join(self._about(row, is_own)),
            state=self._state(row, is_own),
            number=row.number if knows_number else None,
        )

    def _about(self, row: Row, is_own: bool) -> Iterator[str]:
        yield self.kinds[row.kind]
        yield self._theme(row.theme)
        if row.place:
            yield row.place
        if self.names_councils:
            yield row.council
        if is_own:
            yield row.author
        yield self._day(row.saved_on)
        if row.recognised:
            yield ngettext(
                "%(count)s member recognises this",
                "%(count)s members recognise this",
                row.recognised,
            ) % {"count": row.recognised}

    def _state(self, row: Row, is_own: bool) -> Badge:
        if not is_own:
            return self.theirs
        return self.shared if row.shared_id else self.ours

    def _theme(self, name: str) -> str:
        if name not in self.themes:
            self.themes[name] = capfirst(name)
        return self.themes[name]

    def _day(self, day: date) -> str:
        if day not in self.days:
            self.days[day] = nl_short_date(day)
        return self.days[day]
