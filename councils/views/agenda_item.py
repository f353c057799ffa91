"""One item of an agenda: written, changed by two at once, taken off, proposed."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import agenda as actions
from councils.agenda_reading import papers_of
from councils.forms.agenda import DropForm, ItemForm, NewItemForm
from councils.models import AgendaItem, Meeting
from councils.permissions import can_edit_item, can_prepare
from councils.views.agenda import added_by, agenda_url, building
from portal.diff import Part, word_diff
from portal.errors import NotAllowedNow, StaleText
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require


class Difference(NamedTuple):
    """One field of which two people made something else."""

    label: str
    mine: str
    theirs: str
    parts: list[Part]


def get_item(request: UserRequest, pk: UUID) -> AgendaItem:
    """An item that exists for this person and that was not dropped."""
    return get_object_or_404(_items(request.user), pk=pk)


def _items(user: User) -> QuerySet[AgendaItem]:
    items = AgendaItem.objects.visible_to(user).filter(dropped_at=None)
    return items.select_related(
        "meeting__council", "council", "introducer", "edited_by", "added_by"
    )


def back_of(item: AgendaItem, user: User) -> str:
    """Where one goes on: the agenda for who builds it, else the waiting list."""
    if item.meeting and can_prepare(user, item.council):
        return agenda_url(item.meeting)
    if item.meeting:
        return item.meeting.get_absolute_url()
    return reverse("councils:backlog", args=[item.council_id])


def crumbs_of(item: AgendaItem, user: User) -> list[tuple[str, str]]:
    label = _("Agenda") if item.meeting else _("Waiting list")
    return [
        (_("Meetings"), reverse("councils:meeting_list")),
        (label, back_of(item, user)),
    ]


def create(request: UserRequest, pk: UUID) -> HttpResponse:
    """A new item with all that belongs to it; perhaps begun in the short form."""
    meeting = building(request, pk)
    item = AgendaItem(meeting=meeting, council=meeting.council)
    is_begun = "begun" in request.POST
    form = NewItemForm(
        None if is_begun else request.POST or None,
        begun=request.POST if is_begun else {},
        instance=item,
        by=request.user,
    )
    if added := added_by(form, request):
        return redirect(f"{agenda_url(meeting)}#{added.pk}")
    return render(
        request,
        "councils/agenda/item_form.html",
        {
            "form": form,
            "item": item,
            "back": agenda_url(meeting),
            "crumbs": crumbs_of(item, request.user),
        },
    )


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Change an item; when somebody else did so meanwhile, both texts are shown."""
    if request.method == "POST" and not _items(request.user).filter(pk=pk).exists():
        return _given_back(request)
    item = get_item(request, pk)
    require(can_edit_item(request.user, item))
    revision, title = item.revision, item.title
    back = back_of(item, request.user)
    form = ItemForm(request.POST or None, instance=item, by=request.user)
    other: AgendaItem | None = None
    if request.method == "POST":
        # Who mends a mistake still began from that text.
        revision = _number(request.POST.get("revision", ""))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_item(
                form.save(commit=False), revision=revision, by=request.user
            )
        except StaleText as error:
            other = error.current
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The item is saved."))
            return redirect(f"{back}#{item.pk}")
    return render(
        request,
        "councils/agenda/item_form.html",
        {
            "form": form,
            # Not as somebody typed it who has not saved it.
            "item": AgendaItem(pk=item.pk, title=title),
            "papers": papers_of(item),
            "revision": other.revision if other else revision,
            "conflict": differences(form, other) if other else [],
            "other": other,
            "back": back,
            "crumbs": crumbs_of(item, request.user),
        },
    )


def _given_back(request: UserRequest) -> HttpResponse:
    """What was typed for an item that is not there, or no more for this person: it
    was closed meanwhile. Whatever the reason, the answer is the same."""
    typed = [request.POST.get(name, "") for name in ("title", "explanation")]
    context = {"typed": "\n\n".join(each for each in typed if each)}
    return render(request, "councils/agenda/given_back.html", context, status=404)


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 9 else -1


def differences(form: ItemForm, now: AgendaItem) -> list[Difference]:
    """The fields in which what was typed and what was saved are not the same."""
    theirs = ItemForm(instance=now, by=now.edited_by or User())
    found = []
    for name in form.fields:
        mine, other = _text_of(form, name), _text_of(theirs, name, now)
        if mine != other:
            label = str(form.fields[name].label)
            found.append(Difference(label, mine, other, word_diff(other, mine)))
    return found


def _text_of(form: ItemForm, name: str, row: AgendaItem | None = None) -> str:
    """What a field says, as people read it."""
    item = row or form.instance
    if name in {"goal", "openness"}:
        return str(getattr(item, f"get_{name}_display")())
    value = getattr(item, name)
    return "" if value is None else str(getattr(value, "name", value))


def drop(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take an item away with a word why; of a proposal the member reads it."""
    item = get_item(request, pk)
    require(can_edit_item(request.user, item))
    back = back_of(item, request.user)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop_item(item, reason=form.cleaned_data["reason"], by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The item is taken away."))
            return redirect(back)
    return render(
        request,
        "councils/agenda/drop.html",
        {
            "form": form,
            "item": item,
            "back": back,
            "crumbs": crumbs_of(item, request.user),
        },
    )


@require_POST
def put_on(request: UserRequest, pk: UUID) -> HttpResponse:
    """Put an item that waits on the agenda of a meeting of its council."""
    item = get_item(request, pk)
    require(can_prepare(request.user, item.council))
    meetings = Meeting.objects.filter(council=item.council_id)
    meeting = get_object_or_404(meetings, pk=_uuid(request.POST.get("meeting", "")))
    try:
        actions.put_on(item, meeting, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("councils:backlog", item.council_id)
    messages.success(
        request, _("“%(title)s” is on the agenda now.") % {"title": item.title}
    )
    return redirect(f"{agenda_url(meeting)}#{item.pk}")


@require_POST
def accept(request: UserRequest, pk: UUID) -> HttpResponse:
    """Keep a member's proposal on the waiting list."""
    item = get_item(request, pk)
    require(can_prepare(request.user, item.council))
    try:
        actions.accept(item, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The proposal is on the waiting list."))
    return redirect("councils:backlog", item.council_id)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
