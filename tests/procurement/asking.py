"""Somebody who asks, and those who may be asked."""

from procurement.actions import request as actions
from procurement.actions.request import Choice
from procurement.models import InformationRequest
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    ConcessionFactory,
    CouncilFactory,
    InformationRequestFactory,
    PhaseFactory,
)

NOBODY = Choice([], [])


class Office:
    """A care office with two regions, an organisation in each, and a buyer."""

    def __init__(self) -> None:
        self.office = CareOfficeFactory(name="Zorgkantoor Amstelboog")
        self.west = self.office.concessions.get().region
        self.east = ConcessionFactory(care_office=self.office).region
        self.buyer = CareOfficeMembershipFactory(care_office=self.office).user
        self.phase = PhaseFactory(cycle__care_office=self.office)
        self.central = CouncilFactory(central=True, name="Centrale raad")
        self.central.organisation.regions.set([self.west])
        self.local = CouncilFactory(
            organisation=self.central.organisation,
            parent=self.central,
            name="Raad West",
        )
        self.other = CouncilFactory(name="Raad Oost")
        self.other.organisation.regions.set([self.east])
        self.elsewhere = CouncilFactory(
            organisation=CareOrganisationFactory(care_office=CareOfficeFactory())
        )
        self.of_disability_care = CouncilFactory(
            organisation=CareOrganisationFactory(care_office=self.office, sector="gz")
        )

    def draft(self, choice: Choice = NOBODY, **fields) -> InformationRequest:
        request = InformationRequestFactory.build(
            phase=self.phase, contact=self.buyer, **fields
        )
        request.status, request.published_at = request.Status.DRAFT, None
        return actions.add(request, choice, by=self.buyer)
