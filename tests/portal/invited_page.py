"""A page that lets somebody in as an accepted invitation does."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.accounts import log_in
from portal.models import User


@login_not_required
def page(request: HttpRequest, pk: str) -> HttpResponse:
    return log_in(request, User.objects.get(pk=pk))


urlpatterns = [
    path("uitgenodigd/<uuid:pk>/", page),
    path("", include("portal.urls")),
]
