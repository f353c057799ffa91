from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from councils.models import Sector
from portal.dates import AMSTERDAM
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    Goal,
    InformationRequest,
    Paragraph,
    Participation,
    Passage,
    PassageSource,
    Phase,
    PhaseKind,
    RequestCouncil,
    Submission,
    Theme,
    WorkPlan,
)
from tests.factories.councils import CareOfficeFactory, CouncilFactory
from tests.factories.portal import UserFactory


class CycleFactory(DjangoModelFactory):
    """The published cycle of a care office for contract year 2028, in VV."""

    class Meta:
        model = Cycle

    care_office = factory.SubFactory(CareOfficeFactory)
    contract_year = 2028
    sector = Sector.VV
    published_at = datetime(2027, 1, 4, 9, tzinfo=UTC)
    created_by = factory.SubFactory(UserFactory)


class PhaseFactory(DjangoModelFactory):
    """The registration, from 1 June until 1 August 2027, 17:00 in Amsterdam."""

    class Meta:
        model = Phase

    cycle = factory.SubFactory(CycleFactory)
    kind = PhaseKind.REGISTRATION
    order = 7
    opens_on = date(2027, 6, 1)
    closes_at = datetime(2027, 8, 1, 17, tzinfo=AMSTERDAM)


class InformationRequestFactory(DjangoModelFactory):
    """A published request with its purpose; ``asked``: the councils it is put to."""

    class Meta:
        model = InformationRequest
        skip_postgeneration_save = True

    phase = factory.SubFactory(PhaseFactory)
    cycle = factory.SelfAttribute("phase.cycle")
    title = "Wat merken cliënten van te weinig personeel?"
    what = "Vertel wat er verandert als er te weinig mensen zijn."
    why = "Wij willen afspraken maken die cliënten echt merken."
    use = "Wij leggen uw inbreng naast het ontwikkelplan."
    readers = "De zorginkopers van onze regio."
    closes_at = factory.SelfAttribute("phase.closes_at")
    status = InformationRequest.Status.PUBLISHED
    published_at = datetime(2027, 6, 1, 9, tzinfo=UTC)
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def asked(self, create, councils, **kwargs):
        RequestCouncil.objects.bulk_create(
            RequestCouncil(request=self, council=council) for council in councils or ()
        )


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme
        django_get_or_create = ("name",)

    name = "personeelskrapte"


class CouncilInputFactory(DjangoModelFactory):
    """A concern passed on to the council, for its own eyes only.

    Trait ``shared``: with every audience. ``words`` are fields of its one version.
    """

    class Meta:
        model = CouncilInput
        skip_postgeneration_save = True

    class Params:
        shared = factory.Trait(
            for_central_council=True, for_organisation=True, for_care_office=True
        )

    council = factory.SubFactory(CouncilFactory)
    cycle = factory.SubFactory(CycleFactory)
    author = factory.SubFactory(UserFactory)

    @factory.post_generation
    def words(self, create, extracted, **words):
        version = CouncilInputVersionFactory(council_input=self, **words)
        is_shared = (
            self.for_central_council or self.for_organisation or self.for_care_office
        )
        self.current = version
        self.status = CouncilInput.Status.PASSED_ON
        self.passed_on_at = version.saved_at
        if is_shared:
            self.shared, self.shared_at = version, version.saved_at
        if self.for_central_council:
            taken = CouncilInput.objects.filter(
                council=self.council, cycle=self.cycle, number__isnull=False
            )
            self.number = taken.count() + 1
        self.save()


class CouncilInputVersionFactory(DjangoModelFactory):
    class Meta:
        model = CouncilInputVersion

    council_input = factory.SubFactory(CouncilInputFactory)
    number = 1
    kind = CouncilInput.Kind.CONCERN
    goal = Goal.QUALITY_OF_LIFE
    theme = factory.SubFactory(ThemeFactory)
    title = "Zondag zonder koffie"
    text = "Op zondag is er geen activiteit."
    saved_by = factory.SelfAttribute("council_input.author")
    saved_at = datetime(2027, 6, 10, 9, tzinfo=UTC)


class ParagraphFactory(DjangoModelFactory):
    """A paragraph of a central council for the care office.

    ``rests_on``: the versions of local inputs behind its one passage.
    """

    class Meta:
        model = Paragraph
        skip_postgeneration_save = True

    council = factory.SubFactory(CouncilFactory, central=True)
    cycle = factory.SubFactory(CycleFactory)
    goal = Goal.QUALITY_OF_LIFE
    theme = factory.SubFactory(ThemeFactory)
    title = "De zondag"
    changed_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def rests_on(self, create, versions, **kwargs):
        passage = Passage.objects.create(
            paragraph=self, position=1, text="Op zondag is er te weinig te doen."
        )
        PassageSource.objects.bulk_create(
            PassageSource(passage=passage, version=version)
            for version in versions or ()
        )


class SubmissionFactory(DjangoModelFactory):
    """An empty draft in a round whose registration closes on 1 August 2027, 17:00.

    ``phase`` holds fields of that phase; trait ``central``: of a central council.
    """

    class Meta:
        model = Submission
        skip_postgeneration_save = True

    class Params:
        central = factory.Trait(council__central=True)

    cycle = factory.SubFactory(CycleFactory)
    council = factory.SubFactory(
        CouncilFactory,
        organisation__care_office=factory.SelfAttribute("....cycle.care_office"),
    )
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def phase(self, create, extracted, **fields):
        PhaseFactory(cycle=self.cycle, **fields)


class ParticipationFactory(DjangoModelFactory):
    """A council that talks along from the registration on, inside and outside."""

    class Meta:
        model = Participation

    from_phase = factory.SubFactory(PhaseFactory)
    cycle = factory.SelfAttribute("from_phase.cycle")
    council = factory.SubFactory(CouncilFactory)
    number = 1
    step = Participation.Step.JOIN
    level = Participation.Level.TALK_ALONG
    chosen_by = factory.SubFactory(UserFactory)


class WorkPlanFactory(DjangoModelFactory):
    """A plan back from the closing of the registration, without a version yet."""

    class Meta:
        model = WorkPlan

    phase = factory.SubFactory(PhaseFactory)
    cycle = factory.SelfAttribute("phase.cycle")
    council = factory.SubFactory(CouncilFactory)
    begun_by = factory.SubFactory(UserFactory)
