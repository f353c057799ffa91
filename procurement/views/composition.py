"""The composer of a central council: local words on the left, its own on the right."""

from itertools import groupby

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.models import Council
from councils.permissions import acting_council, council_seats
from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import composition as actions
from procurement.forms.composition import (
    DisuseForm,
    ParagraphForm,
    Passages,
    SourceFilter,
)
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    Disuse,
    Paragraph,
    Passage,
    PassageSource,
    ShowingPart,
    coverage_of,
    used_inputs,
)
from procurement.permissions import can_compose


def _council(request: UserRequest, council_pk) -> Council:
    """The central council for which this page acts: 404 without a seat in it."""
    council = acting_council(request.user, council_pk)
    if council is None:
        raise Http404
    require(can_compose(request.user, council))
    return council


def _cycle(request: UserRequest, cycle_pk) -> Cycle:
    return get_object_or_404(
        Cycle.objects.visible_to(request.user).for_list(), pk=cycle_pk
    )


def _local_inputs(request: UserRequest, council: Council, cycle) -> list[CouncilInput]:
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


def listing(request):
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


def detail(request, cycle_pk, council_pk):
    """Everything on one page: sources, paragraphs, and how local councils react."""
    council = _council(request, council_pk)
    cycle = _cycle(request, cycle_pk)
    inputs = _local_inputs(request, council, cycle)
    paragraphs = _paragraphs(council, cycle)
    used = _uses(paragraphs)
    settled = {*used, *(each.pk for each in inputs if each.set_aside)}
    sources = SourceFilter(request.GET, inputs=inputs)
    return render(
        request,
        "procurement/composition/detail.html",
        {
            "council": council,
            "cycle": cycle,
            "sources": sources,
            "cards": _cards(sources.chosen(inputs, settled), used),
            "paragraphs": paragraphs,
            "total": len(inputs),
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
    links: dict = {}
    for link in (
        PassageSource.objects.filter(passage__in=[each.pk for each in passages])
        .select_related("version__council_input__council")
        .order_by("pk")
    ):
        links.setdefault(link.passage_id, []).append(link.version)
    parts: dict = {}
    for part in (
        ShowingPart.objects.newest()
        .filter(showing__paragraph__council=council.pk, showing__paragraph__cycle=cycle)
        .select_related("council", "showing")
        .order_by("council__name")
    ):
        parts.setdefault(part.showing.paragraph_id, []).append(part)
    rows = []
    for paragraph, group in groupby(passages, key=lambda each: each.paragraph):
        own = [(passage, links.get(passage.pk, [])) for passage in group]
        versions = {version.pk: version for _p, found in own for version in found}
        rows.append(
            {
                "paragraph": paragraph,
                "passages": own,
                "inputs": [
                    (actions.tile_of(version.council_input), version.council_input)
                    for version in versions.values()
                ],
                "councils": sorted(
                    {each.council_input.council.name for each in versions.values()}
                ),
                "parts": parts.get(paragraph.pk, []),
            }
        )
    return rows


def _uses(paragraphs: list[dict]) -> dict:
    used: dict = {}
    for number, row in enumerate(paragraphs, start=1):
        for _tile, council_input in row["inputs"]:
            used.setdefault(council_input.pk, []).append(number)
    return used


def _cards(inputs: list[CouncilInput], used: dict) -> list[dict]:
    return [
        {
            "input": each,
            "version": each.shared,
            "tile": actions.tile_of(each),
            "used_in": used.get(each.pk, []),
        }
        for each in inputs
    ]


def _balance(paragraphs: list[dict]) -> dict[str, int]:
    kinds = [row["paragraph"].kind for row in paragraphs]
    return {kind: kinds.count(kind) for kind in CouncilInput.Kind.values}


def coverage(request, cycle_pk, council_pk):
    """Location by theme: used, not used and why, no input; home care apart."""
    council = _council(request, council_pk)
    cycle = _cycle(request, cycle_pk)
    inputs = _local_inputs(request, council, cycle)
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


def paragraph_create(request, cycle_pk, council_pk):
    """A new paragraph; ``?bron=`` names the local version that it begins with."""
    council = get_object_or_404(Council, pk=_council(request, council_pk).pk)
    cycle = _cycle(request, cycle_pk)
    paragraph = Paragraph(council=council, cycle=cycle)
    passages = Passages([])
    for pk in request.GET.getlist("bron")[:1]:
        first = CouncilInputVersion.objects.filter(
            pk__in=_local_versions(_local_inputs(request, council, cycle), pk)
        ).first()
        if first:
            passages = Passages([actions.Sentences("", [first.pk])])
            paragraph.theme, paragraph.goal = first.theme, first.goal
            paragraph.kind = first.kind
            paragraph.request = first.council_input.request
    return _paragraph_page(request, paragraph, passages, is_new=True)


def _local_versions(inputs: list[CouncilInput], pk: str) -> list:
    return [each.shared_id for each in inputs if str(each.shared_id) == pk]


def paragraph_edit(request, pk):
    """Change a paragraph: its words, its sources, and who may read it."""
    paragraph = get_object_or_404(
        Paragraph.objects.visible_to(request.user)
        .in_use()
        .select_related("council", "cycle__care_office", "cycle__organisation"),
        pk=pk,
    )
    require(can_compose(request.user, paragraph.council))
    passages = Passages.of(paragraph)
    return _paragraph_page(request, paragraph, passages, is_new=False)


def _paragraph_page(
    request: UserRequest, paragraph: Paragraph, passages: Passages, *, is_new: bool
) -> HttpResponse:
    council, cycle = paragraph.council, paragraph.cycle
    form = ParagraphForm(request.POST or None, instance=paragraph)
    other = None
    seen = paragraph.revision
    if request.method == "POST":
        passages = Passages.posted(request.POST)
        seen = _number(request.POST.get("seen"))
        if "save" in request.POST:
            is_ready = form.is_valid()
            if passages.is_valid() and is_ready:
                try:
                    saved = _save(request, form, passages, seen=seen, is_new=is_new)
                except StaleText as error:
                    actions.keep_aside(
                        paragraph, passages.rows, seen=seen, by=request.user
                    )
                    other, seen = error.current, error.current.revision
                    form.add_error(None, str(error))
                except NotAllowedNow as error:
                    form.add_error(None, str(error))
                else:
                    messages.success(request, _("The paragraph is saved."))
                    return redirect(f"{_composition(saved)}#alinea-{saved.pk}")
        else:
            # A button that adds or removes a passage: nothing is complained of yet.
            typed = {
                name: request.POST.get(name, "") for name in ParagraphForm.Meta.fields
            }
            form = ParagraphForm(instance=paragraph, initial=typed)
    inputs = _local_inputs(request, council, cycle)
    return render(
        request,
        "procurement/composition/paragraph.html",
        {
            "form": form,
            "paragraph": paragraph,
            "council": council,
            "cycle": cycle,
            "is_new": is_new,
            "seen": seen,
            "other": other,
            "other_passages": Passages.of(other).rows if other else [],
            **_choices(passages, inputs),
        },
    )


def _choices(passages: Passages, inputs: list[CouncilInput]) -> dict:
    """What the page of a paragraph offers: sources, and passages with their ticks."""
    known = {each.shared_id: each for each in inputs}
    old = CouncilInputVersion.objects.filter(
        pk__in=[pk for pk in passages.chosen if pk not in known]
    ).select_related("council_input__council")
    for version in old:
        known[version.pk] = version.council_input
    chosen = [pk for pk in passages.chosen if pk in known]
    rows = [
        {
            "place": place,
            "text": row.text,
            "error": passages.errors.get(place, ""),
            "sources": [
                (pk, actions.tile_of(known[pk]), known[pk], pk in row.versions)
                for pk in chosen
            ],
        }
        for place, row in enumerate(passages.rows)
    ]
    cards = [
        {
            "input": each,
            "version": each.shared,
            "tile": actions.tile_of(each),
            "is_chosen": each.shared_id in chosen,
        }
        for each in inputs
    ]
    return {
        "passages": rows,
        "passage_errors": [row for row in rows if row["error"]],
        "cards": sorted(cards, key=lambda card: not card["is_chosen"]),
    }


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 9 else 0


def _save(request, form, passages, *, seen: int, is_new: bool) -> Paragraph:
    filled_in = form.save(commit=False)
    if is_new:
        return actions.add_paragraph(filled_in, passages.rows, by=request.user)
    return actions.save_paragraph(filled_in, passages.rows, seen=seen, by=request.user)


def _composition(paragraph: Paragraph) -> str:
    return reverse(
        "procurement:composition_detail",
        args=[paragraph.cycle_id, paragraph.council_id],
    )


def _own_paragraph(request: UserRequest, pk) -> Paragraph:
    paragraph = get_object_or_404(
        Paragraph.objects.visible_to(request.user)
        .in_use()
        .select_related("council", "cycle"),
        pk=pk,
    )
    require(can_compose(request.user, paragraph.council))
    return paragraph


@require_POST
def paragraph_move(request, pk):
    paragraph = _own_paragraph(request, pk)
    actions.move_paragraph(
        paragraph, down=request.POST.get("to") == "down", by=request.user
    )
    return redirect(f"{_composition(paragraph)}#alinea-{paragraph.pk}")


def paragraph_remove(request, pk):
    """Ask once more, then take the paragraph out of the text."""
    paragraph = _own_paragraph(request, pk)
    if request.method == "POST":
        try:
            actions.remove_paragraph(paragraph, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The paragraph is removed."))
        return redirect(_composition(paragraph))
    return render(
        request,
        "procurement/composition/paragraph_remove.html",
        {"paragraph": paragraph, "back": _composition(paragraph)},
    )


@require_POST
def paragraph_show(request, pk):
    """Put one paragraph before the local councils whose words it uses."""
    paragraph = _own_paragraph(request, pk)
    try:
        showing = actions.show(paragraph, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        names = [part.council.name for part in showing.parts.select_related("council")]
        messages.success(
            request,
            _("These councils can now see how their words are used: %(names)s.")
            % {"names": ", ".join(sorted(names))},
        )
    return redirect(f"{_composition(paragraph)}#alinea-{paragraph.pk}")


def disuse(request, council_pk, pk):
    """Say why a local input is not used, or take that back."""
    council = _council(request, council_pk)
    council_input = get_object_or_404(
        CouncilInput.objects.readable_by(council, request.user)
        .exclude(council=council.pk)
        .select_related("council", "shared"),
        pk=pk,
    )
    earlier = Disuse.objects.filter(
        council=council.pk, council_input=council_input
    ).first()
    back = reverse(
        "procurement:composition_detail", args=[council_input.cycle_id, council.pk]
    )
    form = DisuseForm(request.POST or None, instance=earlier)
    if request.method == "POST":
        if "undo" in request.POST and earlier:
            actions.take_up_again(earlier, by=request.user)
            return redirect(back)
        if form.is_valid():
            try:
                actions.set_aside(
                    council_input,
                    council=Council.objects.get(pk=council.pk),
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                )
            except NotAllowedNow as error:
                form.add_error(None, str(error))
            else:
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
