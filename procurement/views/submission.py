"""Submissions to read: the list, and one submission in each of its versions."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.models import Council, Decision
from councils.permissions import can_read_item, council_ids, seats_to_prepare
from portal.context import current_council
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from portal.prepared import fetch
from portal.views_printout import answer
from procurement.actions import submission as actions
from procurement.actions.submission_content import Piece, pieces_of
from procurement.exports import submission_pdf
from procurement.exports.submission_reading import Reading, reading_of
from procurement.models import Cycle, CycleKind, Submission
from procurement.permissions import (
    Reader,
    can_dissent,
    can_offer,
    can_read_closed,
    can_sign,
    reader_of,
)
from procurement.views.submission_steps import steps_of

Status = Submission.Status
OF_COUNCIL = "care_office__concessions__region__organisations__councils"

# --- The list --------------------------------------------------------------------


class Row(NamedTuple):
    """A submission in the list, and whether the reader sees how its draft stands."""

    submission: Submission
    is_own: bool


def listing(request: UserRequest) -> HttpResponse:
    """Every submission that the visitor may know of, and those that can be begun."""
    seat = current_council(request)
    chosen = seat.party_id if seat else None
    submissions = Submission.objects.visible_to(request.user)
    prepared = [seat.party_id for seat in seats_to_prepare(request.user)]
    if chosen:
        submissions = submissions.filter(council=chosen)
        prepared = [chosen] if chosen in prepared else []
    submissions = submissions.with_dates().with_standing().for_list()
    page = paginate(
        request, submissions.order_by("-cycle__contract_year", "council__name", "pk")
    )
    rows = [Row(each, reader_of(request.user, each) == Reader.COUNCIL) for each in page]
    return render(
        request,
        "procurement/submission/list.html",
        {"page": page, "rows": rows, "startable": startable_rounds(prepared)},
    )


def startable_rounds(councils: list[UUID]) -> QuerySet[Cycle]:
    """Rounds in which one of ``councils`` can begin a submission."""
    return rounds_without(Submission, councils)


def rounds_without(
    model: type[Model], councils: list[UUID] | QuerySet
) -> QuerySet[Cycle]:
    """Rounds of this year and later in which one of ``councils`` has no ``model`` yet,
    a row for each council (``council_pk``, ``council_name``)."""
    # As ``CouncilQuerySet.in_round``, but over all rounds at once.
    served = Q(care_office__concessions__ends_on__isnull=True) | Q(
        care_office__concessions__ends_on__year__gte=F("contract_year")
    )
    here = {
        "care_office__concessions__starts_on__year__lte": F("contract_year"),
        "care_office__concessions__region__organisations__sectors__sector": F("sector"),
        f"{OF_COUNCIL}__in": councils,
    }
    has_one = model._default_manager.filter(
        cycle=OuterRef("pk"), council=OuterRef("council_pk")
    )
    return (
        Cycle.objects.filter(
            served,
            kind=CycleKind.PROCUREMENT,
            published_at__isnull=False,
            contract_year__gte=timezone.localdate().year,
            **here,
        )
        .annotate(council_pk=F(OF_COUNCIL), council_name=F(f"{OF_COUNCIL}__name"))
        .filter(~Exists(has_one))
        .select_related("care_office")
        .distinct()
        .order_by("-contract_year", "council_name")
    )


@require_POST
def start(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """Begin the submission of a council for a round, or go on with it."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=cycle_pk)
    councils = Council.objects.filter(pk__in=council_ids(request.user))
    council = get_object_or_404(councils, pk=council_pk)
    require(can_offer(request.user, council))
    try:
        submission = actions.start(council, cycle, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("procurement:submission_list")
    return redirect("procurement:submission_edit", submission.pk)


# --- One submission --------------------------------------------------------------


def get_submission(request: UserRequest, pk: UUID) -> Submission:
    """The submission with this key, if it exists for the visitor."""
    found = fetch(_submission, request.user, pk)
    if not found:
        raise Http404
    return found[0]


def _submission(user: User, pk: UUID) -> QuerySet[Submission]:
    submissions = Submission.objects.visible_to(user).filter(pk=pk).with_dates()
    submissions = submissions.with_standing().with_home_care().for_list()
    return submissions.select_related("decision")


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """What lies there now: the draft for its council, else the version that stands;
    a care office has its desk."""
    submission = get_submission(request, pk)
    reader = reader_of(request.user, submission)
    if reader == Reader.CARE_OFFICE:
        return redirect("procurement:desk_detail", pk)
    if reader == Reader.COUNCIL and submission.status == Status.DRAFT:
        return _draft(request, submission)
    return _version(request, submission, reading_of(submission, request.user))


def version(request: UserRequest, pk: UUID, number: int) -> HttpResponse:
    """An older version, which stays readable for who could read it."""
    submission = get_submission(request, pk)
    return _version(request, submission, reading_of(submission, request.user, number))


def pdf(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """The paper of what this reader sees; ``?versie=`` asks for an older one."""
    submission = get_submission(request, pk)
    asked = request.GET.get("versie", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else None
    reading = reading_of(submission, request.user, number)
    if reading is None:
        raise Http404
    _note_reading(request, submission, reading)
    return answer(
        request,
        lambda: submission_pdf.sheet(reading),
        crumbs=[
            (_("Submissions"), reverse("procurement:submission_list")),
            (submission.title, submission.get_absolute_url()),
        ],
    )


def _draft(request: UserRequest, submission: Submission) -> HttpResponse:
    return render(
        request,
        "procurement/submission/draft.html",
        {
            "submission": submission,
            "steps": steps_of(submission, None),
            "pieces": readable_pieces(request, submission),
            "older": range(1, submission.newest_number + 1),
            "may_edit": can_offer(request.user, submission.council),
        },
    )


def readable_pieces(request: UserRequest, submission: Submission) -> list[Piece]:
    """The lines of a draft, without what is closed to a secretary who looks."""
    return [
        piece
        for piece in pieces_of(submission)
        if piece.line.council_input is None
        or can_read_closed(request.user, piece.line.council_input)
    ]


def _version(
    request: UserRequest, submission: Submission, reading: Reading | None
) -> HttpResponse:
    if reading is None:
        raise Http404
    shown, user = reading.version, request.user
    _note_reading(request, submission, reading)
    is_council = reading.reader == Reader.COUNCIL
    is_newest = shown.number == submission.newest_number
    # To others than the council, what it sent last is the newest there is.
    stands = is_newest or not is_council
    lies_there = is_newest and submission.status == Status.OFFERED
    return render(
        request,
        "procurement/submission/detail.html",
        {
            "submission": submission,
            "version": shown,
            "reading": reading,
            "counts": counts_of(reading),
            "decision": _decision(user, submission) if is_council and stands else None,
            "stands": stands,
            "steps": steps_of(submission, shown)
            if stands and not reading.is_extract
            else [],
            "older": _older(submission, reading),
            "may_sign": lies_there and can_sign(user, submission),
            "may_dissent": lies_there and can_dissent(user, submission),
            "has_statement": lies_there
            and any(each.author_id == user.pk for each in shown.statements.all()),
            "may_take_back": is_newest
            and submission.status != Status.DRAFT
            and not hasattr(shown, "publication")
            and can_offer(user, submission.council),
        },
    )


def _decision(user: User, submission: Submission) -> Decision | None:
    """By which the council decided to sign, for who of the council may read it."""
    decision = submission.decision
    return decision if decision and can_read_item(user, decision) else None


def _note_reading(
    request: UserRequest, submission: Submission, reading: Reading
) -> None:
    """The council may see when the care office first opened what it sent."""
    if reading.reader == Reader.CARE_OFFICE and submission.first_read_at is None:
        noted = actions.note_reading(submission, by=request.user)
        submission.first_read_at = noted.first_read_at


def counts_of(reading: Reading) -> dict[str, int]:
    """For the council: how many points there are, and how many the organisation may
    read; to others neither is told."""
    if reading.reader != Reader.COUNCIL:
        return {}
    shared = [each["for_organisation"] for each in reading.version.content["items"]]
    return {"all": len(shared), "organisation": sum(shared)}


def _older(submission: Submission, reading: Reading) -> list[int]:
    """The other versions that this reader may open, the newest first."""
    if reading.reader == Reader.ORGANISATION:
        return []
    if reading.reader == Reader.COUNCIL:
        numbers = list(range(submission.newest_number, 0, -1))
    else:
        signed = submission.versions.signed().order_by("-number")
        numbers = list(signed.values_list("number", flat=True))
    return [number for number in numbers if number != reading.version.number]
