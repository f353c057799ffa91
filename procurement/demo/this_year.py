"""This year of the demo story so far, and the round of another region."""

from datetime import time, timedelta

from portal.dates import moment
from procurement.actions import composition, cycle
from procurement.actions.composition import Sentences
from procurement.demo.teller import AUTHORS, FIVE, Teller
from procurement.models import CouncilInput, Goal, Paragraph, Phase, PhaseKind, Theme


def tell(told: Teller) -> None:
    _begin(told)
    with told.on(told.today - timedelta(days=19)):
        for number, councils in (
            (1, list(AUTHORS)),
            (2, ["centraal", "thuis"]),
            (3, ["centraal"]),
            (4, ["wolkenveer", "pelikaantuin", "thuis"]),
        ):
            told.ask("this", number, [*councils, "maanwater"])
    inputs = [each for each in told.words["inputs"] if each["year"] == "this"]
    for place, words in enumerate(inputs):
        with told.on(told.today - timedelta(days=17 - place)):
            told.write("this", words["number"])
    with told.on(told.today - timedelta(days=1)):
        told.recognise(7, "harm")
        told.recognise(22, "truus")
        told.recognise(24, "willemien", "cor")
    _compose_this_year(told)


def _begin(told: Teller) -> None:
    started = told.today - timedelta(days=75)
    with told.on(started):
        round_ = told.start_round("this", told.year, "amstelboog", "fatma")
        dates = Phase(closes_at=told.deadline).dates
        told.set_window(
            round_,
            PhaseKind.ORIENTATION,
            started + timedelta(days=5),
            moment(told.today - timedelta(days=7), FIVE),
        )
        told.set_window(
            round_,
            PhaseKind.COUNCIL_CONSULTATION,
            told.today - timedelta(days=21),
            dates.local.moment,
        )
        told.set_window(
            round_,
            PhaseKind.REGISTRATION,
            told.today - timedelta(days=20),
            told.deadline,
        )
        told.cycles["this"] = cycle.publish(round_, by=told.world.user("fatma"))


def _compose_this_year(told: Teller) -> None:
    """A paragraph that waits for two local councils, and one that is set aside."""
    marijke = told.world.user("marijke")
    with told.on(told.today - timedelta(days=1), time(14)):
        paragraph = composition.add_paragraph(
            Paragraph(
                council=told.world.councils["centraal"],
                cycle=told.cycles["this"],
                request=told.requests["this", 1],
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
                    [told.version_of(22)],
                ),
                Sentences(
                    "Dat het anders kan, laat de Kikkerbuurt zien. Daar kennen "
                    "cliënten alle zes medewerkers bij naam.",
                    [told.version_of(15)],
                ),
            ],
            by=marijke,
        )
        composition.show(paragraph, by=marijke)
        composition.set_aside(
            told.inputs[21],
            council=told.world.councils["centraal"],
            reason="Dit bespreken wij eerst met de bestuurder.",
            by=marijke,
        )


def tell_elsewhere(told: Teller) -> None:
    """Another region has its own round, of which nobody here knows."""
    with told.on(told.today - timedelta(days=60)):
        round_ = told.start_round("other", told.year, "schelpenrug", "lotte")
        told.set_window(
            round_,
            PhaseKind.REGISTRATION,
            told.today - timedelta(days=15),
            told.deadline,
        )
        told.cycles["other"] = cycle.publish(round_, by=told.world.user("lotte"))
