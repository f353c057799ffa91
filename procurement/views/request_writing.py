"""Writing a request: several colleagues may work on one draft."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from councils.permissions import care_office_ids
from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require
from procurement.actions import request as actions
from procurement.forms.request import RequestForm
from procurement.models import Cycle, InformationRequest, Phase, RequestVersion
from procurement.permissions import can_ask

COPIED = (*actions.WORDS, "right", "selection", "contact_id")


class Theirs(NamedTuple):
    """What a colleague saved where somebody typed otherwise."""

    label: str
    text: str


def create(request: UserRequest) -> HttpResponse:
    """A new draft; ``?ronde=`` and ``?fase=`` choose its place, ``?van=`` its text."""
    require(bool(care_office_ids(request.user)))
    draft = _begun(request.user, request.GET)
    return _write(request, draft, is_new=True)


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Go on with a draft."""
    draft = get_object_or_404(
        InformationRequest.objects.visible_to(request.user).select_related(
            "cycle__care_office", "phase__cycle"
        ),
        pk=pk,
    )
    require(can_ask(request.user, draft))
    if draft.status != InformationRequest.Status.DRAFT:
        messages.error(
            request,
            _("Councils read this already. Withdraw it, and write a new one."),
        )
        return redirect(draft)
    return _write(request, draft, is_new=False)


def _write(
    request: UserRequest, draft: InformationRequest, *, is_new: bool
) -> HttpResponse:
    form = RequestForm(
        request.POST or None,
        instance=draft,
        user=request.user,
        is_whole="preview" in request.POST,
    )
    theirs: dict[str, object] = {}
    # Enter in any line presses that button too: with nothing to look for it saves.
    is_search = "find" in request.POST and bool(request.POST.get("search", "").strip())
    if request.method == "POST" and not is_search and form.is_valid():
        theirs = _save(request, form, draft, is_new=is_new)
        if not theirs and not form.errors:
            messages.success(
                request, _("The draft is saved. Councils do not see it yet.")
            )
            step = "request_publish" if form.is_whole else "request_edit"
            return redirect(f"procurement:{step}", draft.pk)
    return render(
        request,
        "procurement/request/form.html",
        {
            "form": form,
            "is_new": is_new,
            "is_search": is_search,
            "asking": draft,
            "aside": [] if is_new else _aside(draft),
            "theirs": [],
            "colleague": None,
            "is_self": False,
            "crumbs": [(_("Requests"), reverse("procurement:request_list"))],
            **theirs,
        },
    )


def _save(
    request: UserRequest, form: RequestForm, draft: InformationRequest, *, is_new: bool
) -> dict[str, object]:
    """Save what was typed; what is in the way stands in the form or in the answer."""
    try:
        if is_new:
            actions.add(draft, form.choice(), by=request.user)
        else:
            draft.revision = form.cleaned_data["revision"]
            actions.edit(draft, form.choice(), by=request.user)
    except StaleText as error:
        actions.set_aside(draft, by=request.user)
        found = _both_texts(form, error.current)
        return {**found, "is_self": found["colleague"] == request.user}
    except NotAllowedNow as error:
        form.add_error(None, str(error))
    return {}


def _both_texts(form: RequestForm, current: InformationRequest) -> dict[str, object]:
    form.go_on_from(current)
    saves = current.versions.filter(is_aside=False, revision=current.revision)
    last = saves.select_related("saved_by").first()
    return {
        "colleague": last.saved_by if last else None,
        "theirs": [
            Theirs(str(form.fields[name].label), getattr(current, name))
            for name in actions.WORDS
            if getattr(current, name) != form.cleaned_data[name]
        ],
    }


def _aside(draft: InformationRequest) -> list[RequestVersion]:
    """Texts that came second, for as long as the draft is written."""
    found = draft.versions.filter(is_aside=True).select_related("saved_by")
    return list(found.order_by("-saved_at")[:5])


def _begun(user: User, wanted: QueryDict) -> InformationRequest:
    """A draft that is not saved, at the step and with the text that was asked for."""
    draft = InformationRequest(contact=user)
    source = _one(InformationRequest.objects.visible_to(user), wanted.get("van"))
    if source and can_ask(user, source):
        for name in COPIED:
            setattr(draft, name, getattr(source, name))
    phases = Phase.objects.filter(cycle__in=Cycle.objects.visible_to(user))
    phase = _one(phases, wanted.get("fase"))
    if phase is None and (cycle := _one(Cycle.objects.all(), wanted.get("ronde"))):
        running = phases.filter(cycle=cycle, councils_deliver=True).order_by(
            "closes_at"
        )
        phase = running.open().last() or running.last()
    if phase:
        draft.phase, draft.closes_at = phase, phase.closes_at
    return draft


def _one(queryset, pk: str | None):
    """The row with that key, or None: an address may hold anything."""
    try:
        return queryset.filter(pk=UUID(pk or "")).first()
    except ValueError:
        return None
