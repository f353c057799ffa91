"""Building the agenda of a meeting: its order, what is put on, and sending it."""

from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import agenda as actions
from councils.actions import agenda_sending as sending
from councils.agenda_lines import AgendaLine, lines_of
from councils.agenda_page import for_building, head_of, page_of
from councils.agenda_reading import goal_names
from councils.forms.agenda import USUAL_GOAL, QuickItemForm, ShortItemForm
from councils.models import AgendaItem, Meeting
from councils.permissions import can_prepare, can_read_item
from councils.suggestion import shown, suggestions_for
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require

# What a button of the page asks, beside the steps within the agenda.
PLACE, NEXT, WAIT, TAKE = "place", "next", "wait", "take"

# As long as a subject may be.
MOST_SHOWN = 150


def building(request: UserRequest, pk: UUID) -> Meeting:
    """A meeting of which this person makes the agenda; else it is not there."""
    meeting = for_building(request.user, pk)
    if meeting is None:
        raise Http404
    require(can_prepare(request.user, meeting.council))
    return meeting


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """The agenda while it is built; on POST a new item at its end."""
    meeting = building(request, pk)
    if meeting.is_cancelled:
        messages.error(request, _called_off(request.POST.get("title", "")))
        return redirect(meeting)
    form = None
    if request.method == "POST":
        new = AgendaItem(meeting=meeting, council_id=meeting.council_id)
        form = QuickItemForm(request.POST, instance=new)
        if added := added_by(form, request):
            return redirect(f"{agenda_url(meeting)}#{added.pk}")
    return render(
        request,
        "councils/agenda/edit.html",
        {
            **_shown(meeting, request.user, moved=_moved(request)),
            "form": form,
            "fresh": uuid4(),
            "goals": tuple(goal_names().items()),
            "usual_goal": USUAL_GOAL.value,
            "suggestions": shown(suggestions_for(meeting, request.user)),
            "crumbs": (
                (_("Meetings"), reverse("councils:meeting_list")),
                (meeting.name, meeting.get_absolute_url()),
            ),
        },
    )


def added_by(form: ShortItemForm, request: UserRequest) -> AgendaItem | None:
    """The new item that was sent, once it is on its agenda; else the form says why it
    is not."""
    if not form.is_valid():
        return None
    try:
        item = actions.add_item(form.save(commit=False), by=request.user)
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return None
    added = _("“%(title)s” is on the agenda now.") % {"title": item.title}
    messages.success(request, added)
    return item


def _called_off(typed: str) -> str:
    words = typed.strip()[:MOST_SHOWN]
    if not words:
        return _("This meeting was called off.")
    return _("This meeting was called off. You typed: %(words)s") % {"words": words}


def agenda_url(meeting: Meeting) -> str:
    return reverse("councils:agenda_edit", args=[meeting.pk])


def _shown(meeting: Meeting, user: User, **kwargs: Any) -> dict[str, Any]:
    return {
        "meeting": meeting,
        "head": head_of(meeting),
        "page": page_of(meeting, user, **kwargs),
    }


def _moved(request: UserRequest) -> UUID | None:
    """The item that was moved just now: its steps stay open without a script too."""
    try:
        return UUID(request.GET.get("punt", ""))
    except ValueError:
        return None


# --- Another order ---------------------------------------------------------------


class Step(NamedTuple):
    """What somebody asks for with a press, and of which item."""

    name: str
    pk: UUID
    before: UUID | None
    seen: int


@require_POST
def move(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take one step; the answer is the new agenda, or with a script its list alone."""
    meeting = building(request, pk)
    step = _step(request)
    items = AgendaItem.objects.filter(council=meeting.council_id)
    mine = AgendaItem.objects.visible_to(request.user)
    item = get_object_or_404(
        items.filter(Q(meeting=meeting) | Q(pk__in=mine.values("pk"))), pk=step.pk
    )
    says, problem = "", ""
    try:
        says = _take(step, item, meeting, request.user)
    except NotAllowedNow as error:
        problem = str(error)
    if "HX-Request" in request.headers:
        now = building(request, pk)
        shown = _shown(now, request.user, moved=item.pk)
        return render(
            request,
            "councils/agenda/_region.html",
            {**shown, "says": says, "problem": problem},
        )
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, says)
    return redirect(f"{agenda_url(meeting)}?punt={item.pk}#{item.pk}")


def _step(request: UserRequest) -> Step:
    asked = request.POST
    name = next(
        (each for each in [*actions.STEPS, PLACE, NEXT, WAIT, TAKE] if each in asked),
        "",
    )
    try:
        before = UUID(asked["before"]) if asked.get("before") else None
        return Step(name, UUID(asked[name]), before, int(asked.get("revision", "")))
    except (KeyError, ValueError) as error:
        raise Http404 from error


def _take(step: Step, item: AgendaItem, meeting: Meeting, by: User) -> str:
    """Do what was asked, and say in a sentence what came of it."""
    if step.name == TAKE:
        moved = actions.put_on(item, meeting, by=by)
        line = _line_of(moved, by)
        return _("“%(title)s” is item %(number)s now.") % {
            "title": moved.title,
            "number": line.number if line else "",
        }
    if item.meeting_id != meeting.pk:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    was = _line_of(item, by)
    said = {"number": was.number if was else "", "title": was.title if was else ""}
    if step.name == WAIT:
        actions.to_backlog(item, revision=step.seen, by=by)
        return _("Item %(number)s, %(title)s, is on the waiting list now.") % said
    if step.name == NEXT:
        actions.move_to_meeting(item, _next(meeting), revision=step.seen, by=by)
        return _("Item %(number)s, %(title)s, is at the next meeting now.") % said
    if step.name == PLACE:
        actions.place_item(item, before=step.before, revision=step.seen, by=by)
    else:
        actions.move_item(item, to=step.name, revision=step.seen, by=by)
    line = _line_of(item, by)
    said["now"] = line.number if line else ""
    return _("Item %(number)s, %(title)s, is item %(now)s now.") % said


def _line_of(item: AgendaItem, user: User) -> AgendaLine[AgendaItem] | None:
    """Where an item stands now, for who moves it."""
    items = AgendaItem.objects.filter(meeting=item.meeting_id).in_order()
    lines = lines_of(items, None, lambda each: can_read_item(user, each))
    return next((line for line in lines if line.item.pk == item.pk), None)


def _next(meeting: Meeting) -> Meeting:
    following = meeting.__dict__["next_pk"]
    if following is None:
        raise NotAllowedNow(_("No next meeting is planned yet."))
    return Meeting.objects.get(pk=following)


# --- Sending ---------------------------------------------------------------------


def send(request: UserRequest, pk: UUID) -> HttpResponse:
    """Look who gets the agenda and what changed, and send it."""
    meeting = building(request, pk)
    if request.method == "POST":
        return _send(request, meeting)
    page = page_of(meeting, request.user)
    if not page.may_send:
        # There it stands why.
        return redirect(agenda_url(meeting))
    is_sent = page.is_sent
    readers = sending.readers_of(meeting, page.unsent if is_sent else None)
    return render(
        request,
        "councils/agenda/send.html",
        {
            "meeting": meeting,
            "page": page,
            "is_sent": is_sent,
            "getting": [each for each in readers if not each.why_not],
            "missing": [each for each in readers if each.why_not],
            "crumbs": [
                (_("Meetings"), reverse("councils:meeting_list")),
                (meeting.name, meeting.get_absolute_url()),
                (_("Agenda"), agenda_url(meeting)),
            ],
        },
    )


def _send(request: UserRequest, meeting: Meeting) -> HttpResponse:
    try:
        seen = int(request.POST.get("revision", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        sent = sending.send_agenda(meeting, seen=seen, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("councils:agenda_send", meeting.pk)
    on_its_way = _("The agenda is on its way.")
    if sent.number > 1:
        on_its_way = _("The changes are on their way.")
    messages.success(request, on_its_way)
    return redirect(meeting)
