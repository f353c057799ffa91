"""What a submission says at a moment, and what still keeps it from being offered."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import CareSetting, CouncilMembership
from portal.canonical import canonical_json, fingerprint
from procurement.actions.composition import tile
from procurement.models import (
    HELPERS,
    CouncilInput,
    CouncilInputVersion,
    Goal,
    Paragraph,
    Passage,
    Submission,
    SubmissionItem,
    SubmissionVersion,
)

FORMAT = 1


@dataclass(frozen=True)
class Source:
    """A version of an input that a line rests on, and who may read that input now."""

    version: UUID
    council_input: UUID
    council: UUID
    council_name: str
    number: int | None
    title: str
    text: str
    care_setting: str
    location: str | None
    location_setting: str | None
    consulted: int
    consulted_how: str
    saved_at: datetime
    is_passed_on: bool
    is_closed: bool
    for_central_council: bool
    for_organisation: bool
    for_care_office: bool

    @property
    def is_at_home(self) -> bool:
        return CareSetting.AT_HOME in {self.care_setting, self.location_setting}


@dataclass
class Piece:
    """One line of a submission with its words, ready to be frozen."""

    line: SubmissionItem
    # The sentences of a paragraph, each with the versions that it rests on.
    passages: list[tuple[str, list[UUID]]] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    # Why it cannot go to the care office; empty when it can.
    obstacle: str = ""
    id: UUID = field(default_factory=uuid4)

    @property
    def of(self) -> CouncilInput | Paragraph:
        return self.line.thing

    @property
    def words(self) -> CouncilInputVersion | Paragraph:
        """What holds its title, kind, goal and theme."""
        thing = self.line.thing
        if isinstance(thing, Paragraph):
            return thing
        # Passed on, so there are words; the constraints of the table see to it.
        return cast(CouncilInputVersion, thing.shared or thing.current)

    @property
    def for_organisation(self) -> bool:
        """Whether the organisation may read it: it says so, and so do its sources."""
        return self.of.for_organisation and all(
            source.for_organisation for source in self.sources
        )


def pieces_of(submission: Submission) -> list[Piece]:
    """The lines of a submission in the order in which one reads them: by goal."""
    lines = submission.items.select_related(
        "council_input__request",
        "council_input__shared__theme",
        "council_input__shared__location",
        "council_input__current__theme",
        "paragraph__theme",
        "paragraph__request",
    )
    pieces = [Piece(line) for line in lines]
    for piece in pieces:
        if piece.line.council_input and piece.line.council_input.shared:
            piece.sources = [_own_source(submission, piece.line.council_input)]
    _add_passages(pieces)
    closed = _closed_to_helpers(submission, pieces)
    for piece in pieces:
        piece.obstacle = _obstacle(piece, submission, closed)
    order = list(Goal.values)
    pieces.sort(key=lambda piece: (order.index(piece.words.goal), piece.line.position))
    _number_sources(pieces)
    return pieces


def _number_sources(pieces: list[Piece]) -> None:
    """Number the inputs of a council by their place in this text.

    The numbers that the composer uses have gaps, which would tell a reader outside
    that there is more than this text holds.
    """
    places: dict[UUID, dict[UUID, int]] = {}
    for piece in pieces:
        for at, source in enumerate(piece.sources):
            known = places.setdefault(source.council, {})
            number = known.setdefault(source.council_input, len(known) + 1)
            piece.sources[at] = replace(source, number=number)


def _own_source(submission: Submission, council_input: CouncilInput) -> Source:
    version = council_input.shared
    location = version.location
    return Source(
        version=version.pk,
        council_input=council_input.pk,
        council=submission.council_id,
        council_name=submission.council.name,
        number=council_input.number,
        title=version.title,
        text=version.text,
        care_setting=version.care_setting,
        location=location.name if location else None,
        location_setting=location.care_setting if location else None,
        consulted=version.consulted,
        consulted_how=version.consulted_how,
        saved_at=version.saved_at,
        is_passed_on=council_input.status == CouncilInput.Status.PASSED_ON,
        is_closed=council_input.is_closed_to_secretary,
        for_central_council=True,
        for_organisation=council_input.for_organisation,
        for_care_office=council_input.for_care_office,
    )


# What a row of the query below holds, by the names of ``Source``.
_OF_VERSION = {
    "version": "pk",
    "title": "title",
    "text": "text",
    "care_setting": "care_setting",
    "location": "location__name",
    "location_setting": "location__care_setting",
    "consulted": "consulted",
    "consulted_how": "consulted_how",
    "saved_at": "saved_at",
    "council_input": "council_input_id",
    "council": "council_input__council_id",
    "council_name": "council_input__council__name",
    "number": "council_input__number",
    "status": "council_input__status",
    "shared": "council_input__shared_id",
    "is_closed": "council_input__is_closed_to_secretary",
    "for_central_council": "council_input__for_central_council",
    "for_organisation": "council_input__for_organisation",
    "for_care_office": "council_input__for_care_office",
}


def _add_passages(pieces: list[Piece]) -> None:
    """One query for all sentences with what they rest on, sourceless ones included."""
    by_paragraph = {
        piece.line.paragraph_id: piece for piece in pieces if piece.line.paragraph_id
    }
    if not by_paragraph:
        return
    columns = [f"source_links__version__{path}" for path in _OF_VERSION.values()]
    rows = (
        Passage.objects.filter(paragraph__in=by_paragraph)
        .order_by("position", "pk", "source_links__pk")
        .values_list("paragraph_id", "pk", "text", *columns)
    )
    seen: set[UUID] = set()
    for paragraph, passage, text, *values in rows:
        piece = by_paragraph[paragraph]
        if passage not in seen:
            seen.add(passage)
            piece.passages.append((text, []))
        if values[0] is not None:
            source = _source(dict(zip(_OF_VERSION, values, strict=True)))
            piece.passages[-1][1].append(source.version)
            if source.version not in {each.version for each in piece.sources}:
                piece.sources.append(source)


def _source(row: dict[str, Any]) -> Source:
    status, shared = row.pop("status"), row.pop("shared")
    is_passed_on = status == CouncilInput.Status.PASSED_ON and shared is not None
    return Source(is_passed_on=is_passed_on, **row)


def _closed_to_helpers(submission: Submission, pieces: list[Piece]) -> set[UUID]:
    """Inputs closed to a secretary who has a seat in the council that submits: that
    person would read them here after all."""
    closed = {
        source.council_input: source.council
        for piece in pieces
        for source in piece.sources
        if source.is_closed
    }
    if not closed:
        return set()
    terms = CouncilMembership.objects.current()
    seated = terms.filter(council=submission.council_id).values("user")
    helped = set(
        terms.with_role(*HELPERS)
        .filter(council__in=closed.values(), user__in=seated)
        .values_list("council", flat=True)
    )
    return {pk for pk, council in closed.items() if council in helped}


def _obstacle(piece: Piece, submission: Submission, closed: set[UUID]) -> str:
    of = piece.of
    if piece.line.paragraph and (of.removed_at or not piece.passages):
        return _("This paragraph has no text any more.")
    if not of.for_care_office:
        return _("This is not meant for the care office.")
    if not piece.sources and not piece.line.paragraph:
        return _("This was withdrawn.")
    for source in piece.sources:
        if source.council_input in closed:
            return _("Something in this was closed.")
        if not source.is_passed_on:
            return _("This was withdrawn.")
        is_local = source.council != submission.council_id
        if not source.for_care_office or is_local and not source.for_central_council:
            return _("A local council no longer allows that its words go on.")
    return ""


# --- As data ---------------------------------------------------------------------


def items_content(pieces: list[Piece]) -> list[dict[str, Any]]:
    """The words of ``pieces`` as data, without the name of any member."""
    return [_item(piece) for piece in pieces]


def content_of(
    submission: Submission, version: SubmissionVersion, pieces: list[Piece]
) -> dict[str, Any]:
    """Everything that a version freezes."""
    council, cycle = submission.council, submission.cycle
    previous = version.previous
    return {
        "format": FORMAT,
        "id": version.pk,
        "submission": submission.pk,
        "number": version.number,
        "replaces": previous and {"number": previous.number, "sha256": previous.sha256},
        "offered_at": version.offered_at,
        "council": {
            "id": council.pk,
            "name": council.name,
            "organisation": council.organisation.name,
        },
        "round": {
            "id": cycle.pk,
            "label": str(cycle),
            "contract_year": cycle.contract_year,
            "sector": cycle.sector,
            "sector_label": cycle.get_sector_display(),
            "care_office": cycle.care_office.name,
        },
        "items": items_content(pieces),
    }


def draft_fingerprint(pieces: list[Piece]) -> str:
    """The fingerprint of what would be frozen now, to see whether it changes."""
    items = [{**item, "id": None} for item in items_content(pieces)]
    return fingerprint(canonical_json(items))


def _item(piece: Piece) -> dict[str, Any]:
    words, request = piece.words, piece.of.request
    return {
        "id": piece.id,
        "type": "paragraph" if piece.line.paragraph else "input",
        "kind": words.kind,
        "kind_label": words.get_kind_display(),
        "goal": words.goal,
        "goal_label": words.get_goal_display(),
        "theme": words.theme.name,
        "title": words.title,
        "request": request.title if request else None,
        "for_organisation": piece.for_organisation,
        "passages": [
            {"text": text, "sources": versions} for text, versions in piece.passages
        ],
        "sources": [_source_content(source) for source in piece.sources],
    }


def _source_content(source: Source) -> dict[str, Any]:
    setting = source.care_setting
    return {
        "id": source.version,
        "council": {"id": source.council, "name": source.council_name},
        "tile": tile(source.council_name, source.number),
        "title": source.title,
        "text": source.text,
        "care_setting": setting,
        "care_setting_label": str(CareSetting(setting).label) if setting else "",
        "location": source.location,
        "consulted": source.consulted,
        "consulted_how": source.consulted_how,
        "written_on": timezone.localdate(source.saved_at),
    }
