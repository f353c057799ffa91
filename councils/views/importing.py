"""An administrator brings in organisations, councils and members from a file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from councils.actions import importing as actions
from councils.actions.importing_columns import COLUMNS
from councils.exports import import_example
from councils.forms.importing import ImportForm
from councils.models import Import
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.paging import paginate
from portal.permissions import require
from portal.tabular import csv_response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: UserRequest) -> HttpResponse:
    """Choose a file; what is in it is shown before anything is saved."""
    require(request.user.is_staff)
    is_sent = request.method == "POST"
    form = ImportForm(*([request.POST, request.FILES] if is_sent else []))
    if is_sent and form.is_valid():
        draft = actions.keep(form.filled(), by=request.user)
        return redirect("councils:import_preview", pk=draft.pk)
    kinds = [
        {"value": kind.value, "label": kind.label, "columns": COLUMNS[kind]}
        for kind in Import.Kind
    ]
    return render(
        request, "councils/importing/form.html", {"form": form, "kinds": kinds}
    )


@require_safe
def preview(request: UserRequest, pk) -> HttpResponse:
    """What confirming would do, and every line that has something wrong."""
    draft = _draft(request, pk)
    if draft.confirmed_at:
        return redirect("councils:import")
    checked = actions.check(draft)
    return render(
        request,
        "councils/importing/preview.html",
        {
            "draft": draft,
            "checked": checked,
            "page": paginate(request, checked.problems),
            "may_confirm": bool(checked.new) and not checked.problems,
        },
    )


@require_POST
def confirm(request: UserRequest, pk) -> HttpResponse:
    draft = _draft(request, pk)
    try:
        done = actions.confirm(draft, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("councils:import_preview", pk=pk)
    messages.success(
        request,
        ngettext("%(count)s line is added.", "%(count)s lines are added.", done.added)
        % {"count": done.added},
    )
    return redirect("councils:import")


@require_safe
def example(request: UserRequest, kind: str) -> HttpResponseBase:
    """A file of this kind that can be filled in further."""
    require(request.user.is_staff)
    if kind not in Import.Kind:
        raise Http404
    return csv_response(import_example.filename(kind), *import_example.table(kind))


def _draft(request: UserRequest, pk) -> Import:
    require(request.user.is_staff)
    return get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
