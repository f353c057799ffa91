"""Two texts for one input: both are shown, both are kept, the writer chooses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.diff import Part, word_diff
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.permissions import require
from procurement.actions import council_input as actions
from procurement.actions import input_draft
from procurement.models import InputDraft
from procurement.permissions import can_edit_input
from procurement.views.input_writing import Writing, is_overtaken, visible_rows

Words = Mapping[str, Any]


@dataclass(frozen=True)
class Conflict:
    """The text of the writer, and the one that was saved beside it."""

    mine: Words
    other: Words
    # Who saved the other: nobody else when it comes from another window.
    other_by: str

    @classmethod
    def in_(cls, draft: InputDraft, writing: Writing) -> "Conflict | None":
        saved = writing.saved_words
        if saved and is_overtaken(draft, writing):
            return cls(draft.words, saved, str(writing.council_input.newest.saved_by))
        if draft.aside:
            return cls(draft.aside[-1], draft.words, "")
        return None

    @property
    def title_diff(self) -> list[Part]:
        return word_diff(self.other.get("title", ""), self.mine.get("title", ""))

    @property
    def text_diff(self) -> list[Part]:
        return word_diff(self.other.get("text", ""), self.mine.get("text", ""))


def conflict(request, pk):
    """Show both texts; on POST go on with one of them, or with both in view."""
    row = get_object_or_404(visible_rows(request.user), pk=pk)
    require(can_edit_input(request.user, row))
    writing = Writing(request.user, row)
    draft = get_object_or_404(row.drafts, editor=request.user)
    found = Conflict.in_(draft, writing)
    if found is None:
        return redirect("procurement:input_edit", pk=pk)
    if request.method == "POST":
        return _chosen(request, writing, found)
    return render(
        request,
        "procurement/council_input/conflict.html",
        {"council_input": row, "conflict": found},
    )


@require_POST
def drop(request, pk):
    """Throw away what one typed since the last version."""
    row = get_object_or_404(visible_rows(request.user), pk=pk)
    require(can_edit_input(request.user, row))
    if row.current is None:
        raise Http404
    input_draft.drop(row, by=request.user)
    messages.success(request, _("What you did not save is gone."))
    return redirect("procurement:input_detail", pk=pk)


def _chosen(request: UserRequest, writing: Writing, found: Conflict) -> HttpResponse:
    choice = request.POST.get("choice")
    words, other = found.mine, found.other
    if choice == "other":
        words, other = other, words
    row = writing.council_input
    try:
        input_draft.take(
            row, words, instead_of=other, based_on=writing.based_on, by=writing.by
        )
        if choice == "mine" and found.other_by:
            form = writing.form(dict(words))
            if form.is_valid():
                actions.save_version(
                    row,
                    form.version(),
                    based_on=writing.based_on,
                    by=writing.by,
                    request_id=form.request_id,
                )
                messages.success(
                    request, _("Your text is the newest. The other one is a version.")
                )
                return redirect("procurement:input_versions", pk=row.pk)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    return redirect("procurement:input_edit", pk=row.pk)
