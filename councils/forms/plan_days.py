from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from councils.models import CareOrganisation
from portal.forms import ModelForm

MOST = {"consultation_weeks": 26, "board_days": 200, "papers_days": 200}


class PlanDaysForm(ModelForm):
    """The days that plans with councils are reckoned with."""

    class Meta:
        model = CareOrganisation
        fields = ["consultation_weeks", "papers_days", "board_days"]
        widgets = {name: forms.NumberInput(attrs={"class": "w-s"}) for name in MOST}
        help_texts = {
            "consultation_weeks": _("No law names a number. Four weeks is usual."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in MOST.items():
            self.fields[name].validators += [
                MinValueValidator(1),
                MaxValueValidator(most),
            ]
