"""/vergaderingen/: agendas, their items and papers, and what waits for one."""

from django.urls import URLPattern, URLResolver, include, path

from councils.views import (
    agenda,
    agenda_item,
    backlog,
    paper,
    ready_item,
    standing,
)

# /vergaderingen/<pk>/agenda/
agenda_urls = [
    path("", agenda.edit, name="agenda_edit"),
    path("verplaatsen/", agenda.move, name="agenda_move"),
    path("versturen/", agenda.send, name="agenda_send"),
    path("punt/", agenda_item.create, name="agenda_item_create"),
]

# /vergaderingen/punten/<pk>/
item_urls = [
    path("", agenda_item.edit, name="item_edit"),
    path("weghalen/", agenda_item.drop, name="item_drop"),
    path("op-de-agenda/", agenda_item.put_on, name="item_put_on"),
    path("bewaren/", agenda_item.accept, name="item_accept"),
    path("stuk/", paper.create, name="item_paper_create"),
]

# /vergaderingen/stukken/<pk>/
paper_urls = [
    path("", paper.deliver, name="paper_deliver"),
    path("wijzigen/", paper.edit, name="paper_edit"),
    path("weghalen/", paper.remove, name="paper_remove"),
    path("bestand/", paper.file, name="paper_file"),
]

# /vergaderingen/wachtlijst/<council>/
backlog_urls = [
    path("", backlog.backlog, name="backlog"),
    path("voorstel/", backlog.propose, name="backlog_propose"),
    path("vaste-punten/", standing.edit, name="standing_edit"),
]

# /vergaderingen/kant-en-klaar/
ready_item_urls = [
    path("", ready_item.listing, name="ready_item_list"),
    path("<uuid:pk>/", ready_item.detail, name="ready_item_detail"),
    path("<uuid:pk>/overnemen/", ready_item.take, name="ready_item_take"),
]

# /vergaderingen/
urlpatterns: list[URLPattern | URLResolver] = [
    path("<uuid:pk>/agenda/", include(agenda_urls)),
    path("punten/<uuid:pk>/", include(item_urls)),
    path("stukken/", paper.listing, name="paper_list"),
    path("stukken/<uuid:pk>/", include(paper_urls)),
    path("wachtlijst/", backlog.own, name="backlog_own"),
    path("wachtlijst/<uuid:pk>/", include(backlog_urls)),
    path("kant-en-klaar/", include(ready_item_urls)),
]
