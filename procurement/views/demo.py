"""The showing: step in as anybody of the demo story. In demo mode only."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts import be
from portal.mailbox import sent_mails
from portal.models import OutgoingMail, User
from procurement.demo.world import PEOPLE

# Who stands together on the page, by the end of the address.
GROUPS = {
    "vlierkade.example": "Zorggroep De Vlierkade",
    "maanwater.example": "Stichting Maanwater",
    "amstelboog.example": "Zorgkantoor Amstelboog",
    "schelpenrug.example": "Zorgkantoor Schelpenrug",
    "inbreng.example": "Inbreng",
}


def in_demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Without ``DEMO=1`` the page does not exist; with it, it needs no login."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(never_cache(guarded))


def _people() -> dict[str, list[dict]]:
    roles = {name: (key, role) for key, name, role in PEOPLE}
    groups: dict[str, list[dict]] = {title: [] for title in GROUPS.values()}
    users = User.objects.filter(name__in=roles, email__endswith=".example")
    by_name = {user.name: user for user in users}
    for name, (key, role) in roles.items():
        if name in by_name:
            title = GROUPS[by_name[name].email.rpartition("@")[2]]
            groups[title].append({"key": key, "name": name, "role": role})
    return {title: people for title, people in groups.items() if people}


@in_demo_only
def people(request):
    """A button for each person of the story."""
    return render(request, "procurement/demo/people.html", {"groups": _people()})


@in_demo_only
@require_POST
def step_in(request, key):
    """Log in as that person, with no step in between."""
    name = next((name for each, name, _role in PEOPLE if each == key), None)
    user = get_object_or_404(User, name=name, email__endswith=".example")
    return be(request, user)


@in_demo_only
def post(request):
    """The mails that Inbreng sent in this showing, the newest first."""
    return render(
        request,
        "procurement/demo/mails.html",
        {
            "mails": sent_mails(),
            "waiting": OutgoingMail.objects.that_are(
                OutgoingMail.Status.QUEUED
            ).count(),
            "quiet_from": settings.MAIL_QUIET_FROM.replace(":", "."),
            "quiet_until": settings.MAIL_QUIET_UNTIL.replace(":", "."),
        },
    )
