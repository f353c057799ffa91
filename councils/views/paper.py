"""Papers of an item: awaited, delivered in versions, and given to who may read them."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import agenda_papers as actions
from councils.agenda_reading import versions_for_guests
from councils.forms.agenda import DeliverForm, PaperChangeForm, PaperForm
from councils.models import (
    AgendaPaper,
    AgendaPaperVersion,
    Meeting,
    SentAgenda,
    in_reach,
)
from councils.permissions import can_deliver, can_edit_item, council_ids
from councils.views.agenda_item import back_of, crumbs_of, get_item
from portal.errors import NotAllowedNow
from portal.files import file_response
from portal.held import holding
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.pdf_behind import BINDABLE
from portal.permissions import require


def create(request: UserRequest, pk: UUID) -> HttpResponse:
    """A paper for an item: its file, or who delivers it and before which day."""
    item = get_item(request, pk)
    require(can_edit_item(request.user, item))
    paper = AgendaPaper(item=item)
    usual = item.meeting.papers_due_on if item.meeting else None
    if usual and usual >= timezone.localdate():
        paper.due_on = usual
    form = PaperForm(request.POST or None, request.FILES or None, instance=paper)
    if request.method == "POST" and form.is_valid():
        try:
            paper = actions.add_paper(
                form.save(commit=False),
                upload=form.cleaned_data["upload"],
                by=request.user,
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _said_of(paper, by=request.user))
            _say_when_loose(request, paper.versions.order_by("-number").first())
            return redirect("councils:item_edit", item.pk)
    return render(
        request,
        "councils/agenda/paper_form.html",
        {
            "form": form,
            "item": item,
            "crumbs": crumbs_of(item, request.user),
        },
    )


def _said_of(paper: AgendaPaper, *, by: User) -> str:
    """What came of adding a paper; who is asked to deliver it gets a mail."""
    paper.refresh_from_db(fields=["asked_at"])
    if paper.asked_at and paper.deliverer and paper.deliverer != by:
        return _("The paper is asked for. %(name)s gets a mail.") % {
            "name": paper.deliverer
        }
    return _("The paper is with the item.")


def _say_when_loose(request: UserRequest, version: AgendaPaperVersion | None) -> None:
    """Tell who delivered a paper that it does not fit in one file with the agenda."""
    if version and version.fit not in BINDABLE:
        messages.warning(
            request,
            _(
                "It does not come in the one file with all papers: %(why)s."
                " Who wants to read it downloads it apart."
                " Does it have to be in there? Then deliver it as an ordinary PDF."
            )
            % {"why": version.get_fit_display()},
        )


def get_paper(request: UserRequest, pk: UUID) -> AgendaPaper:
    """A paper of an item that exists for this person and that was not dropped."""
    papers = AgendaPaper.objects.visible_to(request.user).filter(item__dropped_at=None)
    return get_object_or_404(
        papers.select_related("item__meeting", "item__council", "deliverer"), pk=pk
    )


def to_change(request: UserRequest, pk: UUID) -> AgendaPaper:
    """A paper of which this person makes the agenda."""
    paper = get_paper(request, pk)
    require(can_edit_item(request.user, paper.item))
    return paper


def listing(request: UserRequest) -> HttpResponse:
    """The papers that were asked of the reader and are not there yet."""
    papers = AgendaPaper.objects.asked_of(request.user)
    page = paginate(request, papers.select_related("item__meeting__council"))
    return render(
        request,
        "councils/agenda/paper_list.html",
        {"page": page, "today": timezone.localdate()},
    )


def _held(request: UserRequest, pk: UUID) -> list[Model]:
    item = to_change(request, pk).item
    return [item.meeting, item] if item.meeting else [item]


@holding(_held)
def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Ask for a paper by another name, until another day, or of somebody else."""
    paper = to_change(request, pk)
    title = paper.title
    form = PaperChangeForm(request.POST or None, instance=paper)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_paper(form.save(commit=False), by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The paper is saved."))
            return redirect("councils:item_edit", paper.item_id)
    return render(
        request,
        "councils/agenda/paper_edit.html",
        {
            "form": form,
            "paper": paper,
            "title": title,
            "is_there": paper.versions.exists(),
            "crumbs": crumbs_of(paper.item, request.user),
        },
    )


def deliver(request: UserRequest, pk: UUID) -> HttpResponse:
    """A newer version of a paper, beside those that are there."""
    paper = get_paper(request, pk)
    require(can_deliver(request.user, paper))
    form = DeliverForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = form.cleaned_data["upload"]
            version = actions.deliver(
                paper, upload=upload, key=form.key, by=request.user
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The paper is delivered."))
            _say_when_loose(request, version)
            return redirect(back_of(paper.item, request.user))
    return render(
        request,
        "councils/agenda/paper_deliver.html",
        {
            "form": form,
            "paper": paper,
            "versions": paper.versions.select_related("delivered_by"),
            "may_change": can_edit_item(request.user, paper.item),
            "back": back_of(paper.item, request.user),
            "crumbs": crumbs_of(paper.item, request.user),
        },
    )


def remove(request: UserRequest, pk: UUID) -> HttpResponse:
    """Ask for a paper that never came no more; the page says first who hears so."""
    paper = to_change(request, pk)
    if request.method == "POST":
        try:
            actions.remove_paper(paper, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The paper is taken away."))
        return redirect("councils:item_edit", paper.item_id)
    if paper.versions.exists():
        messages.error(request, actions.stays())
        return redirect("councils:item_edit", paper.item_id)
    return render(
        request,
        "councils/agenda/paper_remove.html",
        {
            "paper": paper,
            "told": actions.who_is_waiting(paper, by=request.user),
            "crumbs": crumbs_of(paper.item, request.user),
        },
    )


def file(request: UserRequest, pk: UUID) -> HttpResponseBase:
    """A version of a paper to save, for the council; for a guest what was sent."""
    version = get_object_or_404(
        AgendaPaperVersion.objects.select_related("paper__item"), pk=pk
    )
    if not _may_read(request.user, version):
        raise Http404
    return file_response(version.file, version.filename)


def _may_read(user: User, version: AgendaPaperVersion) -> bool:
    own = AgendaPaperVersion.objects.filter(
        in_reach(user, "paper__item__council", "paper__item__openness")
    )
    if own.filter(pk=version.pk).exists():
        return True
    # Of the own council one reads what is open now, and not what once was.
    as_guest = Meeting.objects.visible_to(user).exclude(council__in=council_ids(user))
    sent = SentAgenda.objects.filter(meeting__in=as_guest.values("pk"))
    newest = {each.meeting_id: each for each in sent.order_by("number")}
    return str(version.pk) in versions_for_guests(newest.values())
