"""The seats of a person today, for ``portal.seats``: one query over all three kinds."""

from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from councils.models import (
    CareOfficeMembership,
    CouncilMembership,
    OrganisationMembership,
    StandIn,
)
from councils.permissions import REPLACED
from portal.models import User
from portal.prepared import fetch_of
from portal.seats import Seat

ROLES = {
    "council": CouncilMembership.Role,
    "organisation": OrganisationMembership.Role,
    "care_office": CareOfficeMembership.Role,
}


def _rows(terms, party, organisation_id, kind, parent_id, stands_in=None):
    never = Cast(Value(None), DateField())
    chair_until, secretary_until = stands_in or (never, never)
    return (
        terms.order_by()
        .annotate(
            seat_party=Value(party, output_field=CharField()),
            seat_organisation=organisation_id,
            seat_kind=kind,
            seat_parent=parent_id,
            seat_chair_until=chair_until,
            seat_secretary_until=secretary_until,
        )
        .values_list(
            "seat_party",
            f"{party}_id",
            f"{party}__name",
            "role",
            "starts_on",
            "ends_on",
            "seat_organisation",
            "seat_kind",
            "seat_parent",
            "seat_chair_until",
            "seat_secretary_until",
        )
    )


def seats_of(user: User) -> list[Seat]:
    """The seats that ``user`` holds today, councils first, by name."""
    order = {"council": 0, "organisation": 1, "care_office": 2}
    seats = [_seat(*row) for row in fetch_of(_terms, user.pk)]
    return sorted(seats, key=lambda seat: (order[seat.party], seat.party_name))


def _terms(user_id: UUID) -> QuerySet:
    nobody = Cast(Value(None), UUIDField())
    no_kind = Value("", output_field=CharField())
    councils = _rows(
        CouncilMembership.objects.current().filter(user=user_id),
        "council",
        F("council__organisation_id"),
        F("council__kind"),
        F("council__parent_id"),
        [_stands_in_until(role) for role in REPLACED],
    )
    organisations = _rows(
        OrganisationMembership.objects.current().filter(user=user_id),
        "organisation",
        nobody,
        no_kind,
        nobody,
    )
    offices = _rows(
        CareOfficeMembership.objects.current().filter(user=user_id),
        "care_office",
        nobody,
        no_kind,
        nobody,
    )
    return councils.union(organisations, offices, all=True)


def _stands_in_until(role: str) -> Subquery:
    """Until when the holder of a seat takes the place of the council's ``role``."""
    running = StandIn.objects.running().filter(
        deputy=OuterRef("user"), term__council=OuterRef("council"), term__role=role
    )
    return Subquery(running.order_by("-ends_on").values("ends_on")[:1])


def _seat(
    party,
    party_id,
    name,
    role,
    starts_on,
    ends_on,
    organisation_id,
    kind,
    parent_id,
    *places,
):
    stands_in = tuple(
        (str(role), until)
        for role, until in zip(REPLACED, places, strict=True)
        if until
    )
    return Seat(
        party=party,
        party_id=party_id,
        party_name=name,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        needs_second_factor=party != "council" or role == "secretary",
        organisation_id=organisation_id,
        kind=kind,
        role_name=ROLES[party](role).label,
        parent_id=parent_id,
        stands_in=stands_in,
        stands_in_names=tuple(ROLES[party](role).label for role, _until in stands_in),
    )
