"""The days on which a council does not work, beside the school holidays."""

from django.db import transaction

from councils.models import Recess
from portal import audit
from portal.models import User
from portal.transitions import lock


@transaction.atomic
def add(recess: Recess, *, by: User) -> Recess:
    """Keep days off; meetings that are planned stay where they are.

    The same days under the same name once more, as by a double press, are one.
    """
    council = lock(recess.council)
    same = council.recesses.filter(
        name=recess.name, starts_on=recess.starts_on, ends_on=recess.ends_on
    )
    if there := same.first():
        return there
    recess.save(force_insert=True)
    audit.record("recess.add", recess, by=by, scope=recess.council_id)
    return recess


@transaction.atomic
def remove(recess: Recess, *, by: User) -> None:
    """Take days off away again."""
    lock(recess.council)
    if not Recess.objects.filter(pk=recess.pk).exists():
        return  # somebody was there before
    audit.record("recess.remove", recess, by=by, scope=recess.council_id)
    recess.delete()
