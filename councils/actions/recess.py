"""The days on which a council does not work, beside the school holidays."""

from django.db import transaction

from councils.models import Recess
from portal import audit
from portal.models import User


@transaction.atomic
def add(recess: Recess, *, by: User) -> Recess:
    """Keep days off; meetings that are planned stay where they are."""
    recess.save(force_insert=True)
    audit.record("recess.add", recess, by=by, scope=recess.council_id)
    return recess


@transaction.atomic
def remove(recess: Recess, *, by: User) -> None:
    """Take days off away again."""
    audit.record("recess.remove", recess, by=by, scope=recess.council_id)
    recess.delete()
