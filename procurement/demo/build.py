"""The events of the demo story: last year up to the answers, and this year so far.

Everything goes through the actions that people use, at the moments at which they would
have: the clock is set back while the story is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import UUID

import time_machine
from django.utils import timezone

from councils.models import Sector
from portal.dates import AMSTERDAM, moment
from portal.models import OutgoingMail
from portal.moments import nl_short_date
from procurement.actions import (
    composition,
    council_input,
    cycle,
    request,
    response,
    submission,
)
from procurement.actions.composition import Sentences
from procurement.demo.world import World, read_story
from procurement.models import (
    Answer,
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    CycleKind,
    CycleTemplate,
    Goal,
    InformationRequest,
    Paragraph,
    Phase,
    PhaseKind,
    ShowingPart,
    Submission,
    Theme,
)

FIVE = time(17)
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
# The last sentence of the composed paragraph, before and after Wolkenveer's reaction.
FIRST_END = "Begin met wat cliënten het eerst merken."
SECOND_END = "Begin in de nacht met een bericht over de wachttijd."
PARAGRAPH_ANSWER = (
    "Een bericht over de wachttijd in de nacht nemen wij op in het dialooggesprek. "
    "Over een vast team thuis en over de zondag leest u meer bij de losse punten van "
    "de lokale raden. Een norm voor de nacht zoeken wij eerst uit."
)


def deadline_after(today: date) -> datetime:
    """The first 1 August, 17:00, at least fifty days after ``today``."""
    first = date(today.year, 8, 1)
    if (first - today).days < 50:
        first = first.replace(year=today.year + 1)
    return moment(first, FIVE)


class Story:
    """Tells the story around one day: what was before it, and what runs on it."""

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

    def tell(self) -> None:
        """Make all of it; the order is that of time."""
        self._last_year()
        self._this_year()
        self._elsewhere()
        # What was mailed in the past of the story has been read long ago.
        OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED).update(
            status=OutgoingMail.Status.SENT, sent_at=timezone.now()
        )

    @contextmanager
    def _on(self, day: date, at: time = time(10)) -> Iterator[datetime]:
        now = min(moment(day, at), datetime.now(AMSTERDAM))
        with time_machine.travel(now, tick=True):
            yield now

    def _before(self, days: int) -> date:
        """So many days before last year's closing; below zero: after it."""
        return self.last_deadline.date() - timedelta(days=days)

    # --- Rounds and requests ---------------------------------------------------------

    def _start_round(self, key: str, year: int, office: str, by: str) -> Cycle:
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

    def _set(self, round_: Cycle, kind: str, opens_on: date, closes_at: datetime):
        Phase.objects.filter(cycle=round_, kind=kind).update(
            opens_on=opens_on, closes_at=closes_at
        )

    def _ask(self, key: str, number: int, councils: list[str]) -> None:
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

    def _write(self, key: str, number: int) -> None:
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

    def _recognise(self, number: int, *people: str) -> None:
        for person in people:
            council_input.recognise(self.inputs[number], by=self.world.user(person))

    # --- Last year -------------------------------------------------------------------

    def _last_year(self) -> None:
        with self._on(self._before(250)):
            round_ = self._start_round("last", self.year - 1, "amstelboog", "fatma")
            self._set(
                round_, PhaseKind.REGISTRATION, self._before(100), self.last_deadline
            )
            self.cycles["last"] = cycle.publish(round_, by=self.world.user("fatma"))
        with self._on(self._before(90)):
            for number in (1, 2, 3):
                self._ask("last", number, list(AUTHORS))
        for days, number in (
            (70, 5),
            (68, 1),
            (66, 3),
            (64, 11),
            (62, 19),
            (61, 4),
            (60, 12),
            (58, 17),
        ):
            with self._on(self._before(days)):
                self._write("last", number)
        self._compose_last_year()
        for council, numbers, days in (
            ("wolkenveer", (1, 17), 12),
            ("pelikaantuin", (11,), 11),
            ("thuis", (3, 4, 19), 10),
        ):
            self._submit(council, [self.inputs[each] for each in numbers], days)
        self._answer_last_year()

    def _sentences(self, end: str) -> list[Sentences]:
        home, sunday, night = (self.inputs[each].shared_id for each in (3, 11, 1))
        return [
            Sentences(
                "Op drie plekken horen wij hetzelfde, maar het ziet er steeds anders "
                "uit."
            ),
            Sentences(
                "Thuis komen er zoveel verschillende mensen dat cliënten zich telkens "
                "opnieuw moeten uitleggen. Vlierkade Thuis vraagt daarom om ‘een klein "
                "vast groepje’.",
                [home],
            ),
            Sentences(
                "In Hofje Zeven Ramen knelt het vooral op zondag, als er één "
                "medewerker is. Bewoners zonder bezoek hebben dan ‘een lange dag’.",
                [sunday],
            ),
            Sentences(
                "In Huize Wolkenveer gaat het om de nacht. Daar drinken bewoners "
                "minder uit angst om te moeten wachten." + (f" {end}" if end else ""),
                [night],
            ),
            Sentences(
                "Wij vragen het zorgkantoor om drie afspraken. Die gaan over een vast "
                "team thuis, een tweede kracht op zondag en een norm voor de nacht."
                + ("" if end else f" {FIRST_END}")
            ),
        ]

    def _compose_last_year(self) -> None:
        marijke = self.world.user("marijke")
        with self._on(self._before(25)):
            paragraph = composition.add_paragraph(
                Paragraph(
                    council=self.world.councils["centraal"],
                    cycle=self.cycles["last"],
                    request=self.requests["last", 1],
                    kind=CouncilInput.Kind.CONCERN,
                    goal=Goal.QUALITY_OF_LIFE,
                    theme=Theme.objects.get(name="personeelskrapte"),
                    title="Bekende gezichten en genoeg handen",
                ),
                self._sentences(""),
                by=marijke,
            )
            composition.show(paragraph, by=marijke)
        with self._on(self._before(22)):
            self._judge(paragraph, "thuis", "agreed", "Zo hebben wij het bedoeld.")
            self._judge(
                paragraph, "pelikaantuin", "agreed", "Fijn dat de zondag erin staat."
            )
            self._judge(
                paragraph,
                "wolkenveer",
                "not_like_this",
                "Bij ons is een bericht over de wachttijd het eerste wat helpt. "
                "Zet dat er graag bij.",
            )
        with self._on(self._before(20)):
            paragraph.refresh_from_db()
            composition.save_paragraph(
                paragraph,
                self._sentences(SECOND_END),
                seen=paragraph.revision,
                by=marijke,
            )
            composition.show(paragraph, by=marijke)
        with self._on(self._before(19)):
            self._judge(paragraph, "wolkenveer", "agreed", "")
        paragraph.refresh_from_db()
        self._submit("centraal", [paragraph, self.inputs[5], self.inputs[12]], 9)

    def _judge(self, paragraph, council: str, verdict: str, words: str) -> None:
        part = ShowingPart.objects.newest().get(
            showing__paragraph=paragraph, council=self.world.councils[council]
        )
        by = self.world.user(CHAIRS[council])
        composition.judge(part, verdict=verdict, words=words, by=by)

    def _submit(self, council: str, things: list, days: int) -> Submission:
        """Collect and offer some days before last year's closing; signed a day on."""
        chair = self.world.user(CHAIRS[council])
        secretary = self.world.user("marijke")
        prepares = secretary if council in {"centraal", "wolkenveer"} else chair
        with self._on(self._before(days)):
            handed_in = submission.start(
                self.world.councils[council], self.cycles["last"], by=prepares
            )
            submission.add_items(handed_in, things, by=prepares)
            version = submission.offer(handed_in, by=prepares)
        with self._on(self._before(days - 1), time(20)):
            submission.sign(
                handed_in, by=chair, seen=submission.signing_code(version, [])
            )
        return handed_in

    def _answer_last_year(self) -> None:
        fatma = self.world.user("fatma")
        until = self.today + timedelta(days=45)
        known = {each["input"]: each for each in self.words["answers"]}
        submissions = Submission.objects.filter(cycle=self.cycles["last"])
        for handed_in in submissions.order_by("council__name"):
            version = response.standing_version(handed_in)
            with self._on(self._before(-6)):
                submission.note_reading(handed_in, by=fatma)
            with self._on(self._before(-25)):
                for item in version.submitted_items.order_by("position"):
                    number = next(
                        (
                            number
                            for number, each in self.inputs.items()
                            if each.pk == item.council_input_id
                        ),
                        None,
                    )
                    answer = known.get(number) or {
                        "outcome": Answer.Outcome.PARTLY,
                        "reason": PARAGRAPH_ANSWER,
                    }
                    response.write(
                        item,
                        outcome=answer["outcome"],
                        reason=answer["reason"].format(study_date=nl_short_date(until)),
                        study_until=until,
                        seen=0,
                        by=fatma,
                    )
            with self._on(self._before(-32)):
                response.publish(version, by=fatma)

    # --- This year -------------------------------------------------------------------

    def _this_year(self) -> None:
        started = self.today - timedelta(days=75)
        with self._on(started):
            round_ = self._start_round("this", self.year, "amstelboog", "fatma")
            dates = Phase(closes_at=self.deadline).dates
            self._set(
                round_,
                PhaseKind.ORIENTATION,
                started + timedelta(days=5),
                moment(self.today - timedelta(days=7), FIVE),
            )
            self._set(
                round_,
                PhaseKind.COUNCIL_CONSULTATION,
                self.today - timedelta(days=21),
                dates.local.moment,
            )
            self._set(
                round_,
                PhaseKind.REGISTRATION,
                self.today - timedelta(days=20),
                self.deadline,
            )
            self.cycles["this"] = cycle.publish(round_, by=self.world.user("fatma"))
        with self._on(self.today - timedelta(days=19)):
            for number, councils in (
                (1, list(AUTHORS)),
                (2, ["centraal", "thuis"]),
                (3, ["centraal"]),
                (4, ["wolkenveer", "pelikaantuin", "thuis"]),
            ):
                self._ask("this", number, [*councils, "maanwater"])
        told = [
            each["number"] for each in self.words["inputs"] if each["year"] == "this"
        ]
        for place, number in enumerate(told):
            with self._on(self.today - timedelta(days=17 - place)):
                self._write("this", number)
        with self._on(self.today - timedelta(days=1)):
            self._recognise(7, "harm")
            self._recognise(22, "truus")
            self._recognise(24, "willemien", "cor")
        self._compose_this_year()

    def _compose_this_year(self) -> None:
        """A paragraph that waits for two local councils, and one that is set aside."""
        marijke = self.world.user("marijke")
        with self._on(self.today - timedelta(days=1), time(14)):
            paragraph = composition.add_paragraph(
                Paragraph(
                    council=self.world.councils["centraal"],
                    cycle=self.cycles["this"],
                    request=self.requests["this", 1],
                    kind=CouncilInput.Kind.CONCERN,
                    goal=Goal.TRUST,
                    theme=Theme.objects.get(name="personeelskrapte"),
                    title="Wie kent onze bewoners nog?",
                    for_organisation=True,
                ),
                [
                    Sentences(
                        "In de zomer werken er vooral mensen die de bewoners niet "
                        "kennen. De Pelikaantuin vraagt om één kaart per bewoner.",
                        [self.inputs[22].shared_id],
                    ),
                    Sentences(
                        "Dat het anders kan, laat de Kikkerbuurt zien. Daar kennen "
                        "cliënten alle zes medewerkers bij naam.",
                        [self.inputs[15].shared_id],
                    ),
                ],
                by=marijke,
            )
            composition.show(paragraph, by=marijke)
            composition.set_aside(
                self.inputs[21],
                council=self.world.councils["centraal"],
                reason="Dit bespreken wij eerst met de bestuurder.",
                by=marijke,
            )

    def _elsewhere(self) -> None:
        """Another region has its own round, of which nobody here knows."""
        with self._on(self.today - timedelta(days=60)):
            round_ = self._start_round("other", self.year, "schelpenrug", "lotte")
            self._set(
                round_,
                PhaseKind.REGISTRATION,
                self.today - timedelta(days=15),
                self.deadline,
            )
            self.cycles["other"] = cycle.publish(round_, by=self.world.user("lotte"))
