"""Signing a submission, and the statement of who sees it differently."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from councils.actions.decision import recent_of
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.moments import nl_date
from portal.permissions import require
from procurement.actions import submission as actions
from procurement.exports.submission_reading import whole
from procurement.forms.submission import SignForm, StatementForm
from procurement.models import (
    MinorityStatement,
    Showing,
    ShowingPart,
    Submission,
    SubmissionVersion,
)
from procurement.permissions import Reader, can_dissent, can_sign, reader_of
from procurement.views.submission import counts_of, get_submission

Status = Submission.Status


def _offered(request: UserRequest, pk: UUID, allowed) -> SubmissionVersion | None:
    """The version that lies there to be signed, or None when none does."""
    submission = get_submission(request, pk)
    if reader_of(request.user, submission) != Reader.COUNCIL:
        raise Http404
    require(allowed(request.user, submission))
    if submission.status != Status.OFFERED:
        return None
    version = submission.versions.for_page().first()
    version.submission = submission
    return version


def sign(request: UserRequest, pk: UUID) -> HttpResponse:
    """Read the whole text, then sign exactly that."""
    version = _offered(request, pk, can_sign)
    if version is None:
        return redirect("procurement:submission_detail", pk)
    submission = version.submission
    reading = whole(version, Reader.COUNCIL)
    form = _sign_form(request, submission)
    if request.method == "POST" and form.is_valid():
        try:
            signature = actions.sign(
                submission,
                by=request.user,
                seen=form.cleaned_data["seen"],
                decision=form.chosen_decision(),
            )
        except NotAllowedNow as error:
            # Ticked for another text: what lies there now is to be read first.
            messages.error(request, str(error))
            return redirect("procurement:submission_sign", pk)
        messages.success(
            request,
            _("Submitted. You get an answer by %(date)s.")
            % {"date": nl_date(signature.answer_by)},
        )
        return redirect(submission)
    return render(
        request,
        "procurement/submission/sign.html",
        {
            "submission": submission,
            "version": version,
            "reading": reading,
            "counts": counts_of(reading),
            "form": form,
            "has_decisions": bool(form.decisions),
            "seen": actions.signing_code(version, list(version.statements.all())),
            "reactions": reactions_to(version),
        },
    )


def _sign_form(request: UserRequest, submission: Submission) -> SignForm:
    """The form; the council's decision about this submission is chosen in it."""
    decisions = list(recent_of(submission.council, request.user))
    about_this = [
        each.pk
        for each in decisions
        if each.item.subject_url == submission.get_absolute_url()
    ]
    chosen = about_this[0] if about_this else ""
    return SignForm(
        request.POST or None, decisions=decisions, initial={"decision": chosen}
    )


class Reaction(NamedTuple):
    """What a local council said of the sentences on its words in a paragraph."""

    part: ShowingPart
    is_of_this_text: bool


def reactions_to(version: SubmissionVersion) -> list[Reaction]:
    """The reactions of local councils to the paragraphs of a version, the last that
    was put before each; never in the way of signing."""
    later = Showing.objects.filter(
        paragraph=OuterRef("showing__paragraph"), number__gt=OuterRef("showing__number")
    )
    parts = (
        ShowingPart.objects.filter(
            ~Exists(later), showing__paragraph__submitted_items__version=version
        )
        .select_related("council", "showing__paragraph")
        .order_by("council__name", "showing__paragraph__position")
    )
    frozen = {
        passage["text"]
        for item in version.content["items"]
        for passage in item["passages"]
    }
    return [
        Reaction(part, all(each["text"] in frozen for each in part.passages))
        for part in parts
    ]


def statement(request: UserRequest, pk: UUID) -> HttpResponse:
    """Add one's minority statement, change it, or take it away again."""
    version = _offered(request, pk, can_dissent)
    if version is None:
        return redirect("procurement:submission_detail", pk)
    newest = MinorityStatement.objects.filter(
        version__submission=version.submission, author=request.user
    ).order_by("-version__number")
    before = newest.first()
    own = before if before and before.version_id == version.pk else None
    # What somebody held against an earlier version is there to go on with.
    said = {"text": before.text} if before else {}
    form = StatementForm(request.POST or None, instance=own, initial=said)
    if request.method == "POST":
        if "withdraw" in request.POST:
            return _withdraw(request, version)
        if form.is_valid():
            try:
                actions.add_statement(
                    version, form.cleaned_data["text"], by=request.user
                )
            except NotAllowedNow as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Your statement goes along with the text."))
                return redirect(version.submission)
    return render(
        request,
        "procurement/submission/statement.html",
        {
            "submission": version.submission,
            "version": version,
            "form": form,
            "has_own": own is not None,
        },
    )


def _withdraw(request: UserRequest, version: SubmissionVersion) -> HttpResponse:
    try:
        actions.withdraw_statement(version, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your statement was taken away."))
    return redirect(version.submission)
