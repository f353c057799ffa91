"""Long lists in pages: a query that counts and one that reads, or one for both."""

from typing import Any, Protocol, cast

from django.core.paginator import Page as DjangoPage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

PER_PAGE = 50


class Rows(Protocol):
    """What can be shown in pages beside a query set."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Any: ...


class Page(DjangoPage):
    """One page of a list, with the words that stand under it."""

    def label(self) -> str:
        """Which rows of how many these are: “51 to 100 of 207”."""
        if self.is_only_page():
            return ngettext("%(count)s result", "%(count)s results", self.total) % {
                "count": self.total
            }
        return _("%(first)s to %(last)s of %(total)s") % {
            "first": self.start_index(),
            "last": self.end_index(),
            "total": self.total,
        }

    def previous_label(self) -> str:
        return _("Previous %(count)s") % {"count": self.paginator.per_page}

    def next_label(self) -> str:
        """What the link forward brings: fewer on the last page."""
        left = min(self.paginator.per_page, self.total - self.end_index())
        return _("Next %(count)s") % {"count": left}

    def is_only_page(self) -> bool:
        return not self.has_other_pages()

    @property
    def total(self) -> int:
        return self.paginator.count


class _Pages(Paginator):
    def page(self, number: int | str) -> Page:
        """A whole page is asked for, also if it is the last: lists that are shorter
        by a row then share the text of a query (``portal.prepared``)."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        end = first + self.per_page if self.count else 0
        return Page(self.object_list[first:end], number, self)


def paginate(
    request: HttpRequest,
    queryset: QuerySet | Rows,
    per_page: int = PER_PAGE,
    count: int | None = None,
) -> Page:
    """The page of ``queryset`` that the address asks for by ``?pagina=``.

    A number that does not exist is never an error: too high gives the last page,
    anything else the first. Whoever has counted the rows already gives ``count``.
    """
    pages = _Pages(cast(Any, queryset), per_page)
    if count is not None:
        pages.count = count
    page = pages.get_page(_page_number(request))
    assert isinstance(page, Page)
    return page


def _page_number(request: HttpRequest) -> int:
    typed = request.GET.get("pagina", "")
    # int() alone would take signs, blanks and the figures of other scripts.
    if not (typed.isascii() and typed.isdigit()):
        return 1
    return max(1, int(typed[:9]))
