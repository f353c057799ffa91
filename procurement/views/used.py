"""A local council reads what a central council made of its words, and reacts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from councils.permissions import council_ids
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from procurement.actions import composition as actions
from procurement.forms.composition import VerdictForm
from procurement.models import CouncilInput, CouncilInputVersion, ShowingPart
from procurement.permissions import can_judge_use


def listing(request: UserRequest) -> HttpResponse:
    """Every text that used words of one's council, what waits for a reaction first."""
    parts = (
        ShowingPart.objects.newest()
        .filter(council__in=council_ids(request.user))
        .select_related(
            "council", "showing__paragraph__council", "showing__paragraph__cycle"
        )
        .order_by("verdict", "-showing__at", "pk")
    )
    return render(
        request, "procurement/used/list.html", {"page": paginate(request, parts)}
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """The sentences on one's own words, beside those words; agreed or not like this."""
    part = get_object_or_404(
        ShowingPart.objects.filter(
            council__in=council_ids(request.user)
        ).select_related(
            "council",
            "verdict_by",
            "showing__paragraph__council",
            "showing__paragraph__cycle__care_office",
        ),
        pk=pk,
    )
    may_judge = can_judge_use(request.user, part.council)
    form = VerdictForm(request.POST or None, instance=part)
    if request.method == "POST" and may_judge and form.is_valid():
        try:
            actions.judge(
                part,
                verdict=form.cleaned_data["verdict"],
                words=form.cleaned_data["words"],
                by=request.user,
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your council’s reaction is saved."))
            return redirect(part)
    return render(
        request,
        "procurement/used/detail.html",
        {
            "part": part,
            "others": _others(part),
            "rows": _readable(request.user, part),
            "form": form,
            "may_judge": may_judge,
        },
    )


def _others(part: ShowingPart) -> list[ShowingPart]:
    """What else of the same paragraph was put before this council, the newest first."""
    paragraph = part.showing.paragraph_id
    return list(
        ShowingPart.objects.filter(council=part.council, showing__paragraph=paragraph)
        .exclude(pk=part.pk)
        .select_related("showing")
        .order_by("-showing__number")
    )


def _readable(user: User, part: ShowingPart) -> list[dict]:
    """The sentences and the words that they rest on, both for this reader to read.

    What rests on words that the reader may not see is not for the reader either.
    """
    versions = {
        str(version.pk): version
        for version in CouncilInputVersion.objects.filter(
            council_input__council=part.council,
            council_input__in=CouncilInput.objects.visible_to(user),
            pk__in=[pk for each in part.passages for pk in each["versions"]],
        ).select_related("council_input__author")
    }
    return [
        {
            "text": each["text"],
            "versions": [versions[pk] for pk in each["versions"]],
        }
        for each in part.passages
        if all(pk in versions for pk in each["versions"])
    ]
