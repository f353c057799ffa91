"""What somebody is typing: kept every few seconds, and lost to nobody."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock
from procurement.models import CouncilInput, InputDraft

# More windows than this that were all left open are nobody's.
MOST_ASIDE = 10


@transaction.atomic
def keep(
    council_input: CouncilInput,
    words: Mapping,
    *,
    revision: int,
    based_on: int,
    by: User,
) -> InputDraft:
    """Keep the form as it is typed; the state of the input does not change.

    ``revision`` is what this window has seen last, 0 for the first time. Another
    window that was later makes it stale: then nothing is overwritten.
    """
    council_input = _writable(council_input)
    words = _storable(words)
    draft = _draft(council_input, by)
    if draft is None:
        if revision:
            # Its text was passed on or saved meanwhile.
            raise _stale(council_input)
        return InputDraft.objects.create(
            council_input=council_input,
            editor=by,
            words=words,
            based_on=based_on,
            revision=1,
        )
    if draft.words == words:
        return draft
    if draft.revision != revision:
        raise _stale(draft)
    return _write(draft, words=words)


@transaction.atomic
def set_aside(
    council_input: CouncilInput, words: Mapping, *, based_on: int, by: User
) -> InputDraft:
    """Keep the form of a window that came second, beside what is kept already."""
    council_input = _writable(council_input)
    words = _storable(words)
    draft = _draft(council_input, by)
    if draft is None:
        return InputDraft.objects.create(
            council_input=council_input,
            editor=by,
            words=words,
            based_on=based_on,
            revision=1,
        )
    if words == draft.words or words in draft.aside:
        return draft
    return _write(draft, aside=[*draft.aside, words][-MOST_ASIDE:])


@transaction.atomic
def take(
    council_input: CouncilInput,
    words: Mapping,
    *,
    instead_of: Mapping,
    based_on: int,
    by: User,
) -> InputDraft:
    """Go on with ``words``, chosen from two texts; the other one is kept aside."""
    council_input = _writable(council_input)
    words, other = _storable(words), _storable(instead_of)
    draft = _draft(council_input, by)
    if draft is None:
        raise NotAllowedNow(_("There is only one text left. Go on with that."))
    aside = [text for text in draft.aside if text not in (words, other)]
    return _write(
        draft, words=words, aside=[*aside, other][-MOST_ASIDE:], based_on=based_on
    )


@transaction.atomic
def drop(council_input: CouncilInput, *, by: User) -> None:
    """Throw away what ``by`` typed since the last version."""
    lock(council_input).drafts.filter(editor=by).delete()


def _writable(council_input: CouncilInput) -> CouncilInput:
    council_input = lock(council_input)
    if council_input.status == CouncilInput.Status.WITHDRAWN:
        raise NotAllowedNow(
            _("This cannot be done now: %(reason)s")
            % {"reason": _("it is “%s”.") % council_input.get_status_display()}
        )
    return council_input


def _draft(council_input: CouncilInput, by: User) -> InputDraft | None:
    return council_input.drafts.filter(editor=by).first()


def _write(draft: InputDraft, **fields: Any) -> InputDraft:
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.revision += 1
    draft.saved_at = timezone.now()
    draft.save(update_fields=[*fields, "revision", "saved_at"])
    return draft


def _stale(current: CouncilInput | InputDraft) -> StaleText:
    return StaleText(_("You changed this text in another window too."), current=current)


def _storable(words: Mapping) -> dict:
    """As JSON can hold it in every database: without the sign that ends a string."""
    return {
        name: [text.replace("\0", "") for text in value]
        if isinstance(value, list)
        else value.replace("\0", "")
        for name, value in words.items()
    }
