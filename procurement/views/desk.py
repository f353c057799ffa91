"""The desk of the care office: what came in, and an answer to every item of it."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.permissions import care_office_ids
from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.paging import paginate
from portal.permissions import require
from procurement.actions import response as actions
from procurement.actions.submission import note_reading
from procurement.forms.response import AnswerForm, DeskFilter
from procurement.models import Answer, Cycle, Submission, SubmissionVersion
from procurement.permissions import can_answer


def _submissions(request: UserRequest):
    """What was sent to the care office of this reader, in the reader's regions."""
    offices = care_office_ids(request.user)
    require(bool(offices))
    return Submission.objects.visible_to(request.user).filter(
        cycle__care_office__in=offices, versions__signature__isnull=False
    )


def listing(request: UserRequest) -> HttpResponse:
    """All submissions, the longest waiting first, with state and age."""
    newest = (
        SubmissionVersion.objects.signed()
        .filter(submission=OuterRef("pk"))
        .order_by("-number")
    )
    complete = (
        Answer.objects.exclude(outcome="")
        .filter(item__version__submission=OuterRef("pk"))
        .order_by()
        .values("item__version")
        .filter(item__version=OuterRef("standing"))
        .annotate(count=Count("pk"))
        .values("count")
    )
    submissions = (
        _submissions(request)
        .distinct()
        .with_standing()
        .for_list()
        .annotate(standing=Subquery(newest.values("pk")[:1]))
        .annotate(drafts=Subquery(complete[:1]))
        .annotate(
            items_count=Subquery(
                newest.annotate(count=Count("submitted_items")).values("count")[:1]
            )
        )
        .order_by("-answered_at", "signed_at", "pk")
    )
    filters = DeskFilter(
        request.GET,
        cycles=Cycle.objects.filter(care_office__in=care_office_ids(request.user)),
    )
    page = paginate(request, filters.narrow(submissions))
    now = timezone.now()
    for row in page.object_list:
        row.due_at = row.signed_at + timedelta(days=settings.AGREED_RESPONSE_DAYS)
        row.age = (now - row.signed_at).days
        row.is_overdue = row.answered_at is None and row.due_at < now
    return render(
        request,
        "procurement/desk/list.html",
        {"page": page, "filters": filters, "is_filtered": bool(request.GET)},
    )


def _submission(request: UserRequest, pk) -> tuple[Submission, SubmissionVersion]:
    """A submission with the version that stands: signed, the newest."""
    submission = get_object_or_404(
        Submission.objects.visible_to(request.user)
        .for_list()
        .filter(cycle__care_office__in=care_office_ids(request.user)),
        pk=pk,
    )
    require(can_answer(request.user, submission))
    version = (
        submission.versions.signed()
        .select_related("signature__signed_by", "previous", "publication")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise Http404
    return submission, version


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One submission as it was signed, with the answer so far at every item."""
    submission, version = _submission(request, pk)
    if submission.first_read_at is None:
        submission = note_reading(submission, by=request.user)
    answers = {
        str(answer.item_id): answer
        for answer in Answer.objects.filter(item__version=version).select_related(
            "written_by"
        )
    }
    goals = version.sheet()
    count = sum(len(goal.items) for goal in goals)
    ready = sum(answer.is_complete for answer in answers.values())
    first_open = next(
        (
            item["id"]
            for goal in goals
            for item in goal.items
            if item["id"] not in answers or not answers[item["id"]].is_complete
        ),
        None,
    )
    signature = version.signature
    return render(
        request,
        "procurement/desk/detail.html",
        {
            "submission": submission,
            "version": version,
            "signature": signature,
            "statements": signature.statements,
            "goals": [
                (goal, [(item, answers.get(item["id"])) for item in goal.items])
                for goal in goals
            ],
            "count": count,
            "ready": ready,
            "first_open": first_open,
            "publication": getattr(version, "publication", None),
            "due_at": signature.signed_at
            + timedelta(days=settings.AGREED_RESPONSE_DAYS),
            "is_taken_back": submission.status != Submission.Status.SUBMITTED,
        },
    )


def answer(request: UserRequest, pk: UUID, item_pk: UUID) -> HttpResponse:
    """Read one item and answer it; then on to the next."""
    submission, version = _submission(request, pk)
    items = [item for goal in version.sheet() for item in goal.items]
    place = next(
        (at for at, item in enumerate(items) if item["id"] == str(item_pk)), None
    )
    if place is None:
        raise Http404
    row = get_object_or_404(
        version.submitted_items.select_related(
            "version__submission__cycle", "answer__written_by"
        ),
        pk=item_pk,
    )
    current = getattr(row, "answer", None)
    seen = current.revision if current else 0
    form = AnswerForm(request.POST or None, instance=current or Answer(item=row))
    other = None
    if request.method == "POST":
        typed = request.POST.get("seen", "")
        seen = int(typed) if typed.isdecimal() and len(typed) < 9 else 0
        if form.is_valid():
            try:
                actions.write(
                    row,
                    outcome=form.cleaned_data["outcome"],
                    reason=form.cleaned_data["reason"],
                    study_until=form.cleaned_data["study_until"],
                    seen=seen,
                    by=request.user,
                )
            except StaleText as error:
                other, seen = error.current, error.current.revision
                form.add_error(None, str(error))
            except NotAllowedNow as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The answer is kept as a draft."))
                return redirect(_after(submission, items, place, request))
    return render(
        request,
        "procurement/desk/answer.html",
        {
            "submission": submission,
            "version": version,
            "item": items[place],
            "before": items[place - 1] if place else None,
            "after": items[place + 1] if place + 1 < len(items) else None,
            "count": len(items),
            "form": form,
            "current": current,
            "seen": seen,
            "other": other,
            "publication": getattr(version, "publication", None),
        },
    )


def _after(submission, items, place: int, request: UserRequest) -> str:
    """To the next item, or back to the whole submission after the last."""
    if "next" in request.POST and place + 1 < len(items):
        return reverse(
            "procurement:desk_answer", args=[submission.pk, items[place + 1]["id"]]
        )
    return reverse("procurement:desk_detail", args=[submission.pk])


def publish(request: UserRequest, pk: UUID) -> HttpResponse:
    """Say who will read the answers, and publish them all together."""
    submission, version = _submission(request, pk)
    if request.method == "POST":
        try:
            actions.publish(version, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            told = len(actions.councils_told(version))
            messages.success(
                request,
                ngettext(
                    "%(count)s council can read the answers now and gets a mail.",
                    "%(count)s councils can read the answers now and get a mail.",
                    told,
                )
                % {"count": told},
            )
        return redirect("procurement:desk_detail", pk=submission.pk)
    answers = list(Answer.objects.filter(item__version=version))
    items = version.submitted_items.count()
    ready = sum(each.is_complete for each in answers)
    return render(
        request,
        "procurement/desk/publish.html",
        {
            "submission": submission,
            "version": version,
            "councils": len(actions.councils_told(version)),
            "items": items,
            "missing": items - ready,
        },
    )
