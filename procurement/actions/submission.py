"""What a council hands in: collected, offered, signed and sent; taken back, anew."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council, CouncilMembership, Decision
from councils.permissions import SPEAKERS, Role, acts_as, role_in
from portal import audit
from portal.canonical import canonical_json, fingerprint
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock, move
from procurement.actions.submission_content import (
    Piece,
    draft_fingerprint,
    pieces_of,
)
from procurement.actions.submission_freezing import freeze, hold_sources
from procurement.actions.submission_mail import ask_to_sign, tell_care_office
from procurement.models import (
    FOR_CHAIR,
    HELPERS,
    CouncilInput,
    Cycle,
    MinorityStatement,
    Paragraph,
    Phase,
    Publication,
    Signature,
    Submission,
    SubmissionItem,
    SubmissionVersion,
)

Status = Submission.Status


# --- Collecting ------------------------------------------------------------------


@transaction.atomic
def start(council: Council, cycle: Cycle, *, by: User) -> Submission:
    """The submission of a council for a round; there is never more than one."""
    if cycle.care_office is None or not cycle.is_published:
        raise NotAllowedNow(_("Nothing is submitted in this round."))
    councils = Council.objects.in_round(
        cycle.care_office_id, cycle.contract_year, cycle.sector
    )
    if not councils.filter(pk=council.pk).exists():
        raise NotAllowedNow(_("This round is not for your council."))
    submission, is_new = Submission.objects.get_or_create(
        council=council, cycle=cycle, defaults={"created_by": by}
    )
    if is_new:
        audit.record("submission.start", submission, by=by, scope=council.pk)
    return submission


@transaction.atomic
def add_items(
    submission: Submission, things: list[CouncilInput | Paragraph], *, by: User
) -> Submission:
    """Put inputs of the council, whole, and paragraphs at the end of the list.

    What stands in it already stays where it is.
    """
    submission = _draft(submission)
    lines = [_line(submission, thing) for thing in things]
    present = set(submission.items.values_list("council_input", "paragraph"))
    lines = [
        line
        for line in lines
        if (line.council_input_id, line.paragraph_id) not in present
    ]
    if not lines:
        return submission
    last = submission.items.aggregate(Max("position"))["position__max"] or 0
    for position, line in enumerate(lines, start=last + 1):
        line.position = position
    SubmissionItem.objects.bulk_create(lines)
    _record("submission.add_items", submission, by, count=len(lines))
    return submission


def add_item(
    submission: Submission, thing: CouncilInput | Paragraph, *, by: User
) -> Submission:
    """Put one input of the council, whole, or one paragraph at the end of the list."""
    return add_items(submission, [thing], by=by)


@transaction.atomic
def remove_item(item: SubmissionItem, *, by: User) -> Submission:
    """Take a line out of the list; the input or paragraph itself stays."""
    submission = _draft(item.submission)
    gone, _by_model = submission.items.filter(pk=item.pk).delete()
    if gone:
        _record("submission.remove_item", submission, by)
    return submission


@transaction.atomic
def reorder(item: SubmissionItem, *, up: bool, by: User) -> Submission:
    """Let a line change places with the one above or below it, of the same goal."""
    submission = _draft(item.submission)
    pieces = pieces_of(submission)
    goal = next((p.words.goal for p in pieces if p.line.pk == item.pk), None)
    same_goal = [piece.line for piece in pieces if piece.words.goal == goal]
    at = next((n for n, line in enumerate(same_goal) if line.pk == item.pk), None)
    to = -1 if at is None else at - 1 if up else at + 1
    if at is None or not 0 <= to < len(same_goal):
        return submission
    same_goal[at], same_goal[to] = same_goal[to], same_goal[at]
    others = [piece.line for piece in pieces if piece.words.goal != goal]
    lines = others + same_goal
    for position, line in enumerate(lines, start=1):
        line.position = position
    SubmissionItem.objects.bulk_update(lines, ["position"])
    _record("submission.reorder", submission, by)
    return submission


def _draft(submission: Submission) -> Submission:
    submission = lock(submission)
    if submission.status != Status.DRAFT:
        raise NotAllowedNow(_("The text was offered and can no longer change."))
    return submission


def _line(submission: Submission, thing: CouncilInput | Paragraph) -> SubmissionItem:
    if (thing.council_id, thing.cycle_id) != (
        submission.council_id,
        submission.cycle_id,
    ):
        raise NotAllowedNow(_("This belongs to another council or another round."))
    if not thing.for_care_office:
        raise NotAllowedNow(_("This is not meant for the care office."))
    if isinstance(thing, Paragraph):
        return SubmissionItem(submission=submission, paragraph=thing)
    if thing.status != CouncilInput.Status.PASSED_ON or thing.shared_id is None:
        raise NotAllowedNow(_("This was withdrawn."))
    if thing.is_closed_to_secretary and _has_helper(submission):
        raise NotAllowedNow(
            _("Your secretary may not read this, and prepares the submission.")
        )
    return SubmissionItem(submission=submission, council_input=thing)


def _has_helper(submission: Submission) -> bool:
    terms = CouncilMembership.objects.current().with_role(*HELPERS)
    return terms.filter(council=submission.council_id).exists()


# --- Offering and taking back ----------------------------------------------------


@transaction.atomic
def offer(
    submission: Submission, *, by: User, seen: str | None = None
) -> SubmissionVersion:
    """Freeze what was collected, and put it before the chair and the deputy.

    ``seen`` is the fingerprint of the draft that was on the screen: what changed since
    was not looked through for names.
    """
    submission = lock(submission)
    move(submission, Status.OFFERED)
    hold_sources(submission)
    pieces = pieces_of(submission)
    _check(pieces, seen)
    version = freeze(submission, pieces, by=by)
    submission.returned_why = ""
    submission.save(update_fields=["status", "returned_why"])
    _record("submission.offer", submission, by, version=version.number)
    ask_to_sign(submission, version, by)
    return version


def _check(pieces: list[Piece], seen: str | None) -> None:
    if not pieces:
        raise NotAllowedNow(_("There is nothing in it yet. Add something first."))
    if any(piece.obstacle for piece in pieces):
        raise NotAllowedNow(
            _("Something in it may not go to the care office. Take that out first.")
        )
    if seen is not None and seen != draft_fingerprint(pieces):
        raise NotAllowedNow(
            _("The text changed while you were reading. Look it through once more.")
        )


@transaction.atomic
def take_back(submission: Submission, *, by: User, why: str = "") -> Submission:
    """Make a draft of it again: it was not signed yet, or nothing was answered yet.

    What lay there stays readable; offering again makes the next version of it.
    """
    submission = lock(submission)
    if is_answered(submission):
        raise NotAllowedNow(_("The care office has answered. The text stays as it is."))
    move(submission, Status.DRAFT)
    submission.returned_why = why
    submission.save(update_fields=["status", "returned_why"])
    _record("submission.take_back", submission, by)
    return submission


def is_answered(submission: Submission) -> bool:
    """Whether answers to it are published: what was answered stays as it is."""
    return Publication.objects.filter(version__submission=submission).exists()


# --- Signing ---------------------------------------------------------------------


@transaction.atomic
def add_statement(
    version: SubmissionVersion, text: str, *, by: User
) -> MinorityStatement:
    """Add what a member sees differently, or change it; until the text is signed."""
    version = _unsigned(version)
    statement, is_new = MinorityStatement.objects.update_or_create(
        version=version, author=by, defaults={"text": text}
    )
    verb = "add" if is_new else "change"
    _record(f"submission.{verb}_statement", version.submission, by)
    return statement


@transaction.atomic
def withdraw_statement(version: SubmissionVersion, *, by: User) -> None:
    """Take one's own statement away again, before the text is signed."""
    version = _unsigned(version)
    gone, _by_model = version.statements.filter(author=by).delete()
    if gone:
        _record("submission.withdraw_statement", version.submission, by)


def _unsigned(version: SubmissionVersion) -> SubmissionVersion:
    """The version, if it lies there to be signed; its submission is held."""
    submission = lock(version.submission)
    if submission.status != Status.OFFERED:
        raise NotAllowedNow(_("The text does not lie ready to be signed now."))
    return submission.versions.order_by("-number")[0]


def signing_code(
    version: SubmissionVersion, statements: list[MinorityStatement]
) -> str:
    """The fingerprint of a text with its statements: of what a signer reads."""
    return fingerprint(
        canonical_json(
            {"version": version.sha256, "statements": _statements(statements)}
        )
    )


@transaction.atomic
def sign(
    submission: Submission, *, by: User, seen: str, decision: Decision | None = None
) -> Signature:
    """Sign exactly the text that was read, with its statements, and send it.

    ``seen`` is the ``signing_code`` of what was on the screen; ``decision`` the one by
    which the council chose to. Past the closing it is marked, not refused.
    """
    submission = lock(submission)
    if decision is not None and decision.council_id != submission.council_id:
        raise NotAllowedNow(_("This is a decision of another council."))
    move(submission, Status.SUBMITTED)
    version = submission.versions.order_by("-number")[0]
    statements = list(version.statements.all())
    if seen != signing_code(version, statements):
        raise NotAllowedNow(
            _("The text or a statement changed. Read it again before you sign.")
        )
    signature = _signature(submission, version, statements, by)
    version.statements.update(keep_until=version.keep_until)
    submission.first_read_at = None
    submission.decision = decision
    submission.save(update_fields=["status", "first_read_at", "decision"])
    late = signature.is_late
    _record("submission.sign", submission, by, version=version.number, late=late)
    tell_care_office(submission, signature)
    return signature


def _signature(
    submission: Submission,
    version: SubmissionVersion,
    statements: list[MinorityStatement],
    by: User,
) -> Signature:
    phase = Phase.objects.submission_phase(submission.cycle).first()
    closes_at = phase.closes_at if phase else None
    signature = Signature(
        version=version,
        signed_by=by,
        role=_signing_role(by, submission.council),
        signed_at=timezone.now(),
        keep_until=version.keep_until,
    )
    seal(signature, statements, closes_at)
    return signature


def _signing_role(by: User, council: Council) -> str:
    """The own role; of who takes the place of the chair for a while, that."""
    role = role_in(by, council) or ""
    is_in_place = role not in SPEAKERS and Role.CHAIR in acts_as(by, council)
    return FOR_CHAIR[0] if is_in_place else role


def seal(
    signature: Signature,
    statements: list[MinorityStatement],
    closes_at: datetime | None,
) -> None:
    """Save a new signature with the fingerprint of all that is signed."""
    version = signature.version
    signature.is_late = closes_at is not None and signature.signed_at >= closes_at
    signature.canonical = canonical_json(
        {
            "format": 1,
            "id": signature.pk,
            "version": {
                "id": version.pk,
                "number": version.number,
                "sha256": version.sha256,
            },
            "statements": _statements(statements),
            "role": signature.role,
            "signed_at": signature.signed_at,
            "closes_at": closes_at,
            "is_late": signature.is_late,
        }
    )
    signature.sha256 = fingerprint(signature.canonical)
    signature.save(force_insert=True)


def _statements(statements: list[MinorityStatement]) -> list[dict]:
    return [{"id": each.pk, "text": each.text} for each in statements]


# --- Reading ---------------------------------------------------------------------


@transaction.atomic
def note_reading(submission: Submission, *, by: User) -> Submission:
    """Keep when the care office first opened what was sent; later readings change
    nothing."""
    submission = lock(submission)
    if submission.first_read_at is None:
        submission.first_read_at = timezone.now()
        submission.save(update_fields=["first_read_at"])
        _record("submission.note_reading", submission, by)
    return submission


def _record(verb: str, submission: Submission, by: User, **data) -> None:
    audit.record(verb, submission, by=by, scope=submission.council_id, **data)
