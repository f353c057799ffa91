"""/vergaderingen/: meetings, and what is said, decided and done in them."""

from django.urls import URLPattern, URLResolver, path

from councils.views import meeting

# /vergaderingen/
urlpatterns: list[URLPattern | URLResolver] = [
    path("", meeting.listing, name="meeting_list"),
    path("<uuid:pk>/", meeting.detail, name="meeting_detail"),
]
