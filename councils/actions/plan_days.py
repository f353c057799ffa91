"""How many days an organisation reckons with in a plan with its councils."""

from django.db import transaction

from councils.models import CareOrganisation
from portal import audit
from portal.models import User
from portal.transitions import lock

DAYS = ("consultation_weeks", "board_days", "papers_days")


@transaction.atomic
def set_plan_days(typed: CareOrganisation, *, by: User) -> CareOrganisation:
    """Keep the days for plans that are made from now on; a plan that is there stays."""
    organisation = lock(typed)
    old = {name: getattr(organisation, name) for name in DAYS}
    for name in DAYS:
        setattr(organisation, name, getattr(typed, name))
    organisation.save(update_fields=DAYS)
    audit.record(
        "organisation.set_plan_days",
        organisation,
        by=by,
        scope=organisation.pk,
        old=old,
        new={name: getattr(organisation, name) for name in DAYS},
    )
    return organisation
