from datetime import date, datetime

import factory
from factory.django import DjangoModelFactory

from councils.models import (
    ActionItem,
    AgendaItem,
    Attendee,
    CareOffice,
    CareOfficeMembership,
    CareOrganisation,
    CareSetting,
    Concession,
    Council,
    CouncilMembership,
    Decision,
    Location,
    Meeting,
    Municipality,
    OrganisationMembership,
    OrganisationSector,
    Region,
    Sector,
    StandIn,
)
from portal.dates import AMSTERDAM
from tests.factories.portal import UserFactory


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region

    code = factory.Sequence(lambda number: f"99{number:04}")
    name = factory.Sequence(lambda number: f"Regio {number}")
    school_holiday_zones = "noord"


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality

    name = factory.Sequence(lambda number: f"Gemeente {number}")
    # Real codes are numbers: beside the reference data none of these stands twice.
    cbs_code = factory.Sequence(lambda number: f"X{number % 4096:03x}")
    province = "Noord-Holland"
    region = factory.SubFactory(RegionFactory)
    school_holiday_zone = "noord"


class CareOfficeFactory(DjangoModelFactory):
    """A care office that serves one region of its own since 2020."""

    class Meta:
        model = CareOffice
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Zorgkantoor {number}")
    concession = factory.RelatedFactory(
        "tests.factories.councils.ConcessionFactory", factory_related_name="care_office"
    )


class ConcessionFactory(DjangoModelFactory):
    class Meta:
        model = Concession

    care_office = factory.SubFactory(CareOfficeFactory, concession=None)
    region = factory.SubFactory(RegionFactory)
    starts_on = date(2020, 1, 1)


class CareOrganisationFactory(DjangoModelFactory):
    """An organisation in nursing and care; ``care_office`` puts it in its region."""

    class Meta:
        model = CareOrganisation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Zorgorganisatie {number}")

    @factory.post_generation
    def care_office(self, create, care_office, **kwargs):
        if care_office is not None:
            self.regions.set(care_office.regions.all())

    @factory.post_generation
    def sector(self, create, sector, **kwargs):
        OrganisationSector.objects.create(organisation=self, sector=sector or Sector.VV)


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    organisation = factory.SubFactory(CareOrganisationFactory)
    name = factory.Sequence(lambda number: f"Huis {number}")
    municipality = factory.SubFactory(MunicipalityFactory)
    care_setting = CareSetting.NURSING_HOME
    clients = 60


class CouncilFactory(DjangoModelFactory):
    """A local council without one above it; trait ``central``: a central council."""

    class Meta:
        model = Council

    class Params:
        central = factory.Trait(kind=Council.Kind.CENTRAL)

    organisation = factory.SubFactory(CareOrganisationFactory)
    name = factory.Sequence(lambda number: f"Cliëntenraad {number}")
    kind = Council.Kind.LOCAL


class CouncilMembershipFactory(DjangoModelFactory):
    """A member since 2020; the role is one of ``CouncilMembership.Role``."""

    class Meta:
        model = CouncilMembership

    user = factory.SubFactory(UserFactory)
    council = factory.SubFactory(CouncilFactory)
    role = CouncilMembership.Role.MEMBER
    starts_on = date(2020, 1, 1)


class StandInFactory(DjangoModelFactory):
    """A chair is away in June 2027, and a member of the council takes the place."""

    class Meta:
        model = StandIn

    term = factory.SubFactory(CouncilMembershipFactory, role="chair")
    deputy = factory.LazyAttribute(
        lambda each: CouncilMembershipFactory(council=each.term.council).user
    )
    starts_on = date(2027, 6, 7)
    ends_on = date(2027, 6, 20)
    named_by = factory.SelfAttribute("term.user")


class OrganisationMembershipFactory(DjangoModelFactory):
    class Meta:
        model = OrganisationMembership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(CareOrganisationFactory)
    role = OrganisationMembership.Role.EXECUTIVE
    starts_on = date(2020, 1, 1)


class CareOfficeMembershipFactory(DjangoModelFactory):
    """A buyer for all regions of the office."""

    class Meta:
        model = CareOfficeMembership

    user = factory.SubFactory(UserFactory)
    care_office = factory.SubFactory(CareOfficeFactory)
    starts_on = date(2020, 1, 1)


class MeetingFactory(DjangoModelFactory):
    """A council meeting on Tuesday 8 June 2027, from 14:00 to 16:00 in Amsterdam."""

    class Meta:
        model = Meeting

    council = factory.SubFactory(CouncilFactory)
    starts_at = datetime(2027, 6, 8, 14, tzinfo=AMSTERDAM)
    ends_at = datetime(2027, 6, 8, 16, tzinfo=AMSTERDAM)
    place = "De huiskamer"
    agenda_goes_out_on = date(2027, 6, 1)
    papers_due_on = date(2027, 5, 31)
    planned_by = factory.SubFactory(UserFactory)


class AttendeeFactory(DjangoModelFactory):
    """Somebody of the council who was invited and has not answered yet."""

    class Meta:
        model = Attendee

    meeting = factory.SubFactory(MeetingFactory)
    user = factory.SubFactory(UserFactory)
    name = factory.LazyAttribute(lambda attendee: attendee.user.name)
    votes = True
    invited_at = datetime(2027, 5, 1, 9, tzinfo=AMSTERDAM)


class AgendaItemFactory(DjangoModelFactory):
    """An item on the agenda of a meeting; without one (``meeting=None``): waiting."""

    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    council = factory.LazyAttribute(
        lambda item: item.meeting.council if item.meeting else CouncilFactory()
    )
    order = factory.Sequence(lambda number: number)
    title = factory.Sequence(lambda number: f"Onderwerp {number}")
    minutes = 10


class DecisionFactory(DjangoModelFactory):
    """A decision of 8 June 2027, open to who may read its item."""

    class Meta:
        model = Decision

    item = factory.SubFactory(AgendaItemFactory)
    council = factory.SelfAttribute("item.council")
    openness = factory.SelfAttribute("item.openness")
    year = 2027
    number = factory.Sequence(lambda number: number + 1)
    text = "De raad gaat akkoord."
    decided_on = date(2027, 6, 8)
    recorded_by = factory.SubFactory(UserFactory)


class ActionItemFactory(DjangoModelFactory):
    """Something to do before 30 June 2027."""

    class Meta:
        model = ActionItem

    council = factory.SubFactory(CouncilFactory)
    what = "Vraag de bestuurder om de planning."
    owner = factory.SubFactory(UserFactory)
    due_on = date(2027, 6, 30)
    made_by = factory.SubFactory(UserFactory)
