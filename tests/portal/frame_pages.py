"""Pages for the tests of the frame: a form of every kind, and what goes wrong."""

from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils.safestring import mark_safe

from portal import urls, views
from portal.forms import Card, Checkboxes, ChoiceCards, Form, MomentField, Radios

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

PAGE = """{% extends "base.html" %}
{% block title %}Proef{% endblock %}
{% block main %}
<h1>Proef</h1>
<p>Een {% term "care_office" %} koopt zorg. {% status_badge "Loopt nu" "now" %}</p>
<form class="stack" method="post" novalidate>{% csrf_token %}
{% include "components/form.html" with form=form only %}
<p><button class="btn btn--main">Bewaar</button></p></form>
{% include "components/empty.html" with title="Niets" text="Nog niet." only %}
{% endblock %}"""


class Letter(Form):
    """One field of every kind that the portal asks."""

    kind = forms.ChoiceField(
        label="Soort",
        choices=[("concern", "Een zorg"), ("question", "Een vraag")],
        widget=ChoiceCards(
            {
                "concern": Card("comment", "Wij merken dat …"),
                "question": Card("question", "Wij willen weten of …"),
            }
        ),
    )
    text = forms.CharField(
        label="Tekst",
        help_text="Eén zin is genoeg.",
        max_length=20,
        widget=forms.Textarea(attrs={"class": "own"}),
    )
    day = forms.DateField(label="Dag", required=False)
    closes_at = MomentField(label="Sluit op", required=False)
    goal = forms.ChoiceField(
        label="Doel",
        choices=[("trust", "Vertrouwen"), ("life", "Goed leven")],
        widget=Radios({"trust": "De zorg is goed."}),
        required=False,
    )
    asked = forms.MultipleChoiceField(
        label="Met wie?",
        choices=[("clients", "Cliënten")],
        widget=Checkboxes(),
        required=False,
    )
    read = forms.BooleanField(label="Ik heb alles gelezen.", required=False)


def page(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string(PAGE)
    context = {
        "form": Letter(request.POST or None),
        "crumbs": [("Zorginkoop 2028", "/proef/")],
    }
    return HttpResponse(template.render(context, request))


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def bad(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(mark_safe("<b>address</b>"))


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError


def busy(request: HttpRequest) -> HttpResponse:
    return views.too_many(request, minutes=1)


urlpatterns = [
    path("", page, name="home"),
    path("proef/", page),
    path("proef/403/", forbidden),
    path("proef/400/", bad),
    path("proef/500/", broken),
    path("proef/429/", busy),
    path("", include("portal.urls")),
]
