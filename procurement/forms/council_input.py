"""What a member writes, and what is asked beside it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from councils.models import CareSetting
from portal.forms import Card, Checkboxes, ChoiceCards, Form, Radios
from procurement.forms.input_choices import Choices
from procurement.forms.recognisable import recognisable
from procurement.models import CouncilInput, CouncilInputVersion, Goal

Kind = CouncilInput.Kind

KINDS = [
    (Kind.CONCERN, _("A concern")),
    (Kind.GOOD_EXAMPLE, _("A good example")),
    (Kind.NEW_INSIGHT, _("A new insight")),
    (Kind.QUESTION, _("A question")),
]
CARDS: dict[str, Card] = {
    Kind.CONCERN: Card("comment", _("We notice that ...")),
    Kind.GOOD_EXAMPLE: Card("star", _("Here it works well that ...")),
    Kind.NEW_INSIGHT: Card("bulb", _("We found out that ...")),
    Kind.QUESTION: Card("question", _("We want to know whether ...")),
}
NOBODY, OTHERS = "nobody", "others"


class InputForm(Form):
    """The words of an input with their context; the view gives them to an action.

    With ``is_new`` it also asks who may read them; later that is a step of its own.
    """

    kind = forms.ChoiceField(
        label=_("What do you want to tell?"),
        choices=KINDS,
        widget=ChoiceCards(CARDS),
        help_text=_("Choose what fits best."),
        error_messages={"required": _("Choose what kind of input this is.")},
    )
    text = forms.CharField(
        label=_("Tell it in your own words"),
        max_length=4000,
        widget=forms.Textarea({"rows": 8, "class": "own"}),
        help_text=_(
            "Write as you talk. What did you see or hear? For whom does it matter? "
            "Do not write names or medical details."
        ),
        error_messages={"required": _("Write your text first.")},
    )
    title = forms.CharField(
        label=_("Give it a short name"),
        max_length=120,
        help_text=_("For example: Sunday without coffee."),
        error_messages={"required": _("Give your text a short name.")},
    )
    goal = forms.ChoiceField(
        label=_("Which goal does it serve?"),
        choices=Goal.choices,
        widget=Radios,
        error_messages={"required": _("Choose the goal that fits best.")},
    )
    theme = forms.ChoiceField(
        label=_("Theme"), error_messages={"required": _("Choose a theme.")}
    )
    location = forms.ChoiceField(label=_("Location"), required=False)
    care_setting = forms.ChoiceField(
        label=_("Kind of care"),
        choices=[("", _("All kinds of care")), *CareSetting.choices],
        required=False,
    )
    consultation = forms.ChoiceField(
        label=_("Who did you ask?"),
        help_text=_("‘Nobody’ is a good answer too."),
        choices=[
            (OTHERS, _("Others")),
            (NOBODY, _("Nobody: this is what I saw or heard myself")),
        ],
        widget=Radios,
        error_messages={"required": _("Choose whether you asked others.")},
    )
    consulted = forms.IntegerField(
        label=_("How many people, about?"),
        help_text=_("Only if you asked others."),
        required=False,
        min_value=0,
        max_value=100_000,
        widget=forms.TextInput({"inputmode": "numeric", "class": "w-s"}),
        error_messages={"invalid": _("Write a number, such as 12.")},
    )
    consulted_how = forms.CharField(
        label=_("Who were they, and how did you ask?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(),
        help_text=_("For example: residents, at the coffee table. No names."),
    )
    request = forms.ChoiceField(
        label=_("Which request does it answer?"), required=False
    )
    is_checked = forms.BooleanField(
        label=_("I looked: nobody can be recognised in this text."),
        help_text=_(
            "Could someone recognise a person in this text? "
            "Then leave out names, rooms and other details."
        ),
        required=False,
    )
    readers = forms.MultipleChoiceField(
        label=_("Who may read this?"), widget=Checkboxes, required=False
    )
    is_closed_to_secretary = forms.BooleanField(
        label=_("Our secretary may not read this"), required=False
    )

    def __init__(
        self,
        *args: Any,
        offered: Choices,
        audiences: list[tuple[str, str | Promise]] | None = None,
        may_close: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self._offer("theme", _("Choose a theme"), offered.themes)
        places = {pk: place.name for pk, place in offered.locations.items()}
        self._offer("location", _("All locations"), places)
        if offered.requests:
            self._offer(
                "request", _("No request: we tell this ourselves"), offered.requests
            )
        else:
            del self.fields["request"]
        if audiences is None:
            del self.fields["readers"]
        else:
            readers: Any = self.fields["readers"]
            readers.choices = audiences
        if audiences is None or not may_close:
            del self.fields["is_closed_to_secretary"]

    def _offer(self, name: str, nothing: Any, choices: Mapping[str, str]) -> None:
        chosen: Any = self.fields[name]
        chosen.choices = [("", nothing), *choices.items()]
        if name != "request":
            chosen.widget.attrs["class"] = "w-m"

    def clean(self) -> dict[str, Any]:
        words = super().clean() or self.cleaned_data
        if words.get("consultation") == OTHERS and not words.get("consulted"):
            if "consulted" in words:
                self.add_error("consulted", _("Write about how many people you asked."))
        elif words.get("consultation") == NOBODY and words.get("consulted"):
            self.add_error(
                "consultation",
                _("You chose ‘nobody’, and a number of people too. Choose one."),
            )
        return words

    def version(self) -> CouncilInputVersion:
        """The words as a version that is not saved; after ``is_valid()``."""
        words = self.cleaned_data
        place = self.offered.locations.get(words["location"])
        asked_others = words["consultation"] == OTHERS
        return CouncilInputVersion(
            kind=words["kind"],
            goal=words["goal"],
            theme_id=UUID(words["theme"]),
            location_id=UUID(words["location"]) if place else None,
            # A location has one care setting: whoever names it has said that too.
            care_setting=words["care_setting"] or (place.care_setting if place else ""),
            title=words["title"],
            text=words["text"],
            consulted=words["consulted"] if asked_others else 0,
            consulted_how=words["consulted_how"] if asked_others else "",
        )

    @property
    def request_id(self) -> UUID | None:
        """The request that it answers."""
        chosen = self.cleaned_data.get("request")
        return UUID(chosen) if chosen else None

    @property
    def people(self) -> list[str]:
        """Words that could point at a person, unless the writer looked already."""
        words = self.cleaned_data
        if words["is_checked"]:
            return []
        known = [place.name for place in self.offered.locations.values()]
        return recognisable(f"{words['title']}.\n{words['text']}", known)
