"""The calendar: a month on the screen, the year on paper, and one's own address."""

from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.context import current_council
from portal.http import UserRequest
from portal.views_printout import answer
from procurement.actions import calendar_feed as actions
from procurement.calendar_days import (
    Days,
    Entry,
    Mark,
    days_of,
    month_before,
    month_of,
    next_month,
)
from procurement.exports import year_planner_pdf
from procurement.models import CalendarFeed

# Nobody plans further away, and the dates of holidays are not known there.
FIRST_YEAR, LAST_YEAR = 2020, 2099


class Day(NamedTuple):
    """One cell of the month."""

    day: date
    is_in_month: bool
    is_today: bool
    entries: list[Entry]
    marks: list[Mark]

    @property
    def is_free(self) -> bool:
        """Whether a list of days can leave it out: nothing is there or begins there."""
        return not self.entries and not any(mark.is_first for mark in self.marks)


@require_safe
def month(
    request: UserRequest, year: int | None = None, number: int | None = None
) -> HttpResponse:
    """A month of one's councils, or of the one that was chosen to look at."""
    today = timezone.localdate()
    first = today.replace(day=1)
    if year is not None and number is not None:
        first = _first_day(year, number)
    weeks = month_of(first)
    seat = current_council(request)
    found = days_of(request.user, weeks[0][0], weeks[-1][-1]).of(
        seat.party_id if seat else None
    )
    shown = [[_day(day, first, today, found) for day in week] for week in weeks]
    return render(
        request,
        "procurement/calendar/month.html",
        {
            "first": first,
            "weeks": shown,
            "has_entries": any(
                day.is_in_month and day.entries for week in shown for day in week
            ),
            "before": _within(month_before(first)),
            "after": _within(next_month(first)),
            "this_month": today.replace(day=1),
            "council": seat,
        },
    )


def _day(day: date, first: date, today: date, found: Days) -> Day:
    return Day(
        day,
        day.month == first.month,
        day == today,
        found.by_day.get(day, []),
        found.marks.get(day, []),
    )


def _first_day(year: int, number: int) -> date:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= 12):
        raise Http404
    return date(year, number, 1)


def _within(first: date) -> date | None:
    """That month, if there is a page of it."""
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None


def year_pdf(request: UserRequest, year: int) -> HttpResponseBase:
    """The year for the wall, on A3 or on A4."""
    first = _first_day(year, 1)
    seat = current_council(request)
    found = days_of(request.user, first, date(year, 12, 31)).of(
        seat.party_id if seat else None
    )
    paper = "a4" if request.GET.get("papier") == "a4" else "a3"
    whose = seat.party_name if seat else request.user.name
    return answer(
        request,
        lambda: year_planner_pdf.sheet(found, whose, paper),
        [(_("Calendar"), reverse("procurement:calendar_now"))],
    )


# --- One's own address -----------------------------------------------------------


@never_cache
@require_safe
def feed(request: UserRequest) -> HttpResponse:
    """The address of one's own calendar, what is in it, and how to use it."""
    own = CalendarFeed.objects.in_use().filter(user=request.user).first()
    address = ""
    if own:
        path = reverse("procurement:feed_read", args=[actions.token_of(own)])
        address = request.build_absolute_uri(path)
    return render(
        request,
        "procurement/calendar/feed.html",
        {
            "feed": own,
            "address": address,
            "subscribe": address.replace("https://", "webcal://", 1).replace(
                "http://", "webcal://", 1
            ),
            "crumbs": [(_("Calendar"), reverse("procurement:calendar_now"))],
        },
    )


@require_POST
def feed_make(request: UserRequest) -> HttpResponse:
    """Make an address, or another in place of the one there was."""
    actions.make(request.user)
    messages.success(request, _("Your calendar address is ready."))
    return redirect("procurement:feed_show")


@require_POST
def feed_withdraw(request: UserRequest) -> HttpResponse:
    """Let the address work no more."""
    actions.withdraw(request.user)
    messages.success(request, _("The address works no more."))
    return redirect("procurement:feed_show")
