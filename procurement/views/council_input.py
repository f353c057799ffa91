"""Reading input: the list, one input, its versions; and what a member does with it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from councils.permissions import council_ids, is_member
from portal.context import current_council
from portal.diff import word_diff
from portal.errors import NotAllowedNow
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from procurement.actions import council_input as actions
from procurement.forms.input_filter import Facets, InputFilter
from procurement.input_lines import Lines
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    InputDraft,
    Recognition,
    uses_of,
)
from procurement.permissions import (
    can_close_input,
    can_edit_input,
    can_recognise,
    can_share_input,
)
from procurement.readership import Readership

Kind = CouncilInput.Kind
Status = CouncilInput.Status


@require_safe
def listing(request):
    """All inputs that the reader may know of, in one round, for one council or all."""
    user = request.user
    facets = Facets.for_(user)
    filters = InputFilter(request.GET, facets)
    seat = current_council(request)
    lines = Lines(
        user=user,
        cycle=UUID(filters.cycle) if filters.cycle else None,
        council=seat.party_id if seat else None,
        condition=filters.condition(user),
        names_councils=facets.has_councils,
    )
    fitting, by_kind = lines.counted()
    return render(
        request,
        "procurement/council_input/list.html",
        {
            "page": paginate(request, lines, count=fitting),
            "filters": filters,
            "cycles": facets.cycles,
            "balance": _balance(by_kind),
            "lacks_good_news": not by_kind[Kind.GOOD_EXAMPLE],
            "may_write": bool(council_ids(user)),
        },
    )


def _typing(user: User) -> QuerySet[InputDraft]:
    return InputDraft.objects.filter(council_input=OuterRef("pk"), editor=user)


def _recognitions() -> QuerySet[Recognition]:
    return Recognition.objects.filter(council_input=OuterRef("pk")).order_by()


def _recognised() -> Subquery:
    counted = _recognitions().values("council_input").annotate(count=Count("pk"))
    return Subquery(counted.values("count"))


def _balance(counts: dict[str, int]) -> str:
    """So far: 7 concerns, 1 good example, 0 new insights, 2 questions."""

    def number(one: str, many: str, kind: str) -> str:
        return ngettext(one, many, counts[kind]) % {"count": counts[kind]}

    return _("So far: %(concerns)s, %(examples)s, %(insights)s, %(questions)s.") % {
        "concerns": number("%(count)s concern", "%(count)s concerns", Kind.CONCERN),
        "examples": number(
            "%(count)s good example", "%(count)s good examples", Kind.GOOD_EXAMPLE
        ),
        "insights": number(
            "%(count)s new insight", "%(count)s new insights", Kind.NEW_INSIGHT
        ),
        "questions": number("%(count)s question", "%(count)s questions", Kind.QUESTION),
    }


@require_safe
def detail(request, pk):
    """One input in its own words: for its council the newest, for others the shared."""
    user = request.user
    row = get_object_or_404(
        _with_words(CouncilInput.objects.visible_to(user)).annotate(
            has_typing=Exists(_typing(user)),
            recognised=_recognised(),
            i_recognise=Exists(_recognitions().filter(member=user)),
        ),
        pk=pk,
    )
    if row.status == Status.DRAFT:
        return redirect("procurement:input_edit", pk=pk)
    is_own = is_member(user, row.council)
    readership = Readership.around(row.council) if is_own else None
    return render(
        request,
        "procurement/council_input/detail.html",
        {
            "council_input": row,
            "version": row.version_for(user),
            "is_own": is_own,
            "shows_number": _shows_number(row, user),
            "people_now": readership.people(row.audiences, row.is_closed_to_secretary)
            if readership
            else None,
            "has_helpers": bool(readership and readership.helpers),
            "has_newer": bool(row.shared_id and row.shared_id != row.current_id),
            "may_edit": can_edit_input(user, row),
            "may_share": can_share_input(user, row),
            "may_close": can_close_input(user, row),
            "may_recognise": can_recognise(user, row),
            "uses": uses_of(row, user) if is_own else [],
        },
    )


def _shows_number(row: CouncilInput, user: User) -> bool:
    """The number is of local and central council: for others it would have gaps."""
    seats = council_ids(user)
    return row.number is not None and (
        row.council_id in seats or row.council.parent_id in seats
    )


def _with_words(inputs: QuerySet) -> QuerySet:
    return inputs.select_related(
        "author",
        "council__organisation",
        "council__parent",
        "cycle__care_office",
        "cycle__organisation",
        "request",
        "current__theme",
        "current__location",
        "current__saved_by",
        "shared__theme",
        "shared__location",
    )


@require_safe
def versions(request, pk):
    """What the council saved before, each beside the one that came before it."""
    row = get_object_or_404(
        CouncilInput.objects.visible_to(request.user).select_related(
            "council", "current"
        ),
        pk=pk,
    )
    require(is_member(request.user, row.council))
    saved = list(row.versions.select_related("saved_by").order_by("-number"))
    page = paginate(request, list(zip(saved, [*saved[1:], None], strict=True)))
    steps = [
        {
            "version": version,
            "title": word_diff(older.title if older else "", version.title),
            "text": word_diff(older.text if older else "", version.text),
            "is_first": older is None,
        }
        for version, older in page
    ]
    return render(
        request,
        "procurement/council_input/versions.html",
        {
            "council_input": row,
            "page": page,
            "steps": steps,
            "may_edit": can_edit_input(request.user, row),
        },
    )


@require_POST
def put_back(request, pk, version_pk):
    row = get_object_or_404(CouncilInput.objects.visible_to(request.user), pk=pk)
    require(can_edit_input(request.user, row))
    version = get_object_or_404(CouncilInputVersion, pk=version_pk, council_input=row)
    try:
        actions.put_back(row, version, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("The text of version %(number)s is the newest again.")
            % {"number": version.number},
        )
    return redirect("procurement:input_versions", pk=pk)


@require_POST
def recognise(request, pk):
    """Say "I recognise this", or take that back."""
    row = get_object_or_404(CouncilInput.objects.visible_to(request.user), pk=pk)
    require(can_recognise(request.user, row))
    step = actions.unrecognise if "undo" in request.POST else actions.recognise
    try:
        step(row, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    return redirect("procurement:input_detail", pk=pk)


def withdraw(request, pk):
    """Ask once more, then take it back."""
    row = get_object_or_404(
        CouncilInput.objects.visible_to(request.user).select_related(
            "council", "current"
        ),
        pk=pk,
    )
    require(can_edit_input(request.user, row))
    if request.method == "POST":
        try:
            actions.withdraw(row, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
            return redirect("procurement:input_detail", pk=pk)
        messages.success(
            request, _("The text is taken back. Nobody reads it any more.")
        )
        return redirect("procurement:input_list")
    return render(
        request,
        "procurement/council_input/withdraw.html",
        {"council_input": row, "is_used": row.is_used},
    )
