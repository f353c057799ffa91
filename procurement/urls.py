from django.urls import include, path

from procurement.views import composition, used

app_name = "procurement"

# /inkoop/rondes/<cycle>/raden/<council>/samenstellen/
composition_urls = [
    path("", composition.detail, name="composition_detail"),
    path("gehoord/", composition.coverage, name="composition_coverage"),
    path("alinea/", composition.paragraph_create, name="paragraph_create"),
]

# /inkoop/alineas/<pk>/
paragraph_urls = [
    path("", composition.paragraph_edit, name="paragraph_edit"),
    path("verplaatsen/", composition.paragraph_move, name="paragraph_move"),
    path("verwijderen/", composition.paragraph_remove, name="paragraph_remove"),
    path("voorleggen/", composition.paragraph_show, name="paragraph_show"),
]

# /inkoop/
urlpatterns = [
    path("samenstellen/", composition.listing, name="composition_list"),
    path(
        "rondes/<uuid:cycle_pk>/raden/<uuid:council_pk>/samenstellen/",
        include(composition_urls),
    ),
    path("alineas/<uuid:pk>/", include(paragraph_urls)),
    path(
        "raden/<uuid:council_pk>/niet-gebruikt/<uuid:pk>/",
        composition.disuse,
        name="input_set_aside",
    ),
    path("gebruikt/", used.listing, name="used_list"),
    path("gebruikt/<uuid:pk>/", used.detail, name="used_detail"),
]
