"""Makes what a test needs; always the same, so that a failure can be repeated."""

from tests.factories.councils import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    ConcessionFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    LocationFactory,
    MunicipalityFactory,
    OrganisationMembershipFactory,
    RegionFactory,
)
from tests.factories.portal import UserFactory
from tests.factories.procurement import (
    CouncilInputFactory,
    CouncilInputVersionFactory,
    CycleFactory,
    InformationRequestFactory,
    ParagraphFactory,
    PhaseFactory,
    SubmissionFactory,
    ThemeFactory,
)

__all__ = [
    "CareOfficeFactory",
    "CareOfficeMembershipFactory",
    "CareOrganisationFactory",
    "ConcessionFactory",
    "CouncilFactory",
    "CouncilInputFactory",
    "CouncilInputVersionFactory",
    "CouncilMembershipFactory",
    "CycleFactory",
    "InformationRequestFactory",
    "LocationFactory",
    "MunicipalityFactory",
    "OrganisationMembershipFactory",
    "ParagraphFactory",
    "PhaseFactory",
    "RegionFactory",
    "SubmissionFactory",
    "ThemeFactory",
    "UserFactory",
]
