"""Actions: one's own, those of the council, and what came of each."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import action_item as actions
from councils.forms.action_item import EndForm, HandOverForm
from councils.models import ActionItem
from councils.permissions import can_prepare
from portal.context import current_council
from portal.errors import NotAllowedNow
from portal.held import holding
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from portal.templatetags.portal import Badge

Status = ActionItem.Status


def listing(request: UserRequest) -> HttpResponse:
    """Actions that wait for the reader, for anybody of the council, or are over."""
    shown = request.GET.get("toon", "")
    found = ActionItem.objects.visible_to(request.user)
    found = found.select_related("council", "owner")
    if seat := current_council(request):
        found = found.filter(council=seat.party_id)
    if shown == "klaar":
        found = found.exclude(status=Status.OPEN).order_by("-ended_at", "pk")
    elif shown == "alle":
        found = found.open()
    else:
        shown = ""
        found = found.open().filter(owner=request.user)
    page = paginate(request, found)
    today = timezone.localdate()
    return render(
        request,
        "councils/action_item/list.html",
        {
            "page": page,
            "rows": [(each, badge_of(each)) for each in page],
            "shown": shown,
            "today": today,
        },
    )


def get_action(request: UserRequest, pk: UUID) -> ActionItem:
    return get_object_or_404(
        ActionItem.objects.visible_to(request.user).select_related(
            "council", "owner", "item__meeting"
        ),
        pk=pk,
    )


def can_end(user: User, action: ActionItem) -> bool:
    """Who took it on says that it is done, or whoever prepares the meetings."""
    return action.owner_id == user.pk or can_prepare(user, action.council)


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One action: what it is, and saying what came of it."""
    action = get_action(request, pk)
    may_end = can_end(request.user, action)
    form = EndForm(request.POST or None, initial={"note": action.note})
    if request.method == "POST":
        require(may_end)
        if form.is_valid():
            try:
                done = _end(request, action, form.cleaned_data["note"])
            except NotAllowedNow as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, done)
                return redirect("councils:action_detail", pk)
    return render(
        request,
        "councils/action_item/detail.html",
        {
            "action": action,
            "badge": badge_of(action),
            "form": form,
            "is_open": action.status == Status.OPEN,
            "may_end": may_end,
            "may_change": can_prepare(request.user, action.council),
            "meeting": action.item.meeting if action.item else None,
            "crumbs": [(_("Actions"), reverse("councils:action_list"))],
        },
    )


def _end(request: UserRequest, action: ActionItem, note: str) -> str:
    if "reopen" in request.POST:
        actions.reopen(action, by=request.user)
        return _("The action is open again.")
    if "drop" in request.POST:
        actions.drop(action, note=note, by=request.user)
        return _("The action is off the list.")
    actions.finish(action, note=note, by=request.user)
    return _("The action is done. Thank you.")


def _held(request: UserRequest, pk: UUID) -> list[Model]:
    action = get_action(request, pk)
    require(can_prepare(request.user, action.council))
    meeting = action.item.meeting if action.item else None
    minutes = getattr(meeting, "minutes", None)
    return [minutes, action] if minutes else [action]


@holding(_held)
def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Another owner, another day, or other words as long as nothing is adopted."""
    action = get_action(request, pk)
    require(can_prepare(request.user, action.council))
    form = HandOverForm(
        request.POST or None,
        action=action,
        owners=actions.owners_of(action.council, action.openness),
        is_frozen=actions.is_frozen(action),
    )
    if request.method == "POST" and form.is_valid():
        try:
            _change(action, form, request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The action is saved."))
            return redirect("councils:action_detail", pk)
    return render(
        request,
        "councils/action_item/form.html",
        {
            "form": form,
            "action": action,
            "may_remove": "what" in form.fields and action.item_id is not None,
            "crumbs": [
                (_("Actions"), reverse("councils:action_list")),
                (_("Action"), reverse("councils:action_detail", args=[pk])),
            ],
        },
    )


def _change(action: ActionItem, form: HandOverForm, by: User) -> None:
    typed = form.cleaned_data
    if "what" in form.changed_data:
        actions.reword(action, what=typed["what"], by=by)
    if {"owner", "due_on"} & set(form.changed_data):
        owner = User.objects.get(pk=typed["owner"])
        actions.hand_over(action, owner=owner, due_on=typed["due_on"], by=by)


@require_POST
def remove(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take back an action that was written down by mistake, before it is adopted."""
    action = get_action(request, pk)
    require(can_prepare(request.user, action.council))
    meeting = action.item.meeting_id if action.item else None
    try:
        actions.remove(action, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("councils:action_detail", pk)
    messages.success(request, _("The action is taken back."))
    if meeting:
        return redirect("councils:minutes_edit", meeting)
    return redirect("councils:action_list")


def badge_of(action: ActionItem) -> Badge:
    """How it stands, in a word."""
    if action.status == Status.DONE:
        return Badge(_("Done"), "done")
    if action.status == Status.DROPPED:
        return Badge(_("No longer needed"), "", "no")
    if action.is_overdue(timezone.localdate()):
        return Badge(_("Date has passed"), "late")
    return Badge(_("To be done"), "wait")
