"""Who is who: every model of this app."""

from councils.models.agenda import (
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    ItemGoal,
    ReadyItem,
    SentAgenda,
    StandingItem,
)
from councils.models.care_office import (
    CareOffice,
    CareOfficeContact,
    CareOfficeMembership,
    Concession,
    Municipality,
    Region,
    Sector,
)
from councils.models.council import Council, CouncilMembership, StandIn
from councils.models.forgetting import Forgetting
from councils.models.importing import Import
from councils.models.invitation import Invitation
from councils.models.meeting import Attendee, Meeting, Recess
from councils.models.minutes import ActionItem, AdoptedMinutes, Decision, Minutes
from councils.models.openness import Openness, in_reach, in_reach_of
from councils.models.organisation import (
    CareOrganisation,
    CareSetting,
    Location,
    OrganisationMembership,
    OrganisationSector,
)
from councils.models.reach import (
    VOTING_ROLES,
    care_office_ids,
    council_ids,
    council_seats,
    organisation_ids,
)
from councils.models.term import Days, Term, TermQuerySet, share_a_day

__all__ = [
    "ActionItem",
    "AdoptedMinutes",
    "AgendaItem",
    "AgendaPaper",
    "AgendaPaperVersion",
    "Attendee",
    "Decision",
    "Forgetting",
    "ItemGoal",
    "Meeting",
    "Minutes",
    "Openness",
    "ReadyItem",
    "Recess",
    "SentAgenda",
    "StandIn",
    "StandingItem",
    "VOTING_ROLES",
    "care_office_ids",
    "council_ids",
    "council_seats",
    "in_reach",
    "in_reach_of",
    "organisation_ids",
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
