from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.forms import Checkboxes, Form


class SharingForm(Form):
    """Who beside the council may read an input: any set, nobody by default.

    ``version`` is the number of the version that stood on the page.
    """

    readers = forms.MultipleChoiceField(
        label=_("Who may read this?"), widget=Checkboxes, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, *args: Any, audiences: list[tuple[str, str | Promise]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        readers: Any = self.fields["readers"]
        readers.choices = audiences
