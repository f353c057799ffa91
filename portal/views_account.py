"""The door and one's own settings. What allauth's own views do well stays theirs."""

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import (
    raise_if_reauthentication_required,
    resume_request,
)
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal import actions_account as actions
from portal import forms_account as forms
from portal import limits, mailed_code, second_factor
from portal.accounts import passkeys_work, send_to_nobody
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.models import User

# Templates call it.
DOOR = {"passkeys_work": passkeys_work}

# --- Coming in -------------------------------------------------------------------

login = account.LoginView.as_view(form_class=forms.CodeRequestForm, extra_context=DOOR)
login_with_password = account.LoginView.as_view(
    form_class=forms.PasswordLoginForm,
    template_name="account/login_password.html",
    extra_context=DOOR,
)
login_with_passkey = webauthn.LoginWebAuthnView.as_view(
    form_class=forms.PasskeyLoginForm
)
second_step = mfa.AuthenticateView.as_view(
    form_class=forms.SecondStepForm, webauthn_form_class=forms.PasskeyStepForm
)
forgotten_password = account.PasswordResetView.as_view(
    form_class=forms.ForgottenPasswordForm
)
new_password = account.CompletePasswordResetView.as_view(
    form_class=forms.NewPasswordForm, success_url=reverse_lazy("account_login")
)


class ConfirmLoginCode(account.ConfirmLoginCodeView):
    """The code by mail; another one is sent by the same limits as the first."""

    form_class = forms.LoginCodeForm

    def _resend_form_valid(self, form) -> HttpResponse:
        process = self._process
        try:
            limits.consume(self.request, "request_login_code", process.state["email"])
        except ValidationError as error:
            messages.error(self.request, error.message)
        else:
            if process.user is None:
                send_to_nobody(self.request, "login_code")
            process.send()
            process.record_resend()
            process.state["failed_attempts"] = 0
            process.persist()
            messages.success(self.request, _("A new code is on its way."))
        return redirect(
            self.passthrough_next_url(reverse("account_confirm_login_code"))
        )

    def form_invalid(self, form) -> HttpResponse:
        return _try_again(self, form, "account_login")


class ConfirmPasswordCode(account.ConfirmPasswordResetCodeView):
    form_class = forms.PasswordCodeForm

    def form_invalid(self, form) -> HttpResponse:
        return _try_again(self, form, "account_reset_password")


def _try_again(view, form, start: str) -> HttpResponse:
    if view._process.record_invalid_attempt():
        return view.render_to_response(view.get_context_data(form=form))
    messages.error(
        view.request,
        _("The code was wrong three times. Ask for a new one."),
    )
    return redirect(start)


class Logout(account.LogoutView):
    def post(self, *args, **kwargs) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response.delete_cookie(settings.WAS_HERE_COOKIE)
        return response


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own."""
    if request.user.is_authenticated:
        raise PermissionDenied
    back = {"next": request.GET.get("next", reverse("admin:index"))}
    return redirect(f"{reverse('account_login')}?{urlencode(back)}")


# --- Proving that it is still you ------------------------------------------------

confirm_by_password = account.ReauthenticateView.as_view(
    form_class=forms.PasswordAgainForm
)
confirm_by_app = mfa.ReauthenticateView.as_view(form_class=forms.SecondStepAgainForm)
confirm_by_passkey = webauthn.ReauthenticateWebAuthnView.as_view(
    form_class=forms.PasskeyAgainForm
)


def confirm_by_mail(request: UserRequest) -> HttpResponse:
    """A code by mail, for who has nothing else to show; then on to what was asked."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if request.path not in {way["url"] for way in ways}:
        raise PermissionDenied
    form = forms.MailedCodeForm(request.POST if "code" in request.POST else None)
    error = None
    if request.method == "POST" and "code" not in request.POST:
        error = _send_code(request, "confirm_code", request.user.email)
    elif form.is_valid() and _accept(request, form, "confirm_code"):
        record_authentication(request, request.user, "code", reauthenticated=True)
        return resume_request(request) or redirect("account_settings")
    return render(
        request,
        "account/confirm_by_mail.html",
        {
            "form": form,
            "error": error,
            "address": mailed_code.waits_for(request, "confirm_code"),
            "next": get_next_redirect_url(request) or "",
            "others": [way for way in ways if way["url"] != request.path],
        },
    )


def _send_code(request: UserRequest, template: str, address: str) -> str | None:
    try:
        mailed_code.send(request, template, address=address)
    except ValidationError as error:
        return str(error.message)
    return None


def _accept(
    request: UserRequest, form: forms.MailedCodeForm, template: str
) -> str | None:
    try:
        return mailed_code.accept(request, template, form.cleaned_data["code"])
    except ValidationError as error:
        form.add_error("code", error)
        return None


# --- One's own settings ----------------------------------------------------------

change_password = account.PasswordChangeView.as_view(
    form_class=forms.ChangePasswordForm
)
choose_password = account.PasswordSetView.as_view(form_class=forms.SetPasswordForm)


def settings_page(request: UserRequest) -> HttpResponse:
    return _settings_page(request, forms.ProfileForm(instance=_fresh(request.user)))


def save_profile(request: UserRequest) -> HttpResponse:
    """Only name and telephone number: what else one chose stays as it is."""
    if request.method != "POST":
        return redirect("account_settings")
    form = forms.ProfileForm(request.POST, instance=_fresh(request.user))
    if not form.is_valid():
        return _settings_page(request, form)
    actions.save_profile(form.save(commit=False), by=request.user)
    messages.success(request, _("Your data are saved."))
    return redirect("account_settings")


def _settings_page(request: UserRequest, form: forms.ProfileForm) -> HttpResponse:
    return render(
        request,
        "portal/settings.html",
        {"form": form, **_login_ways(request.user)},
    )


def _fresh(person: User) -> User:
    # A form that finds fault has filled its object already; the bar shows this one.
    return User.objects.get(pk=person.pk)


def _login_ways(person: User) -> dict[str, object]:
    """How ``person`` can come in, from one query."""
    mine = Authenticator.objects.filter(user=person).order_by("created_at")
    of_type: dict[str, list[Authenticator]] = {name: [] for name in Authenticator.Type}
    for authenticator in mine:
        of_type[authenticator.type].append(authenticator)
    codes = of_type[Authenticator.Type.RECOVERY_CODES]
    is_needed = second_factor.is_needed_by(person)
    return {
        "has_password": person.has_usable_password(),
        "app": next(iter(of_type[Authenticator.Type.TOTP]), None),
        "passkeys": of_type[Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "is_needed": is_needed,
        "must_choose": is_needed and len(mine) == 0 and not settings.DEMO,
        "passkeys_work": passkeys_work(),
    }


def login_ways(request: UserRequest) -> HttpResponse:
    """Password, passkeys, app and recovery codes, each with what can be done."""
    return render(request, "mfa/index.html", _login_ways(request.user))


class AddApp(totp.ActivateTOTPView):
    form_class = forms.ActivateAppForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.note_made(self.request, Authenticator.Type.TOTP)
        return response


class AddPasskey(webauthn.AddWebAuthnView):
    form_class = forms.AddPasskeyForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.note_made(self.request, Authenticator.Type.WEBAUTHN)
        return response


class RemovePasskey(webauthn.RemoveWebAuthnView):
    def form_valid(self, form) -> HttpResponse:
        if not second_factor.may_take_away(self.get_object()):
            messages.error(self.request, second_factor.STILL_NEEDED)
            return redirect("mfa_index")
        return super().form_valid(form)


def change_address(request: UserRequest) -> HttpResponse:
    """Ask for the new address; the code that goes there has to come back first."""
    raise_if_reauthentication_required(request, app="portal")
    form = forms.NewAddressForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        error = _send_code(request, "address_code", address)
        if error is None:
            return redirect("account_confirm_address")
        form.add_error(None, error)
    return render(request, "account/change_address.html", {"form": form})


def confirm_address(request: UserRequest) -> HttpResponse:
    address = mailed_code.waits_for(request, "address_code")
    if address is None:
        return redirect("account_change_address")
    form = forms.MailedCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if proved := _accept(request, form, "address_code"):
            try:
                actions.change_address(request.user, proved, by=request.user)
            except NotAllowedNow as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Your e-mail address is changed."))
            return redirect("account_settings")
        if mailed_code.waits_for(request, "address_code") is None:
            messages.error(
                request, _("The code was wrong three times. Ask for a new one.")
            )
            return redirect("account_change_address")
    return render(
        request, "account/confirm_address.html", {"form": form, "address": address}
    )
