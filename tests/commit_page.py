"""A page for test_harness: it asks for something after the commit, and notes it."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

done: list[str] = []


def page(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        transaction.on_commit(lambda: done.append("after the commit"))
        before = len(done)
    return HttpResponse(f"{before} done at the time of the answer")


urlpatterns = [path("", page)]
