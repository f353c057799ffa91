from django.urls import include, path

from procurement.views import (
    composition,
    desk,
    public,
    response,
    signing,
    submission,
    submission_draft,
    used,
)

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

# /inkoop/indieningen/<pk>/
submission_urls = [
    path("", submission.detail, name="submission_detail"),
    path("versies/<int:number>/", submission.version, name="submission_version"),
    path("pdf/", submission.pdf, name="submission_pdf"),
    path("verzamelen/", submission_draft.edit, name="submission_edit"),
    path("verzamelen/erbij/", submission_draft.item_add, name="submission_item_add"),
    path(
        "verzamelen/<uuid:item_pk>/verplaatsen/",
        submission_draft.item_move,
        name="submission_item_move",
    ),
    path(
        "verzamelen/<uuid:item_pk>/eruit/",
        submission_draft.item_remove,
        name="submission_item_remove",
    ),
    path("klaarzetten/", submission_draft.offer, name="submission_offer"),
    path("terugnemen/", submission_draft.take_back, name="submission_take_back"),
    path("standpunt/", signing.statement, name="submission_statement"),
    path("ondertekenen/", signing.sign, name="submission_sign"),
]

# /inkoop/bureau/<pk>/
desk_urls = [
    path("", desk.detail, name="desk_detail"),
    path("punten/<uuid:item_pk>/", desk.answer, name="desk_answer"),
    path("publiceren/", desk.publish, name="desk_publish"),
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
    path("bureau/", desk.listing, name="desk_list"),
    path("bureau/<uuid:pk>/", include(desk_urls)),
    path("antwoorden/", response.listing, name="response_list"),
    path("antwoorden/<uuid:pk>/", response.detail, name="response_detail"),
    path("indieningen/", submission.listing, name="submission_list"),
    path("indieningen/<uuid:pk>/", include(submission_urls)),
    path(
        "rondes/<uuid:cycle_pk>/raden/<uuid:council_pk>/indiening/",
        submission.start,
        name="submission_start",
    ),
    path("controle/", public.verify, name="submission_verify"),
    path("controle/<str:code>/", public.verify, name="submission_verify_code"),
]
