"""Who takes the place of a chair or secretary, and on which days."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.actions import stand_in as actions
from councils.models import StandIn
from portal.forms import ModelForm, Radios, end_after_start
from portal.models import User


class StandInForm(ModelForm):
    """Somebody of the same council, from a first up to and including a last day."""

    class Meta:
        model = StandIn
        fields = ["deputy", "starts_on", "ends_on"]
        error_messages = {
            "ends_on": {"required": _("Fill in the last day. It can end earlier.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = actions.candidates(self.instance.term)
        hints = {
            str(term.user_id): str(term.get_role_display()).capitalize()
            for term in people.select_related("user")
        }
        self.fields["deputy"] = forms.ModelChoiceField(
            label=_("Who takes the place?"),
            queryset=User.objects.filter(pk__in=hints).order_by("name"),
            widget=Radios(hints),
            empty_label=None,
            error_messages={"required": _("Choose somebody.")},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        end_after_start(self, "starts_on", "ends_on")
        return cleaned
