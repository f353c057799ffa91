"""What somebody looks for in a list of input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from django.db.models import CharField, Expression, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from councils.models import CareSetting, Council, Location
from councils.permissions import council_ids, organisation_ids
from portal.choice import choice, typed
from portal.models import User
from portal.prepared import fetch
from procurement.forms.council_input import KINDS
from procurement.models import (
    CouncilInput,
    Cycle,
    CycleKind,
    InformationRequest,
    Theme,
    as_read_by,
)

EMPTY = Value("", output_field=CharField())


@dataclass
class Facets:
    """What a reader can filter by: from what there is to know anyway, never from the
    inputs themselves, which the reader may not all see."""

    cycles: dict[str, str] = field(default_factory=dict)
    councils: dict[str, str] = field(default_factory=dict)
    themes: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    # Of each request its cycle.
    cycle_of: dict[str, str] = field(default_factory=dict)

    @classmethod
    def for_(cls, user: User) -> "Facets":
        """Everything in one query, the newest round first."""
        found = cls()
        offered = sorted(fetch(_facets, user), key=lambda row: row[2].casefold())
        for kind, pk, label, more, _year in offered:
            getattr(found, kind)[str(pk)] = label
            if kind == "requests":
                found.cycle_of[str(pk)] = str(UUID(more))
        found.cycles = _named(offered)
        return found

    @property
    def has_councils(self) -> bool:
        """Whether there is more than one council to read of."""
        return len(self.councils) > 1

    def requests_in(self, cycle: str) -> dict[str, str]:
        return {
            pk: label
            for pk, label in self.requests.items()
            if not cycle or self.cycle_of[pk] == cycle
        }


def _named(offered: list[tuple]) -> dict[str, str]:
    """Rounds with their year, and whose they are when that is not clear."""
    rounds = [row for row in offered if row[0] == "cycles"]
    rounds.sort(key=lambda row: (-int(row[4]), row[3], row[2]))
    names = {}
    for _kind, pk, owner, kind, year in rounds:
        alike = [row for row in rounds if row[3:] == (kind, year)]
        name = f"{CycleKind(kind).label} {year}"
        names[str(pk)] = f"{name}, {owner}" if len(alike) > 1 else name
    return names


def _facets(user: User) -> QuerySet:
    seats, staff_of = council_ids(user), organisation_ids(user)
    councils = Council.objects.filter(
        Q(pk__in=seats) | Q(parent__in=seats) | Q(organisation__in=staff_of)
    )
    linked = Council.locations.through.objects.filter(council__in=councils.values("pk"))
    locations = Location.objects.filter(
        Q(pk__in=linked.values("location")) | Q(organisation__in=staff_of)
    )
    cycles = Cycle.objects.visible_to(user)
    owner = Coalesce("care_office__name", "organisation__name")
    year = Cast("contract_year", CharField())
    of_cycle = Cast("cycle_id", CharField())
    return _facet(cycles, "cycles", owner, F("kind"), year).union(
        _facet(councils, "councils", F("name")),
        _facet(Theme.objects.filter(is_active=True), "themes", F("name")),
        _facet(locations, "locations", F("name")),
        _facet(
            InformationRequest.objects.visible_to(user),
            "requests",
            F("title"),
            of_cycle,
        ),
        all=True,
    )


def _facet(
    of: QuerySet,
    kind: str,
    label: Expression | F,
    more: Expression | F = EMPTY,
    year: Expression | F = EMPTY,
) -> QuerySet:
    return (
        of.order_by()
        .annotate(
            facet=Value(kind, output_field=CharField()),
            label=label,
            more=more,
            year=year,
        )
        .values_list("facet", "pk", "label", "more", "year")
    )


class InputFilter:
    """The filters above a list of input, by what stands in the address.

    A value that is not on offer is left out of account.
    """

    WHOSE: ClassVar[dict[str, str | Promise]] = {
        "van-mij": _("Written by me"),
        "concept": _("My drafts"),
        "eigen-raad": _("Of our own council"),
        "gedeeld": _("Shared by our council"),
    }
    WORDS: ClassVar[dict[str, str]] = {
        "soort": "kind",
        "thema": "theme",
        "locatie": "location",
        "zorg": "care_setting",
    }

    def __init__(self, asked: QueryDict, facets: Facets) -> None:
        self.cycle = _cycle(asked.get("ronde"), facets)
        self.word = typed(asked, "zoek")
        offered: dict[str, tuple[str | Promise, Mapping[str, str | Promise]]] = {
            "soort": (_("Kind"), dict(KINDS)),
            "thema": (_("Theme"), facets.themes),
            "uitvraag": (_("Request"), facets.requests_in(self.cycle)),
            "locatie": (_("Location"), facets.locations),
            "zorg": (_("Kind of care"), dict(CareSetting.choices)),
            "raad": (_("Council"), facets.councils if facets.has_councils else {}),
            "van": (_("Whose"), self.WHOSE),
        }
        self.choices = [
            choice(asked, name, label, options)
            for name, (label, options) in offered.items()
            if options
        ]
        self.chosen = {each.name: each.chosen for each in self.choices if each.chosen}

    @property
    def is_used(self) -> bool:
        return bool(self.chosen or self.word)

    def condition(self, user: User) -> Q | None:
        """Which inputs fit, by the words that ``user`` reads; None for all."""
        if not self.is_used:
            return None
        chosen = self.chosen
        condition = _whose(chosen.get("van", ""), user)
        for name, field_name in self.WORDS.items():
            if name in chosen:
                condition &= as_read_by(user, **{field_name: chosen[name]})
        if "uitvraag" in chosen:
            condition &= Q(request=chosen["uitvraag"])
        if "raad" in chosen:
            condition &= Q(council=chosen["raad"])
        if self.word:
            condition &= as_read_by(user, title__icontains=self.word) | as_read_by(
                user, text__icontains=self.word
            )
        return condition


def _cycle(asked: str | None, facets: Facets) -> str:
    """The round to look at: the newest unless another, or all, is asked for."""
    if asked == "alle":
        return ""
    return asked if asked in facets.cycles else next(iter(facets.cycles), "")


def _whose(choice: str, user: User) -> Q:
    return {
        "van-mij": Q(author=user),
        "concept": Q(status=CouncilInput.Status.DRAFT),
        "eigen-raad": Q(council__in=council_ids(user)),
        "gedeeld": Q(council__in=council_ids(user), shared__isnull=False),
    }.get(choice, Q())
