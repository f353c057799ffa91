"""The list of input: one line of each, by kind, in milliseconds.

The page that everybody opens most. Its queries are those of ``visible_to``, prepared
once for each kind of reader; a line is made of what it shows and not of models.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Location
from councils.permissions import council_ids
from portal.models import User
from portal.moments import nl_short_date
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
    "author__name",
    "shared_id",
    "title",
    "kind",
    "saved_at",
    "theme_name",
    "place_name",
    "recognised",
    "draft_title",
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
    saved_at: datetime
    theme: str
    place: str | None
    recognised: int | None
    draft_title: str | None


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
        by_kind: dict[str, int] = dict.fromkeys(Kind, 0)
        fitting = 0
        for status, kind, count, fit in self._rows(_counts):
            fitting += fit
            if status == Status.PASSED_ON:
                by_kind[kind] += count
        return fitting, by_kind

    def __getitem__(self, part: slice) -> list[Line]:
        found = self._rows(_lines, start=part.start, stop=part.stop)
        sentences = _Sentences(self.user, self.names_councils)
        return [sentences.line(Row._make(row)) for row in found]

    def _rows(self, build: Callable[..., QuerySet], **more: Any) -> list[tuple]:
        if self.condition is None:
            return fetch(build, self.user, self.cycle, self.council, **more)
        return list(build(self.user, self.cycle, self.council, self.condition, **more))


def _scope(user: User, cycle: UUID | None, council: UUID | None) -> QuerySet:
    scope = CouncilInput.objects.visible_to(user)
    if cycle:
        scope = scope.filter(cycle=cycle)
    if council:
        # A central council looks at its local ones too.
        scope = scope.filter(Q(council=council) | Q(council__parent=council))
    return scope


def _read(user: User, name: str) -> Case:
    """A part of the words as ``user`` reads them."""
    own = Q(council__in=council_ids(user))
    return Case(When(own, then=f"current__{name}"), default=f"shared__{name}")


def _counts(
    user: User, cycle: UUID | None, council: UUID | None, condition: Q | None = None
) -> QuerySet:
    return (
        _scope(user, cycle, council)
        .order_by()
        .annotate(kind=_read(user, "kind"))
        .values("status", "kind")
        .annotate(count=Count("pk"), fitting=Count("pk", filter=condition))
        .values_list("status", "kind", "count", "fitting")
    )


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
    newest = _scope(user, cycle, council).filter(condition or Q()).order_by(*ORDER)
    return (
        CouncilInput.objects.filter(pk__in=newest.values("pk")[start:stop])
        .annotate(
            title=_read(user, "title"),
            kind=_read(user, "kind"),
            saved_at=_read(user, "saved_at"),
            theme=_read(user, "theme"),
            place=_read(user, "location"),
        )
        # Looked up for the lines of a page only, as is all that is joined.
        .annotate(
            theme_name=_name(Theme, "theme"),
            place_name=_name(Location, "place"),
            recognised=Subquery(counted.values("count")),
            draft_title=Subquery(
                drafts.annotate(name=KT("words__title")).values("name")[:1]
            ),
        )
        .order_by(*ORDER)
        .values_list(*COLUMNS)
    )


def _name(model: type[Theme | Location], key: str) -> Subquery:
    return Subquery(model.objects.filter(pk=OuterRef(key)).values("name")[:1])


class _Sentences:
    """Makes lines of rows, in words for one reader."""

    def __init__(self, user: User, names_councils: bool) -> None:
        self.seats = set(council_ids(user))
        self.names_councils = names_councils
        self.kinds = {kind.value: str(capfirst(kind.label)) for kind in Kind}
        self.days: dict[date, str] = {}
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
        yield capfirst(row.theme)
        if row.place:
            yield row.place
        if self.names_councils:
            yield row.council
        if is_own:
            yield row.author
        yield self._day(row.saved_at)
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

    def _day(self, moment: datetime) -> str:
        day = localdate(moment)
        if day not in self.days:
            self.days[day] = nl_short_date(day)
        return self.days[day]
