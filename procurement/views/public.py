"""Pages without login."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.canonical import normalise_code
from portal.throttle import too_many
from portal.views import too_many as wait_a_moment
from procurement.forms.submission import CodeForm
from procurement.models import Signature, Submission, SubmissionVersion

CHECKS, PERIOD = 30, timedelta(minutes=10)


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
