"""Puts the site together; the only module of portal that names the apps above it."""

from django.contrib import admin
from django.urls import include, path

from councils.views import public as invitations
from portal import views, views_health, views_mail
from procurement.views import demo, public
from procurement.views.home import home

handler400 = "portal.views.bad_request"
handler403 = "portal.views.not_allowed"
handler404 = "portal.views.not_found"
handler429 = "portal.views.too_many"  # allauth asks for it
handler500 = "portal.views.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("raad-kiezen/", views.switch_council, name="switch_council"),
    path("woorden/", views.glossary, name="glossary"),
    path("privacy/", views.privacy, name="privacy"),
    path("toegankelijkheid/", views.accessibility, name="accessibility"),
    path("over-inbreng/", views.about, name="about"),
    path("mijn-mail/", views_mail.mail_settings, name="mail_settings"),
    path("mail-uit/<str:token>/", views_mail.unsubscribe, name="mail_unsubscribe"),
    path("demo/", demo.people, name="demo"),
    path("demo/post/", demo.post, name="demo_mails"),
    path("demo/<slug:key>/", demo.step_in, name="demo_step_in"),
    path("healthz", views_health.healthz, name="healthz"),
    path("readyz", views_health.readyz, name="readyz"),
    path("beheer/mail/", views_health.mail_queue, name="mail_queue"),
    path(
        "beheer/mail/alles-opnieuw/",
        views_health.mail_send_all_again,
        name="mail_send_all_again",
    ),
    path(
        "beheer/mail/<uuid:pk>/opnieuw/",
        views_health.mail_send_again,
        name="mail_send_again",
    ),
    path("", include("portal.urls_account")),
    path(
        "uitnodiging/<str:token>/",
        invitations.accept_invitation,
        name="invitation_accept",
    ),
    path("beheer/", admin.site.urls),
    path("", include("councils.urls")),
    path("inkoop/", include("procurement.urls")),
    # Short, because people type it over from paper.
    path("controle/", public.verify, name="verify"),
    path("controle/<str:code>/", public.verify, name="verify_code"),
]
