"""An input from being passed on to its council until it is used or withdrawn."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council
from portal import audit
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock, move
from procurement.models import (
    Audience,
    CouncilInput,
    CouncilInputVersion,
    Cycle,
    Recognition,
)

Status = CouncilInput.Status
# What passing on decides, and what sharing does.
PASSING_ON = ["status", "current", "request", "is_closed_to_secretary", "passed_on_at"]
SHARING = [*(f"for_{each}" for each in Audience), "shared", "shared_at", "number"]


@transaction.atomic
def start_draft(pk: UUID, *, council: Council, cycle: Cycle, by: User) -> CouncilInput:
    """Make the row of a new input; whoever sends the same form again gets the same.

    ``pk`` comes from the form, so that pressing twice makes one input.
    """
    council_input, created = CouncilInput.objects.get_or_create(
        pk=pk, defaults={"council": council, "cycle": cycle, "author": by}
    )
    if council_input.author_id != by.pk:
        raise NotAllowedNow(_("This text is of somebody else."))
    if created:
        _record("start", council_input, by=by)
    return council_input


@transaction.atomic
def pass_on(
    council_input: CouncilInput,
    version: CouncilInputVersion,
    *,
    by: User,
    readers: Collection[str] = (),
    request_id: UUID | None = None,
    is_closed_to_secretary: bool = False,
) -> CouncilInput:
    """Give a draft to the council, and at once to the ``readers`` that were chosen.

    ``version`` is unsaved: the words as the form has read them. The same words sent
    twice are passed on once; other words for an input that was passed on already are
    a text of their own, which the caller shows beside it.
    """
    council_input = lock(council_input)
    if council_input.status == Status.PASSED_ON:
        return _passed_on_before(council_input, version, by=by)
    move(council_input, Status.PASSED_ON)
    _add_version(council_input, version, by=by)
    council_input.request_id = request_id
    council_input.is_closed_to_secretary = is_closed_to_secretary
    council_input.passed_on_at = version.saved_at
    _open_to(council_input, readers)
    council_input.save(update_fields=[*PASSING_ON, *SHARING])
    council_input.drafts.filter(editor=by).delete()
    _record("pass_on", council_input, by=by, readers=sorted(readers))
    return council_input


@transaction.atomic
def save_version(
    council_input: CouncilInput,
    version: CouncilInputVersion,
    *,
    based_on: int,
    by: User,
    request_id: UUID | None = None,
) -> CouncilInput:
    """Save other words for an input; what was shared stays what it was.

    ``based_on`` is the number of the version that was on the screen. When a newer one
    was saved meanwhile, nothing is overwritten: the caller shows both texts.
    """
    council_input = _passed_on(council_input)
    newest = council_input.newest
    if version.words != newest.words:
        if based_on != newest.number:
            raise _stale(council_input)
        _add_version(council_input, version, by=by)
    elif council_input.shared_id or request_id == council_input.request_id:
        council_input.drafts.filter(editor=by).delete()
        return council_input
    # Others read which request it answers, so that stays as it was shared.
    if not council_input.shared_id:
        council_input.request_id = request_id
    council_input.save(update_fields=["current", "request"])
    council_input.drafts.filter(editor=by).delete()
    _record("save_version", council_input, by=by, version=council_input.newest.number)
    return council_input


@transaction.atomic
def put_back(
    council_input: CouncilInput, version: CouncilInputVersion, *, by: User
) -> CouncilInput:
    """Make the words of an older version the newest, as a version of their own."""
    council_input = _passed_on(council_input)
    if version.council_input_id != council_input.pk:
        raise NotAllowedNow(_("This version belongs to another text."))
    if version.words == council_input.newest.words:
        return council_input
    again = CouncilInputVersion(**version.words)
    _add_version(council_input, again, by=by)
    council_input.save(update_fields=["current"])
    _record("put_back", council_input, by=by, version=version.number)
    return council_input


@transaction.atomic
def share(
    council_input: CouncilInput,
    readers: Collection[str],
    *,
    version_number: int,
    by: User,
) -> CouncilInput:
    """Let exactly ``readers`` read the newest version; an empty set closes it again.

    ``version_number`` is what the person has seen: words that were saved after that
    are not shared unread.
    """
    council_input = _passed_on(council_input)
    if council_input.newest.number != version_number:
        raise _stale(council_input)
    shared = council_input.current_id if readers else None
    if council_input.audiences == set(readers) and council_input.shared_id == shared:
        return council_input
    _open_to(council_input, readers)
    council_input.save(update_fields=SHARING)
    _record(
        "share", council_input, by=by, readers=sorted(readers), version=version_number
    )
    return council_input


@transaction.atomic
def close_to_secretary(council_input: CouncilInput, *, by: User) -> CouncilInput:
    """Close an item to the council's own secretary and supporter."""
    council_input = _passed_on(council_input)
    if council_input.is_closed_to_secretary:
        return council_input
    if (
        council_input.submission_items.exists()
        or council_input.submitted_items.exists()
    ):
        raise NotAllowedNow(_("This text is in a submission, which the secretary has."))
    council_input.is_closed_to_secretary = True
    council_input.save(update_fields=["is_closed_to_secretary"])
    _record("close_to_secretary", council_input, by=by)
    return council_input


@transaction.atomic
def open_to_secretary(council_input: CouncilInput, *, by: User) -> CouncilInput:
    """Let the council's own secretary and supporter read an item again."""
    council_input = _passed_on(council_input)
    if council_input.is_closed_to_secretary:
        # In the trail that stays closed to them: they need not know that it was.
        _record("open_to_secretary", council_input, by=by)
        council_input.is_closed_to_secretary = False
        council_input.save(update_fields=["is_closed_to_secretary"])
    return council_input


@transaction.atomic
def withdraw(council_input: CouncilInput, *, by: User) -> CouncilInput:
    """Take an input back, so that nobody reads it; a used one stays."""
    council_input = lock(council_input)
    if council_input.is_used:
        raise NotAllowedNow(
            _("This text is in use. You can write a new version, not take it back.")
        )
    was_draft = council_input.status == Status.DRAFT
    move(council_input, Status.WITHDRAWN)
    council_input.save(update_fields=["status"])
    council_input.drafts.all().delete()
    _record("discard" if was_draft else "withdraw", council_input, by=by)
    return council_input


@transaction.atomic
def recognise(council_input: CouncilInput, *, by: User) -> CouncilInput:
    """Another member says: I recognise this too. Once each."""
    council_input = _passed_on(council_input)
    _row, created = Recognition.objects.get_or_create(
        council_input=council_input, member=by
    )
    if created:
        _record("recognise", council_input, by=by)
    return council_input


@transaction.atomic
def unrecognise(council_input: CouncilInput, *, by: User) -> CouncilInput:
    """Take that back."""
    council_input = _passed_on(council_input)
    taken_back, _rows = council_input.recognitions.filter(member=by).delete()
    if taken_back:
        _record("unrecognise", council_input, by=by)
    return council_input


def _passed_on(council_input: CouncilInput) -> CouncilInput:
    council_input = lock(council_input)
    if council_input.status != Status.PASSED_ON:
        raise NotAllowedNow(
            _("This cannot be done now: %(reason)s")
            % {"reason": _("it is “%s”.") % council_input.get_status_display()}
        )
    return council_input


def _passed_on_before(
    council_input: CouncilInput, version: CouncilInputVersion, *, by: User
) -> CouncilInput:
    if council_input.versions.get(number=1).words != version.words:
        raise _stale(council_input)
    council_input.drafts.filter(editor=by).delete()
    return council_input


def _stale(council_input: CouncilInput) -> StaleText:
    name = council_input.newest.saved_by
    return StaleText(
        _("%(name)s changed this text too.") % {"name": name}, current=council_input
    )


def _add_version(
    council_input: CouncilInput, version: CouncilInputVersion, *, by: User
) -> None:
    highest = council_input.versions.aggregate(highest=Max("number"))["highest"]
    version.council_input = council_input
    version.number = (highest or 0) + 1
    version.saved_by, version.saved_at = by, timezone.now()
    version.save(force_insert=True)
    council_input.current = version


def _open_to(council_input: CouncilInput, readers: Collection[str]) -> None:
    if not set(readers) <= set(council_input.possible_audiences):
        raise NotAllowedNow(_("This text cannot be shared with all of these readers."))
    for each in Audience:
        setattr(council_input, f"for_{each}", each in readers)
    if not readers:
        council_input.shared, council_input.shared_at = None, None
        return
    council_input.shared = council_input.current
    council_input.shared_at = timezone.now()
    if council_input.number is None and Audience.CENTRAL_COUNCIL in readers:
        # One council shares at a time: of two at once, each gets its own number.
        lock(council_input.council)
        taken = CouncilInput.objects.filter(
            council=council_input.council_id, cycle=council_input.cycle_id
        ).aggregate(highest=Max("number"))["highest"]
        council_input.number = (taken or 0) + 1


def _record(verb: str, council_input: CouncilInput, *, by: User, **data: Any) -> None:
    """Write it in the trail that nobody reads who may not know of the input.

    The council reads its own trail: not there what is its author's alone, nor what is
    closed to the secretary.
    """
    scope = council_input.council_id
    if council_input.status == Status.DRAFT or verb == "discard":
        scope = by.pk
    elif council_input.is_closed_to_secretary:
        scope = council_input.pk
    audit.record(f"council_input.{verb}", council_input, by=by, scope=scope, **data)
