"""Deciding who may read an input: closed by default, opened on purpose."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.moments import nl_date
from portal.permissions import require
from portal.sentences import enumerated
from procurement.actions import council_input as actions
from procurement.forms.input_choices import audience_choices
from procurement.forms.input_sharing import SharingForm
from procurement.models import Audience, CouncilInput
from procurement.permissions import can_close_input, can_share_input
from procurement.readership import Readership
from procurement.views.input_writing import visible_rows


def share(request, pk):
    """Choose the readers; whoever lets more people in is asked once more."""
    row = get_object_or_404(visible_rows(request.user), pk=pk)
    require(can_share_input(request.user, row))
    if row.status == CouncilInput.Status.DRAFT:
        return redirect("procurement:input_edit", pk=pk)
    form = SharingForm(
        request.POST or None,
        audiences=audience_choices(row),
        initial={"readers": sorted(row.audiences), "version": row.newest.number},
    )
    added = []
    if request.method == "POST" and form.is_valid():
        readers = form.cleaned_data["readers"]
        added = _added(row, readers)
        if not added or "sure" in request.POST:
            return _shared(request, row, form)
    readership = Readership.around(row.council)
    form.fields["readers"].widget.hints = readership.hints(row.council)
    return render(
        request,
        "procurement/council_input/share.html",
        {
            "council_input": row,
            "form": form,
            "readership": readership,
            "people_now": readership.people(row.audiences, row.is_closed_to_secretary),
            "added": _in_people(row, added, readership),
            "asks_again": bool(added),
            "possible": row.possible_audiences,
        },
    )


def _added(row: CouncilInput, readers: list[str]) -> list[str]:
    """Who gets words to read that they could not read before."""
    if row.shared_id == row.current_id:
        return [each for each in readers if each not in row.audiences]
    return readers


def _shared(request: UserRequest, row: CouncilInput, form: SharingForm) -> HttpResponse:
    readers = form.cleaned_data["readers"]
    gone = [each for each in row.audiences if each not in readers]
    since = row.shared_at
    try:
        row = actions.share(
            row,
            readers,
            version_number=form.cleaned_data["version"],
            by=request.user,
        )
    except StaleText as stale:
        messages.warning(
            request, f"{stale} " + _("Look at it first, then share it again.")
        )
        return redirect("procurement:input_share", pk=row.pk)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("procurement:input_detail", pk=row.pk)
    messages.success(request, _says_who_reads(row))
    for each in gone:
        if each != Audience.CARE_OFFICE:
            messages.info(
                request,
                _("%(reader)s could read this since %(date)s. That cannot be undone.")
                % {"reader": str(each.label).capitalize(), "date": nl_date(since)},
            )
    return redirect("procurement:input_detail", pk=row.pk)


def _says_who_reads(row: CouncilInput) -> str:
    if row.readers:
        return _("Shared with %(readers)s.") % {"readers": enumerated(row.readers)}
    return _("From now on only your own council reads it.")


def _in_people(
    row: CouncilInput, audiences: list[str], readership: Readership
) -> list[str]:
    """Audiences by name, with how many people each has today."""
    said = []
    for each in Audience:
        if each not in audiences:
            continue
        if each == Audience.CARE_OFFICE:
            said.append(_("the care office, after your council has submitted it"))
            continue
        count = readership.in_audience(each)
        people = ngettext("%(count)s person", "%(count)s people", count)
        said.append(f"{each.label} ({people % {'count': count}})")
    return said


@require_POST
def close(request, pk):
    """Close an item to the council's secretary and supporter, or open it again."""
    row = get_object_or_404(visible_rows(request.user), pk=pk)
    require(can_close_input(request.user, row))
    opens = "open" in request.POST
    step = actions.open_to_secretary if opens else actions.close_to_secretary
    try:
        step(row, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        said = (
            _("Your secretary reads this again.")
            if opens
            else _("Your secretary does not read this any more.")
        )
        messages.success(request, said)
    return redirect("procurement:input_detail", pk=pk)


@require_safe
def preview(request, pk):
    """The newest version as another reader would see it once it is shared."""
    row = get_object_or_404(
        visible_rows(request.user).select_related(
            "current__theme", "current__location"
        ),
        pk=pk,
    )
    require(can_share_input(request.user, row))
    reader = request.GET.get("lezer", "")
    if row.current is None or reader not in row.possible_audiences:
        raise Http404
    audience = Audience(reader)
    context = {
        "council_input": row,
        "version": row.newest,
        "reader": audience.label,
        "may_read": audience in row.audiences,
        "reads_this": audience in row.audiences and row.shared_id == row.current_id,
        "is_care_office": audience == Audience.CARE_OFFICE,
    }
    return render(request, "procurement/council_input/preview.html", context)
