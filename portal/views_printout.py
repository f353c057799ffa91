"""A PDF as the answer of a page: the file, or how far it is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from portal import printout
from portal.models import Printout
from portal.pdf import pdf_response
from portal.printout import Outdated, Sheet


def answer(
    request: HttpRequest, write: Callable[[], Sheet], crumbs: list[tuple[str, str]]
) -> HttpResponseBase:
    """What the reader of this request may have as a PDF, as ``write`` writes it out.

    A short one is made here. A long one has a page that says how far it is, and gives
    the file once it is there; a POST lets it be tried again.
    """
    sheet = write()
    if sheet.is_short:
        return _at_once(sheet, write)
    if request.method == "POST":
        printout.try_again(sheet)
        return HttpResponseRedirect(request.get_full_path())
    asked = printout.ask(sheet)
    is_polling = "HX-Request" in request.headers
    if asked.status == Printout.Status.DONE and not is_polling:
        return pdf_response(bytes(asked.content or b""), sheet.filename)
    return render(
        request,
        "portal/printout/_progress.html" if is_polling else "portal/printout/wait.html",
        {
            "printout": asked,
            "address": request.get_full_path(),
            # Without a login every look counts, and nothing is pressed: there one
            # looks by hand, and what failed is tried anew after a while.
            "has_login": request.user.is_authenticated,
            "crumbs": crumbs,
        },
    )


def _at_once(sheet: Sheet, write: Callable[[], Sheet]) -> HttpResponseBase:
    try:
        content = printout.content_of(sheet.html, list(sheet.behind))
    except Outdated:
        sheet = write()
        content = printout.content_of(sheet.html, list(sheet.behind))
    return pdf_response(content, sheet.filename)
