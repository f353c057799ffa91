"""The floor: the least that a page with fifty rows of somebody's own can cost.

One query for the session, one for the user, one for the rows, and a plain template.
"""

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from councils.models import Council

ROWS = 50
PAGE = """<!doctype html>
<html lang="nl"><head><title>{{ user.name }}</title></head><body>
<h1>{{ user.name }}</h1>
<table>{% for row in rows %}
<tr><td><a href="/raden/{{ row.pk }}/">{{ row.name }}</a></td>
<td>{{ row.kind }}</td><td>{{ row.phone }}</td></tr>{% endfor %}
</table></body></html>"""
_template: list[Template] = []


def floor(request: HttpRequest) -> HttpResponse:
    if not _template:
        _template.append(Template(PAGE))
    rows = Council.objects.order_by("pk")[:ROWS]
    page = _template[0].render(Context({"user": request.user, "rows": rows}))
    return HttpResponse(page)


urlpatterns = [path("", floor)]
