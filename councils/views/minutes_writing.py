"""Minuting a meeting on one page, item after item: nothing that is typed is lost."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from councils.actions import action_item as action_items
from councils.actions import decision as decisions
from councils.actions import minutes as actions
from councils.forms.minutes import (
    ActionForm,
    DecisionForm,
    Entry,
    Fields,
    OpeningForm,
    Page,
    TextForm,
    Typed,
    words_typed,
)
from councils.minutes_reading import Reading, minutes_of, read
from councils.models import ActionItem, AgendaItem, Decision, Meeting
from councils.permissions import can_prepare
from portal.errors import NotAllowedNow, StaleText
from portal.forms import Form
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require


def get_meeting(request: UserRequest, pk: UUID) -> Meeting:
    """A meeting that this person may know of, with its council and its minutes."""
    meetings = Meeting.objects.visible_to(request.user)
    return get_object_or_404(
        meetings.select_related("council", "minutes__adopted_in"), pk=pk
    )


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Write down what was said, decided and taken on; or send it round."""
    meeting = get_meeting(request, pk)
    require(can_prepare(request.user, meeting.council))
    minutes = minutes_of(meeting)
    is_adopted = minutes is not None and minutes.is_adopted
    if is_adopted or not has_begun(meeting):
        if request.method == "POST" and (typed := words_typed(request.POST)):
            return _given_back(request, meeting, typed)
        if is_adopted:
            return redirect("councils:minutes_detail", pk)
        return not_now(request, meeting)
    reading = read(request.user, meeting, to_write=True)
    if request.method != "POST":
        return _render(request, reading, Page(reading))
    page = Page(reading, request.POST)
    _save(page, meeting, request.user)
    if page.has_problem:
        kept = page
        reading = read(request.user, get_meeting(request, pk), to_write=True)
        page = Page(reading)
        _keep_what_failed(kept, page)
        return _render(request, reading, page)
    if "send" in request.POST:
        return _send(request, meeting)
    if elsewhere := _then(request, reading):
        return redirect(elsewhere)
    messages.success(request, _("The minutes are saved."))
    place = request.POST.get("save", "")
    anchor = f"#punt-{place}" if place.replace(".", "").isalnum() else ""
    return redirect(reverse("councils:minutes_edit", args=[pk]) + anchor)


def _then(request: UserRequest, reading: Reading) -> str:
    """Where somebody goes on who writes these minutes, once they are saved."""
    then, meeting = request.POST.get("then", ""), reading.meeting
    if then == "presence":
        presence = reverse("councils:meeting_presence", args=[meeting.pk])
        return f"{presence}?van=verslag"
    if then in {str(draft.pk) for draft in reading.drafts}:
        adopt = reverse("councils:minutes_adopt", args=[then])
        return f"{adopt}?in={meeting.pk}"
    return ""


def _given_back(
    request: UserRequest, meeting: Meeting, typed: list[str]
) -> HttpResponse:
    """What was typed in minutes that were adopted meanwhile, or whose meeting was
    called off."""
    context = {"meeting": meeting, "typed": typed}
    return render(request, "councils/minutes/given_back.html", context, status=409)


def has_begun(meeting: Meeting) -> bool:
    return meeting.starts_at <= timezone.now() and not meeting.is_cancelled


def not_now(request: UserRequest, meeting: Meeting) -> HttpResponse:
    """Back to a meeting of which there are no minutes yet, with the reason."""
    messages.info(
        request,
        _("This meeting was called off.")
        if meeting.is_cancelled
        else _("The meeting has not begun yet."),
    )
    return redirect(meeting)


def _render(request: UserRequest, reading: Reading, page: Page) -> HttpResponse:
    meeting = reading.meeting
    by_item = {entry.item.pk: entry for entry in page.entries}
    return render(
        request,
        "councils/minutes/edit.html",
        {
            "meeting": meeting,
            "minutes": reading.minutes,
            "reading": reading,
            "page": page,
            "rows": [(each, by_item.get(each.item.pk)) for each in reading.items],
            "crumbs": [
                (_("Meetings"), reverse("councils:meeting_list")),
                (capfirst(meeting.name), meeting.get_absolute_url()),
            ],
        },
    )


def _send(request: UserRequest, meeting: Meeting) -> HttpResponse:
    try:
        minutes = actions.begin(meeting, by=request.user)
        actions.send_round(minutes, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return redirect("councils:minutes_edit", meeting.pk)
    messages.success(request, _("The draft is sent round."))
    return redirect("councils:minutes_detail", meeting.pk)


# --- Saving what was typed -------------------------------------------------------


def _save(page: Page, meeting: Meeting, by: User) -> None:
    """Save each part by itself; a part that cannot be saved stops no other."""
    if page.opening.is_touched:
        _save_text(
            page.opening,
            OpeningForm,
            lambda text, seen: (
                actions.save_opening(meeting, text, revision=seen, by=by).opening
            ),
        )
    for entry in page.entries:
        entry.item.meeting = meeting
        if entry.notes.is_touched:
            _save_text(entry.notes, TextForm, _notes_of(entry, by))
        if entry.decision.is_filled_in:
            _save_decision(entry, by)
        if entry.action.is_filled_in:
            _save_action(entry, by)


def _notes_of(entry: Entry, by: User):
    def save(text: str, seen: int) -> str:
        return actions.save_notes(entry.item, text, revision=seen, by=by).notes

    return save


def _save_text(typed: Typed, form_class: type[Form], save) -> None:
    form = form_class({"text": typed.text})
    if not form.is_valid():
        typed.error = " ".join(str(each) for each in form.errors["text"])
        return
    try:
        save(form.cleaned_data["text"], typed.revision)
    except StaleText as error:
        now = error.current
        typed.error = str(error)
        typed.other = now.notes if isinstance(now, AgendaItem) else now.opening
    except NotAllowedNow as error:
        typed.error = str(error)


def _save_decision(entry: Entry, by: User) -> None:
    new = Decision(pk=entry.decision_pk, item=entry.item)
    form = DecisionForm(entry.decision.values, instance=new)
    _save_new(entry.decision, form, "text", lambda: decisions.record(new, by=by))


def _save_action(entry: Entry, by: User) -> None:
    new = ActionItem(pk=entry.action_pk, item=entry.item)
    form = ActionForm(entry.action.values, instance=new)
    _save_new(entry.action, form, "owner", lambda: action_items.take_on(new, by=by))


def _save_new(fields: Fields, form, field: str, save) -> None:
    if form.is_valid():
        try:
            save()
        except NotAllowedNow as error:
            form.add_error(field, str(error))
    if form.errors:
        fields.complain(form)


def _keep_what_failed(kept: Page, page: Page) -> None:
    """On the page as it now is: what was typed and could not be saved."""
    page.lost = kept.lost
    _keep_text(kept.opening, page.opening)
    now = {entry.id: entry for entry in page.entries}
    for entry in kept.entries:
        fresh = now.get(entry.id)
        if fresh is None:
            page.lost += entry.refused
            continue
        _keep_text(entry.notes, fresh.notes)
        if entry.decision.errors:
            fresh.decision = entry.decision
        if entry.action.errors:
            fresh.action = entry.action


def _keep_text(typed: Typed, fresh: Typed) -> None:
    # With the revision of now: who saves again has seen the other text.
    if typed.error:
        fresh.text, fresh.error, fresh.other = typed.text, typed.error, typed.other
