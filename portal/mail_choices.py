"""What mail a person wants: the choice, the link that makes it, and what follows."""

from collections.abc import Collection, Iterable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal import audit
from portal.mail_kinds import KINDS, MailKind
from portal.models import AddressOptOut, User

_SALT = "mail.unsubscribe"
HASH_LENGTH = 64


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


@transaction.atomic
def choose_at_address(address_hash: str, kind: MailKind, *, is_wanted: bool) -> None:
    """The same for somebody without an account, by the link in a mail."""
    off = AddressOptOut.objects.filter(address_hash=address_hash, kind=kind.name)
    there = off.first()
    if is_wanted and there:
        audit.record("mail_choice.switch_on", there, by=None, kind=kind.name)
        off.delete()
    elif not is_wanted and there is None and kind.is_optional:
        there, is_new = AddressOptOut.objects.get_or_create(
            address_hash=address_hash, kind=kind.name
        )
        if is_new:
            audit.record("mail_choice.switch_off", there, by=None, kind=kind.name)


def hash_of(address: str) -> str:
    """What is kept of an address without an account that wants no mail of a kind."""
    return _hash_of(address, settings.SECRET_KEY)


def _hash_of(address: str, secret: str) -> str:
    key = address.strip().lower()
    return salted_hmac(_SALT, key, secret=secret, algorithm="sha256").hexdigest()


def addresses_off(addresses: Iterable[str], kind: str) -> set[str]:
    """Which of these addresses without an account want no mail of this kind."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    by_hash = {
        _hash_of(address, secret): address
        for address in addresses
        for secret in secrets
    }
    off = AddressOptOut.objects.filter(address_hash__in=list(by_hash), kind=kind)
    return {by_hash[each] for each in off.values_list("address_hash", flat=True)}


def is_hash_off(address_hash: str, kind: str) -> bool:
    rows = AddressOptOut.objects.filter(address_hash=address_hash, kind=kind)
    return rows.exists()


def unsubscribe_link(reader: UUID | str, kind: MailKind) -> str:
    """The address that switches off ``kind`` without a login: for a person by id, or
    for an address that has no account."""
    who = reader.hex if isinstance(reader, UUID) else hash_of(reader)
    token = signing.Signer(salt=_SALT).sign(f"{who}.{kind.name}")
    return settings.SITE_URL + _unsubscribe_path().replace("TOKEN", token)


@cache
def _unsubscribe_path() -> str:
    return reverse("mail_unsubscribe", args=["TOKEN"])


def read_token(token: str) -> tuple[User | str, MailKind] | None:
    """Who (without an account: the hash of an address) and what a signed link is
    about, or None if it is not one of ours."""
    try:
        who, _, name = signing.Signer(salt=_SALT).unsign(token).partition(".")
        kind = KINDS[name]
    except (signing.BadSignature, KeyError):
        return None
    if not kind.is_optional:
        return None
    if len(who) == HASH_LENGTH:
        return who, kind
    user = User.objects.filter(pk=UUID(who)).first()
    return (user, kind) if user else None
