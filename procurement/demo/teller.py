"""What the demo story is told with: a clock set back, and the actions of people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import UUID

import time_machine
from django.utils import timezone

from councils.models import Sector
from portal.dates import AMSTERDAM, moment
from procurement.actions import council_input, cycle, request
from procurement.demo.world import World, read_story
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    CycleKind,
    CycleTemplate,
    InformationRequest,
    Phase,
    PhaseKind,
    Theme,
)

FIVE = time(17)
EVENING = time(23)
# Who writes the input of a council, by turns.
AUTHORS = {
    "centraal": ["riet", "joop"],
    "wolkenveer": ["harm", "soenita"],
    "pelikaantuin": ["ahmed", "truus"],
    "thuis": ["willemien", "cor"],
}
CHAIRS = {
    "centraal": "riet",
    "wolkenveer": "harm",
    "pelikaantuin": "truus",
    "thuis": "willemien",
}


def deadline_after(today: date) -> datetime:
    """The first 1 August, 17:00, at least fifty days after ``today``."""
    first = date(today.year, 8, 1)
    if (first - today).days < 50:
        first = first.replace(year=today.year + 1)
    return moment(first, FIVE)


class Teller:
    """Tells around one day: what was before it, and what runs on it."""

    def __init__(self, world: World, today: date):
        self.world, self.today = world, today
        self.words = read_story()
        self.deadline = deadline_after(today)
        self.year = self.deadline.year + 1
        last = self.deadline.replace(year=self.deadline.year - 1)
        # Last year's round must be over and answered, whatever the day of loading.
        latest = moment(today - timedelta(days=120), FIVE)
        self.last_deadline = min(last, latest)
        self.inputs: dict[int, CouncilInput] = {}
        self.requests: dict[tuple[str, int], InformationRequest] = {}
        self.cycles: dict[str, Cycle] = {}

    @contextmanager
    def on(self, day: date, at: time = time(10)) -> Iterator[datetime]:
        # Nothing happens after the moment of loading; of a story around a later day
        # that is its evening.
        latest = datetime.now(AMSTERDAM)
        if self.today > timezone.localdate():
            latest = moment(self.today, EVENING)
        now = min(moment(day, at), latest)
        with time_machine.travel(now, tick=True):
            yield now

    def before(self, days: int) -> date:
        """So many days before last year's closing; below zero: after it."""
        return self.last_deadline.date() - timedelta(days=days)

    # --- Rounds and requests ---------------------------------------------------------

    def start_round(self, key: str, year: int, office: str, by: str) -> Cycle:
        template = CycleTemplate.objects.get(kind=CycleKind.PROCUREMENT)
        started = cycle.start_from_template(
            template,
            contract_year=year,
            sector=Sector.VV,
            by=self.world.user(by),
            care_office=self.world.offices[office],
        )
        self.cycles[key] = started
        return started

    def set_window(self, round_: Cycle, kind: str, opens_on: date, closes_at: datetime):
        Phase.objects.filter(cycle=round_, kind=kind).update(
            opens_on=opens_on, closes_at=closes_at
        )

    def ask(self, key: str, number: int, councils: list[str]) -> None:
        words = self.words["requests"][number - 1]
        round_ = self.cycles[key]
        phase = round_.phases.get(kind=PhaseKind.REGISTRATION)
        fatma = self.world.user("fatma")
        draft = InformationRequest(
            phase=phase,
            title=words["title"],
            what=words["what"],
            why=words["why"],
            use=words["use"].format(year=round_.contract_year),
            readers=words["readers"],
            not_asked=words["not_asked"],
            legal_note=words["legal_note"],
            closes_at=phase.closes_at,
            contact=fatma,
            selection=InformationRequest.Selection.CHOSEN,
        )
        chosen = [self.world.councils[each] for each in councils]
        draft = request.add(
            draft, request.Choice(regions=[], councils=chosen), by=fatma
        )
        self.requests[key, number] = request.publish(draft, by=fatma)

    # --- Input -----------------------------------------------------------------------

    def write(self, key: str, number: int) -> None:
        words = next(each for each in self.words["inputs"] if each["number"] == number)
        council = self.world.councils[words["council"]]
        authors = AUTHORS[words["council"]]
        author = self.world.user(authors[number % len(authors)])
        theme, _is_new = Theme.objects.get_or_create(name=words["theme"])
        version = CouncilInputVersion(
            kind=words["kind"],
            goal=words["goal"],
            theme=theme,
            care_setting=words["care_setting"],
            location=self.world.locations.get(words["location"]),
            title=words["title"],
            text=words["text"],
            consulted=words["consulted"],
            consulted_how=words["consulted_how"],
        )
        draft = council_input.start_draft(
            UUID(int=self.world.user("riet").pk.int ^ number, version=4),
            council=council,
            cycle=self.cycles[key],
            by=author,
        )
        readers = [
            reader
            for reader, name in (
                ("central_council", "central"),
                ("organisation", "organisation"),
                ("care_office", "care_office"),
            )
            if words[name]
        ]
        asked = self.requests.get((key, words["request"]))
        self.inputs[number] = council_input.pass_on(
            draft,
            version,
            by=author,
            readers=readers,
            request_id=asked.pk if asked else None,
        )

    def version_of(self, number: int) -> UUID:
        """The words of an input as others read them."""
        shared = self.inputs[number].shared_id
        assert shared is not None
        return shared

    def recognise(self, number: int, *people: str) -> None:
        for person in people:
            council_input.recognise(self.inputs[number], by=self.world.user(person))
