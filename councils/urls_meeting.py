"""/vergaderingen/: meetings, and what is said, decided and done in them."""

from django.urls import URLPattern, URLResolver, include, path

from councils.views import (
    action_item,
    decision,
    meeting,
    meeting_planning,
    meeting_roster,
    minutes,
    minutes_writing,
    papers,
    public,
    recess,
)

# /vergaderingen/<meeting>/verslag/
minutes_urls = [
    path("", minutes_writing.edit, name="minutes_edit"),
    path("lezen/", minutes.detail, name="minutes_detail"),
    path("vaststellen/", minutes.adopt, name="minutes_adopt"),
    path("pdf/", papers.minutes, name="minutes_pdf"),
]

# /vergaderingen/besluiten/
decision_urls = [
    path("", decision.listing, name="decision_list"),
    path("<uuid:pk>/", decision.detail, name="decision_detail"),
    path("<uuid:pk>/wijzigen/", decision.edit, name="decision_edit"),
    path("<uuid:pk>/weghalen/", decision.remove, name="decision_remove"),
]

# /vergaderingen/acties/
action_urls = [
    path("", action_item.listing, name="action_list"),
    path("<uuid:pk>/", action_item.detail, name="action_detail"),
    path("<uuid:pk>/wijzigen/", action_item.edit, name="action_edit"),
    path("<uuid:pk>/weghalen/", action_item.remove, name="action_remove"),
]

# /vergaderingen/<pk>/
meeting_urls = [
    path("", meeting.detail, name="meeting_detail"),
    path("komt-u/", meeting.answer, name="meeting_answer"),
    path("wijzigen/", meeting_planning.edit, name="meeting_edit"),
    path("afzeggen/", meeting_planning.cancel, name="meeting_cancel"),
    path("uitnodigen/", meeting_planning.invite, name="meeting_invite"),
    path("gasten/", meeting_planning.people, name="meeting_people"),
    path("aanwezig/", meeting_planning.presence, name="meeting_presence"),
]

# /vergaderingen/gast/<token>/
guest_urls = [
    path("", public.guest, name="meeting_guest"),
    path("agenda/", public.guest_agenda, name="meeting_guest_agenda"),
    path("verslag/", public.guest_minutes, name="meeting_guest_minutes"),
    path("stukken/<uuid:pk>/", public.guest_paper, name="meeting_guest_paper"),
]

# /vergaderingen/raden/<council>/
council_urls = [
    path("plannen/", meeting_planning.create, name="meeting_create"),
    path("rooster/", meeting_roster.create, name="roster_create"),
    path("rooster/versturen/", meeting_roster.announce, name="roster_announce"),
    path("vrije-dagen/", recess.listing, name="recess_list"),
    path("quorum/", recess.quorum, name="recess_quorum"),
]

# /vergaderingen/
urlpatterns: list[URLPattern | URLResolver] = [
    path("", meeting.listing, name="meeting_list"),
    path("<uuid:pk>/verslag/", include(minutes_urls)),
    path("<uuid:pk>/agenda/pdf/", papers.agenda, name="agenda_pdf"),
    path("besluiten/", include(decision_urls)),
    path("acties/", include(action_urls)),
    path("plannen/", meeting_planning.where, name="meeting_where"),
    path("antwoord/<str:token>/", public.rsvp, name="meeting_rsvp"),
    path("gast/<str:token>/", include(guest_urls)),
    path("raden/<uuid:pk>/", include(council_urls)),
    path("vrije-dagen/<uuid:pk>/weg/", recess.remove, name="recess_remove"),
    path("", include("councils.urls_agenda")),
    path("<uuid:pk>/", include(meeting_urls)),
]
