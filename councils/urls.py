from django.urls import URLPattern, URLResolver, include, path

from councils.views import (
    council,
    directory,
    importing,
    invitation,
    plan_days,
    stand_in,
    term,
)

app_name = "councils"

# /wie-is-wie/raden/<pk>/
council_urls = [
    path("", council.detail, name="council_detail"),
    path("uitnodigen/", invitation.invite_to_council, name="council_invite"),
    path("termijnen/", term.terms, name="council_terms"),
    path("overdragen/", term.hand_over, name="council_handover"),
]

# /wie-is-wie/plekken/<pk>/
term_urls = [
    path("stoppen/", council.end_term, name="term_end"),
    path("langer/", term.extend, name="term_extend"),
    path("rol/", council.change_role, name="term_role"),
    path("vervanging/", stand_in.create, name="stand_in_create"),
]

# /wie-is-wie/importeren/
import_urls = [
    path("", importing.upload, name="import"),
    path("voorbeeld/<slug:kind>/", importing.example, name="import_example"),
    path("<uuid:pk>/", importing.preview, name="import_preview"),
    path("<uuid:pk>/bevestigen/", importing.confirm, name="import_confirm"),
]

# /wie-is-wie/
people_urls: list[URLPattern | URLResolver] = [
    path("", directory.directory, name="directory"),
    path(
        "organisaties/",
        directory.directory,
        {"kind": "organisaties"},
        name="directory_organisations",
    ),
    path(
        "zorgkantoren/",
        directory.directory,
        {"kind": "zorgkantoren"},
        name="directory_care_offices",
    ),
    path("importeren/", include(import_urls)),
    path("raden/<uuid:pk>/", include(council_urls)),
    path("plekken/<uuid:pk>/", include(term_urls)),
    path("vervangingen/<uuid:pk>/stoppen/", stand_in.end, name="stand_in_end"),
    path(
        "uitnodigingen/<uuid:pk>/intrekken/",
        invitation.withdraw,
        name="invitation_withdraw",
    ),
    path(
        "organisaties/<uuid:pk>/",
        directory.organisation_detail,
        name="organisation_detail",
    ),
    path(
        "organisaties/<uuid:pk>/dagen/",
        plan_days.edit,
        name="organisation_plan_days",
    ),
    path(
        "organisaties/<uuid:pk>/uitnodigen/",
        invitation.invite_to_organisation,
        name="organisation_invite",
    ),
    path(
        "zorgkantoren/<uuid:pk>/",
        directory.care_office_detail,
        name="care_office_detail",
    ),
    path(
        "zorgkantoren/<uuid:pk>/uitnodigen/",
        invitation.invite_to_care_office,
        name="care_office_invite",
    ),
]

urlpatterns = [
    path("wie-is-wie/", include(people_urls)),
    path("vergaderingen/", include("councils.urls_meeting")),
]
