"""A central council composes its text from local words, and asks whether it may."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Council, CouncilMembership
from portal import audit, mail
from portal.canonical import canonical_json, fingerprint
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.sentences import enumerated
from portal.transitions import lock
from procurement.models import (
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    Disuse,
    Paragraph,
    ParagraphVersion,
    Passage,
    PassageSource,
    Phase,
    Showing,
    ShowingPart,
    Submission,
)

Role = CouncilMembership.Role


@dataclass
class Sentences:
    """A passage as it comes in: its words and the versions that it rests on."""

    text: str
    versions: list[UUID] = field(default_factory=list)

    def as_json(self) -> dict:
        return {"text": self.text, "versions": [str(pk) for pk in self.versions]}


@transaction.atomic
def add_paragraph(
    paragraph: Paragraph, passages: list[Sentences], *, by: User
) -> Paragraph:
    """Save a new paragraph of a central council, at the end of its text."""
    _refuse_while_offered(paragraph.council, paragraph.cycle)
    sources = _sources(paragraph, passages, by=by)
    _check_audience(paragraph, sources)
    others = Paragraph.objects.filter(
        council=paragraph.council, cycle=paragraph.cycle
    ).aggregate(last=Max("position"))
    paragraph.position = (others["last"] or 0) + 1
    paragraph.revision = 1
    paragraph.changed_by, paragraph.changed_at = by, timezone.now()
    paragraph.save(force_insert=True)
    _write(paragraph, passages, by=by)
    audit.record(
        "paragraph.add",
        paragraph,
        by=by,
        scope=paragraph.council_id,
        sources=[str(each.pk) for each in sources],
    )
    return paragraph


# What saving a paragraph writes, beside its passages.
EDITED = [
    "request",
    "kind",
    "goal",
    "theme",
    "title",
    "for_organisation",
    "for_care_office",
    "revision",
    "changed_by",
    "changed_at",
]


@transaction.atomic
def save_paragraph(
    paragraph: Paragraph, passages: list[Sentences], *, seen: int, by: User
) -> Paragraph:
    """Save the fields of ``paragraph`` and its passages over revision ``seen``.

    When a colleague saved in between, the words that came too late are kept aside as
    a version and ``StaleText`` tells so: nothing is lost and nothing overwritten.
    """
    now = lock(paragraph)
    if now.revision != seen:
        raise StaleText(
            _("%(name)s changed this text too.") % {"name": now.changed_by},
            current=now,
        )
    _refuse_while_offered(now.council, now.cycle)
    sources = _sources(paragraph, passages, by=by)
    _check_audience(paragraph, sources)
    paragraph.revision = now.revision + 1
    paragraph.changed_by, paragraph.changed_at = by, timezone.now()
    paragraph.save(update_fields=EDITED)
    _write(paragraph, passages, by=by)
    audit.record(
        "paragraph.save",
        paragraph,
        by=by,
        scope=paragraph.council_id,
        revision=paragraph.revision,
        sources=[str(each.pk) for each in sources],
    )
    return paragraph


@transaction.atomic
def keep_aside(
    paragraph: Paragraph, passages: list[Sentences], *, seen: int, by: User
) -> ParagraphVersion:
    """Keep words that came after somebody else's save, beside the paragraph."""
    return ParagraphVersion.objects.create(
        paragraph=paragraph,
        number=seen,
        title=paragraph.title,
        passages=[each.as_json() for each in passages],
        is_aside=True,
        saved_by=by,
    )


def _write(paragraph: Paragraph, passages: list[Sentences], *, by: User) -> None:
    paragraph.passages.all().delete()
    rows = Passage.objects.bulk_create(
        Passage(paragraph=paragraph, position=place, text=each.text)
        for place, each in enumerate(passages, start=1)
    )
    PassageSource.objects.bulk_create(
        PassageSource(passage=row, version_id=version)
        for row, each in zip(rows, passages, strict=True)
        for version in dict.fromkeys(each.versions)
    )
    ParagraphVersion.objects.create(
        paragraph=paragraph,
        number=paragraph.revision,
        title=paragraph.title,
        passages=[each.as_json() for each in passages],
        saved_by=by,
    )


def _refuse_while_offered(council: Council, cycle: Cycle) -> None:
    statuses = Submission.objects.filter(council=council, cycle=cycle)
    if statuses.exclude(status=Submission.Status.DRAFT).exists():
        raise NotAllowedNow(
            _("The submission was offered for signing. Take it back first.")
        )


def _sources(
    paragraph: Paragraph, passages: Iterable[Sentences], *, by: User
) -> list[CouncilInputVersion]:
    """The versions that the passages rest on; each must be this council's to use.

    What is new among them must be for ``by`` to read, too: what was withdrawn, or
    closed to this secretary, is not.
    """
    wanted = {pk for each in passages for pk in each.versions}
    versions = list(
        CouncilInputVersion.objects.filter(
            pk__in=wanted, council_input__cycle=paragraph.cycle
        ).select_related("council_input__council")
    )
    kept = set(
        PassageSource.objects.filter(
            passage__paragraph=paragraph, version__in=wanted
        ).values_list("version", flat=True)
    )
    readable = set(
        CouncilInput.objects.readable_by(paragraph.council, by)
        .filter(shared__in=wanted)
        .values_list("shared", flat=True)
    )
    usable = [
        version
        for version in versions
        if version.council_input.council.parent_id == paragraph.council_id
        and version.council_input.for_central_council
        and (version.pk in readable or version.pk in kept)
    ]
    if len(usable) != len(wanted):
        raise NotAllowedNow(
            _("A source is no longer shared with your council. Take it out first.")
        )
    return usable


def _check_audience(paragraph: Paragraph, sources: list[CouncilInputVersion]) -> None:
    """Who may read a paragraph is at most what every one of its sources allows."""
    for name, reader in Paragraph.READERS.items():
        closed = [
            tile_of(each.council_input)
            for each in sources
            if not getattr(each.council_input, name)
        ]
        if getattr(paragraph, name) and closed:
            raise NotAllowedNow(
                ngettext(
                    "%(sources)s may not be read by %(reader)s. So this text may not.",
                    "%(sources)s may not be read by %(reader)s. So this text may not.",
                    len(closed),
                )
                % {"sources": enumerated(sorted(closed)), "reader": reader}
            )


def tile_of(council_input: CouncilInput) -> str:
    """The short name of a shared input: a letter of its council and a number (W3)."""
    return tile(council_input.council.name, council_input.number)


def tile(council_name: str, number: int | None) -> str:
    """The short name of an input by what it is made of."""
    words = council_name.split()
    letter = next((word[0] for word in reversed(words) if word[0].isalpha()), "?")
    return f"{letter.upper()}{number or ''}"


@transaction.atomic
def remove_paragraph(paragraph: Paragraph, *, by: User) -> Paragraph:
    """Take a paragraph out of the text; its sources are free to use again."""
    paragraph = lock(paragraph)
    _refuse_while_offered(paragraph.council, paragraph.cycle)
    paragraph.submission_items.all().delete()
    paragraph.passages.all().delete()
    paragraph.removed_at = timezone.now()
    paragraph.save(update_fields=["removed_at"])
    audit.record("paragraph.remove", paragraph, by=by, scope=paragraph.council_id)
    return paragraph


@transaction.atomic
def move_paragraph(paragraph: Paragraph, *, down: bool, by: User) -> Paragraph:
    """Let a paragraph change places with the one above or below it."""
    rows = list(
        Paragraph.objects.in_use()
        .filter(council=paragraph.council_id, cycle=paragraph.cycle_id)
        .select_for_update(of=("self",), no_key=True)
        .order_by("position", "pk")
    )
    place = [row.pk for row in rows].index(paragraph.pk)
    other = place + (1 if down else -1)
    if not 0 <= other < len(rows):
        return paragraph
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows, start=1):
        row.position = position
    Paragraph.objects.bulk_update(rows, ["position"])
    audit.record("paragraph.move", paragraph, by=by, scope=paragraph.council_id)
    return paragraph


@transaction.atomic
def show(paragraph: Paragraph, *, by: User) -> Showing:
    """Put a paragraph before the local councils whose words it uses.

    Each gets the passages that rest on its own words alone; a verdict that it gave on
    exactly the same text before stays.
    """
    paragraph = lock(paragraph)
    parts = _parts(paragraph)
    if not parts:
        raise NotAllowedNow(_("This paragraph rests on no local words yet."))
    before = {
        part.council_id: part
        for part in ShowingPart.objects.newest().filter(showing__paragraph=paragraph)
    }
    number = paragraph.showings.count() + 1
    showing = Showing.objects.create(paragraph=paragraph, number=number, by=by)
    for council, (passages, has_mixed) in parts.items():
        part = ShowingPart(
            showing=showing,
            council=council,
            passages=passages,
            has_mixed=has_mixed,
            sha256=fingerprint(canonical_json(passages)),
        )
        earlier = before.get(council.pk)
        if earlier and earlier.sha256 == part.sha256 and earlier.verdict:
            part.verdict, part.words = earlier.verdict, earlier.words
            part.verdict_by, part.verdict_at = earlier.verdict_by, earlier.verdict_at
        part.save(force_insert=True)
        if not part.verdict:
            _ask_for_verdict(part, paragraph, by=by)
    audit.record(
        "paragraph.show", paragraph, by=by, scope=paragraph.council_id, number=number
    )
    return showing


def _parts(paragraph: Paragraph) -> dict[Council, tuple[list[dict], bool]]:
    links = PassageSource.objects.filter(passage__paragraph=paragraph).select_related(
        "passage", "version__council_input__council"
    )
    by_passage: dict[Passage, list[CouncilInputVersion]] = {}
    for link in links.order_by("passage__position", "pk"):
        by_passage.setdefault(link.passage, []).append(link.version)
    parts: dict[Council, tuple[list[dict], bool]] = {}
    for passage, versions in by_passage.items():
        councils = {version.council_input.council for version in versions}
        for council in councils:
            passages, has_mixed = parts.get(council, ([], False))
            if len(councils) == 1:
                words = Sentences(passage.text, [version.pk for version in versions])
                passages = [*passages, words.as_json()]
            else:
                has_mixed = True
            parts[council] = (passages, has_mixed)
    return parts


def _ask_for_verdict(part: ShowingPart, paragraph: Paragraph, *, by: User) -> None:
    terms = (
        CouncilMembership.objects.current()
        .acting_as(Role.CHAIR, Role.SECRETARY)
        .filter(council=part.council)
        .exclude(user=by)
        .select_related("user")
    )
    closing = Phase.objects.submission_phase(paragraph.cycle).first()
    for term in terms:
        mail.queue(
            "words_used",
            to=term.user,
            key=f"words_used:{part.pk}:{term.user_id}",
            council=part.council,
            central_council=paragraph.council,
            title=str(paragraph.cycle),
            deadline=closing.dates.central.moment if closing else timezone.now(),
            link=part.get_absolute_url(),
        )


@transaction.atomic
def judge(part: ShowingPart, *, verdict: str, words: str = "", by: User) -> ShowingPart:
    """A local council says "agreed" or "not like this" of the text that it was shown.

    Bound to exactly that text; it never blocks the central council.
    """
    part = lock(part)
    if not ShowingPart.objects.newest().filter(pk=part.pk).exists():
        raise NotAllowedNow(_("There is a newer text. Read that one."))
    if verdict == ShowingPart.Verdict.NOT_LIKE_THIS and not words.strip():
        raise NotAllowedNow(_("Write what should be different."))
    part.verdict, part.words = verdict, words.strip()
    part.verdict_by, part.verdict_at = by, timezone.now()
    part.save(update_fields=["verdict", "words", "verdict_by", "verdict_at"])
    audit.record("paragraph.judge", part, by=by, scope=part.council_id, verdict=verdict)
    return part


@transaction.atomic
def set_aside(
    council_input: CouncilInput, *, council: Council, reason: str, by: User
) -> Disuse:
    """Say why the central council does not use a local input; its council reads it."""
    council_input = lock(council_input)
    if PassageSource.objects.filter(
        version__council_input=council_input, passage__paragraph__council=council
    ).exists():
        raise NotAllowedNow(_("This input is used in a paragraph already."))
    disuse, _created = Disuse.objects.update_or_create(
        council=council,
        council_input=council_input,
        defaults={"reason": reason, "by": by, "at": timezone.now()},
    )
    audit.record("council_input.set_aside", council_input, by=by, scope=council.pk)
    return disuse


@transaction.atomic
def take_up_again(disuse: Disuse, *, by: User) -> None:
    """Take back that an input is not used."""
    audit.record(
        "council_input.take_up_again",
        disuse.council_input,
        by=by,
        scope=disuse.council_id,
    )
    disuse.delete()
