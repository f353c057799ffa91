"""Who is who: councils, organisations and care offices, for everybody who logs in."""

from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from councils.models import (
    CareOffice,
    CareOrganisation,
    Concession,
    Council,
    Location,
    Region,
)
from councils.permissions import is_staff_of_organisation
from portal.choice import choice, typed
from portal.http import UserRequest
from portal.paging import paginate
from portal.prepared import fetch_of


class Line(NamedTuple):
    """One council, organisation or care office in the list."""

    url: str
    name: str
    about: str = ""
    kind: str = ""


def directory(request: UserRequest, kind: str = "raden") -> HttpResponse:
    """One list at a time, found by part of a name and by region."""
    word = typed(request.GET, "zoek")
    regions = {str(pk): name for pk, name in fetch_of(_regions)}
    region = choice(request.GET, "regio", _("Region"), regions)
    rows = {"raden": _councils, "organisaties": _organisations}.get(kind, _offices)()
    if word:
        rows = rows.filter(name__icontains=word)
    if region.chosen:
        path = "organisation__regions" if kind == "raden" else "regions"
        rows = rows.filter(**{path: region.chosen}).distinct()
    page = paginate(request, rows)
    return render(
        request,
        "councils/directory/list.html",
        {
            "kind": kind,
            "choices": [region],
            "word": word,
            "page": page,
            "lines": [_line(row) for row in page],
        },
    )


def _line(row: Council | CareOrganisation | CareOffice) -> Line:
    if not isinstance(row, Council):
        return Line(row.get_absolute_url(), row.name)
    kind = capfirst(str(Council.Kind(row.kind).label))
    return Line(row.get_absolute_url(), row.name, row.organisation.name, kind)


def _regions() -> QuerySet:
    return Region.objects.order_by("name").values_list("pk", "name")


def _councils() -> QuerySet:
    return (
        Council.objects.select_related("organisation")
        .only("name", "kind", "organisation__name")
        .order_by("organisation__name", "-kind", "name", "pk")
    )


def _organisations() -> QuerySet:
    return CareOrganisation.objects.only("name").order_by("name", "pk")


def _offices() -> QuerySet:
    return CareOffice.objects.only("name").order_by("name", "pk")


def care_office_detail(request: UserRequest, pk) -> HttpResponse:
    """A care office with its regions, and whom to call."""
    served = Concession.objects.select_related("region").order_by(
        "region__name", "starts_on"
    )
    office = get_object_or_404(
        CareOffice.objects.prefetch_related(
            Prefetch("concessions", served), "contacts__region"
        ),
        pk=pk,
    )
    return render(request, "councils/directory/care_office.html", {"office": office})


def organisation_detail(request: UserRequest, pk) -> HttpResponse:
    """An organisation with its locations and councils."""
    organisation = get_object_or_404(
        CareOrganisation.objects.prefetch_related("regions", "sectors"), pk=pk
    )
    return render(
        request,
        "councils/directory/organisation.html",
        {
            "organisation": organisation,
            "is_staff_there": is_staff_of_organisation(request.user, organisation.pk),
            "locations": Location.objects.filter(
                organisation=organisation
            ).select_related("municipality"),
            "councils": Council.objects.filter(organisation=organisation)
            .select_related("parent")
            .order_by("-kind", "name"),
        },
    )
