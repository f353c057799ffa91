"""Writing an input: where to write, and the form for a new one or another version."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet, UUIDField, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from councils.models import Council
from councils.permissions import council_seats, is_voting_member
from portal.context import current_council
from portal.models import User
from portal.permissions import require
from procurement.forms.council_input import InputForm
from procurement.forms.input_choices import Choices, audience_choices
from procurement.forms.input_words import differs, words_of
from procurement.models import CouncilInput, Cycle, InputDraft, Phase
from procurement.permissions import can_edit_input, can_write_input
from procurement.readership import Readership

SALT = "procurement.input"


class Gone(Exception):
    """What somebody typed has no place any more; only the person can take it along."""


@dataclass(frozen=True)
class Writing:
    """Somebody at work on one input, whose row may not be there yet."""

    by: User
    council_input: CouncilInput

    @property
    def is_draft(self) -> bool:
        return self.council_input.status == CouncilInput.Status.DRAFT

    @property
    def based_on(self) -> int:
        """The number of the version on the screen, 0 when there is none."""
        return self.council_input.current.number if self.council_input.current else 0

    @property
    def saved_words(self) -> dict[str, Any] | None:
        """The newest version as it would stand in the form."""
        version = self.council_input.current
        return words_of(self.council_input, version) if version else None

    def form(
        self, data: Any = None, initial: dict[str, Any] | None = None
    ) -> InputForm:
        """The form for this person: who may read it is asked of a draft only."""
        row = self.council_input
        offered = Choices.of(row.council, row.cycle, row)
        if row.shared_id:
            # Others read which request it answers: that stays as it was shared.
            offered.requests.clear()
        return InputForm(
            data,
            initial=initial,
            offered=offered,
            audiences=audience_choices(row) if self.is_draft else None,
            may_close=is_voting_member(self.by, row.council),
        )

    def key(self) -> str:
        """Proof that this page was given to this person, to send the text back with.

        It lets the text in after the session has ended, so it opens nothing: whoever
        holds it can only add to this person's own text in progress.
        """
        row = self.council_input
        parts = (self.by.pk, row.pk, row.council_id, row.cycle_id)
        return signing.dumps([part.hex for part in parts], salt=SALT)

    @classmethod
    def returned(cls, request: HttpRequest, pk: UUID) -> "Writing":
        """Who wrote what, by the key in a form that comes back; also after a logout."""
        try:
            parts = signing.loads(
                request.POST.get("key", ""),
                salt=SALT,
                max_age=settings.SESSION_COOKIE_AGE,
            )
        except signing.BadSignature as error:
            raise Gone from error
        writer, of_input, of_council, of_cycle = (UUID(part) for part in parts)
        by = User.objects.filter(pk=writer, is_active=True).first()
        if by is None or of_input != pk:
            raise Gone
        # In this order: a row that the same form makes meanwhile is then found.
        is_new = not CouncilInput.objects.filter(pk=pk).exists()
        row = visible_rows(by).filter(pk=pk).first()
        if row is None and is_new:
            row = CouncilInput(
                pk=pk,
                council=Council.objects.get(pk=of_council),
                cycle=Cycle.objects.get(pk=of_cycle),
                author=by,
            )
        if row is None or not can_edit_input(by, row):
            raise Gone
        return cls(by, row)


def visible_rows(user: User) -> QuerySet[CouncilInput]:
    """What ``user`` may know of, with what the form and its page show."""
    return CouncilInput.objects.visible_to(user).select_related(
        "author",
        "council__organisation",
        "council__parent",
        "cycle__care_office",
        "cycle__organisation",
        "current__saved_by",
        "request",
    )


# --- Pages -----------------------------------------------------------------------


@require_safe
def where(request):
    """For which council, and in which round? Straight on when there is one answer."""
    chosen = current_council(request)
    seats = [chosen] if chosen else council_seats(request.user)
    rounds = _rounds({seat.organisation_id for seat in seats})
    places = [
        (seat, cycle)
        for seat in seats
        for organisation_id, cycle in rounds
        if organisation_id == seat.organisation_id
    ]
    if len(places) == 1:
        [(seat, cycle)] = places
        return redirect("procurement:input_create", cycle.pk, seat.party_id)
    return render(
        request,
        "procurement/council_input/where.html",
        {
            "places": places,
            "has_one_council": len({seat.party_id for seat, _cycle in places}) == 1,
        },
    )


@require_safe
def create(request, cycle_pk, council_pk):
    """An empty form. Nothing is made before somebody types: the form brings its id."""
    council = get_object_or_404(
        Council.objects.select_related("organisation", "parent"), pk=council_pk
    )
    require(can_write_input(request.user, council))
    cycle = get_object_or_404(
        Cycle.objects.with_council_of(council.organisation_id).for_list(), pk=cycle_pk
    )
    row = CouncilInput(pk=uuid4(), council=council, cycle=cycle, author=request.user)
    writing = Writing(request.user, row)
    form = writing.form()
    places = list(form.offered.locations)
    form.initial = {
        "location": places[0] if len(places) == 1 else "",
        "request": request.GET.get("uitvraag", ""),
    }
    return form_page(request, writing, form)


@require_safe
def edit(request, pk):
    """The form as this person left it, or the newest version to change."""
    row = get_object_or_404(visible_rows(request.user), pk=pk)
    require(can_edit_input(request.user, row))
    writing = Writing(request.user, row)
    draft = row.drafts.filter(editor=request.user).first()
    if draft and is_overtaken(draft, writing):
        return redirect("procurement:input_conflict", pk=pk)
    words = draft.words if draft else writing.saved_words
    return form_page(request, writing, writing.form(initial=words), draft=draft)


def is_overtaken(draft: InputDraft, writing: Writing) -> bool:
    """Whether somebody saved another version while ``draft`` was being typed."""
    saved = writing.saved_words
    return (
        saved is not None
        and draft.based_on < writing.based_on
        and differs(draft.words, saved)
    )


def form_page(
    request: HttpRequest,
    writing: Writing,
    form: InputForm,
    *,
    draft: InputDraft | None = None,
    people: list[str] | None = None,
) -> HttpResponse:
    """The form in its page, with all that the next save has to know.

    ``people``: words that may point at a person, which the writer is asked about once.
    """
    row = writing.council_input
    context: dict[str, Any] = {
        "form": form,
        "council_input": row,
        "is_draft": writing.is_draft,
        "key": writing.key(),
        "revision": draft.revision if draft else 0,
        "based_on": draft.based_on if draft else writing.based_on,
        "kept_at": draft.saved_at if draft else None,
        "aside": draft.aside[-1] if draft and draft.aside else None,
        "people": people or [],
        "has_asked": bool(people) or "asked" in request.POST,
    }
    if writing.is_draft:
        readership = Readership.around(row.council)
        readers: Any = form.fields["readers"].widget
        readers.hints = readership.hints(row.council)
        chosen, is_closed = form["readers"].value(), False
        if "is_closed_to_secretary" in form.fields:
            is_closed = bool(form["is_closed_to_secretary"].value())
        context |= {
            "readership": readership,
            "people_now": readership.people(chosen or [], is_closed),
        }
    return render(request, "procurement/council_input/form.html", context)


def _rounds(organisations: set[UUID | None]) -> list[tuple[UUID, Cycle]]:
    """The rounds of each organisation that are not over; one query."""
    planned = Phase.objects.filter(cycle=OuterRef("pk"))
    coming = planned.filter(closes_at__gt=timezone.now())
    found = [
        Cycle.objects.with_council_of(organisation)
        .select_related("care_office", "organisation")
        .filter(Exists(coming) | ~Exists(planned))
        .annotate(of=Value(organisation, output_field=UUIDField()))
        for organisation in organisations
        if organisation
    ]
    if not found:
        return []
    rounds = found[0].union(*found[1:], all=True)
    # The newest first: that is the one most people come for.
    newest = sorted(rounds, key=lambda cycle: cycle.contract_year, reverse=True)
    return [(getattr(cycle, "of"), cycle) for cycle in newest]  # noqa: B009
