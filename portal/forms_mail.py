"""The form with which people choose their mail."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.forms import Checkboxes, Form
from portal.mail_kinds import MailKind


class MailChoicesForm(Form):
    """A tick for each kind of mail that somebody wants."""

    kinds = forms.MultipleChoiceField(
        label=_("I want mail about"), required=False, widget=Checkboxes
    )

    def __init__(self, *args: Any, kinds: Iterable[MailKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [  # type: ignore[attr-defined]
            (kind.name, capfirst(str(kind.label))) for kind in kinds
        ]
