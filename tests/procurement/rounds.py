"""A round in the summer of 2027, for tests: an office, an organisation, councils."""

from datetime import date, datetime

from portal.dates import AMSTERDAM
from procurement.models import Cycle, Phase, PhaseKind
from tests.factories import (
    CareOfficeFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    CycleFactory,
    PhaseFactory,
)


class Summer:
    """A central council with a local one under it; the registration closes 1 August.

    The central council has until 16 July, since 18 July is a Sunday; the local one
    until 18 June, 28 days before that.
    """

    def __init__(self) -> None:
        self.office = CareOfficeFactory(name="Zorgkantoor Amstelwende")
        self.organisation = CareOrganisationFactory(care_office=self.office)
        self.central = CouncilFactory(
            organisation=self.organisation, central=True, name="Centrale raad"
        )
        self.local = CouncilFactory(
            organisation=self.organisation, parent=self.central, name="De Watergang"
        )
        self.cycle: Cycle = CycleFactory(care_office=self.office)
        self.phase: Phase = PhaseFactory(cycle=self.cycle)

    def earlier_phase(self) -> Phase:
        return PhaseFactory(
            cycle=self.cycle,
            kind=PhaseKind.COUNCIL_CONSULTATION,
            order=2,
            opens_on=date(2027, 2, 1),
            closes_at=datetime(2027, 5, 31, 17, tzinfo=AMSTERDAM),
        )

    def person(self, council=None, role="member", **fields):
        """Somebody with a seat, by default a member of the local council."""
        council = council or self.local
        return CouncilMembershipFactory(council=council, role=role, **fields).user
