"""What mail a person wants: the choice, the link that makes it, and what follows."""

from collections.abc import Collection, Iterable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import audit
from portal.mail_kinds import KINDS, MailKind
from portal.models import User

_SALT = "mail.unsubscribe"


def kinds_off(user: User) -> set[str]:
    """The kinds that this person has switched off.

    Who queues a wave fetches ``mail_opt_outs`` with its people beforehand.
    """
    return {opt_out.kind for opt_out in user.mail_opt_outs.all()}


def reason_to_skip(kind: MailKind, *, is_active: bool, is_off: bool) -> str:
    """Why somebody should not get a mail of this kind, in words, or ""."""
    if not is_active:
        return _("This person no longer takes part.")
    if is_off and kind.is_optional:
        return _("This person has switched off this kind of mail.")
    return ""


@transaction.atomic
def choose(
    user: User, kinds: Iterable[MailKind], *, wanted: Collection[str], by: User | None
) -> None:
    """Switch each of ``kinds`` on or off. ``by`` is None for a link in a mail."""
    off = kinds_off(user)
    for kind in kinds:
        if kind.name in wanted and kind.name in off:
            user.mail_opt_outs.filter(kind=kind.name).delete()
            audit.record("mail_choice.switch_on", user, by=by, kind=kind.name)
        elif kind.name not in wanted and kind.name not in off and kind.is_optional:
            user.mail_opt_outs.get_or_create(kind=kind.name)
            audit.record("mail_choice.switch_off", user, by=by, kind=kind.name)


def unsubscribe_link(user_id: UUID, kind: MailKind) -> str:
    """The address that switches off ``kind`` for this person, without a login."""
    token = signing.Signer(salt=_SALT).sign(f"{user_id.hex}.{kind.name}")
    return settings.SITE_URL + _unsubscribe_path().replace("TOKEN", token)


@cache
def _unsubscribe_path() -> str:
    return reverse("mail_unsubscribe", args=["TOKEN"])


def read_token(token: str) -> tuple[User, MailKind] | None:
    """Who and what a signed link is about, or None if it is not one of ours."""
    try:
        user_id, _, name = signing.Signer(salt=_SALT).unsign(token).partition(".")
        kind = KINDS[name]
    except (signing.BadSignature, KeyError):
        return None
    user = User.objects.filter(pk=UUID(user_id)).first()
    return (user, kind) if user and kind.is_optional else None
