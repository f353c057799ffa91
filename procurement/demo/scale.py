"""A country of invented data, for measuring: as many rows as the real one would have.

Everything follows from the seed, ids included, so two runs make the same database.
What is frozen in it is written by the code that freezes real submissions; the audit
trail stays empty, for nobody did this.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from councils.models import (
    CareOffice,
    CareOfficeMembership,
    CareOrganisation,
    CareSetting,
    Council,
    CouncilMembership,
    Location,
    Municipality,
    OrganisationSector,
    Region,
    Sector,
)
from portal.models import User
from procurement.actions.cycle import from_template, tasks_from
from procurement.actions.submission import seal
from procurement.actions.submission_content import pieces_of
from procurement.actions.submission_freezing import keep_until, write
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    CycleKind,
    CycleTemplate,
    Goal,
    InformationRequest,
    Phase,
    PhaseKind,
    PhaseTask,
    RequestCouncil,
    Signature,
    Submission,
    SubmissionItem,
    SubmissionVersion,
    Theme,
)

# The national size; ``share`` makes a part of it.
ORGANISATIONS = 1_500
# By turns: the central council and the local ones; 5,000 in the whole country.
COUNCILS_PER_ORGANISATION = (3, 3, 4)
MEMBERS_PER_COUNCIL = 9
INPUTS_PER_COUNCIL = 50
# One council in so many has submitted, with so many of its inputs.
COUNCILS_PER_SUBMISSION = 4
INPUTS_PER_SUBMISSION = 10

Role = CouncilMembership.Role
ROLES = [Role.CHAIR, Role.SECRETARY, Role.DEPUTY_CHAIR]
WRITERS = ["Bij ons", "Op zondag", "In de nacht", "Na het eten", "In de zomer"]
WORDS = [
    "merken bewoners dat er weinig tijd is voor een praatje.",
    "gaat het goed dat familie mee aan tafel zit.",
    "helpt het als iemand zegt hoe lang het nog duurt.",
    "zien wij steeds een ander gezicht aan de deur.",
    "vertellen cliënten dat zij graag vaker naar buiten gaan.",
]


def running_year(today: date) -> int:
    """The contract year of which the first step is open: it begins in November."""
    return today.year + (2 if today.month >= 11 else 1)


@dataclass
class Made:
    """How many rows of each kind were made."""

    organisations: int = 0
    councils: int = 0
    members: int = 0
    inputs: int = 0
    submissions: int = 0


@dataclass
class Asked:
    """What all councils under one care office are asked."""

    cycle: Cycle
    request: InformationRequest


class Country:
    """Makes the invented country, region by region, each in one transaction."""

    def __init__(self, *, share: float, seed: int, contract_year: int):
        self.share = share
        self.dice = random.Random(seed)
        self.contract_year = contract_year
        # Before the first step opens, so that nothing lies ahead of today.
        self.begins_at = datetime(contract_year - 2, 10, 20, 9, tzinfo=UTC)
        self.made = Made()
        self.themes = list(Theme.objects.filter(is_active=True))
        self.asked: dict[UUID, Asked] = {}
        self.password = make_password(None)

    def build(self) -> Iterator[tuple[str, Made]]:
        """Yield the name of each region when it is done, with the counts so far."""
        regions = list(
            Region.objects.filter(concessions__ends_on__isnull=True)
            .exclude(municipalities=None)
            .distinct()
            .order_by("code")
        )
        for number, region in enumerate(regions, start=1):
            until = round(ORGANISATIONS * self.share * number / len(regions))
            with transaction.atomic():
                self._region(region, until - self.made.organisations)
            yield region.name, self.made

    def _id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)

    # --- Who is who ------------------------------------------------------------------

    def _region(self, region: Region, organisations: int) -> None:
        office = CareOffice.objects.of_region(region).get()
        if office.pk not in self.asked:
            lead = self._buyer(office, f"inkoop-{region.code}").user
            self.asked[office.pk] = self._ask(office, lead)
        self._buyer(office, f"inkoper-{region.code}").regions.add(region)
        town = region.municipalities.order_by("name")[0]
        for _ in range(organisations):
            self._organisation(region, town, self.asked[office.pk])

    def _buyer(self, office: CareOffice, address: str) -> CareOfficeMembership:
        """A seat in the care office: of every region until one is added."""
        buyer = self._people(1, address, "Inkoper")[0]
        return CareOfficeMembership.objects.create(
            id=self._id(), user=buyer, care_office=office, starts_on=date(2020, 1, 1)
        )

    def _people(self, count: int, address: str, name: str) -> list[User]:
        return User.objects.bulk_create(
            User(
                id=self._id(),
                email=f"{address}-{number}@schaal.example",
                name=f"{name} {number}",
                password=self.password,
                date_joined=self.begins_at,
            )
            for number in range(1, count + 1)
        )

    def _organisation(self, region: Region, town: Municipality, asked: Asked) -> None:
        self.made.organisations += 1
        number = self.made.organisations
        organisation = CareOrganisation.objects.create(
            id=self._id(), name=f"Zorgorganisatie {number:04}"
        )
        organisation.regions.add(region)
        OrganisationSector.objects.create(organisation=organisation, sector=Sector.VV)
        councils = self._councils(organisation, number, town)
        RequestCouncil.objects.bulk_create(
            RequestCouncil(request=asked.request, council=council)
            for council in councils
        )
        for place, council in enumerate(councils):
            members = self._members(council, f"raad-{number:04}-{place}")
            inputs = self._inputs(council, members, asked)
            if self.made.councils % COUNCILS_PER_SUBMISSION == 0:
                self._submission(council, members, asked.cycle, inputs)

    def _councils(
        self, organisation: CareOrganisation, number: int, town: Municipality
    ) -> list[Council]:
        central = Council.objects.create(
            id=self._id(),
            organisation=organisation,
            name=f"Centrale raad {number:04}",
            kind=Council.Kind.CENTRAL,
        )
        councils = [central]
        count = COUNCILS_PER_ORGANISATION[number % len(COUNCILS_PER_ORGANISATION)]
        for place in range(1, count):
            location = Location.objects.create(
                id=self._id(),
                organisation=organisation,
                name=f"Huis {number:04}-{place}",
                municipality=town,
                care_setting=self.dice.choice(CareSetting.values),
                clients=self.dice.randint(20, 200),
            )
            council = Council.objects.create(
                id=self._id(),
                organisation=organisation,
                name=f"Raad {number:04}-{place}",
                parent=central,
            )
            council.locations.add(location)
            councils.append(council)
        return councils

    def _members(self, council: Council, address: str) -> list[User]:
        members = self._people(MEMBERS_PER_COUNCIL, address, "Raadslid")
        roles = [*ROLES, *[Role.MEMBER] * (len(members) - len(ROLES))]
        CouncilMembership.objects.bulk_create(
            CouncilMembership(
                id=self._id(),
                user=member,
                council=council,
                role=role,
                starts_on=date(2020, 1, 1),
            )
            for member, role in zip(members, roles, strict=True)
        )
        self.made.councils += 1
        self.made.members += len(members)
        return members

    # --- What is asked ---------------------------------------------------------------

    def _ask(self, office: CareOffice, lead: User) -> Asked:
        """A round with all its steps, and one request to every council in it."""
        cycle = Cycle.objects.create(
            id=self._id(),
            care_office=office,
            contract_year=self.contract_year,
            sector=Sector.VV,
            published_at=self.begins_at,
            created_at=self.begins_at,
            created_by=lead,
        )
        phase = self._phases(cycle)[PhaseKind.REGISTRATION]
        request = InformationRequest.objects.create(
            id=self._id(),
            cycle=cycle,
            phase=phase,
            title="Wat merken cliënten van te weinig personeel?",
            what="Vertel wat er verandert als er te weinig mensen zijn.",
            why="Wij willen afspraken maken die cliënten echt merken.",
            use="Wij leggen uw inbreng naast het ontwikkelplan.",
            readers="De zorginkopers van onze regio.",
            closes_at=phase.closes_at,
            status=InformationRequest.Status.PUBLISHED,
            published_at=self.begins_at,
            created_by=lead,
        )
        return Asked(cycle, request)

    def _phases(self, cycle: Cycle) -> dict[str, Phase]:
        template = CycleTemplate.objects.get(kind=CycleKind.PROCUREMENT)
        phases, tasks = {}, []
        for pattern in template.phases.order_by("order").prefetch_related("tasks"):
            phase = from_template(pattern, cycle)
            phase.id = self._id()
            phases[phase.kind] = phase
            tasks += tasks_from(pattern, phase)
        tasks.sort(key=lambda task: (task.phase.order, task.role))
        for task in tasks:
            task.id = self._id()
        Phase.objects.bulk_create(phases.values())
        PhaseTask.objects.bulk_create(tasks)
        return phases

    # --- What is said ----------------------------------------------------------------

    def _inputs(
        self, council: Council, members: list[User], asked: Asked
    ) -> list[CouncilInput]:
        inputs = []
        for number in range(1, INPUTS_PER_COUNCIL + 1):
            version_id, at = self._id(), self.begins_at + timedelta(hours=number)
            inputs.append(
                CouncilInput(
                    id=self._id(),
                    council=council,
                    cycle=asked.cycle,
                    request=asked.request if number % 2 else None,
                    author=self.dice.choice(members),
                    status=CouncilInput.Status.PASSED_ON,
                    current_id=version_id,
                    shared_id=version_id,
                    for_central_council=council.parent_id is not None,
                    for_organisation=number % 3 == 0,
                    for_care_office=True,
                    number=number,
                    created_at=at,
                    passed_on_at=at,
                    shared_at=at,
                )
            )
        CouncilInput.objects.bulk_create(inputs)
        CouncilInputVersion.objects.bulk_create(self._words(each) for each in inputs)
        self.made.inputs += len(inputs)
        return inputs

    def _words(self, council_input: CouncilInput) -> CouncilInputVersion:
        chosen = zip(
            self.dice.choices(WRITERS, k=3), self.dice.sample(WORDS, 3), strict=True
        )
        return CouncilInputVersion(
            id=council_input.current_id,
            council_input=council_input,
            number=1,
            kind=self.dice.choice(CouncilInput.Kind.values),
            goal=self.dice.choice(Goal.values),
            theme=self.dice.choice(self.themes),
            title=f"{self.dice.choice(WRITERS)}, punt {council_input.number}",
            text=" ".join(f"{where} {what}" for where, what in chosen),
            consulted=self.dice.randint(0, 20),
            saved_by=council_input.author,
            saved_at=council_input.created_at,
        )

    # --- What is submitted -----------------------------------------------------------

    def _submission(
        self,
        council: Council,
        members: list[User],
        cycle: Cycle,
        inputs: list[CouncilInput],
    ) -> None:
        """The council's first inputs, offered by its secretary, signed by its chair."""
        offered_at = self.begins_at + timedelta(days=5)
        submission = Submission.objects.create(
            id=self._id(),
            council=council,
            cycle=cycle,
            status=Submission.Status.SUBMITTED,
            created_by=members[1],
            created_at=offered_at,
        )
        SubmissionItem.objects.bulk_create(
            SubmissionItem(
                id=self._id(),
                submission=submission,
                position=position,
                council_input=each,
            )
            for position, each in enumerate(inputs[:INPUTS_PER_SUBMISSION], start=1)
        )
        self._sign(self._offer(submission, offered_at), members[0])
        self.made.submissions += 1

    def _offer(self, submission: Submission, at: datetime) -> SubmissionVersion:
        version = SubmissionVersion(
            id=self._id(),
            submission=submission,
            number=1,
            offered_by=submission.created_by,
            offered_at=at,
            keep_until=keep_until(submission.cycle),
        )
        pieces = pieces_of(submission)
        for piece in pieces:
            piece.id = self._id()
        write(version, pieces)
        return version

    def _sign(self, version: SubmissionVersion, chair: User) -> None:
        signature = Signature(
            id=self._id(),
            version=version,
            signed_by=chair,
            role=Role.CHAIR,
            signed_at=version.offered_at + timedelta(hours=1),
            keep_until=version.keep_until,
        )
        phase = Phase.objects.submission_phase(version.submission.cycle).get()
        seal(signature, [], phase.closes_at)
