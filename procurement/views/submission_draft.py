"""Collecting a submission: what goes in, in which order, and offering it."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import submission as actions
from procurement.actions.submission_content import (
    Piece,
    draft_fingerprint,
    items_content,
    pieces_of,
)
from procurement.forms.submission import OfferForm, TakeBackForm
from procurement.models import (
    CouncilInput,
    Paragraph,
    Submission,
    SubmissionItem,
    sheet_of,
)
from procurement.permissions import Reader, can_offer, can_read_closed, reader_of
from procurement.views.submission import get_submission, readable_pieces
from procurement.views.submission_steps import steps_of

Status = Submission.Status


def _get(request: UserRequest, pk: UUID) -> Submission:
    """The submission, for whoever prepares it; to others of the council: 403."""
    submission = get_submission(request, pk)
    if reader_of(request.user, submission) != Reader.COUNCIL:
        raise Http404
    require(can_offer(request.user, submission.council))
    return submission


# --- Collecting ------------------------------------------------------------------


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """What stands in the submission, and what could be added to it."""
    submission = _get(request, pk)
    if submission.status != Status.DRAFT:
        return redirect(submission)
    pieces = readable_pieces(request, submission)
    inputs, paragraphs = _available(request, submission, pieces)
    return render(
        request,
        "procurement/submission/edit.html",
        {
            "submission": submission,
            "steps": steps_of(submission, None),
            "goals": _by_goal(pieces),
            "pieces": pieces,
            "paragraphs": paragraphs,
            "inputs": [each for each in inputs if each.for_care_office],
            "closed": [each for each in inputs if not each.for_care_office],
            "balance": _balance(pieces),
            "misses_home_care": _misses_home_care(submission, pieces),
            "has_obstacle": any(piece.obstacle for piece in pieces),
        },
    )


def _available(
    request: UserRequest, submission: Submission, pieces: list[Piece]
) -> tuple[list[CouncilInput], list[Paragraph]]:
    """What the council has that does not stand in the submission yet."""
    in_round = {"council": submission.council_id, "cycle": submission.cycle_id}
    inputs = (
        CouncilInput.objects.visible_to(request.user)
        .filter(status=CouncilInput.Status.PASSED_ON, **in_round)
        .exclude(
            pk__in=[p.line.council_input_id for p in pieces if p.line.council_input]
        )
        .select_related("current__theme", "shared__theme")
        .order_by("number", "created_at")
    )
    paragraphs = (
        Paragraph.objects.filter(removed_at=None, **in_round)
        .exclude(pk__in=[p.line.paragraph_id for p in pieces if p.line.paragraph])
        .select_related("theme")
        .order_by("position")
    )
    return list(inputs), list(paragraphs)


def _by_goal(pieces: list[Piece]) -> list[tuple[str, list[Piece]]]:
    goals: dict[str, list[Piece]] = {}
    for piece in pieces:
        goals.setdefault(piece.words.get_goal_display(), []).append(piece)
    return list(goals.items())


def _balance(pieces: list[Piece]) -> dict[str, int]:
    count = Counter(piece.words.kind for piece in pieces)
    return {kind: count[kind] for kind in CouncilInput.Kind.values}


def _misses_home_care(submission: Submission, pieces: list[Piece]) -> bool:
    """Whether the council has clients at home and none of this comes from them."""
    if any(source.is_at_home for piece in pieces for source in piece.sources):
        return False
    return submission.has_home_care


@require_POST
def item_add(request: UserRequest, pk: UUID) -> HttpResponse:
    """Add one input or paragraph, or all that may go (``all``)."""
    submission = _get(request, pk)
    inputs, paragraphs = _available(request, submission, pieces_of(submission))
    things: list[CouncilInput | Paragraph] = [*paragraphs, *inputs]
    if "all" in request.POST:
        chosen = [each for each in things if each.for_care_office]
    else:
        chosen = [each for each in things if str(each.pk) == request.POST.get("item")]
    return _change(request, submission, partial(actions.add_items, submission, chosen))


@require_POST
def item_move(request: UserRequest, pk: UUID, item_pk: UUID) -> HttpResponse:
    submission = _get(request, pk)
    item, up = _item(request, submission, item_pk), request.POST.get("to") == "up"
    return _change(request, submission, partial(actions.reorder, item, up=up))


@require_POST
def item_remove(request: UserRequest, pk: UUID, item_pk: UUID) -> HttpResponse:
    submission = _get(request, pk)
    item = _item(request, submission, item_pk)
    return _change(request, submission, partial(actions.remove_item, item))


def _item(request: UserRequest, submission: Submission, pk: UUID) -> SubmissionItem:
    item = get_object_or_404(submission.items.select_related("council_input"), pk=pk)
    if item.council_input and not can_read_closed(request.user, item.council_input):
        raise Http404
    return item


def _change(
    request: UserRequest, submission: Submission, change: Callable[..., object]
) -> HttpResponse:
    """Do it, and back to the list; a refusal becomes a message."""
    try:
        change(by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    return redirect("procurement:submission_edit", submission.pk)


# --- Offering and taking back ----------------------------------------------------


def offer(request: UserRequest, pk: UUID) -> HttpResponse:
    """The whole text once more, for names and for readers; then it stays as it is."""
    submission = _get(request, pk)
    if submission.status != Status.DRAFT:
        return redirect(submission)
    pieces = pieces_of(submission)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.offer(submission, by=request.user, seen=form.cleaned_data["seen"])
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The chair can sign the text now."))
            return redirect(submission)
    return render(
        request,
        "procurement/submission/offer.html",
        {
            "submission": submission,
            "form": form,
            "seen": draft_fingerprint(pieces),
            "goals": sheet_of(items_content(pieces)),
            "shared": [piece for piece in pieces if piece.for_organisation],
            "total": len(pieces),
            "has_obstacle": any(piece.obstacle for piece in pieces),
            "next_number": submission.newest_number + 1,
        },
    )


def take_back(request: UserRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then make a draft of it again."""
    submission = _get(request, pk)
    if submission.status == Status.DRAFT or (
        request.method == "GET" and actions.is_answered(submission)
    ):
        return redirect(submission)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(submission, by=request.user, why=form.cleaned_data["why"])
        except NotAllowedNow as error:
            messages.error(request, str(error))
            return redirect(submission)
        messages.success(request, _("The text is a draft again."))
        return redirect("procurement:submission_edit", submission.pk)
    return render(
        request,
        "procurement/submission/take_back.html",
        {
            "submission": submission,
            "form": form,
            "next_number": submission.newest_number + 1,
        },
    )
