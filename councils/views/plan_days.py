"""Staff of an organisation say how many days its plans are reckoned with."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from councils.actions.plan_days import set_plan_days
from councils.forms.plan_days import PlanDaysForm
from councils.models import CareOrganisation
from councils.permissions import is_staff_of_organisation
from portal.http import UserRequest
from portal.permissions import require


def edit(request: UserRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(CareOrganisation, pk=pk)
    require(is_staff_of_organisation(request.user, organisation.pk))
    form = PlanDaysForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        set_plan_days(form.save(commit=False), by=request.user)
        messages.success(request, _("New plans are reckoned with this."))
        return redirect(organisation)
    return render(
        request,
        "councils/directory/plan_days.html",
        {
            "form": form,
            "organisation": organisation,
            "crumbs": [(organisation.name, organisation.get_absolute_url())],
        },
    )
