"""Puts a mail in the outbox: the only way to send one. portal.delivery takes it out.

A mail holds a name, a title, a date and a link; nothing of anybody's input.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, wake
from portal.errors import NotAllowedNow
from portal.mail_choices import kinds_off, reason_to_skip, unsubscribe_link
from portal.mail_kinds import KINDS, MailKind
from portal.models import OutgoingMail, User
from portal.moments import nl_moment
from portal.transitions import lock

# Signs that turn the direction in which the rest of a line is read.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A statement of PostgreSQL takes 65,535 values.
MANY = 1000


class Wording(NamedTuple):
    """The subject of a mail, its text below the greeting, and whom to ask."""

    subject: str
    body: str
    contact: str
    contact_details: str


def queue(
    template: str,
    *,
    to: User,
    key: str,
    kind: str = "",
    recheck: dict | None = None,
    useless_after: datetime | None = None,
    send_at: datetime | None = None,
    calendar: str = "",
    secret: bool = False,
    **context: Any,
) -> OutgoingMail:
    """Put the mail ``templates/mail/<template>.txt`` for a person in the outbox, once
    per ``key``; a second time changes nothing.

    Call it inside the transaction of the change that the mail is about. Moments in
    ``context`` are written in words; ``link`` is a path, or an address of this site.
    """
    mail = prepare(
        template,
        to=to,
        key=key,
        kind=kind,
        recheck=recheck,
        useless_after=useless_after,
        calendar=calendar,
        **context,
    )
    mail.send_at, mail.is_secret = send_at, secret
    if secret and useless_after is None:
        mail.useless_after = timezone.now() + settings.MAIL_SECRET_LIFE
    chosen = KINDS[mail.kind]
    is_off = chosen.is_optional and mail.kind in kinds_off(to)
    mail.reason = reason_to_skip(chosen, is_active=to.is_active, is_off=is_off)
    if mail.reason:
        mail.status = OutgoingMail.Status.CANCELLED
    queue_all([mail])
    return mail


def prepare(
    template: str,
    *,
    to: User,
    key: str,
    kind: str = "",
    recheck: dict | None = None,
    useless_after: datetime | None = None,
    calendar: str = "",
    **context: Any,
) -> OutgoingMail:
    """The mail for one person, not in the outbox yet: see ``queue_all``.

    Whether the person wants it is for the caller to ask.
    """
    person = {"name": to.name, "address": to.email}
    text = word(template, **person, **context)
    return address(
        text,
        kind or template,
        to=to,
        key=key,
        recheck=recheck,
        useless_after=useless_after,
        calendar=calendar,
    )


def word(template: str, **context: Any) -> Wording:
    """The words of a mail; a wave makes them once for all who read the same."""
    fields = {
        "contact": _("the help desk of Inbreng"),
        "contact_details": f"{settings.HELP_PHONE}, {settings.HELP_EMAIL}",
        **{name: _in_words(value) for name, value in context.items()},
    }
    if "link" in fields:
        fields["link"] = _own_address(context["link"])
    text = render_to_string(f"mail/{template}.txt", fields, using="text")
    subject, _line, body = text.strip().partition("\n")
    return Wording(
        " ".join(subject.split())[:250],
        _tidy(body),
        fields["contact"],
        fields["contact_details"],
    )


def address(
    text: Wording,
    kind: str,
    *,
    to: User,
    key: str,
    recheck: dict | None = None,
    useless_after: datetime | None = None,
    calendar: str = "",
) -> OutgoingMail:
    """The mail with these words to one person, not in the outbox yet."""
    mail = _letter(text, KINDS[kind], _in_words(to.name), to)
    mail.key, mail.to, mail.pk = key, to.email, OutgoingMail.id_of(key)
    mail.recheck, mail.useless_after, mail.calendar = recheck, useless_after, calendar
    return mail


def queue_all(mails: list[OutgoingMail]) -> None:
    """Put mails in the outbox, many at a time; those that are there stay as they are.

    Call it inside the transaction of what they are about.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("queue() belongs in the transaction of the change")
    for mail in mails:
        mail.pk = OutgoingMail.id_of(mail.key)
    # Whether a row is there already is for the database to know.
    OutgoingMail.objects.bulk_create(mails, batch_size=MANY, ignore_conflicts=True)
    waiting = [mail for mail in mails if mail.status == OutgoingMail.Status.QUEUED]
    if waiting:
        wake.senders_after_commit(at_once=any(mail.is_secret for mail in waiting))


def queue_to_address(
    template: str,
    *,
    address: str,
    key: str,
    useless_after: datetime | None = None,
    **context: Any,
) -> OutgoingMail:
    """The same for who has no account yet; ``context`` holds the name."""
    mail = prepare_to_address(
        template, address=address, key=key, useless_after=useless_after, **context
    )
    queue_all([mail])
    return mail


def prepare_to_address(
    template: str,
    *,
    address: str,
    key: str,
    kind: str = "",
    recheck: dict | None = None,
    useless_after: datetime | None = None,
    calendar: str = "",
    **context: Any,
) -> OutgoingMail:
    """As ``prepare``, for who has no account; ``context`` holds the name."""
    text = word(template, address=address, **context)
    name = _in_words(context["name"])
    mail = _letter(text, KINDS[kind or template], name, address)
    mail.key, mail.to, mail.useless_after = key, address, useless_after
    mail.recheck, mail.calendar = recheck, calendar
    return mail


@transaction.atomic
def send_again(mail: OutgoingMail, *, by: User) -> OutgoingMail:
    """Let a mail that was held go out after all; one more unknown outcome holds it."""
    mail = lock(mail)
    if mail.status != OutgoingMail.Status.HELD:
        raise NotAllowedNow(_("This mail is no longer held."))
    mail.status, mail.attempts = OutgoingMail.Status.QUEUED, 0
    mail.unknown_outcomes = min(mail.unknown_outcomes, OutgoingMail.MOST_UNKNOWN - 1)
    mail.save(update_fields=["status", "attempts", "unknown_outcomes"])
    audit.record("mail.send_again", mail, by=by, kind=mail.kind)
    wake.senders_after_commit()
    return mail


def send_all_again(*, by: User) -> int:
    """The same for all that is held; how many go."""
    count = 0
    for held in OutgoingMail.objects.held().only("pk").iterator():
        with suppress(NotAllowedNow):
            send_again(held, by=by)
            count += 1
    return count


def _letter(
    text: Wording, kind: MailKind, name: str, reader: User | str
) -> OutgoingMail:
    """The row; ``reader`` is a person, or the address of who has no account."""
    greeting = _("Dear %(name)s,") % {"name": name}
    return OutgoingMail(
        kind=kind.name,
        user=reader if isinstance(reader, User) else None,
        subject=text.subject,
        body=f"{greeting}\n\n{text.body}",
        footer=_footer(kind, text.contact, text.contact_details, reader),
    )


def _footer(kind: MailKind, contact: str, details: str, reader: User | str) -> str:
    if not kind.has_footer:
        return ""
    has_account = isinstance(reader, User)
    text = _general_footer(kind.name, contact, details, has_account, settings.SITE_URL)
    if not kind.is_optional:
        return text
    who = reader.pk if isinstance(reader, User) else reader
    return text.replace(_LINK, unsubscribe_link(who, kind))


@lru_cache(maxsize=256)
def _general_footer(
    kind: str, contact: str, details: str, has_account: bool, site: str
) -> str:
    """The footer that all mails of a wave share, but for the link of each person."""
    chosen = KINDS[kind]
    text = render_to_string(
        "mail/_footer.txt",
        {
            "contact": contact,
            "contact_details": details,
            "required": str(chosen.required),
            # Choices are made behind the login.
            "settings_link": site + reverse("mail_settings") if has_account else "",
            "unsubscribe_link": _LINK if chosen.is_optional else "",
        },
        using="text",
    )
    return _tidy(text)


def _in_words(value: Any) -> Any:
    """What a template shows of ``value``: a moment in words, and a text on one line.

    A title is somebody's to choose: it must not look like a line of the mail or a link,
    nor turn what stands after it backwards.
    """
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, Mapping):
        return {name: _in_words(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_words(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = _TURNS.sub("", str(value))
    return " ".join(text.replace("://", " ").split())


# Stands in a footer for the link of one person; nothing that is typed has a null sign.
_LINK = "\0"

# A wave names the same moments in every mail.
_moment = lru_cache(maxsize=256)(nl_moment)


def _own_address(link: str) -> str:
    address = link if link.startswith(f"{settings.SITE_URL}/") else ""
    if link.startswith("/") and not link.startswith("//"):
        address = settings.SITE_URL + link
    if not address or len(address.split()) != 1:
        raise ValueError(f"A mail links to this site only, not to {link!r}")
    return address


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()
