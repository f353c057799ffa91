"""Which mail one gets: one's own page, and the link at the end of a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal import mail_choices
from portal.forms_mail import MailChoicesForm
from portal.http import UserRequest
from portal.mail_kinds import KINDS, MailKind
from portal.models import User
from portal.seats import seats_of


@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: UserRequest) -> HttpResponse:
    """All kinds of mail that this person may get, each on or off."""
    kinds = _kinds_for(request.user)
    off = mail_choices.kinds_off(request.user)
    optional = [kind for kind in kinds if kind.is_optional]
    form = MailChoicesForm(
        request.POST if request.method == "POST" else None,
        kinds=optional,
        initial={"kinds": [kind.name for kind in optional if kind.name not in off]},
    )
    if request.method == "POST" and form.is_valid():
        mail_choices.choose(
            request.user, optional, wanted=form.cleaned_data["kinds"], by=request.user
        )
        messages.success(
            request, _("Your choice is saved. You can change it any time.")
        )
        return redirect("mail_settings")
    required = [kind for kind in kinds if not kind.is_optional]
    return render(
        request, "portal/mail_settings.html", {"form": form, "required": required}
    )


# The signed link is the proof, also without cookies: a mail program posts it by itself
# (RFC 8058), so that there is no form of ours that could carry a token.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off one kind of mail, or on again; a GET changes nothing."""
    found = mail_choices.read_token(token)
    if found is None:
        raise Http404
    reader, kind = found
    if request.method == "POST":
        _switch(reader, kind, is_wanted=bool(request.POST.get("again")))
    return render(
        request,
        "portal/mail_unsubscribe.html",
        {
            "kind": kind,
            "has_account": isinstance(reader, User),
            "is_on": _is_on(reader, kind),
            "is_changed": request.method == "POST",
        },
    )


def _switch(reader: User | str, kind: MailKind, *, is_wanted: bool) -> None:
    """For a person, or for the hash of an address without an account."""
    if isinstance(reader, User):
        wanted = [kind.name] if is_wanted else []
        mail_choices.choose(reader, [kind], wanted=wanted, by=None)
    else:
        mail_choices.choose_at_address(reader, kind, is_wanted=is_wanted)


def _is_on(reader: User | str, kind: MailKind) -> bool:
    if isinstance(reader, User):
        return kind.name not in mail_choices.kinds_off(reader)
    return not mail_choices.is_hash_off(reader, kind.name)


def _kinds_for(user: User) -> list[MailKind]:
    """The kinds for the seats of this person; all of them for an administrator."""
    parties = {seat.party for seat in seats_of(user)}
    return [
        kind
        for kind in KINDS.values()
        if kind.has_footer and (user.is_staff or parties & kind.parties)
    ]
