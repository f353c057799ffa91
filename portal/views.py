"""Pages that belong to no app: what went wrong, and what to know of Inbreng."""

from datetime import timedelta
from http import HTTPStatus
from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.context import COUNCIL_KEY
from portal.seats import seats_of
from portal.words import WORDS

# --- Which council one looks at --------------------------------------------------


@require_POST
def switch_council(request: HttpRequest) -> HttpResponse:
    """Look at one of one's councils, or at all of them; only a filter, no right."""
    own = {str(seat.party_id) for seat in seats_of(request.user)}
    chosen = request.POST.get("raad", "")
    request.session[COUNCIL_KEY] = chosen if chosen in own else ""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = reverse("home")
    # Not redirect(), which takes a word without a slash for the name of a page.
    return HttpResponseRedirect(target)


# --- What went wrong -------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    texts = _typed(request)
    return render(request, "403.html", {"texts": texts}, status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    texts = _typed(request)
    return render(request, "404.html", {"texts": texts}, status=HTTPStatus.NOT_FOUND)


def _typed(request: HttpRequest) -> list[str]:
    """The words of a form that was sent, of whatever page: what it was about may be
    gone, or the right to it, since it was opened."""
    if request.method != "POST" or request.resolver_match is None:
        return []
    return [
        value
        for key, values in request.POST.lists()
        for value in values
        if " " in value.strip() and "password" not in key
    ]


def too_many(request: HttpRequest, minutes: int = 5) -> HttpResponse:
    """Ask somebody to wait, after many tries in a row."""
    response = render(
        request,
        "429.html",
        {"minutes": minutes},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    response["Retry-After"] = str(minutes * 60)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Without request, database or session: any of those may be what broke."""
    return HttpResponse(
        render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that stood open too long; gives back the texts that it held."""
    return render(
        request,
        "403_csrf.html",
        {"texts": _typed(request)},
        status=HTTPStatus.FORBIDDEN,
    )


# --- What there is to know -------------------------------------------------------


@login_not_required
def glossary(request: HttpRequest) -> HttpResponse:
    """All words, in the order of their Dutch, under their first letter."""
    words = sorted(WORDS.items(), key=lambda item: str(item[1].word).lower())
    letters = [
        (letter, list(group))
        for letter, group in groupby(words, lambda item: str(item[1].word)[0].upper())
    ]
    return render(
        request,
        "portal/glossary.html",
        {"letters": letters, "title": _("Words explained")},
    )


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "portal/privacy.html",
        {
            "title": _("Privacy"),
            "for_mails": _how_long(settings.KEEP_SENT_MAIL),
            "for_drafts": _how_long(settings.KEEP_DRAFTS),
            "for_former_members": _how_long(settings.KEEP_FORMER_MEMBERS),
            "for_meetings": _how_long(settings.KEEP_MEETINGS),
            "for_submissions": _years(settings.KEEP_SUBMISSIONS_YEARS),
        },
    )


def _how_long(period: timedelta) -> str:
    years, rest = divmod(period.days, 365)
    if not rest:
        return _years(years)
    return ngettext("%(count)s day", "%(count)s days", period.days) % {
        "count": period.days
    }


def _years(count: int) -> str:
    return ngettext("%(count)s year", "%(count)s years", count) % {"count": count}


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"title": _("Accessibility")})


@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/about.html", {"title": _("About Inbreng")})
