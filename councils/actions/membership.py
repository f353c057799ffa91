"""Seats begin and end; who changes role gets a new term from that day on."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.actions.term_mail import tell_last_day
from councils.models import (
    CareOffice,
    CareOfficeMembership,
    CareOrganisation,
    Council,
    CouncilMembership,
    Days,
    OrganisationMembership,
    Region,
    Term,
    share_a_day,
)
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock

T = TypeVar("T", bound=Term)
D = TypeVar("D", bound=Days)

MANY = 1000
ONE_DAY = timedelta(days=1)
STAFF_AND_COUNCIL = gettext_lazy(
    "Nobody can work for an organisation and sit on one of its councils at once."
)


def in_the_way(seat: Days, others: Iterable[D]) -> list[D]:
    """Which of somebody's other seats, where only one is possible, keep ``seat`` away.

    In one council one cannot sit twice on a day, nor beside a seat in the staff of its
    organisation: the rule of `begin` and of a file that is imported.
    """
    return [other for other in others if share_a_day(seat, other)]


@transaction.atomic
def begin(
    user: User,
    council: Council,
    *,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> CouncilMembership:
    """Give ``user`` a seat in a council; two at once in one council are refused, and
    so is a seat beside one in the staff of its organisation."""
    _hold(user)
    term = CouncilMembership(
        user=user, council=council, role=role, starts_on=starts_on, ends_on=ends_on
    )
    seats = CouncilMembership.objects.filter(user=user, council=council)
    if in_the_way(term, seats):
        raise NotAllowedNow(_("This person already sits on the council."))
    staff = OrganisationMembership.objects.filter(
        user=user, organisation=council.organisation_id
    )
    if in_the_way(term, staff):
        raise NotAllowedNow(str(STAFF_AND_COUNCIL))
    return _save_new(term, "membership.begin", scope=council.pk, by=by, role=role)


@transaction.atomic
def begin_in_organisation(
    user: User,
    organisation: CareOrganisation,
    *,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> OrganisationMembership:
    """Give ``user`` a seat in an organisation's staff, if none in its councils."""
    _hold(user)
    term = OrganisationMembership(
        user=user,
        organisation=organisation,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    staff = OrganisationMembership.objects.filter(user=user, organisation=organisation)
    if in_the_way(term, staff):
        raise NotAllowedNow(_("This person has this seat already."))
    seats = CouncilMembership.objects.filter(
        user=user, council__organisation=organisation
    )
    if in_the_way(term, seats):
        raise NotAllowedNow(str(STAFF_AND_COUNCIL))
    return _save_new(term, "membership.begin", scope=organisation.pk, by=by, role=role)


@transaction.atomic
def begin_in_care_office(
    user: User,
    care_office: CareOffice,
    *,
    role: str,
    regions: list[Region],
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> CareOfficeMembership:
    """Give ``user`` a seat in a care office's staff; no regions means all of them."""
    _hold(user)
    terms = CareOfficeMembership.objects.filter(user=user, care_office=care_office)
    if terms.overlapping(starts_on, ends_on).exists():
        raise NotAllowedNow(_("This person has this seat already."))
    term = CareOfficeMembership(
        user=user,
        care_office=care_office,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    _save_new(term, "membership.begin", scope=care_office.pk, by=by, role=role)
    term.regions.set(regions)
    return term


def hold_many(user_ids: Iterable[UUID]) -> None:
    """Hold many people, as `begin` holds one: who checks their seats does so first."""
    ordered = sorted(user_ids)
    for start in range(0, len(ordered), MANY):
        some = ordered[start : start + MANY]
        people = User.objects.select_for_update(of=("self",), no_key=True)
        list(people.filter(pk__in=some).order_by("pk").values_list("pk"))


@transaction.atomic
def begin_many(terms: Sequence[CouncilMembership], *, by: User) -> None:
    """Give many people their seats in councils at once.

    Whoever calls has held them and knows that no seat stands in the way of another.
    """
    CouncilMembership.objects.bulk_create(terms, batch_size=MANY)
    audit.record_many(
        "membership.begin",
        [(term, term.council_id, {"role": term.role}) for term in terms],
        by=by,
    )


def _hold(user: User) -> None:
    # Two who give the same person a seat at once must see each other's.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _save_new(term: T, verb: str, *, scope: UUID, by: User | None, **data: str) -> T:
    term.save(force_insert=True)
    audit.record(verb, term, by=by, scope=scope, **data)
    return term


@transaction.atomic
def end(term: CouncilMembership, *, last_day: date, by: User) -> CouncilMembership:
    """Let a seat end; access stops the day after its last day.

    The council's only chair or secretary may leave too: the page warns, and an empty
    seat is better than one that is not true.
    """
    # First the person, then the seat, as whoever makes a term longer does.
    _hold(term.user)
    term = lock(term)
    if last_day < term.starts_on:
        raise NotAllowedNow(
            _("The end lies before the start. Change one of the two dates.")
        )
    if term.ends_on and term.ends_on < timezone.localdate():
        raise NotAllowedNow(_("This seat has ended already."))
    others = CouncilMembership.objects.filter(user=term.user, council=term.council)
    if others.exclude(pk=term.pk).overlapping(term.starts_on, last_day).exists():
        raise NotAllowedNow(_("This person already sits on the council."))
    term.ends_on = last_day
    term.save(update_fields=["ends_on"])
    audit.record("membership.end", term, by=by, scope=term.council_id)
    tell_last_day(term, by=by)
    return term


@transaction.atomic
def change_role(
    term: CouncilMembership, *, role: str, from_day: date, by: User
) -> CouncilMembership:
    """Give somebody another role from a day on: the old term ends the day before."""
    term = lock(term)
    if role == term.role:
        raise NotAllowedNow(_("This person has this role already."))
    if not term.is_current():
        raise NotAllowedNow(_("This seat has ended already."))
    if from_day < timezone.localdate() or from_day <= term.starts_on:
        raise NotAllowedNow(_("Choose a day that is not in the past."))
    if term.ends_on and from_day > term.ends_on:
        raise NotAllowedNow(_("The seat ends before that day."))
    last_day = term.ends_on
    term.ends_on = from_day - ONE_DAY
    term.save(update_fields=["ends_on"])
    successor = CouncilMembership(
        user=term.user,
        council=term.council,
        role=role,
        starts_on=from_day,
        ends_on=last_day,
    )
    return _save_new(
        successor, "membership.change_role", scope=term.council_id, by=by, role=role
    )
