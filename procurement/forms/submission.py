from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.models import Decision
from portal.forms import Form, ModelForm
from procurement.forms.decision import choices_of
from procurement.models import MinorityStatement


class OfferForm(Form):
    """The last look before the text stays as it is."""

    names_removed = forms.BooleanField(
        label=_("I read everything. Nobody can be recognised in it."),
        help_text=_("In a small home one resident is soon recognised."),
        error_messages={
            "required": _("Read the text for names first. Then tick this line.")
        },
    )
    # The fingerprint of the draft that was on the screen; the page fills it in anew
    # each time it is shown.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class TakeBackForm(Form):
    why = forms.CharField(
        label=_("What has to be different?"),
        help_text=_("Only your council reads this."),
        widget=forms.Textarea(attrs={"class": "own", "rows": 3}),
        max_length=500,
        required=False,
    )


class StatementForm(ModelForm):
    class Meta:
        model = MinorityStatement
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"class": "own", "rows": 8})}
        help_texts = {
            "text": _(
                "It goes along unchanged, without your name. Write no names in it."
            )
        }


class SignForm(Form):
    has_read = forms.BooleanField(
        label=_("I have read the whole text."),
        error_messages={"required": _("Read the whole text first.")},
    )
    council_agrees = forms.BooleanField(
        label=_("The council agrees with it."),
        help_text=_("Members who do not agree can add a minority statement."),
        error_messages={
            "required": _("Does the council not agree yet? Then do not sign.")
        },
    )
    decision = forms.ChoiceField(
        label=_("Which decision of the council was it?"),
        help_text=_("Leave this open if it stands in no minutes yet."),
        required=False,
    )
    # The signing code of what was on the screen, filled in anew by the page.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, decisions: Sequence[Decision], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.decisions = {str(each.pk): each for each in decisions}
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices_of(decisions)

    def chosen_decision(self) -> Decision | None:
        return self.decisions.get(self.cleaned_data["decision"])


class CodeForm(Form):
    """The code from the foot of a paper, to type or to paste."""

    code = forms.CharField(
        label=_("Check code"),
        help_text=_("It stands at the foot of each page: four groups of four."),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "w-m", "autocomplete": "off"}),
        error_messages={"required": _("Type the code first.")},
    )
