"""Pages without login."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.canonical import normalise_code
from portal.files import attachment
from portal.seats import seats_of
from portal.throttle import too_many
from portal.views import too_many as wait_a_moment
from procurement.actions import calendar_feed
from procurement.exports import calendar_ical
from procurement.forms.submission import CodeForm
from procurement.models import Signature, Submission, SubmissionVersion

CHECKS, PERIOD = 30, timedelta(minutes=10)
# A whole house behind one address, with programs that ask every few minutes.
FEED_READINGS = 600


class Found(NamedTuple):
    """What a code stands for: no more than a holder of the paper has already."""

    since: datetime
    is_signed: bool
    submission: Submission


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Tell whether a code from a paper is known, and since when its text is the same.

    Whoever may read the submission gets a way to it; to others nothing is told of it.
    """
    typed = code or request.GET.get("code", "")
    if typed and too_many(request, "verify", CHECKS, PERIOD):
        return wait_a_moment(request, minutes=int(PERIOD.total_seconds() // 60))
    is_sent = bool(code) or "code" in request.GET
    form = CodeForm({"code": typed} if is_sent else None)
    found = find(typed) if form.is_valid() else None
    is_reader = (
        found is not None
        and request.user.is_authenticated
        and Submission.objects.visible_to(request.user)
        .filter(pk=found.submission.pk)
        .exists()
    )
    return render(
        request,
        "procurement/submission/verify.html",
        {
            "form": form,
            "found": found,
            "is_unknown": form.is_bound and form.is_valid() and found is None,
            "is_reader": is_reader,
        },
    )


def find(typed: str) -> Found | None:
    """The signing or the text whose fingerprint begins with a code, typed or pasted."""
    code = normalise_code(typed)
    if not code:
        return None
    signature = (
        Signature.objects.filter(sha256__startswith=code)
        .select_related("version__submission")
        .first()
    )
    if signature:
        return Found(signature.signed_at, True, signature.version.submission)
    version = (
        SubmissionVersion.objects.filter(sha256__startswith=code)
        .select_related("submission")
        .first()
    )
    return Found(version.offered_at, False, version.submission) if version else None


@login_not_required
@require_safe
def feed_read(request: HttpRequest, token: str) -> HttpResponseBase:
    """Somebody's calendar for a calendar program: the secret address is the proof.

    It holds what the seats of today allow, and is not there without one.
    """
    if too_many(request, "calendar_feed", FEED_READINGS, PERIOD):
        return wait_a_moment(request, minutes=int(PERIOD.total_seconds() // 60))
    user = calendar_feed.owner_of(token)
    if user is None or not seats_of(user):
        raise Http404
    text = calendar_ical.render(user, timezone.localdate())
    # Not by date: what left a calendar makes it no newer.
    etag = f'"{sha256(text.encode()).hexdigest()}"'
    response = get_conditional_response(request, etag=etag) or attachment(
        text, "inbreng.ics", "text/calendar; charset=utf-8"
    )
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
