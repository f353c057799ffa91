"""What one council may choose from when it writes."""

from dataclasses import dataclass, field

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from councils.models import Council, Location
from procurement.models import Audience, CouncilInput, Cycle, InformationRequest, Theme

NO = Value(False, output_field=BooleanField())


@dataclass(frozen=True)
class Place:
    """A location, with the care setting that goes with it."""

    name: str
    care_setting: str


@dataclass
class Choices:
    """The themes, locations and requests that one council may choose from."""

    themes: dict[str, str] = field(default_factory=dict)
    locations: dict[str, Place] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, council: Council, cycle: Cycle, council_input: CouncilInput | None = None
    ) -> "Choices":
        """What is in use today, and what ``council_input`` says already; one query.

        The locations are those of the council, or when it has none of its own, those
        of its organisation.
        """
        found = cls()
        elsewhere: dict[str, Place] = {}
        rows = _offered(council, cycle, council_input)
        for kind, pk, label, setting, is_own in sorted(rows, key=_by_label):
            if kind == "theme":
                found.themes[str(pk)] = capfirst(label)
            elif kind == "request":
                found.requests[str(pk)] = label
            else:
                places = found.locations if is_own else elsewhere
                places[str(pk)] = Place(label, setting)
        words = council_input.current if council_input else None
        said = str(words.location_id) if words else ""
        if not found.locations:
            found.locations = elsewhere
        elif said in elsewhere:
            found.locations[said] = elsewhere[said]
        return found


def audience_choices(council_input: CouncilInput) -> list[tuple[str, str | Promise]]:
    """With whom this input can be shared, for a list of checkboxes."""
    labels = {
        Audience.CENTRAL_COUNCIL: _("The central council"),
        Audience.ORGANISATION: _("The organisation"),
        Audience.CARE_OFFICE: _("The care office"),
    }
    return [(each.value, labels[each]) for each in council_input.possible_audiences]


def _by_label(row: tuple) -> str:
    return row[2].casefold()


def _offered(
    council: Council, cycle: Cycle, council_input: CouncilInput | None
) -> QuerySet:
    words = council_input.current if council_input else None
    theme = words.theme_id if words else None
    request = council_input.request_id if council_input else None
    of_council = Council.locations.through.objects.filter(
        council=council, location=OuterRef("pk")
    )
    locations = Location.objects.filter(organisation=council.organisation_id)
    themes = Theme.objects.filter(Q(is_active=True) | Q(pk=theme))
    asked = InformationRequest.objects.asked_of([council.pk]).values("pk")
    requests = InformationRequest.objects.filter(
        Q(pk__in=asked) | Q(pk=request), cycle=cycle
    )
    no_setting = Value("", output_field=CharField())
    return _facet(
        locations, "location", "name", F("care_setting"), Exists(of_council)
    ).union(
        _facet(themes, "theme", "name", no_setting),
        _facet(requests, "request", "title", no_setting),
        all=True,
    )


def _facet(
    rows: QuerySet,
    kind: str,
    label: str,
    setting: Value | F,
    is_own: Exists | Value = NO,
) -> QuerySet:
    facet = Value(kind, output_field=CharField())
    return (
        rows.order_by()
        .annotate(facet=facet, setting=setting, is_own=is_own)
        .values_list("facet", "pk", label, "setting", "is_own")
    )
