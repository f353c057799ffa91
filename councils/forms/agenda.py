"""An item of an agenda, its papers, and why something goes off the agenda."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.actions.action_item import owners_of
from councils.models import (
    AgendaItem,
    AgendaPaper,
    Council,
    CouncilMembership,
    ItemGoal,
    Openness,
)
from councils.permissions import is_voting_member
from portal.files import UploadField
from portal.forms import Form, ModelForm, Radios
from portal.forms_twice import Once, Overtaken
from portal.models import User

OPENNESS_HINTS: dict[str, Any] = {
    Openness.OPEN: _("It stands on the agenda of everybody who was invited."),
    Openness.COUNCIL: _("Guests read “closed”. Your council and secretary read it."),
    Openness.MEMBERS: _("Secretary and supporter read “closed”, and so do guests."),
}

# What an item that is put on by hand is mostly for.
USUAL_GOAL = ItemGoal.DISCUSS


def people_of(council: Council) -> QuerySet[User]:
    """Those who have a seat in a council today, its secretary included."""
    seats = CouncilMembership.objects.current().filter(council=council.pk)
    return User.objects.filter(pk__in=seats.values("user")).order_by("name")


class MinutesField(forms.IntegerField):
    """Whole minutes; empty when nobody knows yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Minutes needed"),
                "min_value": 1,
                "max_value": 600,
                "required": False,
                "widget": forms.NumberInput(attrs={"class": "w-s"}),
                "error_messages": {
                    "min_value": _("Give a number of minutes between 1 and 600."),
                    "max_value": _("Give a number of minutes between 1 and 600."),
                    "invalid": _("Give a number of minutes between 1 and 600."),
                },
                **kwargs,
            }
        )


class ShortItemForm(ModelForm):
    """What every item has, and how long it takes."""

    minutes = MinutesField()

    class Meta:
        model = AgendaItem
        fields = ["title", "goal", "minutes"]
        error_messages = {"title": {"required": _("Write what it is about.")}}


class QuickItemForm(Once, ShortItemForm):
    """The three things that put an item on the agenda at once."""


class ItemForm(ShortItemForm):
    """All of an item; what only members read can be chosen by members alone."""

    class Meta(ShortItemForm.Meta):
        fields = [
            "title",
            "goal",
            "minutes",
            "introducer",
            "introducer_name",
            "explanation",
            "openness",
        ]
        widgets = {
            "explanation": forms.Textarea(attrs={"class": "own", "rows": 6}),
            "openness": Radios(OPENNESS_HINTS),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        council = Council(pk=self.instance.council_id)
        introducer = self.fields["introducer"]
        assert isinstance(introducer, forms.ModelChoiceField)
        introducer.queryset = people_of(council)
        introducer.empty_label = str(_("nobody in particular"))
        if not is_voting_member(by, council):
            openness = self.fields["openness"]
            assert isinstance(openness, forms.ChoiceField)
            openness.choices = [
                choice for choice in Openness.choices if choice[0] != Openness.MEMBERS
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("introducer") and cleaned.get("introducer_name"):
            self.add_error(
                "introducer_name", _("Choose somebody, or write a name; not both.")
            )
        return cleaned


class NewItemForm(Once, ItemForm):
    """The same of an item that is put on the agenda; ``begun``: what was typed of it
    in the short form."""

    def __init__(self, *args: Any, begun: Mapping[str, str], **kwargs: Any) -> None:
        known = ShortItemForm.Meta.fields
        typed = {name: begun[name] for name in known if name in begun}
        super().__init__(*args, initial={"goal": USUAL_GOAL, **typed}, **kwargs)


class ProposalForm(Once, ShortItemForm):
    """What a member proposes for the agenda; who introduces it follows later."""

    class Meta(ItemForm.Meta):
        fields = ["title", "explanation", "goal", "minutes", "openness"]
        labels = {"title": _("What do you want to talk about?")}


class DropForm(Form):
    """Why something goes off the agenda or out of the backlog."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "own"}),
        error_messages={"required": _("Write in a sentence why.")},
    )


class AskedPaperForm(ModelForm):
    """What is asked of whom, and until which day."""

    class Meta:
        model = AgendaPaper
        fields = ["title", "deliverer", "due_on"]
        error_messages = {
            "title": {"required": _("Write which paper it is.")},
            "deliverer": {
                "invalid_choice": _(
                    "This person may not read the item. Choose somebody else."
                )
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deliverer = self.fields["deliverer"]
        assert isinstance(deliverer, forms.ModelChoiceField)
        item = self.instance.item
        people = people_of(Council(pk=item.council_id))
        if item.openness == Openness.MEMBERS:
            readers = owners_of(Council(pk=item.council_id), item.openness)
            people = people.filter(pk__in=[user.pk for user in readers])
        deliverer.queryset = people
        deliverer.empty_label = str(_("nobody in particular"))

    def clean_due_on(self) -> date | None:
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on and "due_on" in self.changed_data and due_on < timezone.localdate():
            raise forms.ValidationError(_("This day has passed. Choose another."))
        return due_on


class PaperForm(Once, AskedPaperForm):
    """A paper of an item: a file now, or awaited from somebody until a day."""

    upload = UploadField(
        label=_("File"),
        required=False,
        help_text=_("Leave empty when the paper still has to come. At most 10 MB."),
    )


class PaperChangeForm(Overtaken, AskedPaperForm):
    """The same of a paper that was asked for already."""


class DeliverForm(Once, Form):
    """The file of a paper that is awaited, or a newer version of it."""

    upload = UploadField(label=_("File"), help_text=_("At most 10 MB."))
