"""Makes the message of a row in the outbox: text, the same in HTML, and its headers."""

import re
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.mail_choices import unsubscribe_link
from portal.mail_kinds import KINDS
from portal.models import OutgoingMail


class Line(NamedTuple):
    """A line of a paragraph; with an address it is a link."""

    text: str
    address: str = ""


class Block(NamedTuple):
    """A paragraph, or the items of a list ("ul", "ol"), or one link as a "button"."""

    tag: str
    lines: list[Line]


_ITEM = {"ul": re.compile(r"- (.+)"), "ol": re.compile(r"\d+\. (.+)")}


def message_of(mail: OutgoingMail) -> EmailMessage:
    """What is handed to the mail server: the same, with the same id, at every try."""
    message = EmailMultiAlternatives(
        mail.subject,
        f"{mail.body}\n\n{mail.footer}".strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers=_headers(mail),
    )
    html = render_to_string(
        "mail/_layout.html",
        {
            "subject": mail.subject,
            "blocks": blocks(mail.body),
            "footer": blocks(mail.footer),
        },
    )
    message.attach_alternative(html, "text/html")
    if mail.calendar:
        message.attach(
            _("appointment.ics"), mail.calendar, "text/calendar; method=PUBLISH"
        )
    return message


def blocks(text: str) -> list[Block]:
    """The paragraphs of a plain text, for HTML.

    An address of this site on a line of its own becomes a button with the words of the
    line above it; one at the end of a line becomes a link with the words before it.
    """
    found: list[Block] = []
    for paragraph in filter(None, text.split("\n\n")):
        for line in paragraph.split("\n"):
            _add(line, found)
        found.append(Block("", []))
    return [block for block in found if block.lines]


def _add(line: str, found: list[Block]) -> None:
    words, _space, address = line.rpartition(" ")
    if not address.startswith(f"{settings.SITE_URL}/"):
        words, address = line, ""
    last = found[-1] if found else Block("", [])
    if address and not words:
        label = last.lines.pop().text if last.tag == "p" and last.lines else address
        found.append(Block("button", [Line(label.rstrip(":"), address)]))
        return
    tag, text = "p", words.rstrip(":") if address else words
    for name, pattern in _ITEM.items():
        if match := pattern.fullmatch(line):
            tag, text = name, match[1]
    if last.tag == tag:
        last.lines.append(Line(text, address))
    else:
        found.append(Block(tag, [Line(text, address)]))


def _headers(mail: OutgoingMail) -> dict[str, str]:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    kind = KINDS.get(mail.kind)
    if kind and kind.is_optional and mail.user_id:
        link = unsubscribe_link(mail.user_id, kind)
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
