"""A paragraph of the composer: its words, its sources, and who may read it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.models import Council
from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.permissions import require
from portal.sentences import enumerated
from procurement.actions import composition as actions
from procurement.forms.composition import ParagraphForm, Passages
from procurement.models import CouncilInput, CouncilInputVersion, Paragraph
from procurement.permissions import can_compose
from procurement.views.composition import (
    council_of_page,
    cycle_of_page,
    local_inputs,
)


def create(request: UserRequest, cycle_pk: UUID, council_pk: UUID) -> HttpResponse:
    """A new paragraph; ``?bron=`` names the local version that it begins with."""
    council = get_object_or_404(Council, pk=council_of_page(request, council_pk).pk)
    cycle = cycle_of_page(request, cycle_pk)
    paragraph = Paragraph(council=council, cycle=cycle)
    passages = Passages([])
    for pk in request.GET.getlist("bron")[:1]:
        first = CouncilInputVersion.objects.filter(
            pk__in=_local_versions(local_inputs(request, council, cycle), pk)
        ).first()
        if first:
            passages = Passages([actions.Sentences("", [first.pk])])
            paragraph.theme, paragraph.goal = first.theme, first.goal
            paragraph.kind = first.kind
            paragraph.for_care_office = first.council_input.for_care_office
            paragraph.request = first.council_input.request
    return _page(request, paragraph, passages, is_new=True)


def _local_versions(inputs: list[CouncilInput], pk: str) -> list:
    return [each.shared_id for each in inputs if str(each.shared_id) == pk]


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Change a paragraph: its words, its sources, and who may read it."""
    paragraph = get_object_or_404(
        Paragraph.objects.visible_to(request.user)
        .in_use()
        .select_related("council", "cycle__care_office", "cycle__organisation"),
        pk=pk,
    )
    require(can_compose(request.user, paragraph.council))
    passages = Passages.of(paragraph)
    return _page(request, paragraph, passages, is_new=False)


def _page(
    request: UserRequest, paragraph: Paragraph, passages: Passages, *, is_new: bool
) -> HttpResponse:
    council, cycle = paragraph.council, paragraph.cycle
    form = ParagraphForm(request.POST or None, instance=paragraph)
    seen, other = paragraph.revision, None
    if request.method == "POST":
        passages = Passages.posted(request.POST)
        seen = _number(request.POST.get("seen"))
    if "save" in request.POST:
        is_ready = form.is_valid()
        if passages.is_valid() and is_ready:
            saved, other = _save(request, form, passages, seen=seen, is_new=is_new)
            if saved:
                messages.success(request, _("The paragraph is saved."))
                return redirect(f"{_composition(saved)}#alinea-{saved.pk}")
    elif request.method == "POST":
        # A button that adds or removes a passage: nothing is complained of yet.
        names = ParagraphForm.Meta.fields
        typed = {name: request.POST.get(name, "") for name in names}
        form = ParagraphForm(instance=paragraph, initial=typed)
    return render(
        request,
        "procurement/composition/paragraph.html",
        {
            "form": form,
            "paragraph": paragraph,
            "council": council,
            "cycle": cycle,
            "is_new": is_new,
            "seen": other.revision if other else seen,
            "other": other,
            "other_passages": Passages.of(other).rows if other else [],
            **_choices(form, passages, local_inputs(request, council, cycle)),
        },
    )


def _save(
    request: UserRequest,
    form: ParagraphForm,
    passages: Passages,
    *,
    seen: int,
    is_new: bool,
) -> tuple[Paragraph | None, Paragraph | None]:
    """The paragraph as saved; or None, and what a colleague saved in between."""
    filled_in, rows = form.save(commit=False), passages.rows
    try:
        if is_new:
            return actions.add_paragraph(filled_in, rows, by=request.user), None
        saved = actions.save_paragraph(filled_in, rows, seen=seen, by=request.user)
    except StaleText as error:
        actions.keep_aside(filled_in, rows, seen=seen, by=request.user)
        form.add_error(None, str(error))
        return None, error.current
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return None, None
    return saved, None


def _known_sources(
    paragraph: Paragraph, passages: Passages, inputs: list[CouncilInput]
) -> dict:
    """The inputs by the version that a passage of this paragraph may name."""
    known = {each.shared_id: each for each in inputs}
    old = CouncilInputVersion.objects.filter(
        pk__in=[pk for pk in passages.chosen if pk not in known],
        passage_links__passage__paragraph=paragraph.pk,
    ).select_related("council_input__council")
    return known | {version.pk: version.council_input for version in old}


def _choices(
    form: ParagraphForm, passages: Passages, inputs: list[CouncilInput]
) -> dict:
    """What the page of a paragraph offers: sources, and passages with their ticks.

    Beside what can be used now: what the paragraph rests on already, and no other
    version that a browser may name. What may not be read by all readers that are
    ticked is shown with the reason, and not offered.
    """
    known = _known_sources(form.instance, passages, inputs)
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
            "closed_to": enumerated(form.readers_shut_out_by(each)),
        }
        for each in inputs
    ]
    return {
        "passages": rows,
        "passage_errors": [row for row in rows if row["error"]],
        "cards": sorted(
            cards, key=lambda card: (not card["is_chosen"], bool(card["closed_to"]))
        ),
    }


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 9 else 0


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
def move(request: UserRequest, pk: UUID) -> HttpResponse:
    paragraph = _own_paragraph(request, pk)
    actions.move_paragraph(
        paragraph, down=request.POST.get("to") == "down", by=request.user
    )
    return redirect(f"{_composition(paragraph)}#alinea-{paragraph.pk}")


def remove(request: UserRequest, pk: UUID) -> HttpResponse:
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
def show(request: UserRequest, pk: UUID) -> HttpResponse:
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
            % {"names": enumerated(sorted(names))},
        )
    return redirect(f"{_composition(paragraph)}#alinea-{paragraph.pk}")
