"""The desk of the care office: what came in, and an answer to every item of it."""

from uuid import UUID

from django.contrib import messages
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
from procurement.actions.reminder_answers import points_of, said_of_mails
from procurement.actions.submission import note_reading
from procurement.desk_lines import Lines
from procurement.forms.desk_filter import DeskFilter
from procurement.forms.response import AnswerForm
from procurement.models import (
    Answer,
    Submission,
    SubmissionVersion,
    SubmittedItem,
)
from procurement.permissions import can_answer


def listing(request: UserRequest) -> HttpResponse:
    """All submissions, the longest waiting first, with state and age."""
    require(bool(care_office_ids(request.user)))
    filters = DeskFilter(request.GET, request.user)
    lines = Lines(
        request.user,
        timezone.now(),
        state=filters.state,
        cycle=UUID(filters.cycle) if filters.cycle else None,
        word=filters.word,
    )
    return render(
        request,
        "procurement/desk/list.html",
        {"page": paginate(request, lines), "filters": filters},
    )


def _submission(
    request: UserRequest, pk: UUID
) -> tuple[Submission, list[SubmissionVersion]]:
    """A submission with its signed versions; the first, the newest, is what stands."""
    submission = get_object_or_404(
        Submission.objects.visible_to(request.user)
        .for_list()
        .filter(cycle__care_office__in=care_office_ids(request.user)),
        pk=pk,
    )
    require(can_answer(request.user, submission))
    versions = list(
        submission.versions.signed()
        .select_related("signature__signed_by", "previous", "publication")
        .order_by("-number")
    )
    if not versions:
        raise Http404
    return submission, versions


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One submission as it was signed, with the answer so far at every item."""
    submission, [version, *older] = _submission(request, pk)
    if submission.first_read_at is None:
        submission = note_reading(submission, by=request.user)
    answers = {
        str(answer.item_id): answer
        for answer in Answer.objects.filter(item__version=version).select_related(
            "written_by"
        )
    }
    ready = {key for key, answer in answers.items() if answer.is_complete}
    goals = version.sheet()
    items = [item for goal in goals for item in goal.items]
    signature = version.signature
    return render(
        request,
        "procurement/desk/detail.html",
        {
            "submission": submission,
            "version": version,
            "older": [each.number for each in older],
            "signature": signature,
            "statements": signature.statements,
            "goals": [
                (goal, [(item, answers.get(item["id"])) for item in goal.items])
                for goal in goals
            ],
            "count": len(items),
            "ready": len(ready),
            "seen": actions.times_saved(answers.values()),
            "first_open": next((i["id"] for i in items if i["id"] not in ready), None),
            "publication": getattr(version, "publication", None),
            "answer_by": signature.answer_by,
            "is_taken_back": submission.status != Submission.Status.SUBMITTED,
        },
    )


def answer(request: UserRequest, pk: UUID, item_pk: UUID) -> HttpResponse:
    """Read one item and answer it; then on to the next."""
    submission, [version, *_older] = _submission(request, pk)
    items = [item for goal in version.sheet() for item in goal.items]
    place = _place(items, item_pk)
    row = get_object_or_404(
        version.submitted_items.select_related(
            "version__submission__cycle", "answer__written_by"
        ),
        pk=item_pk,
    )
    current = getattr(row, "answer", None)
    seen, other = current.revision if current else 0, None
    form = AnswerForm(request.POST or None, instance=current or Answer(item=row))
    if request.method == "POST":
        seen = _number(request.POST.get("seen", ""))
        if form.is_valid():
            is_written, other = _write(request, row, form, seen=seen)
            if is_written:
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
            "seen": other.revision if other else seen,
            "other": other,
            "publication": getattr(version, "publication", None),
        },
    )


def _place(items: list[dict], pk: UUID) -> int:
    for place, item in enumerate(items):
        if item["id"] == str(pk):
            return place
    raise Http404


def _write(
    request: UserRequest, item: SubmittedItem, form: AnswerForm, *, seen: int
) -> tuple[bool, Answer | None]:
    """Whether it is kept; if not, the answer that a colleague wrote in between."""
    try:
        actions.write(item, **form.cleaned_data, seen=seen, by=request.user)
    except StaleText as error:
        form.add_error(None, str(error))
        return False, error.current
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return False, None
    return True, None


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def _after(submission, items, place: int, request: UserRequest) -> str:
    """To the next item, or back to the whole submission after the last."""
    if "next" in request.POST and place + 1 < len(items):
        return reverse(
            "procurement:desk_answer", args=[submission.pk, items[place + 1]["id"]]
        )
    return reverse("procurement:desk_detail", args=[submission.pk])


def publish(request: UserRequest, pk: UUID) -> HttpResponse:
    """Say who will read the answers, and publish them all together."""
    submission, [version, *_older] = _submission(request, pk)
    if request.method == "POST":
        try:
            seen = _number(request.POST.get("seen", ""))
            actions.publish(version, by=request.user, seen=seen)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            told = len(points_of(version))
            now_read = ngettext(
                "%(count)s council can read the answers now.",
                "%(count)s councils can read the answers now.",
                told,
            )
            mailed = said_of_mails(submission.cycle)
            messages.success(request, f"{now_read % {'count': told}} {mailed}")
        return redirect("procurement:desk_detail", pk=submission.pk)
    if hasattr(version, "publication"):
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
            "councils": len(points_of(version)),
            "mailed": said_of_mails(submission.cycle),
            "items": items,
            "missing": items - ready,
            # What was on the screen when the choice was made to publish.
            "seen": request.GET.get("gezien", actions.times_saved(answers)),
        },
    )
