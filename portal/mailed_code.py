"""A code that went out by mail, for somebody who is logged in and is to send it back.

The session holds its hash, for ten minutes and three tries.
"""

import secrets
import time

from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from portal import limits
from portal.accounts import send_code
from portal.http import UserRequest

SECONDS = 600
TRIES = 3
_KEY = "mailed_code"


def send(request: UserRequest, template: str, *, address: str) -> None:
    """Mail a new code to ``address``; an older one is worth nothing from now on."""
    limits.consume(request, "mail_code", str(request.user.pk))
    code = f"{secrets.randbelow(10**6):06}"
    request.session[_KEY] = {
        "template": template,
        "address": address,
        "hash": _hash(code),
        "until": time.time() + SECONDS,
        "tries": TRIES,
    }
    send_code(template, code, to=request.user, address=address)


def waits_for(request: UserRequest, template: str) -> str | None:
    """The address that a code of this kind went to and that may still come back."""
    sent = request.session.get(_KEY, {})
    if sent.get("template") != template or sent["until"] < time.time():
        return None
    return sent["address"] if sent["tries"] else None


def accept(request: UserRequest, template: str, typed: str) -> str:
    """Take the code, once, and give the address that it proves."""
    address = waits_for(request, template)
    if address is None:
        raise ValidationError(_wrong())
    sent = request.session[_KEY]
    if not constant_time_compare(sent["hash"], _hash("".join(typed.split()))):
        request.session[_KEY] = {**sent, "tries": sent["tries"] - 1}
        raise ValidationError(_wrong())
    del request.session[_KEY]
    return address


def _hash(code: str) -> str:
    return salted_hmac("portal.mailed_code", code, algorithm="sha256").hexdigest()


def _wrong() -> str:
    return _("The code is not right or no longer valid. Ask for a new one.")
