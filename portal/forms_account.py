"""The forms at the door: our words on what allauth checks."""

import struct
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal import limits, second_factor
from portal.accounts import MFAAdapter, send_to_nobody
from portal.forms import Form, ModelForm
from portal.models import User

_EMAIL = _("Your e-mail address")
_NEW_PASSWORD = _("Your new password")
_NEW_PASSWORD_HINT = _(
    "At least 12 characters. A few ordinary words in a row are easy to remember."
)
_CODE = _("The code from the mail")
_CODE_HINT = _("6 digits. The newest mail counts.")
_APP_CODE = _("Enter the code from your app")
_MISSING = {
    "email": _("Fill in your e-mail address."),
    "login": _("Fill in your e-mail address."),
    "password": _("Fill in your password."),
    "oldpassword": _("Fill in your present password."),
    "password1": _("Fill in a new password."),
    "code": _("Fill in the code."),
    "name": _("Fill in a name."),
}
_CODE_WIDGET = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "class": "w-m",
    "spellcheck": "false",
}

Words = dict[str, tuple[Any, Any]]


class Worded(Form):
    """Puts our words beside the fields, and none inside them."""

    words: ClassVar[Words] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One field for a new password: the button beside it shows what was typed.
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.words.get(name, (field.label, ""))
            if name in _MISSING:
                field.error_messages["required"] = _MISSING[name]
            if name == "code":
                field.widget.attrs |= _CODE_WIDGET
            if isinstance(field, forms.EmailField):
                field.widget.attrs["autocomplete"] = "username"
                field.error_messages["invalid"] = _(
                    "This is no e-mail address. It looks like name@example.nl."
                )

    def full_clean(self) -> None:
        """Begin again at the first field that is wrong."""
        super().full_clean()
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                break


# --- Coming in -------------------------------------------------------------------


class CodeRequestForm(Worded):
    """Asks for the code by mail; an unknown address gets the same answer, no mail."""

    words = {"email": (_EMAIL, _("The address at which you got the invitation."))}

    email = forms.EmailField(max_length=254)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        address = self.cleaned_data["email"].lower()
        limits.consume(self.request, "request_login_code", address)
        return address

    def login(self, request: HttpRequest, redirect_url: str | None) -> HttpResponse:
        address = self.cleaned_data["email"]
        person = User.objects.filter(email=address, is_active=True).first()
        if person is None:
            send_to_nobody(request, "login_code")
        LoginCodeVerificationProcess.initiate(
            request=request, user=person, email=address
        )
        query = {REDIRECT_FIELD_NAME: redirect_url} if redirect_url else None
        return headed_redirect_response("account_confirm_login_code", query=query)


class LoginCodeForm(Worded, account.ConfirmLoginCodeForm):
    words = {"code": (_CODE, _CODE_HINT)}


class PasswordLoginForm(Worded, account.LoginForm):
    words = {"login": (_EMAIL, ""), "password": (_("Your password"), "")}

    def _setup_password_field(self) -> None:
        """Keeps the field: allauth drops it where a sign-up asks for no password."""


class ForgottenPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": (_EMAIL, "")}

    def clean_email(self) -> str:
        address = super().clean_email().lower()
        limits.consume(context.request, "forgotten_password", address)
        return address

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            send_to_nobody(request, "password_code")
        return super().save(request, **kwargs)


class PasswordCodeForm(Worded, account.ConfirmPasswordResetCodeForm):
    words = {"code": (_CODE, _CODE_HINT)}


class NewPasswordForm(Worded, account.ResetPasswordKeyForm):
    words = {"password1": (_NEW_PASSWORD, _NEW_PASSWORD_HINT)}


# --- Passwords of who is in ------------------------------------------------------


class PasswordAgainForm(Worded, account.ReauthenticateForm):
    words = {"password": (_("Your password"), "")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {
        "oldpassword": (_("Your present password"), ""),
        "password1": (_NEW_PASSWORD, _NEW_PASSWORD_HINT),
    }


class SetPasswordForm(Worded, account.SetPasswordForm):
    words = {"password1": (_NEW_PASSWORD, _NEW_PASSWORD_HINT)}


# --- The second step -------------------------------------------------------------


class StepForm(Worded):
    """A code of the app, or a recovery code; it counts once, on any clock."""

    SECONDS = 120
    words = {"code": (_APP_CODE, _("Or one of your recovery codes."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = second_factor.kinds_of(self.user)  # type: ignore[attr-defined]
        if "totp" not in self.kinds:
            self.fields["code"].label = _("Your recovery code")
            self.fields["code"].help_text = ""

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        used = f"app-code:{self.user.pk}:{normalize_user_code(code)}"  # type: ignore
        if not cache.add(used, 1, self.SECONDS):
            raise MFAAdapter().validation_error("incorrect_code")
        return code


class SecondStepForm(StepForm, mfa.AuthenticateForm):
    pass


class SecondStepAgainForm(StepForm, mfa.ReauthenticateForm):
    pass


class ActivateAppForm(Worded, totp.ActivateTOTPForm):
    words = {"code": (_APP_CODE, _("6 digits. The app shows a new code every time."))}


class Guarded(Worded):
    """What a browser says of a passkey may be anything at all."""

    BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except self.BROKEN:
            self.add_error(None, _("Your device did not work. Try it again."))


class AddPasskeyForm(Guarded, webauthn.AddWebAuthnForm):
    words = {
        "name": (_("Name of this device"), _("So that you know later which one it is."))
    }

    passwordless = None  # each passkey is one to log in with
    name = forms.CharField(max_length=60)


class PasskeyLoginForm(Guarded, webauthn.LoginWebAuthnForm):
    pass


class PasskeyStepForm(Guarded, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(Guarded, webauthn.ReauthenticateWebAuthnForm):
    pass


# --- One's own data --------------------------------------------------------------


class ProfileForm(ModelForm):
    class Meta:
        model = User
        fields = ["name", "phone"]
        labels = {"name": _("Your name"), "phone": _("Your telephone number")}
        help_texts = {"name": _("As others in your council know you.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(
                attrs={"autocomplete": "tel", "type": "tel", "class": "w-m"}
            ),
        }
        error_messages = {"name": {"required": _MISSING["name"]}}


class NewAddressForm(Worded):
    words = {"email": (_("Your new e-mail address"), "")}

    email = forms.EmailField(max_length=254)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def clean_email(self) -> str:
        address = self.cleaned_data["email"].lower()
        if address == self.person.email:
            raise ValidationError(_("This is your address already."))
        return address


class MailedCodeForm(Worded):
    """The code that ``portal.mailed_code`` sent."""

    words = {"code": (_CODE, _CODE_HINT)}

    code = forms.CharField(max_length=20)
