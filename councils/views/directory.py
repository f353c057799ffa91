"""Who is who: councils, organisations and care offices, for everybody who logs in."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from councils.forms.membership import SearchForm
from councils.models import (
    CareOffice,
    CareOrganisation,
    Concession,
    Council,
    Location,
)
from portal.http import UserRequest
from portal.paging import paginate

KINDS = ("raden", "organisaties", "zorgkantoren")


def directory(request: UserRequest, kind: str = "raden") -> HttpResponse:
    """One list at a time, found by part of a name and by region."""
    search = SearchForm(request.GET or None)
    rows = {"raden": _councils, "organisaties": _organisations}.get(kind, _offices)()
    if search.is_valid():
        words, region = search.cleaned_data["zoek"], search.cleaned_data["regio"]
        if words:
            rows = rows.filter(name__icontains=words)
        if region:
            path = "organisation__regions" if kind == "raden" else "regions"
            rows = rows.filter(**{path: region})
    return render(
        request,
        "councils/directory/list.html",
        {
            "kind": kind,
            "kinds": KINDS,
            "search": search,
            "page": paginate(request, rows.distinct()),
            "query": request.GET.get("zoek", ""),
        },
    )


def _councils():
    return Council.objects.select_related("organisation").order_by(
        "organisation__name", "-kind", "name", "pk"
    )


def _organisations():
    return CareOrganisation.objects.order_by("name", "pk")


def _offices():
    return CareOffice.objects.order_by("name", "pk")


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
            "locations": Location.objects.filter(
                organisation=organisation
            ).select_related("municipality"),
            "councils": Council.objects.filter(organisation=organisation)
            .select_related("parent")
            .order_by("-kind", "name"),
        },
    )
