"""A person's private calendar address: made, renewed, withdrawn, and read again.

The secret of an address is made from the row's id and the key of this site: the
database alone opens no calendar.
"""

from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.models import User
from procurement.models import CalendarFeed

_SALT = "procurement.calendar_feed"


@transaction.atomic
def make(user: User) -> CalendarFeed:
    """A new address for ``user``; one that was in use works no more."""
    _hold(user)
    _withdraw_all(user)
    feed = CalendarFeed.objects.create(user=user)
    audit.record("calendar_feed.make", feed, by=user)
    return feed


@transaction.atomic
def withdraw(user: User) -> None:
    """Let the address of ``user``, if there is one, work no more at once."""
    _hold(user)
    _withdraw_all(user)


def _hold(user: User) -> None:
    # Two windows that both make one must not both keep theirs.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _withdraw_all(user: User) -> None:
    for feed in CalendarFeed.objects.in_use().filter(user=user):
        feed.withdrawn_at = timezone.now()
        feed.save(update_fields=["withdrawn_at"])
        audit.record("calendar_feed.withdraw", feed, by=user)


def token_of(feed: CalendarFeed) -> str:
    """The secret part of an address."""
    return signing.Signer(salt=_SALT, sep=".").sign(feed.pk.hex)


def owner_of(token: str) -> User | None:
    """Whose calendar an address opens, or None when it is not one that works."""
    try:
        pk = UUID(signing.Signer(salt=_SALT, sep=".").unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    feed = (
        CalendarFeed.objects.in_use()
        .filter(pk=pk, user__is_active=True)
        .select_related("user")
        .first()
    )
    return feed.user if feed else None
