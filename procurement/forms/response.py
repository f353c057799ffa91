"""The answer of a care office to one item."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.forms import ModelForm, Radios
from procurement.models import Answer

Outcome = Answer.Outcome


class AnswerForm(ModelForm):
    """What the care office does with an item, and why; a draft may be half."""

    class Meta:
        model = Answer
        fields = ["outcome", "reason", "study_until"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 7})}
        help_texts = {
            "reason": _("Write as you would say it. Needed unless you take it up."),
            "study_until": _("Only with “Being studied”."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = forms.ChoiceField(
            label=_("What do you do with it?"),
            help_text=_("Not sure yet? You can keep half an answer as a draft."),
            choices=Outcome.choices,
            required=False,
            widget=Radios(
                {
                    Outcome.TAKEN_UP: _("You do what the council proposes."),
                    Outcome.PARTLY: _("You do a part. Say which part, and why."),
                    Outcome.NOT_TAKEN_UP: _("You do not do this. Say why."),
                    Outcome.STUDIED: _("You need time. Say until when."),
                    Outcome.ELSEWHERE: _("You do not decide this. Say who does."),
                }
            ),
        )
        self.fields["reason"].required = False
        # What the outcome asks for must be there before the answers are published.
        for needed in self.fields.values():
            needed.may_wait = True

    def clean_study_until(self):
        day = self.cleaned_data["study_until"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def clean(self):
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if not outcome:
            return cleaned
        if outcome != Outcome.TAKEN_UP:
            self._need("reason", _("Give your reason. The council wants to know why."))
        if outcome == Outcome.STUDIED:
            self._need("study_until", _("Say before which day you answer."))
        return cleaned

    def _need(self, name, message):
        """Ask for a field that the chosen outcome needs; once is enough."""
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)
