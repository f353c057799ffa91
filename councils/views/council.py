"""A council's page: who it is, and for its own people who sits in it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import membership as actions
from councils.actions.handover import things_of
from councils.actions.stand_in import can_be_replaced
from councils.forms.membership import EndForm, RoleForm
from councils.models import (
    Council,
    CouncilMembership,
    Invitation,
    StandIn,
    TermQuerySet,
)
from councils.permissions import (
    Role,
    can_invite,
    can_prepare,
    council_ids,
    is_member,
)
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User
from portal.permissions import require

ENDS_SOON = timedelta(days=183)


def detail(request: UserRequest, pk) -> HttpResponse:
    """The council for everybody; its people for those who work with them."""
    council = get_object_or_404(
        Council.objects.select_related("organisation", "parent").prefetch_related(
            "locations__municipality"
        ),
        pk=pk,
    )
    user = request.user
    may_invite = can_invite(user, council)
    today = timezone.localdate()
    terms = (
        _people(user, council)
        .overlapping(today, None)
        .select_related("user")
        .order_by("user__name", "starts_on")
    )
    stand_ins = (
        StandIn.objects.filter(term__in=terms, ends_on__gte=today)
        .select_related("deputy")
        .order_by("starts_on")
    )
    return render(
        request,
        "councils/council/detail.html",
        {
            "council": council,
            "children": council.children.all(),
            "today": today,
            "may_see_people": is_member(user, council) or user.is_staff,
            "may_invite": may_invite,
            "may_read_trail": can_prepare(user, council),
            "rows": _rows(list(terms), list(stand_ins), today),
            "invitations": Invitation.objects.open().filter(council=council)
            if may_invite
            else [],
        },
    )


def _rows(
    terms: list[CouncilMembership], stand_ins: list[StandIn], today: date
) -> list[dict[str, Any]]:
    """The seats with who takes their place, and whose place each of them takes."""
    seats = {term.pk: term for term in terms}
    for stand_in in stand_ins:
        stand_in.term = seats[stand_in.term_id]
    return [
        {
            "term": term,
            "starts_later": term.starts_on > today,
            "ends_soon": bool(term.ends_on and term.ends_on <= today + ENDS_SOON),
            "can_be_replaced": can_be_replaced(term),
            "stand_ins": [each for each in stand_ins if each.term_id == term.pk],
            "takes_place_of": [
                each for each in stand_ins if each.deputy_id == term.user_id
            ],
        }
        for term in terms
    ]


def _people(user: User, council: Council) -> TermQuerySet:
    """Who sits in a council, for its own people; the council above it sees who speaks
    for it. Nobody else: a seat may tell something of somebody's health."""
    terms = CouncilMembership.objects.filter(council=council)
    if is_member(user, council) or user.is_staff:
        return terms
    if council.parent_id in council_ids(user):
        return terms.filter(role__in=[Role.CHAIR, Role.DEPUTY_CHAIR, Role.SECRETARY])
    return terms.none()


def kept_by(user: User, rows: QuerySet, council: str = "council") -> QuerySet:
    """Of seats or invitations: those of one's own councils; an administrator's: all."""
    rows = rows.select_related(council)
    if user.is_staff:
        return rows
    return rows.filter(**{f"{council}__in": council_ids(user)})


def term_kept_by(request: UserRequest, pk: UUID) -> CouncilMembership:
    """A seat in a council of which this person keeps the list; else it is not there."""
    term = get_object_or_404(
        kept_by(request.user, CouncilMembership.objects.select_related("user")), pk=pk
    )
    require(can_invite(request.user, term.council))
    return term


def end_term(request: UserRequest, pk) -> HttpResponse:
    """Let a seat end on a day."""
    term = term_kept_by(request, pk)
    form = EndForm(
        request.POST or None, initial={"last_day": term.ends_on or timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(term, last_day=form.cleaned_data["last_day"], by=request.user)
        except NotAllowedNow as error:
            form.add_error("last_day", str(error))
        else:
            messages.success(request, _("The last day is saved."))
            if things_of(term.user, term.council, reader=request.user):
                address = reverse("councils:council_handover", args=[term.council_id])
                return redirect(f"{address}?van={term.pk}")
            return redirect(term.council)
    return render(
        request, "councils/council/term_end.html", {"form": form, "term": term}
    )


def change_role(request: UserRequest, pk) -> HttpResponse:
    """Give somebody another role from a day on."""
    term = term_kept_by(request, pk)
    form = RoleForm(
        request.POST or None,
        initial={"role": term.role, "from_day": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_role(
                term,
                role=form.cleaned_data["role"],
                from_day=form.cleaned_data["from_day"],
                by=request.user,
            )
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The new role is saved."))
            return redirect(term.council)
    return render(
        request, "councils/council/term_role.html", {"form": form, "term": term}
    )
