"""/vergaderingen/: meetings, and what is said, decided and done in them."""

from django.urls import URLPattern, URLResolver, include, path

from councils.views import action_item, decision, meeting, minutes, minutes_writing

# /vergaderingen/<meeting>/verslag/
minutes_urls = [
    path("", minutes_writing.edit, name="minutes_edit"),
    path("lezen/", minutes.detail, name="minutes_detail"),
    path("vaststellen/", minutes.adopt, name="minutes_adopt"),
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

# /vergaderingen/
urlpatterns: list[URLPattern | URLResolver] = [
    path("", meeting.listing, name="meeting_list"),
    path("<uuid:pk>/", meeting.detail, name="meeting_detail"),
    path("<uuid:pk>/verslag/", include(minutes_urls)),
    path("besluiten/", include(decision_urls)),
    path("acties/", include(action_urls)),
]
