"""What somebody looks for in a list of input."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import CharField, Expression, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from councils.models import CareSetting, Council, Location
from councils.permissions import council_ids, organisation_ids
from portal.forms import Form
from portal.models import User
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
        rows = sorted(_facets(user), key=lambda row: (row[3], row[2].casefold()))
        for kind, pk, label, more, _year in rows:
            getattr(found, kind)[str(pk)] = label
            if kind == "requests":
                found.cycle_of[str(pk)] = str(UUID(more))
        found.cycles = _named(rows)
        return found

    def requests_in(self, cycle: str) -> dict[str, str]:
        return {
            pk: label
            for pk, label in self.requests.items()
            if not cycle or self.cycle_of[pk] == cycle
        }


def _named(rows: list[tuple]) -> dict[str, str]:
    """Rounds with their year, and whose they are when that is not clear."""
    rounds = [row for row in rows if row[0] == "cycles"]
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
    rows: QuerySet,
    kind: str,
    label: Expression | F,
    more: Expression | F = EMPTY,
    year: Expression | F = EMPTY,
) -> QuerySet:
    return (
        rows.order_by()
        .annotate(
            facet=Value(kind, output_field=CharField()),
            label=label,
            more=more,
            year=year,
        )
        .values_list("facet", "pk", "label", "more", "year")
    )


class InputFilter(Form):
    """The filters above a list of input; what makes no sense is left out of account."""

    WHOSE = [
        ("", _("Everybody’s")),
        ("van-mij", _("Written by me")),
        ("concept", _("My drafts")),
        ("eigen-raad", _("Of our own council")),
        ("gedeeld", _("Shared by our council")),
    ]

    zoek = forms.CharField(label=_("Search for a word"), required=False, max_length=100)
    soort = forms.ChoiceField(label=_("Kind"), required=False)
    thema = forms.ChoiceField(label=_("Theme"), required=False)
    uitvraag = forms.ChoiceField(label=_("Request"), required=False)
    locatie = forms.ChoiceField(label=_("Location"), required=False)
    zorg = forms.ChoiceField(label=_("Kind of care"), required=False)
    raad = forms.ChoiceField(label=_("Council"), required=False)
    van = forms.ChoiceField(label=_("Whose"), required=False, choices=WHOSE)

    def __init__(self, *args: Any, facets: Facets, cycle: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {str(value): label for value, label in KINDS}
        settings = {str(value): label for value, label in CareSetting.choices}
        self._offer("soort", kinds)
        self._offer("thema", facets.themes)
        self._offer("locatie", facets.locations)
        self._offer("zorg", settings)
        self._offer("uitvraag", facets.requests_in(cycle))
        self._offer("raad", facets.councils if len(facets.councils) > 1 else {})

    def _offer(self, name: str, choices: dict[str, Any]) -> None:
        if choices:
            chosen: Any = self.fields[name]
            chosen.choices = [("", _("All")), *choices.items()]
        else:
            del self.fields[name]

    def chosen(self) -> dict[str, str]:
        """What was filled in and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def condition(self, user: User) -> Q:
        """Which inputs fit, by the words that ``user`` reads."""
        chosen = self.chosen()
        condition = Q()
        for name, field_name in {
            "soort": "kind",
            "thema": "theme",
            "locatie": "location",
            "zorg": "care_setting",
        }.items():
            if name in chosen:
                condition &= as_read_by(user, **{field_name: chosen[name]})
        if "uitvraag" in chosen:
            condition &= Q(request=chosen["uitvraag"])
        if "raad" in chosen:
            condition &= Q(council=chosen["raad"])
        if "zoek" in chosen:
            word = chosen["zoek"]
            condition &= as_read_by(user, title__icontains=word) | as_read_by(
                user, text__icontains=word
            )
        return condition & _whose(chosen.get("van", ""), user)


def _whose(choice: str, user: User) -> Q:
    return {
        "van-mij": Q(author=user),
        "concept": Q(status=CouncilInput.Status.DRAFT),
        "eigen-raad": Q(council__in=council_ids(user)),
        "gedeeld": Q(council__in=council_ids(user), shared__isnull=False),
    }.get(choice, Q())
