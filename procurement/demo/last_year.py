"""Last year of the demo story: from the first input to the published answers."""

from datetime import time, timedelta

from portal.moments import nl_short_date
from procurement.actions import composition, cycle, response, submission
from procurement.actions.composition import Sentences
from procurement.demo.teller import AUTHORS, CHAIRS, Teller
from procurement.models import (
    Answer,
    CouncilInput,
    Goal,
    Paragraph,
    PhaseKind,
    ShowingPart,
    Submission,
    Theme,
)

# The last sentence of the composed paragraph, before and after Wolkenveer's reaction.
FIRST_END = "Begin met wat cliënten het eerst merken."
SECOND_END = "Begin in de nacht met een bericht over de wachttijd."
PARAGRAPH_ANSWER = (
    "Een bericht over de wachttijd in de nacht nemen wij op in het dialooggesprek. "
    "Over een vast team thuis en over de zondag leest u meer bij de losse punten van "
    "de lokale raden. Een norm voor de nacht zoeken wij eerst uit."
)


def tell(told: Teller) -> None:
    with told.on(told.before(250)):
        round_ = told.start_round("last", told.year - 1, "amstelboog", "fatma")
        told.set_window(
            round_, PhaseKind.REGISTRATION, told.before(100), told.last_deadline
        )
        told.cycles["last"] = cycle.publish(round_, by=told.world.user("fatma"))
    with told.on(told.before(90)):
        for number in (1, 2, 3):
            told.ask("last", number, list(AUTHORS))
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
        with told.on(told.before(days)):
            told.write("last", number)
    _compose_last_year(told)
    for council, numbers, days in (
        ("wolkenveer", (1, 17), 12),
        ("pelikaantuin", (11,), 11),
        ("thuis", (3, 4, 19), 10),
    ):
        _submit(told, council, [told.inputs[each] for each in numbers], days)
    _answer_last_year(told)


def _sentences(told: Teller, end: str) -> list[Sentences]:
    home, sunday, night = (told.version_of(each) for each in (3, 11, 1))
    return [
        Sentences(
            "Op drie plekken horen wij hetzelfde, maar het ziet er steeds anders uit."
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


def _compose_last_year(told: Teller) -> None:
    marijke = told.world.user("marijke")
    with told.on(told.before(25)):
        paragraph = composition.add_paragraph(
            Paragraph(
                council=told.world.councils["centraal"],
                cycle=told.cycles["last"],
                request=told.requests["last", 1],
                kind=CouncilInput.Kind.CONCERN,
                goal=Goal.QUALITY_OF_LIFE,
                theme=Theme.objects.get(name="personeelskrapte"),
                title="Bekende gezichten en genoeg handen",
            ),
            _sentences(told, ""),
            by=marijke,
        )
        composition.show(paragraph, by=marijke)
    _first_reactions(told, paragraph)
    with told.on(told.before(20)):
        paragraph.refresh_from_db()
        composition.save_paragraph(
            paragraph,
            _sentences(told, SECOND_END),
            seen=paragraph.revision,
            by=marijke,
        )
        composition.show(paragraph, by=marijke)
    with told.on(told.before(19)):
        _judge(told, paragraph, "wolkenveer", "agreed", "")
    paragraph.refresh_from_db()
    _submit(told, "centraal", [paragraph, told.inputs[5], told.inputs[12]], 9)


def _first_reactions(told: Teller, paragraph: Paragraph) -> None:
    with told.on(told.before(22)):
        _judge(told, paragraph, "thuis", "agreed", "Zo hebben wij het bedoeld.")
        _judge(
            told, paragraph, "pelikaantuin", "agreed", "Fijn dat de zondag erin staat."
        )
        _judge(
            told,
            paragraph,
            "wolkenveer",
            "not_like_this",
            "Bij ons is een bericht over de wachttijd het eerste wat helpt. "
            "Zet dat er graag bij.",
        )


def _judge(told: Teller, paragraph, council: str, verdict: str, words: str) -> None:
    part = ShowingPart.objects.newest().get(
        showing__paragraph=paragraph, council=told.world.councils[council]
    )
    by = told.world.user(CHAIRS[council])
    composition.judge(part, verdict=verdict, words=words, by=by)


def _submit(told: Teller, council: str, things: list, days: int) -> Submission:
    """Collect and offer some days before last year's closing; signed a day on."""
    chair = told.world.user(CHAIRS[council])
    secretary = told.world.user("marijke")
    prepares = secretary if council in {"centraal", "wolkenveer"} else chair
    with told.on(told.before(days)):
        handed_in = submission.start(
            told.world.councils[council], told.cycles["last"], by=prepares
        )
        submission.add_items(handed_in, things, by=prepares)
        version = submission.offer(handed_in, by=prepares)
    with told.on(told.before(days - 1), time(20)):
        submission.sign(handed_in, by=chair, seen=submission.signing_code(version, []))
    return handed_in


def _answer_last_year(told: Teller) -> None:
    fatma = told.world.user("fatma")
    until = told.today + timedelta(days=45)
    known = {each["input"]: each for each in told.words["answers"]}
    submissions = Submission.objects.filter(cycle=told.cycles["last"])
    for handed_in in submissions.order_by("council__name"):
        version = response.standing_version(handed_in)
        with told.on(told.before(-6)):
            submission.note_reading(handed_in, by=fatma)
        with told.on(told.before(-25)):
            for item in version.submitted_items.order_by("position"):
                number = next(
                    (
                        number
                        for number, each in told.inputs.items()
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
        with told.on(told.before(-32)):
            response.publish(version, by=fatma)
