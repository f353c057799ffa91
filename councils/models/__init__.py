"""Who is who: every model of this app."""

from councils.models.care_office import (
    CareOffice,
    CareOfficeContact,
    CareOfficeMembership,
    Concession,
    Municipality,
    Region,
    Sector,
)
from councils.models.council import Council, CouncilMembership
from councils.models.importing import Import
from councils.models.invitation import Invitation
from councils.models.organisation import (
    CareOrganisation,
    CareSetting,
    Location,
    OrganisationMembership,
    OrganisationSector,
)
from councils.models.term import Days, Term, TermQuerySet, share_a_day

__all__ = [
    "CareOffice",
    "CareOfficeContact",
    "CareOfficeMembership",
    "CareOrganisation",
    "CareSetting",
    "Concession",
    "Council",
    "CouncilMembership",
    "Import",
    "Invitation",
    "Location",
    "Municipality",
    "OrganisationMembership",
    "OrganisationSector",
    "Region",
    "Sector",
    "Days",
    "Term",
    "TermQuerySet",
    "share_a_day",
]
