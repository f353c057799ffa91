"""Puts the site together; the only module of portal that names the apps above it."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("beheer/", admin.site.urls),
    path("wie-is-wie/", include("councils.urls")),
    path("inkoop/", include("procurement.urls")),
]
