from django.urls import include, path

from procurement.views import (
    agenda,
    calendar,
    composition,
    council_input,
    cycle,
    desk,
    input_conflict,
    input_keeping,
    input_sharing,
    input_writing,
    paragraph,
    participation,
    phase,
    public,
    reminder,
    request,
    request_writing,
    response,
    signing,
    submission,
    submission_draft,
    trail,
    used,
    work_plan,
    work_plan_writing,
)

app_name = "procurement"

# /inkoop/rondes/<cycle>/raden/<council>/samenstellen/
composition_urls = [
    path("", composition.detail, name="composition_detail"),
    path("gehoord/", composition.coverage, name="composition_coverage"),
    path("alinea/", paragraph.create, name="paragraph_create"),
]

# /inkoop/rondes/<cycle>/raden/<council>/meedoen/
participation_urls = [
    path("", participation.choose, name="participation_choose"),
    path("stoppen/", participation.leave, name="participation_leave"),
]

# /inkoop/vergaderingen/<meeting>/voorstellen/
suggestion_urls = [
    path("overnemen/", agenda.take, name="suggestion_take"),
    path("wegleggen/", agenda.drop, name="suggestion_drop"),
    path("terug/", agenda.restore, name="suggestion_restore"),
]

# /inkoop/alineas/<pk>/
paragraph_urls = [
    path("", paragraph.edit, name="paragraph_edit"),
    path("verplaatsen/", paragraph.move, name="paragraph_move"),
    path("verwijderen/", paragraph.remove, name="paragraph_remove"),
    path("voorleggen/", paragraph.show, name="paragraph_show"),
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

# /inkoop/inbreng/<pk>/
input_urls = [
    path("", council_input.detail, name="input_detail"),
    path("bewerken/", input_writing.edit, name="input_edit"),
    path("bewaren/", input_keeping.keep, name="input_keep"),
    path("twee-teksten/", input_conflict.conflict, name="input_conflict"),
    path("weggooien/", input_conflict.drop, name="input_drop"),
    path("delen/", input_sharing.share, name="input_share"),
    path("sluiten/", input_sharing.close, name="input_close"),
    path("voorbeeld/", input_sharing.preview, name="input_preview"),
    path("versies/", council_input.versions, name="input_versions"),
    path(
        "versies/<uuid:version_pk>/terugzetten/",
        council_input.put_back,
        name="input_put_back",
    ),
    path("herkennen/", council_input.recognise, name="input_recognise"),
    path("intrekken/", council_input.withdraw, name="input_withdraw"),
]

# /inkoop/rondes/
cycle_urls = [
    path("", cycle.listing, name="cycle_list"),
    path("nieuw/", cycle.create, name="cycle_create"),
    path("<uuid:pk>/", cycle.detail, name="cycle_detail"),
    path("<uuid:pk>/kopieren/", cycle.copy, name="cycle_copy"),
    path("<uuid:pk>/publiceren/", cycle.publish, name="cycle_publish"),
]

# /inkoop/uitvragen/
request_urls = [
    path("", request.listing, name="request_list"),
    path("nieuw/", request_writing.create, name="request_create"),
    path("<uuid:pk>/", request.detail, name="request_detail"),
    path("<uuid:pk>/wijzigen/", request_writing.edit, name="request_edit"),
    path("<uuid:pk>/publiceren/", request.publish, name="request_publish"),
    path("<uuid:pk>/intrekken/", request.withdraw, name="request_withdraw"),
]

# /inkoop/kalender/
calendar_urls = [
    path("", calendar.month, name="calendar_now"),
    path("<int:year>/<int:number>/", calendar.month, name="calendar_month"),
    path("<int:year>/jaarplanner/", calendar.year_pdf, name="calendar_year_pdf"),
    path("adres/", calendar.feed, name="feed_show"),
    path("adres/maken/", calendar.feed_make, name="feed_make"),
    path("adres/intrekken/", calendar.feed_withdraw, name="feed_withdraw"),
    path("<str:token>.ics", public.feed_read, name="feed_read"),
]

# /inkoop/planningen/<pk>/
work_plan_urls = [
    path("", work_plan.detail, name="work_plan_detail"),
    path("versies/<int:number>/", work_plan.detail, name="work_plan_version"),
    path("pdf/", work_plan.pdf, name="work_plan_pdf"),
    path("wijzigen/", work_plan_writing.edit, name="work_plan_edit"),
    path("akkoord/", work_plan_writing.agree, name="work_plan_agree"),
]

# /inkoop/
urlpatterns = [
    path("kalender/", include(calendar_urls)),
    path("herinneringen/", reminder.listing, name="reminder_list"),
    path("inbreng/", council_input.listing, name="input_list"),
    path("inbreng/nieuw/", input_writing.where, name="input_where"),
    path(
        "rondes/<uuid:cycle_pk>/raden/<uuid:council_pk>/inbreng/nieuw/",
        input_writing.create,
        name="input_create",
    ),
    path("inbreng/<uuid:pk>/", include(input_urls)),
    path("uitvragen/", include(request_urls)),
    path("rondes/", include(cycle_urls)),
    path("stappen/<uuid:pk>/", phase.edit, name="phase_edit"),
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
    path("planningen/", work_plan.listing, name="work_plan_list"),
    path("planningen/<uuid:pk>/", include(work_plan_urls)),
    path(
        "rondes/<uuid:cycle_pk>/raden/<uuid:council_pk>/planning/",
        work_plan_writing.create,
        name="work_plan_create",
    ),
    path("raden/<uuid:pk>/logboek/", trail.listing, name="trail_list"),
    path("gebruikt/", used.listing, name="used_list"),
    path("gebruikt/<uuid:pk>/", used.detail, name="used_detail"),
    path("bureau/", desk.listing, name="desk_list"),
    path("bureau/<uuid:pk>/", include(desk_urls)),
    path(
        "rondes/<uuid:cycle_pk>/raden/<uuid:council_pk>/meedoen/",
        include(participation_urls),
    ),
    path("rondes/<uuid:pk>/deelname/", participation.listing, name="cycle_councils"),
    path("vergaderingen/<uuid:pk>/voorstellen/", include(suggestion_urls)),
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
