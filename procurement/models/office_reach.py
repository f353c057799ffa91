"""Which councils somebody at a care office deals with: by the regions of the seat."""

from django.db.models import Exists, OuterRef, Q

from councils.models import CareOfficeMembership
from councils.permissions import care_office_ids
from portal.models import User


def of_own_office(user: User) -> Q | None:
    """Rows with a ``cycle`` of an office where ``user`` works and a ``council`` in the
    regions of that seat; None for who works at no office."""
    offices = care_office_ids(user)
    if not offices:
        return None
    terms = CareOfficeMembership.objects.current().filter(
        user=user, care_office=OuterRef("cycle__care_office")
    )
    everywhere = Exists(terms.filter(regions__isnull=True))
    here = Exists(
        terms.filter(regions__organisations=OuterRef("council__organisation_id"))
    )
    return Q(cycle__care_office__in=offices) & Q(everywhere | here)
