"""Looking for a decision by its words, its year and its council."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from councils.models import Decision
from portal.choice import Choice, choice, typed
from portal.seats import Seat


class DecisionFilter:
    """What the address asks for, and the lists to choose from above the decisions."""

    def __init__(
        self, asked: QueryDict, seats: list[Seat], years: Collection[int]
    ) -> None:
        self.words = typed(asked, "zoek")
        self.year = choice(
            asked, "jaar", _("Year"), {str(year): str(year) for year in years}
        )
        councils = {str(seat.party_id): seat.party_name for seat in seats}
        self.council = choice(asked, "raad", _("Council"), councils)
        self.choices: list[Choice] = [self.year]
        if len(councils) > 1:
            self.choices.append(self.council)

    @property
    def is_used(self) -> bool:
        return bool(self.words or self.year.chosen or self.council.chosen)

    def apply(self, decisions: QuerySet[Decision]) -> QuerySet[Decision]:
        """Those with every word in their text or subject, or with that number."""
        if self.year.chosen:
            decisions = decisions.filter(year=int(self.year.chosen))
        if self.council.chosen:
            decisions = decisions.filter(council=self.council.chosen)
        for word in self.words.split():
            decisions = decisions.filter(self._about(word))
        return decisions

    def _about(self, word: str) -> Q:
        about = Q(text__icontains=word) | Q(item__title__icontains=word)
        year, dash, number = word.partition("-")
        if dash and year.isdecimal() and number.isdecimal():
            about |= Q(year=int(year[:4]), number=int(number[:6]))
        return about
