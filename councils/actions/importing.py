"""An administrator brings in a file of organisations, councils or members.

First it is kept and shown; confirming checks it once more and saves all of it, or
nothing. What is there already stays as it is.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import (
    importing_checks,
    importing_members,
    invitation,
    membership,
)
from councils.actions.importing_columns import Checked, Kind, Line
from councils.models import (
    CareOrganisation,
    Council,
    CouncilMembership,
    Import,
    Invitation,
    Location,
    OrganisationSector,
)
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock

MANY = 1000


@transaction.atomic
def keep(draft: Import, *, by: User) -> Import:
    """Keep a file until it is confirmed; nothing of it is brought in yet."""
    forget_old()
    draft.user = by
    draft.save(force_insert=True)
    audit.record("import.keep", draft, by=by, kind=draft.kind, lines=len(draft.lines))
    return draft


def check(draft: Import) -> Checked:
    """What confirming would do now: what is new, what is known, what is wrong."""
    checked = _check(draft)
    checked.problems.sort(key=lambda problem: problem.line)
    return checked


def _check(draft: Import) -> Checked:
    match draft.kind:
        case Kind.ORGANISATIONS:
            return importing_checks.organisations(draft.lines)
        case Kind.COUNCILS:
            return importing_checks.councils(draft.lines)
    return importing_members.members(
        draft.lines, sends_invitations=draft.sends_invitations
    )


def confirm(draft: Import, *, by: User) -> Import:
    """Bring in every line of a file, or none. Twice is once."""
    try:
        return _confirm(draft, by=by)
    except IntegrityError as error:
        raise NotAllowedNow(
            _("Something changed in the meantime. Look at the preview once more.")
        ) from error


@transaction.atomic
def _confirm(draft: Import, *, by: User) -> Import:
    draft = lock(draft)
    if draft.confirmed_at:
        return draft
    if draft.kind == Kind.MEMBERS:
        _hold_people(draft)
    checked = check(draft)
    if checked.problems:
        raise NotAllowedNow(_("Nothing was added: there is something wrong in a line."))
    match draft.kind:
        case Kind.ORGANISATIONS:
            _add_organisations(checked.new, by=by)
        case Kind.COUNCILS:
            _add_councils(checked.new, by=by)
        case Kind.MEMBERS if draft.sends_invitations:
            _invite(checked.new, by=by)
        case Kind.MEMBERS:
            _add_members(checked.new, by=by)
    draft.added = len(checked.new)
    draft.confirmed_at = timezone.now()
    draft.lines = []
    draft.save(update_fields=["added", "confirmed_at", "lines"])
    audit.record(
        "import.confirm",
        draft,
        by=by,
        kind=draft.kind,
        added=draft.added,
        known=checked.known,
    )
    return draft


def forget_old() -> None:
    """Delete what was chosen so long ago that nobody will confirm it."""
    Import.objects.filter(
        created_at__lt=timezone.now() - settings.KEEP_IMPORTS
    ).delete()


def _hold_people(draft: Import) -> None:
    # Two who give the same person a seat at once must see each other's.
    known = dict(User.objects.values_list("email", "pk"))
    addresses = {cell.lower() for _number, cells in draft.lines for cell in cells}
    membership.hold_many(known[address] for address in addresses & known.keys())


# --- Saving ----------------------------------------------------------------------


def _add_organisations(lines: Sequence[Line], *, by: User) -> None:
    added = [
        CareOrganisation(
            **{name: line.values[name] for name in ("name", "phone", "website")}
        )
        for line in lines
    ]
    pairs = list(zip(added, lines, strict=True))
    CareOrganisation.objects.bulk_create(added, batch_size=MANY)
    OrganisationSector.objects.bulk_create(
        [
            OrganisationSector(organisation=organisation, sector=sector)
            for organisation, line in pairs
            for sector in line.values["sectors"]
        ],
        batch_size=MANY,
    )
    in_region = CareOrganisation.regions.through
    in_region.objects.bulk_create(
        [
            in_region(careorganisation_id=organisation.pk, region_id=region)
            for organisation, line in pairs
            for region in line.values["region_ids"]
        ],
        batch_size=MANY,
    )
    audit.record_many(
        "organisation.import", [(each, each.pk, {}) for each in added], by=by
    )


def _add_councils(lines: Sequence[Line], *, by: User) -> None:
    places = _add_locations(lines, by=by)
    ids = {line.values["key"]: uuid4() for line in lines}
    # Those above come first.
    lines = sorted(lines, key=lambda line: line.values["kind"] != Council.Kind.CENTRAL)
    added = [
        Council(
            pk=ids[line.values["key"]],
            organisation_id=line.values["organisation_id"],
            name=line.values["name"],
            kind=line.values["kind"],
            parent_id=line.values["parent_id"] or ids.get(line.values["parent_key"]),
        )
        for line in lines
    ]
    Council.objects.bulk_create(added, batch_size=MANY)
    at_location = Council.locations.through
    at_location.objects.bulk_create(
        [
            at_location(council_id=council.pk, location_id=location)
            for council, line in zip(added, lines, strict=True)
            for location in dict.fromkeys(
                [
                    *line.values["location_ids"],
                    *(places[key].pk for key in line.values["places"]),
                ]
            )
        ],
        batch_size=MANY,
    )
    audit.record_many("council.import", [(each, each.pk, {}) for each in added], by=by)


def _add_locations(lines: Sequence[Line], *, by: User) -> dict[tuple, Location]:
    added: dict[tuple, Location] = {}
    for line in lines:
        for key, place in line.values["places"].items():
            added.setdefault(key, Location(organisation_id=key[0], **place))
    Location.objects.bulk_create(added.values(), batch_size=MANY)
    audit.record_many(
        "location.import",
        [(each, each.organisation_id, {}) for each in added.values()],
        by=by,
    )
    return added


def _add_members(lines: Sequence[Line], *, by: User) -> None:
    people: dict[str, User] = {}
    for line in lines:
        email = line.values["email"]
        if line.values["user_id"] is None and email not in people:
            people[email] = User(
                email=email, name=line.values["name"], password=make_password(None)
            )
    User.objects.bulk_create(people.values(), batch_size=MANY)
    membership.begin_many(
        [
            CouncilMembership(
                user_id=line.values["user_id"] or people[line.values["email"]].pk,
                **_seat(line),
            )
            for line in lines
        ],
        by=by,
    )


def _seat(line: Line) -> dict[str, Any]:
    names = ("council_id", "role", "starts_on", "ends_on")
    return {name: line.values[name] for name in names}


def _invite(lines: Sequence[Line], *, by: User) -> None:
    councils = Council.objects.in_bulk({line.values["council_id"] for line in lines})
    for line in lines:
        seat = _seat(line)
        invitation.invite(
            Invitation(
                name=line.values["name"],
                email=line.values["email"],
                council=councils[seat.pop("council_id")],
                **seat,
            ),
            by=by,
        )
