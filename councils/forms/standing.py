"""The list of what returns on every agenda of a council."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.forms.agenda import MinutesField
from councils.models import AgendaItem, ItemGoal, Openness, StandingItem
from portal.forms import Form
from portal.forms_twice import sign_of

EMPTY_ROWS = 1
SEEN = "seen"
KEPT = ("title", "goal", "minutes", "openness", "is_at_end", "kind")
MOST = 40


class StandingForm(Form):
    """One standing item; without a subject it is no item."""

    place = forms.IntegerField(
        label=_("Place"),
        required=False,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )
    title = forms.CharField(label=_("Subject"), max_length=150, required=False)
    goal = forms.ChoiceField(label=_("Goal"), choices=ItemGoal.choices, required=False)
    minutes = MinutesField()
    openness = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[each for each in Openness.choices if each[0] != Openness.MEMBERS],
        required=False,
    )
    is_at_end = forms.BooleanField(
        label=_("At the end, after all other items"), required=False
    )
    kind = forms.ChoiceField(
        choices=AgendaItem.Kind.choices, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # An empty row is no row; to say so at each of its fields helps nobody.
            field.may_wait = True  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        """What it is called on the page, also when its subject was made empty."""
        return self["title"].value() or self.initial.get("title", "")

    @property
    def is_shut(self) -> bool:
        """Whether only its name shows until somebody opens it."""
        return "title" in self.initial and not self.errors

    def item(self) -> StandingItem:
        cleaned = self.cleaned_data
        return StandingItem(
            title=cleaned["title"],
            goal=cleaned["goal"] or ItemGoal.INFORM,
            minutes=cleaned["minutes"],
            openness=cleaned["openness"] or Openness.OPEN,
            is_at_end=cleaned["is_at_end"],
            kind=cleaned["kind"] or AgendaItem.Kind.NORMAL,
        )


class BaseStandingFormSet(forms.BaseFormSet):
    """All standing items of one kind of meeting, in the order of their places.

    As of an ``Overtaken`` form a sign of what is saved goes along.
    """

    initial: list[dict[str, Any]]

    @property
    def sign(self) -> str:
        return sign_of(_values(self.saved()))

    def saved(self) -> list[StandingItem]:
        """What is saved now."""
        return [
            StandingItem(**{name: row[name] for name in KEPT})
            for row in self.initial or []
        ]

    def clean(self) -> None:
        if any(self.errors):
            return
        seen, saved = self.data.get(SEEN), self.saved()
        if not seen or seen == self.sign or _values(self.items()) == _values(saved):
            return
        titles = ", ".join(each.title for each in saved) or _("empty")
        raise forms.ValidationError(
            [
                _(
                    "Somebody else changed this while you wrote. Look at it, and save"
                    " once more if yours is right."
                ),
                _("It is saved as: %(words)s") % {"words": titles},
            ]
        )

    def items(self) -> list[StandingItem]:
        kept = [form for form in self.forms if form.cleaned_data.get("title")]
        kept.sort(key=self._place)
        return [form.item() for form in kept]

    @staticmethod
    def _place(form: Any) -> tuple[bool, int]:
        place = form.cleaned_data.get("place")
        return bool(form.cleaned_data.get("is_at_end")), 999 if place is None else place


def standing_formset(*args: Any, **kwargs: Any) -> BaseStandingFormSet:
    """The form of a whole list, with some empty rows below it."""
    made = forms.formset_factory(
        StandingForm,
        formset=BaseStandingFormSet,
        extra=EMPTY_ROWS,
        max_num=MOST,
        # However many rows somebody says to send.
        absolute_max=MOST,
    )
    return cast(BaseStandingFormSet, made(*args, **kwargs))


def initial_of(items: list[StandingItem]) -> list[dict[str, Any]]:
    return [
        {"place": number, **{name: getattr(item, name) for name in KEPT}}
        for number, item in enumerate(items, start=1)
    ]


def _values(items: list[StandingItem]) -> list[tuple[str, ...]]:
    return [tuple(str(getattr(item, name)) for name in KEPT) for item in items]
