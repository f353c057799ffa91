"""Meetings: the list and one meeting, for the council and for its guests."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from councils.actions import meeting as actions
from councils.actions.meeting_people import likely_quorum, quorum_of
from councils.agenda_page import items_sent, unsent_of
from councils.agenda_reading import agenda_of, reading_of
from councils.minutes_reading import may_read
from councils.models import Attendee, Meeting
from councils.permissions import (
    can_prepare,
    council_seats,
    is_member,
    seats_to_prepare,
)
from portal.context import current_council
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.prepared import fetch, fetch_of
from portal.templatetags.portal import Badge

Answer = Attendee.Answer
# From then on the list asks for an answer with some urgency.
NEAR = timedelta(days=14)


class Line(NamedTuple):
    """One meeting of the list, and what the reader said about coming."""

    meeting: Meeting
    badge: Badge | None


class Clash(NamedTuple):
    """Another meeting at the same time."""

    pk: UUID
    name: str
    council: str


def listing(request: UserRequest) -> HttpResponse:
    """The meetings of one's councils and those one is a guest of: ahead, or over."""
    is_over = request.GET.get("toon") == "geweest"
    found = Meeting.objects.visible_to(request.user).select_related("council")
    if seat := current_council(request):
        found = found.filter(council=seat.party_id)
    own = Attendee.objects.filter(
        meeting=OuterRef("pk"), user=request.user, invited_at__isnull=False
    )
    found = found.annotate(own_answer=Subquery(own.values("answer")[:1]))
    page = paginate(request, found.over() if is_over else found.ahead())
    seats = council_seats(request.user)
    return render(
        request,
        "councils/meeting/list.html",
        {
            "page": page,
            "lines": [Line(each, _badge(each, is_over)) for each in page],
            "is_over": is_over,
            "may_plan": bool(seats_to_prepare(request.user)),
            "with_council": len(seats) != 1,
        },
    )


def _badge(meeting: Meeting, is_over: bool) -> Badge | None:
    if meeting.is_cancelled:
        return Badge(_("Called off"), "late", "no")
    answer = getattr(meeting, "own_answer", None)
    if is_over or answer is None:
        return None
    if answer == Answer.YES:
        return Badge(_("You are coming"), "done")
    if answer == Answer.NO:
        return Badge(_("You are not coming"), "", "cross")
    is_near = meeting.starts_at < timezone.now() + NEAR
    return Badge(_("Please answer"), "now" if is_near else "wait", "question")


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One meeting: when and where, who comes, and what it is about."""
    meeting = next(iter(fetch(_known, request.user, pk)), None)
    if meeting is None:
        raise Http404
    is_own = is_member(request.user, meeting.council)
    whose = () if is_own else (request.user.pk,)
    attendees = fetch_of(_expected, meeting.pk, *whose)
    own = next((each for each in attendees if each.user_id == request.user.pk), None)
    may_prepare = can_prepare(request.user, meeting.council)
    agenda = agenda_of(meeting) if may_prepare else None
    context: dict[str, Any] = {
        "meeting": meeting,
        "key": str(meeting.pk),
        "is_own": is_own,
        "own": own if own and own.invited_at else None,
        "may_answer": _may_answer(meeting, own),
        "clash": _clash_of(meeting, own),
        "has_begun": meeting.starts_at <= timezone.now() and not meeting.is_cancelled,
        "may_read_minutes": may_read(request.user, meeting),
        "may_prepare": may_prepare and not meeting.is_cancelled,
        "reading": reading_of(meeting, request.user, agenda),
        "unsent": len(unsent_of(meeting, request.user, agenda)) if agenda else 0,
        "crumbs": [(_("Meetings"), reverse("councils:meeting_list"))],
    }
    if is_own:
        context |= _people(meeting, attendees)
    context["main"] = _main(context, meeting)
    return render(request, "councils/meeting/detail.html", context)


def _known(user: User, pk: UUID) -> QuerySet[Meeting]:
    beside = Meeting.objects.select_related("council", "location", "minutes")
    found = beside.visible_to(user).filter(pk=pk).annotate(clash=_clash(user))
    # What was sent is compared for who can send what changed, and for nobody else.
    return found.annotate(sent_items=items_sent()) if seats_to_prepare(user) else found


def _clash(user: User) -> Subquery:
    """Another meeting at the same time where this person is expected too."""
    expected = Attendee.objects.expected().filter(meeting=OuterRef("pk"), user=user)
    others = (
        Meeting.objects.visible_to(user)
        .planned()
        .filter(
            Exists(expected),
            starts_at__lt=OuterRef("ends_at"),
            ends_at__gt=OuterRef("starts_at"),
        )
        .exclude(pk=OuterRef("pk"))
    )
    told = JSONObject(pk="pk", title="title", kind="kind", council="council__name")
    return Subquery(others.order_by("starts_at", "pk").values(found=told)[:1])


def _expected(meeting: UUID, user: UUID | None = None) -> QuerySet[Attendee]:
    """Who is expected at a meeting; with ``user`` that person alone."""
    found = Attendee.objects.filter(meeting=meeting)
    return found.filter(user=user) if user else found


def _may_answer(meeting: Meeting, own: Attendee | None) -> bool:
    if own is None or own.invited_at is None:
        return False
    return not meeting.is_cancelled and not meeting.is_over


def _clash_of(meeting: Meeting, own: Attendee | None) -> Clash | None:
    """The other meeting, for who is expected at this one and has not said no."""
    found = meeting.__dict__["clash"]
    if not found or not own or own.answer == Answer.NO:
        return None
    if meeting.is_cancelled or meeting.is_over:
        return None
    name = found["title"] or str(dict(Meeting.Kind.choices)[found["kind"]])
    return Clash(UUID(found["pk"]), name, found["council"])


def _people(meeting: Meeting, attendees: list[Attendee]) -> dict[str, Any]:
    """Who comes, or afterwards who was there; for the council's own people."""
    is_noted = any(each.was_present is not None for each in attendees)
    groups = [
        (Answer.YES, _("Comes"), "check"),
        (Answer.NO, _("Does not come"), "cross"),
        (Answer.NONE, _("No answer yet"), "question"),
    ]
    answers: list[tuple[str, str, list[Attendee]]] = [
        (word, icon, [each for each in attendees if each.answer == answer])
        for answer, word, icon in groups
    ]
    if is_noted:
        answers = [
            (_("Present"), "check", [e for e in attendees if e.was_present]),
            (_("Absent"), "cross", [e for e in attendees if e.was_present is False]),
        ]
    quorum = quorum_of if is_noted else likely_quorum
    return {
        "is_noted": is_noted,
        "groups": [group for group in answers if group[2]],
        "quorum": quorum(meeting.council, attendees),
        "not_invited": sum(
            each.invited_at is None and not each.came_unasked for each in attendees
        ),
    }


def _main(context: dict[str, Any], meeting: Meeting) -> str:
    """Which of the page's buttons is the solid one."""
    prepares = context["may_prepare"]
    if prepares and not meeting.is_over and context["not_invited"]:
        return "invite"
    if context["may_answer"] and context["own"].answer == Answer.NONE:
        return "answer"
    if prepares and meeting.is_over and not context["is_noted"]:
        return "presence"
    if prepares and meeting.is_over and not context["may_read_minutes"]:
        return "minutes"
    return ""


@require_POST
def answer(request: UserRequest, pk: UUID) -> HttpResponse:
    """Say whether one comes."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)
    own = get_object_or_404(
        meeting.attendees.filter(invited_at__isnull=False), user=request.user
    )
    given = request.POST.get("answer")
    if given in {Answer.YES, Answer.NO}:
        try:
            actions.answer(own, answer=given, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, thanks(given))
    return redirect(meeting)


def thanks(answer: str) -> str:
    if answer == Answer.YES:
        return _("Thank you. We noted that you come.")
    return _("Thank you. We noted that you do not come.")
