"""Requests: what a care office asks councils, as the office and as a council see it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.permissions import care_office_ids, council_ids, council_seats
from portal.dates import working_days_between
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from portal.permissions import require
from portal.seats import Seat
from procurement.actions import request as actions
from procurement.forms.request import WithdrawForm
from procurement.models import (
    InformationRequest,
    PhaseRole,
    PhaseTask,
    RequestCouncil,
)
from procurement.permissions import can_ask

Status = InformationRequest.Status
# What a text costs where the step does not say.
WRITING_MINUTES = 20


class Asked(NamedTuple):
    """One of the reader's councils that is asked, with its own date."""

    seat: Seat
    deadline: datetime


def listing(request: UserRequest) -> HttpResponse:
    """What is asked of the reader's councils; of an office: what it asks."""
    found = InformationRequest.objects.visible_to(request.user).for_list()
    page = paginate(request, _with_asked(found, request.user))
    rows = [(each, _asked(each, request.user)) for each in page]
    return render(
        request,
        "procurement/request/list.html",
        {
            "page": page,
            "rows": rows,
            "may_ask": bool(care_office_ids(request.user)),
        },
    )


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One question: what, why, until when, how it is used and who reads it."""
    asking = get_object_or_404(_whole(request.user), pk=pk)
    may_change = can_ask(request.user, asking)
    return render(
        request,
        "procurement/request/detail.html",
        {
            **shown(asking, request.user),
            "may_edit": may_change and asking.status == Status.DRAFT,
            "may_withdraw": may_change and asking.status == Status.PUBLISHED,
            "may_ask_again": may_change and asking.status != Status.DRAFT,
            "crumbs": _crumbs(asking),
        },
    )


def publish(request: UserRequest, pk: UUID) -> HttpResponse:
    """Show a draft as a council will see it, and put it to all of them at once."""
    asking = get_object_or_404(_whole(request.user), pk=pk)
    require(can_ask(request.user, asking))
    if request.method == "POST":
        try:
            actions.publish(asking, by=request.user)
        except NotAllowedNow as error:
            messages.error(request, str(error))
            return redirect("procurement:request_publish", asking.pk)
        messages.success(request, _("Published. The councils get a mail."))
        return redirect(asking)
    if asking.status != Status.DRAFT:
        return redirect(asking)
    councils = list(
        asking.chosen(actions.region_ids(request.user, asking))
        .select_related("organisation")
        .order_by("organisation__name", "name")
    )
    missing = actions.what_is_missing(asking)
    return render(
        request,
        "procurement/request/publish.html",
        {
            **shown(asking, request.user),
            "count": len(councils),
            "councils": councils,
            "missing": missing,
            "short": _too_short(asking),
            "may_publish": councils and not missing,
            "crumbs": _crumbs(asking),
        },
    )


def withdraw(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take a question back, with a reason that councils read."""
    asking = get_object_or_404(_whole(request.user), pk=pk)
    require(can_ask(request.user, asking))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(asking, **form.cleaned_data, by=request.user)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The request is withdrawn."))
            return redirect(asking)
    return render(
        request,
        "procurement/request/withdraw.html",
        {
            "form": form,
            "asking": asking,
            "crumbs": [
                (_("Requests"), reverse("procurement:request_list")),
                (asking.title, asking.get_absolute_url()),
            ],
        },
    )


def _crumbs(asking: InformationRequest) -> list[tuple[str, str]]:
    return [
        (asking.cycle.title, asking.cycle.get_absolute_url()),
        (_("Requests"), reverse("procurement:request_list")),
    ]


def shown(asking: InformationRequest, user: User) -> dict[str, object]:
    """What the page of a request shows, to a council as to the office itself."""
    asked = _asked(asking, user)
    return {
        "asking": asking,
        "asked": asked,
        "writes": [
            (
                each.seat,
                reverse(
                    "procurement:input_create",
                    args=[asking.cycle_id, each.seat.party_id],
                )
                + f"?uitvraag={asking.pk}",
            )
            for each in asked
            if asking.status == Status.PUBLISHED
        ],
        "dates": asking.dates,
        "count": asking.asked_count,  # type: ignore[attr-defined]
    }


def _whole(user: User) -> QuerySet[InformationRequest]:
    """Requests with everything that their page shows."""
    tasks = PhaseTask.objects.filter(phase=OuterRef("phase"), role=PhaseRole.MEMBER)
    found = InformationRequest.objects.visible_to(user).select_related(
        "phase", "cycle__care_office", "contact"
    )
    return _with_asked(found, user).annotate(
        minutes=Coalesce(Subquery(tasks.values("minutes")[:1]), WRITING_MINUTES)
    )


def _with_asked(
    requests: QuerySet[InformationRequest], user: User
) -> QuerySet[InformationRequest]:
    """How many councils are asked, and which of the reader's own."""
    own = RequestCouncil.objects.filter(council__in=council_ids(user))
    return requests.annotate(asked_count=Count("asked")).prefetch_related(
        Prefetch("asked", own, to_attr="asked_of_reader")
    )


def _asked(asking: InformationRequest, user: User) -> list[Asked]:
    seats = {seat.party_id: seat for seat in council_seats(user)}
    dates = asking.dates
    mine = [
        seats[each.council_id]
        for each in asking.asked_of_reader  # type: ignore[attr-defined]
    ]
    return [
        Asked(seat, dates.for_kind(seat.kind, seat.parent_id is not None))
        for seat in sorted(mine, key=lambda seat: seat.party_name)
    ]


def _too_short(asking: InformationRequest) -> str:
    """A warning that local councils get few days from today, or nothing."""
    days = working_days_between(
        timezone.localdate(), timezone.localdate(asking.dates.local.moment)
    )
    if days >= settings.COUNCIL_WORKING_DAYS:
        return ""
    return _(
        "Councils then have %(days)s working days. The minimum is %(minimum)s."
    ) % {
        "days": days,
        "minimum": settings.COUNCIL_WORKING_DAYS,
    }
