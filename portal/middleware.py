"""What every request passes: the way in, the second step, what browsers may keep."""

import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from csp.constants import HEADER as POLICY
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangosMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from portal import second_factor
from portal.accounts import RENEWED_AT

Respond = Callable[[HttpRequest], HttpResponse]


class LoginRequiredMiddleware(DjangosMiddleware):
    """Closes every page that is not named open, and says so when a session ran out."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        # Before request.user is asked for: Django throws away what it does not trust.
        ran_out = (
            request.COOKIES.get(settings.WAS_HERE_COOKIE)
            and SESSION_KEY not in request.session
        )
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response and ran_out:
            messages.info(
                request, _("You were logged out because you did nothing for a while.")
            )
            response.delete_cookie(settings.WAS_HERE_COOKIE)
        return response

    def handle_no_permission(self, request, view_func):
        if request.htmx:
            return _whole_page(request, reverse("account_login"))
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        # What was sent cannot be sent again: back to the page that it was sent from.
        back = _path_of(request.headers.get("Referer", ""))
        return redirect_to_login(back, reverse("account_login"))


class SecondFactorMiddleware:
    """Lets whoever must log in in two steps do so before anything else.

    It asks the seats of today at every request, so a new role counts at once. What
    was being sent when the half day was over is kept and sent on afterwards.
    """

    # Going out, and showing the second step that one has.
    ALWAYS_OPEN = {
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
    # Making a first one.
    SET_UP = {
        "account_confirm_by_mail",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
    }

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        page = request.resolver_match.view_name
        if (
            settings.DEMO
            or page in self.ALWAYS_OPEN
            or not getattr(view_func, "login_required", True)
            or second_factor.is_proved(request)
            or not second_factor.is_needed_by(request.user)
        ):
            return None
        if second_factor.has_one(request.user):
            way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
            return (
                _whole_page(request, way)
                if request.htmx
                else suspend_request(request, way)
            )
        if page in self.SET_UP:
            return None
        set_up = reverse("mfa_index")
        return _whole_page(request, set_up) if request.htmx else redirect(set_up)


def _path_of(address: str) -> str:
    """Where on this site an address points to; what is no address, to the front."""
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def _whole_page(request: HttpRequest, page: str) -> HttpResponse:
    """A part of a page cannot show a login: the browser goes there as a whole."""
    try:
        back = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
    except ValueError:
        back = "/"
    query = urlencode({REDIRECT_FIELD_NAME: back})
    return HttpResponseClientRedirect(f"{page}?{query}")


class LimitMiddleware:
    """Gives a form that complains of too many tries the status that says so."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "is_over_limit", False) and not response.has_header(
            "Location"
        ):
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


class ContentSecurityPolicyMiddleware:
    """Tells browsers what a page may load: the same of every page, so written once.

    An answer that has a policy of its own keeps it.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(POLICY, self.policy)
        return response


class PrivatePagesMiddleware:
    """Browsers keep no page of somebody who is logged in, nor a page to log in.

    A page that everybody gets the same may say how long it can be kept.
    """

    HEADERS = {
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), "
        "usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or not response.has_header(
            "Cache-Control"
        ):
            response["Cache-Control"] = "no-store"
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        self._put_off_the_end(request)
        return response

    def _put_off_the_end(self, request: HttpRequest) -> None:
        """A session ends after days without a visit: one write a day keeps it."""
        session = request.session
        if not session.accessed or RENEWED_AT not in session:
            return
        now = time.time()
        if now - session[RENEWED_AT] > settings.SESSION_RENEWED_AFTER.total_seconds():
            session[RENEWED_AT] = now
