"""Why a council does not want a suggestion for its agenda."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import Form


class DropForm(Form):
    """A word why; whoever makes the next agenda reads it."""

    reason = forms.CharField(
        label=_("Why not?"),
        max_length=300,
        help_text=_("A few words will do. Who makes the next agenda reads them."),
        error_messages={"required": _("Say in a few words why not.")},
    )
