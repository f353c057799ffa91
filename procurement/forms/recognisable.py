"""Words in a text by which somebody might recognise a person."""

import re
from collections.abc import Iterable

# How people speak of one person without a name.
OF_ONE_PERSON = re.compile(
    r"\b(?:mevrouw|mevr\.?|meneer|dhr\.?|de heer|buurvrouw|buurman"
    r"|(?:mijn|onze|haar|zijn|diens) (?:moeder|vader|man|vrouw|zus|broer|dochter|zoon"
    r"|oma|opa|tante|oom|partner|vriendin|vriend)"
    r"|kamer \d+\w?|huisnummer \d+)(?=\W|$)",
    re.IGNORECASE,
)
# A capital in the middle of a sentence: behind a word and a blank, or a comma.
NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][a-zß-ÿ]+(?:[ -][A-ZÀ-Þ][a-zß-ÿ]+)*")
# Capitals of every day.
NO_PERSON = {
    "Wlz", "Wmo", "Nederland", "Nederlands", "Nederlandse", "Kerst", "Pasen",
    "Pinksteren", "Sinterklaas", "Canada", "Duits", "Engels", "Turks", "Marokkaans",
    "Berbers", "Sranan", "Surinaams",
}  # fmt: skip
MOST = 5


def recognisable(text: str, known: Iterable[str] = ()) -> list[str]:
    """The first few such words; names of places in ``known`` are left out.

    A guess that asks a question, never a judgement: it misses names at the start of a
    sentence, and asks about streets.
    """
    of_places = {word for name in known for word in name.split()}
    found = dict.fromkeys(match.group() for match in OF_ONE_PERSON.finditer(text))
    for match in NAME.finditer(text):
        words = match.group().split()
        if not set(words) <= NO_PERSON | of_places:
            found[match.group()] = None
    return list(found)[:MOST]
