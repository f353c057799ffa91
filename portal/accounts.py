"""Who may come in, and how: what Inbreng asks of django-allauth.

There is no sign-up: an account begins with an invitation. allauth's own table of
e-mail addresses stays empty, so that ``User.email`` is the one truth.
"""

import base64
import time
from copy import copy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import Login
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import mail, second_factor, wake
from portal.limits import limit_error, try_again
from portal.models import User

# When the session's end was last put off; see SESSION_RENEWED_AFTER.
RENEWED_AT = "renewed_at"

# allauth's name of a mail -> our template. Codes: they leave at once and are blanked.
CODE_MAILS = {
    "account/email/login_code": "login_code",
    "account/email/password_reset_code": "password_code",
}

# allauth's name of a mail -> what our mail "login_changed" tells.
CHANGES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_reset": _("Your password was changed."),
    "account/email/password_set": _("A password was added to your account."),
    "mfa/email/totp_activated": _("An app with codes was added to your account."),
    "mfa/email/totp_deactivated": _("The app with codes was taken away."),
    "mfa/email/webauthn_added": _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey was taken away."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made."),
}

# allauth's name of a message -> what the next page says. The others say nothing.
MESSAGES = {
    "account/messages/logged_out.txt": _("You are logged out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is saved."),
    "mfa/messages/totp_activated.txt": _("Your app works with Inbreng now."),
    "mfa/messages/totp_deactivated.txt": _("The app is taken away."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is taken away."),
}

_TRY_AGAIN = lazy(try_again, str)()
_WRONG_CODE = _("The code is not right or no longer valid. Ask for a new one.")
_WRONG_APP_CODE = _("The code is not right. Take the newest code.")


class AccountAdapter(DefaultAccountAdapter):
    """Login, passwords and mails of accounts."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _(
            "This e-mail address and this password do not belong together."
        ),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": _("This is not your present password."),
        "too_many_login_attempts": _TRY_AGAIN,
        "rate_limited": _TRY_AGAIN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code in {"too_many_login_attempts", "rate_limited"}:
            return limit_error(self.request)
        return super().validation_error(code, *args)

    def is_safe_url(self, url: str | None) -> bool:
        return url_has_allowed_host_and_scheme(
            url,
            allowed_hosts={self.request.get_host()},
            require_https=self.request.is_secure(),
        )

    # --- Mails and messages --------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        person = User.objects.get(email=email.lower())
        send_code(CODE_MAILS[template_prefix], context["code"], to=person)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        with transaction.atomic():
            mail.queue(
                "login_changed",
                to=user,
                key=f"login_changed:{uuid4()}",
                kind="security",
                change=CHANGES[template_prefix],
            )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or MESSAGES.get(message_template or "")
        super().add_message(request, level, extra_tags=extra_tags, message=text)

    # --- Coming in and going out ---------------------------------------------------

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[RENEWED_AT] = time.time()

    def post_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        response.set_cookie(
            settings.WAS_HERE_COOKIE,
            "1",
            max_age=settings.WAS_HERE_AGE,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **who: Any) -> str:
        # Without the host, which allauth puts in front: another Host header is no
        # other account.
        return who.get("email", "").lower()

    # --- Asking once more who this is ----------------------------------------------

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        if second_factor.proved_lately(self.request):
            return False
        if not get_reauthentication_flows(self.request.user):
            # No password, app or passkey: a code by mail, where allauth asks nothing.
            raise ReauthenticationRequired
        return True

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """The ways to prove it is still you; the first is the one that is asked."""
        words = {**_WAYS}
        methods = super().get_reauthentication_methods(user)
        strong = [way for way in methods if way["id"].startswith("mfa_")]
        if not strong:
            methods.append({"id": "code", "url": reverse("account_confirm_by_mail")})
        elif "totp" in second_factor.kinds_of(user):
            methods = strong
        else:  # a passkey first, and what stands in for it
            methods = strong[::-1]
            words["mfa_reauthenticate"] = _("With a recovery code")
        return [{**way, "description": words[way["id"]]} for way in methods]


_WAYS = {
    "reauthenticate": _("With your password"),
    "mfa_reauthenticate": _("With a code from your app"),
    "mfa_reauthenticate:webauthn": _("With your device (passkey)"),
    "code": _("With a code by mail"),
}


class MFAAdapter(DefaultMFAAdapter):
    """The second factor: an app, passkeys and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": second_factor.STILL_NEEDED,
        "cannot_generate_recovery_codes": _("Add an app or a passkey first."),
        "incorrect_code": _WRONG_APP_CODE,
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # written under another SECRET_KEY
            raise self.validation_error("incorrect_code") from None

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return second_factor.may_take_away(authenticator)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Device %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # From the setting and not from the request: a passkey is bound to this name.
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": "Inbreng"}


def _box() -> MultiFernet:
    """Locks the secrets of apps in the database with the site's secret key."""
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(
                salted_hmac(
                    "portal.accounts.secrets", "", secret=key, algorithm="sha256"
                ).digest()
            )
        )
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def send_code(template: str, code: str, *, to: User, address: str = "") -> None:
    """Mail a code to ``to``, or to a new ``address`` of this person."""
    reader = copy(to)
    reader.email = address or to.email
    with transaction.atomic():
        mail.queue(
            template,
            to=reader,
            key=f"{template}:{uuid4()}",
            kind="security",
            secret=True,
            code=code,
        )


def send_to_nobody(request: HttpRequest, template: str) -> None:
    """Do the work of ``send_code`` for an unknown address, and leave nothing of it.

    Who measures the time of the answer does not learn who has an account.
    """
    with transaction.atomic():
        send_code(template, "000000", to=User(email="niemand@inbreng.example"))
        transaction.set_rollback(True)
    with transaction.atomic():
        # A commit takes longer than what it undoes; the session is saved in any case.
        request.session.save()
        wake.senders_after_commit(at_once=True)


def log_in(request: HttpRequest, user: User) -> HttpResponse:
    """Let in ``user``, who has just shown to read the mail of their address.

    Whoever has a second factor is still asked for it: the answer leads there.
    """
    if request.user.is_authenticated and request.user != user:
        AccountAdapter().logout(request)
    record_authentication(request, user, method="invitation", email=user.email)
    return perform_login(request, Login(user=user, email=user.email))


def be(request: HttpRequest, user: User) -> HttpResponse:
    """Go on as ``user`` without any step: in a demonstration all are invented."""
    if not settings.DEMO:
        raise PermissionDenied
    AccountAdapter().logout(request)
    AccountAdapter().login(request, user)
    return redirect(settings.LOGIN_REDIRECT_URL)


def passkeys_work() -> bool:
    """Whether browsers make passkeys here: they do for names, not for numbers."""
    try:
        ip_address(urlsplit(settings.SITE_URL).hostname or "")
    except ValueError:
        return True
    return False
