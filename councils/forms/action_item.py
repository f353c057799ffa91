from django import forms
from django.utils.translation import gettext_lazy as _

from councils.models import ActionItem
from portal.forms import Form
from portal.forms_twice import Overtaken
from portal.models import User


class EndForm(Form):
    """What came of it; a word is welcome and not demanded."""

    note = forms.CharField(
        label=_("What came of it?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "own", "rows": 3}),
    )


class HandOverForm(Overtaken, Form):
    """Who does it now, and before which day."""

    what = forms.CharField(label=_("What"), max_length=250)
    owner = forms.ChoiceField(label=_("Who does it"))
    due_on = forms.DateField(label=_("No later than which day"))

    def __init__(
        self, *args, action: ActionItem, owners: list[User], is_frozen: bool, **kwargs
    ) -> None:
        super().__init__(
            *args,
            initial={
                "what": action.what,
                "owner": action.owner_id,
                "due_on": action.due_on,
            },
            **kwargs,
        )
        choices = [(str(owner.pk), owner.name) for owner in owners]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        if is_frozen:
            # What stands in adopted minutes keeps its words.
            del self.fields["what"]
