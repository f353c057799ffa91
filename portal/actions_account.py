"""What people change about themselves."""

from collections.abc import Collection
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, mail
from portal.errors import NotAllowedNow
from portal.models import OutgoingMail, User
from portal.transitions import lock

# The end of the address of who was forgotten: no mail server has it.
FORGOTTEN = "@forgotten.invalid"
# What of a row tells who it is, or lets that person in.
FORGETS = ["name", "email", "phone", "is_active", "last_login", "password"]


@transaction.atomic
def save_profile(person: User, *, by: User) -> User:
    """Save the name and the telephone number that a form filled in."""
    person.save(update_fields=["name", "phone"])
    audit.record("user.profile", person, by=by)
    return person


@transaction.atomic
def change_address(person: User, address: str, *, by: User) -> User:
    """Give ``person`` the address whose mail they have shown to read."""
    person = lock(person)
    if User.objects.filter(email=address).exclude(pk=person.pk).exists():
        raise NotAllowedNow(_("Somebody with this address is known already."))
    mail.queue(
        "address_changed",
        to=person,
        key=f"address_changed:{uuid4()}",
        kind="security",
    )
    person.email = address
    person.save(update_fields=["email"])
    audit.record("user.address", person, by=by)
    return person


@transaction.atomic
def forget_person(person: User) -> None:
    """Take name, address and telephone out of the row of somebody who left long ago,
    and all by which that person could log in.

    The row stays: what others rely on names it. Who calls this writes the event.
    """
    person.name = _("somebody who left")
    person.email = f"{person.pk.hex}{FORGOTTEN}"
    person.phone = ""
    person.is_active = False
    person.last_login = None
    person.set_unusable_password()
    person.save(update_fields=FORGETS)
    Authenticator.objects.filter(user=person).delete()
    # Of the login itself; it may keep one of its own.
    EmailAddress.objects.filter(user=person).delete()
    person.mail_opt_outs.all().delete()
    # Held or waiting, a mail names the address too.
    person.mails.exclude(status=OutgoingMail.Status.SENDING).delete()


def forget_mails(addresses: Collection[str]) -> None:
    """Delete the mails to these addresses that are for nobody with an account: held or
    waiting, they would keep address and words for ever."""
    mails = OutgoingMail.objects.filter(user__isnull=True, to__in=addresses)
    mails.exclude(status=OutgoingMail.Status.SENDING).delete()


@transaction.atomic
def take_away_second_step(authenticator: Authenticator, *, by: User) -> None:
    """Help somebody who lost the telephone: the next login asks for a new second step.

    Recovery codes are of no use to who has nothing that they stand in for.
    """
    person = authenticator.user
    authenticator.delete()
    audit.record("user.second_factor_remove", person, by=by, type=authenticator.type)
    mine = Authenticator.objects.filter(user=person)
    if not mine.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        mine.delete()
    mail.queue(
        "login_changed",
        to=person,
        key=f"login_changed:{uuid4()}",
        kind="security",
        change=_("An administrator took away your second step."),
    )
