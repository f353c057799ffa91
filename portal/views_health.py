"""How the site is: two pages for machines, and one for the administrator."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal import health, mail
from portal.errors import NotAllowedNow
from portal.http import UserRequest
from portal.mail_kinds import KINDS
from portal.models import OutgoingMail
from portal.paging import paginate
from portal.permissions import require


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process lives; asks nothing of anything else."""
    return JsonResponse({"alive": True})


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether database, broker, periodic tasks and mail do their work."""
    checks = health.report()
    is_ready = all(check["ok"] for check in checks.values())
    return JsonResponse(
        {"ready": is_ready, "checks": checks},
        status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


@require_GET
def mail_queue(request: UserRequest) -> HttpResponse:
    """The queue, the last run of every periodic task, and what is held and why."""
    require(request.user.is_staff)
    held = paginate(request, OutgoingMail.objects.held().defer("body", "footer"))
    for row in held:
        row.label = KINDS[row.kind].label if row.kind in KINDS else row.kind
    return render(
        request,
        "portal/mail_queue.html",
        {
            "queue": health.queue(),
            "tasks": health.task_states(),
            "held": held,
        },
    )


@require_POST
def mail_send_again(request: UserRequest, pk: UUID) -> HttpResponse:
    require(request.user.is_staff)
    held = get_object_or_404(OutgoingMail, pk=pk)
    try:
        mail.send_again(held, by=request.user)
    except NotAllowedNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This mail goes out again."))
    return redirect("mail_queue")


@require_POST
def mail_send_all_again(request: UserRequest) -> HttpResponse:
    """Everything that is held, for when the cause lay with the mail server."""
    require(request.user.is_staff)
    count = mail.send_all_again(by=request.user)
    messages.success(
        request,
        ngettext(
            "%(count)s mail goes out again.", "%(count)s mails go out again.", count
        )
        % {"count": count},
    )
    return redirect("mail_queue")
