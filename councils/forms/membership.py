"""Inviting somebody to a seat, ending a seat, and another role."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import (
    CareOfficeMembership,
    CouncilMembership,
    Invitation,
    OrganisationMembership,
    Region,
)
from portal.forms import Checkboxes, Form, ModelForm, Radios, end_after_start
from portal.forms_twice import Once

CouncilRole = CouncilMembership.Role

ROLE_HINTS: dict[str, Any] = {
    CouncilRole.MEMBER: _("Writes input and decides with the council."),
    CouncilRole.CHAIR: _("Signs for the council."),
    CouncilRole.DEPUTY_CHAIR: _("Signs when the chair cannot."),
    CouncilRole.SECRETARY: _("Prepares papers and submissions; no member."),
    CouncilRole.SUPPORTER: _("Helps, on the instruction of the council; no member."),
}


class InvitationForm(Once, ModelForm):
    """Whom, for which role, from when and until when."""

    class Meta:
        model = Invitation
        fields = ["name", "email", "role", "starts_on", "ends_on"]
        help_texts = {
            "email": _("The invitation works for this address only."),
            "ends_on": _("Leave empty when you do not know it yet."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        party = self.instance.party
        if self.instance.council:
            roles, hints = CouncilRole.choices, ROLE_HINTS
        elif self.instance.organisation:
            roles, hints = OrganisationMembership.Role.choices, {}
        else:
            roles, hints = CareOfficeMembership.Role.choices, {}
            self.fields["regions"] = forms.ModelMultipleChoiceField(
                label=_("Regions"),
                queryset=Region.objects.filter(concessions__care_office=party),
                required=False,
                widget=Checkboxes(),
                help_text=_("Tick none for all regions of the care office."),
            )
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"),
            choices=roles,
            widget=Radios(hints),
            error_messages={"required": _("Choose a role.")},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        end_after_start(self, "starts_on", "ends_on")
        last = cleaned.get("ends_on")
        if last and last < timezone.localdate() and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Choose a day that is not in the past."))
        return cleaned


class EndForm(Form):
    """The last day of a seat."""

    last_day = forms.DateField(
        label=_("Last day"),
        help_text=_("Access stops the day after. What was written stays."),
    )


class RoleForm(Form):
    """Another role, and from which day."""

    role = forms.ChoiceField(
        label=_("New role"), choices=CouncilRole.choices, widget=Radios(ROLE_HINTS)
    )
    from_day = forms.DateField(label=_("From which day?"))
