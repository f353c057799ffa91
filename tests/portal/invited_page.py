"""Pages that let somebody in: an accepted invitation, and a demonstration."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal import urls
from portal.accounts import be, log_in
from portal.models import User

handler403 = urls.handler403


@login_not_required
def page(request: HttpRequest, pk: str) -> HttpResponse:
    return log_in(request, User.objects.get(pk=pk))


@login_not_required
def demo(request: HttpRequest, pk: str) -> HttpResponse:
    return be(request, User.objects.get(pk=pk))


urlpatterns = [
    path("proef/<uuid:pk>/", demo),
    path("uitgenodigd/<uuid:pk>/", page),
    path("", include("portal.urls")),
]
