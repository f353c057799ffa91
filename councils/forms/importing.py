"""Choosing a file of organisations, councils or members."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from councils.actions.importing_columns import in_order
from councils.models import Import
from portal.files import clean_name
from portal.forms import Form, Radios
from portal.tabular import read_lines

HINTS: dict[str, Any] = {
    Import.Kind.ORGANISATIONS: _("With their sectors and regions."),
    Import.Kind.COUNCILS: _("Of organisations that are there already."),
    Import.Kind.MEMBERS: _("Of councils that are there already."),
}


class ImportForm(Form):
    """The kind of file, the file, and whether members are invited first."""

    kind = forms.ChoiceField(
        label=_("What is in the file?"),
        choices=[(kind.value, capfirst(kind.label)) for kind in Import.Kind],
        widget=Radios(HINTS),
    )
    file = forms.FileField(
        label=_("The file"),
        help_text=_("A CSV file of at most 5 MB and 50,000 lines."),
        allow_empty_file=True,
    )
    sends_invitations = forms.BooleanField(
        label=_("Send an invitation"),
        help_text=_(
            "Only for members. Ticked: each new member gets a mail, and the seat begins"
            " when the invitation is accepted. Not ticked: new members get an account"
            " and a seat at once, and no mail."
        ),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, upload = cleaned.get("kind"), cleaned.get("file")
        if not kind or not upload:
            return cleaned
        try:
            header, lines = read_lines(upload)
            cleaned["lines"] = in_order(kind, header, lines)
            if not lines:
                raise ValidationError(_("There are only column names in the file."))
        except ValidationError as error:
            self.add_error("file", error)
        return cleaned

    def filled(self) -> Import:
        """The import that this form describes; an action keeps it."""
        cleaned = self.cleaned_data
        return Import(
            kind=cleaned["kind"],
            filename=clean_name(PurePath(cleaned["file"].name or "").name),
            lines=cleaned["lines"],
            sends_invitations=(
                cleaned["sends_invitations"] and cleaned["kind"] == Import.Kind.MEMBERS
            ),
        )
