"""The composer of a central council: local words on the left, its own on the right."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from councils.models import Council
from councils.permissions import acting_council, council_seats
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import composition as actions
from procurement.forms.composition import (
    DisuseForm,
    SourceFilter,
)
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    Disuse,
    Passage,
    PassageSource,
    ShowingPart,
    coverage_of,
    used_inputs,
)
from procurement.permissions import can_compose


def council_of_page(request: UserRequest, council_pk) -> Council:
    """The central council for which this page acts: 404 without a seat in it."""
    council = acting_council(request.user, council_pk)
    if council is None:
        raise Http404
    require(can_compose(request.user, council))
    return council


def cycle_of_page(request: UserRequest, cycle_pk) -> Cycle:
    return get_object_or_404(
        Cycle.objects.visible_to(request.user).for_list(), pk=cycle_pk
    )


def local_inputs(request: UserRequest, council: Council, cycle) -> list[CouncilInput]:
    """What local councils shared with this one, with why it is not used, if so."""
    why = Disuse.objects.filter(council=council.pk, council_input=OuterRef("pk"))
    return list(
        CouncilInput.objects.readable_by(council, request.user)
        .filter(cycle=cycle)
        .exclude(council=council.pk)
        .select_related("council", "shared__theme", "shared__location")
        .annotate(
            set_aside=Subquery(why.values("reason")[:1]),
            disuse_id=Subquery(why.values("pk")[:1]),
        )
        .order_by("council__name", "number")
    )


def listing(request: UserRequest) -> HttpResponse:
    """The rounds for which a person composes, per central council."""
    councils = [
        seat
        for seat in council_seats(request.user)
        if seat.kind == Council.Kind.CENTRAL
    ]
    require(bool(councils))
    cycles = [
        cycle
        for cycle in Cycle.objects.visible_to(request.user).for_list()
        if cycle.is_published
    ]
    rows = [(seat, cycle) for seat in councils for cycle in cycles]
    return render(request, "procurement/composition/list.html", {"rows": rows})


def detail(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """Everything on one page: sources, paragraphs, and how local councils react."""
    council = council_of_page(request, council_pk)
    cycle = cycle_of_page(request, cycle_pk)
    inputs = local_inputs(request, council, cycle)
    paragraphs = _paragraphs(council, cycle)
    used = _uses(paragraphs)
    aside = {each.pk for each in inputs if each.set_aside}  # type: ignore[attr-defined]
    sources = SourceFilter(request.GET, inputs=inputs)
    # A quality round has no care office to read anything.
    has_office = cycle.care_office_id is not None
    closed = {each.pk for each in inputs if has_office and not each.for_care_office}
    return render(
        request,
        "procurement/composition/detail.html",
        {
            "council": council,
            "cycle": cycle,
            "sources": sources,
            "cards": _cards(sources.chosen(inputs, {*used, *aside}), used, closed),
            "paragraphs": paragraphs,
            "total": len(inputs),
            "closed_count": len(closed),
            "used_count": len(used),
            "balance": _balance(paragraphs),
            "add_url": reverse(
                "procurement:paragraph_create", args=[cycle.pk, council.pk]
            ),
        },
    )


def _paragraphs(council: Council, cycle: Cycle) -> list[dict]:
    passages = list(
        Passage.objects.filter(
            paragraph__council=council.pk,
            paragraph__cycle=cycle,
            paragraph__removed_at__isnull=True,
        )
        .select_related("paragraph__theme", "paragraph__changed_by")
        .order_by("paragraph__position", "paragraph", "position")
    )
    sources = _sources(passages)
    parts = _parts(council, cycle)
    rows = []
    for paragraph, group in groupby(passages, key=lambda each: each.paragraph):
        own = [(passage, sources.get(passage.pk, [])) for passage in group]
        versions = {version.pk: version for _p, found in own for version in found}
        inputs = [version.council_input for version in versions.values()]
        rows.append(
            {
                "paragraph": paragraph,
                "passages": own,
                "inputs": [(actions.tile_of(each), each) for each in inputs],
                "councils": sorted({each.council.name for each in inputs}),
                "parts": parts.get(paragraph.pk, []),
            }
        )
    return rows


def _sources(passages: list[Passage]) -> dict[UUID, list[CouncilInputVersion]]:
    """The local versions on which each passage rests."""
    found: dict[UUID, list[CouncilInputVersion]] = {}
    for link in (
        PassageSource.objects.filter(passage__in=[each.pk for each in passages])
        .select_related("version__council_input__council")
        .order_by("pk")
    ):
        found.setdefault(link.passage_id, []).append(link.version)
    return found


def _parts(council: Council, cycle: Cycle) -> dict[UUID, list[ShowingPart]]:
    """How local councils reacted to the newest showing of each paragraph."""
    found: dict[UUID, list[ShowingPart]] = {}
    for part in (
        ShowingPart.objects.newest()
        .filter(showing__paragraph__council=council.pk, showing__paragraph__cycle=cycle)
        .select_related("council", "showing")
        .order_by("council__name")
    ):
        found.setdefault(part.showing.paragraph_id, []).append(part)
    return found


def _uses(paragraphs: list[dict]) -> dict:
    used: dict = {}
    for number, row in enumerate(paragraphs, start=1):
        for _tile, council_input in row["inputs"]:
            used.setdefault(council_input.pk, []).append(number)
    return used


def _cards(inputs: list[CouncilInput], used: dict, closed: set[UUID]) -> list[dict]:
    return [
        {
            "input": each,
            "version": each.shared,
            "tile": actions.tile_of(each),
            "used_in": used.get(each.pk, []),
            "is_closed": each.pk in closed,
        }
        for each in inputs
    ]


def _balance(paragraphs: list[dict]) -> dict[str, int]:
    kinds = [row["paragraph"].kind for row in paragraphs]
    return {kind: kinds.count(kind) for kind in CouncilInput.Kind.values}


def coverage(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """Location by theme: used, not used and why, no input; home care apart."""
    council = council_of_page(request, council_pk)
    cycle = cycle_of_page(request, cycle_pk)
    inputs = local_inputs(request, council, cycle)
    used = set(used_inputs(council, cycle))
    return render(
        request,
        "procurement/composition/coverage.html",
        {
            "council": council,
            "cycle": cycle,
            "coverage": coverage_of(council, cycle, inputs, used),
        },
    )


def disuse(request: UserRequest, council_pk: UUID, pk: UUID) -> HttpResponse:
    """Say why a local input is not used, or take that back."""
    council = council_of_page(request, council_pk)
    council_input = get_object_or_404(
        CouncilInput.objects.readable_by(council, request.user)
        .exclude(council=council.pk)
        .select_related("council", "shared"),
        pk=pk,
    )
    set_aside = Disuse.objects.filter(council=council.pk, council_input=council_input)
    earlier = set_aside.first()
    back = reverse(
        "procurement:composition_detail", args=[council_input.cycle_id, council.pk]
    )
    form = DisuseForm(request.POST or None, instance=earlier)
    if "undo" in request.POST and earlier:
        actions.take_up_again(earlier, by=request.user)
        return redirect(back)
    if (
        request.method == "POST"
        and form.is_valid()
        and _set_aside(request, form, council_input, council)
    ):
        messages.success(request, _("The local council can read your reason."))
        return redirect(back)
    return render(
        request,
        "procurement/composition/disuse.html",
        {
            "form": form,
            "council_input": council_input,
            "tile": actions.tile_of(council_input),
            "earlier": earlier,
            "back": back,
        },
    )


def _set_aside(
    request: UserRequest,
    form: DisuseForm,
    council_input: CouncilInput,
    council: Council,
) -> bool:
    try:
        actions.set_aside(
            council_input,
            council=Council.objects.get(pk=council.pk),
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return False
    return True
