"""Where every form of an input is sent: kept first, and only then looked at."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from portal import second_factor
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.sentences import enumerated
from procurement.actions import council_input as actions
from procurement.actions import input_draft
from procurement.forms.council_input import InputForm
from procurement.forms.input_words import differs, typed
from procurement.models import CouncilInput, InputDraft
from procurement.views.input_writing import Gone, Writing, form_page


# The key in the form says who got this page and for which text; it holds when the
# session has ended or began anew, where Django's own token does not.
@csrf_exempt
@login_not_required
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what was typed, whatever else is wrong; then do what the button says."""
    if request.method != "POST":
        return redirect("procurement:input_edit", pk=pk)
    try:
        writing = Writing.returned(request, pk)
        draft = _kept(request, writing)
    except StaleText as stale:
        return _two_texts(request, writing, str(stale))
    except (Gone, NotAllowedNow):
        return _given_back(request)
    if request.accepts("text/html"):
        return _next_page(request, writing, draft)
    return _told(request, writing, draft)


def _kept(request: HttpRequest, writing: Writing) -> InputDraft | None:
    """The typing as it is kept now; None when it says what was saved already."""
    row, words = writing.council_input, typed(request.POST)
    if writing.saved_words and not differs(words, writing.saved_words):
        return None
    if row._state.adding:
        row = actions.start_draft(
            row.pk, council=row.council, cycle=row.cycle, by=writing.by
        )
    return input_draft.keep(
        row,
        words,
        revision=_number(request, "revision"),
        based_on=_number(request, "based_on"),
        by=writing.by,
    )


# --- Answers to a browser --------------------------------------------------------


def _next_page(
    request: HttpRequest, writing: Writing, draft: InputDraft | None
) -> HttpResponse:
    pk = writing.council_input.pk
    if not request.user.is_authenticated:
        messages.info(request, _waiting(draft))
        return redirect_to_login(reverse("procurement:input_edit", args=[pk]))
    if request.user.pk != writing.by.pk:
        messages.info(request, _("That text is kept for the person who wrote it."))
        return redirect("/")
    if _owes_second_step(request):
        return redirect("procurement:input_edit", pk=pk)
    step = request.POST.get("step")
    if step in {"pass_on", "save"} and (draft or writing.is_draft):
        return _finished(request, writing, draft)
    if step in {"pass_on", "save"}:
        return redirect("procurement:input_detail", pk=pk)
    messages.success(request, _("Your text is kept. You can go on later."))
    return redirect("procurement:input_list")


def _finished(
    request: HttpRequest, writing: Writing, draft: InputDraft | None
) -> HttpResponse:
    """Pass on or save what is complete; otherwise say what it still needs."""
    row = CouncilInput.objects.get(pk=writing.council_input.pk)
    form = writing.form(request.POST)
    if not form.is_valid():
        return form_page(request, writing, form, draft=draft)
    people = form.people
    if people and "asked" not in request.POST:
        return form_page(request, writing, form, draft=draft, people=people)
    try:
        row = _done(writing, row, form, _number(request, "based_on"))
    except StaleText as stale:
        return _two_texts(request, writing, str(stale))
    except NotAllowedNow as error:
        form.add_error(None, str(error))
        return form_page(request, writing, form, draft=draft)
    if row.readers:
        said = _("Shared with %(readers)s.") % {"readers": enumerated(row.readers)}
    else:
        said = _("Your text is saved. Only your council reads it.")
    messages.success(request, said)
    return redirect("procurement:input_detail", pk=row.pk)


def _done(
    writing: Writing, row: CouncilInput, form: InputForm, based_on: int
) -> CouncilInput:
    version, request_id = form.version(), form.request_id
    if not writing.is_draft:
        return actions.save_version(
            row, version, based_on=based_on, by=writing.by, request_id=request_id
        )
    return actions.pass_on(
        row,
        version,
        by=writing.by,
        readers=form.cleaned_data["readers"],
        request_id=request_id,
        is_closed_to_secretary=form.cleaned_data.get("is_closed_to_secretary", False),
    )


def _two_texts(request: HttpRequest, writing: Writing, why: str) -> HttpResponse:
    """Somebody, or another window, was first: both texts are kept and shown."""
    row = writing.council_input
    if not request.accepts("text/html"):
        return JsonResponse({"problem": why}, status=HTTPStatus.CONFLICT)
    input_draft.set_aside(
        row, typed(request.POST), based_on=_number(request, "based_on"), by=writing.by
    )
    if request.user.pk != writing.by.pk:
        return redirect_to_login(reverse("procurement:input_conflict", args=[row.pk]))
    return redirect("procurement:input_conflict", pk=row.pk)


def _given_back(request: HttpRequest) -> HttpResponse:
    """Nothing can be kept here any more; the words go back to who typed them."""
    if not request.accepts("text/html"):
        problem = _("Not saved. Copy your text before you go on.")
        return JsonResponse({"problem": problem}, status=HTTPStatus.NOT_FOUND)
    texts = [request.POST.get(name, "") for name in ("title", "text", "consulted_how")]
    return render(
        request,
        "procurement/council_input/given_back.html",
        {"texts": [text for text in texts if text]},
        status=HTTPStatus.NOT_FOUND,
    )


# --- Answers to keep.js ----------------------------------------------------------


def _told(
    request: HttpRequest, writing: Writing, draft: InputDraft | None
) -> HttpResponse:
    edit = reverse("procurement:input_edit", args=[writing.council_input.pk])
    answer: dict[str, Any] = {
        "page": edit,
        "revision": draft.revision if draft else _number(request, "revision"),
        "saved": _("Saved at %(time)s") % {"time": _clock(draft)},
    }
    if request.user.pk == writing.by.pk:
        return JsonResponse(answer)
    answer |= {
        "problem": _waiting(draft),
        "login": redirect_to_login(edit).url,
        "link": _("Log in"),
    }
    return JsonResponse(answer, status=HTTPStatus.UNAUTHORIZED)


def _waiting(draft: InputDraft | None) -> str:
    return _("Log in again. Your text of %(time)s is waiting for you.") % {
        "time": _clock(draft)
    }


def _clock(draft: InputDraft | None) -> str:
    moment = draft.saved_at if draft else timezone.now()
    return date_format(timezone.localtime(moment), "G.i")


def _owes_second_step(request: HttpRequest) -> bool:
    # This page is open without login, so the middleware does not ask it here.
    return (
        not settings.DEMO
        and isinstance(request.user, User)
        and second_factor.is_needed_by(request.user)
        and not second_factor.is_proved(request)
    )


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text[:9]) if text.isascii() and text.isdigit() else 0
