"""The paragraph of a central council: its fields, and passages with their sources."""

import re
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.forms import (
    Form,
    HonestMaxLength,
    ModelForm,
    Radios,
    one_line_end,
    only_visible,
)
from procurement.actions.composition import Sentences
from procurement.models import CouncilInput, Disuse, Paragraph, ShowingPart

MOST_PASSAGES = 40
MOST_CHARACTERS = 4_000


class ParagraphForm(ModelForm):
    """Title, kind, goal, theme, the request it answers, and who may read it."""

    class Meta:
        model = Paragraph
        fields = [
            "title",
            "kind",
            "goal",
            "theme",
            "request",
            "for_organisation",
            "for_care_office",
        ]
        widgets = {"kind": forms.Select(), "goal": forms.Select()}
        help_texts = {
            "for_care_office": _(
                "The care office reads this only after your council has submitted it."
            ),
            "for_organisation": _(
                "Only possible when every source may be read by the organisation."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["theme"].queryset = self.fields["theme"].queryset.filter(
            is_active=True
        )
        self.fields["theme"].empty_label = _("Choose a theme")
        self.fields["goal"].choices = [
            ("", _("Choose a goal")),
            *self.fields["goal"].choices[1:],
        ]
        self.fields["theme"].label_from_instance = lambda theme: capfirst(theme.name)
        kind = self.fields["kind"]
        kind.choices = [(value, capfirst(label)) for value, label in kind.choices]
        self.fields["request"].queryset = (
            self.fields["request"]
            .queryset.asked_of([self.instance.council_id])
            .filter(cycle=self.instance.cycle_id)
        )
        self.fields["request"].label_from_instance = lambda request: request.title
        self.fields["request"].empty_label = _("No request")

        if not self.instance.cycle.care_office_id:
            # A quality round has nobody there to read it.
            del self.fields["for_care_office"]
            self.instance.for_care_office = False

    def readers_shut_out_by(self, source: CouncilInput) -> list[str]:
        """Who may not read ``source``, of those for whom the text is ticked now."""
        return [
            str(label)
            for name, label in Paragraph.READERS.items()
            if name in self.fields and self[name].value() and not getattr(source, name)
        ]


class Passages:
    """The passages of a paragraph as typed: any number, each with its sources.

    Reads fields ``passage-<n>-text`` and ``passage-<n>-source`` (several); a button
    ``add``, ``add_source`` or ``remove`` changes the list without saving.
    """

    def __init__(self, rows: list[Sentences]):
        self.rows = rows or [Sentences("")]
        self.errors: dict[int, str] = {}

    @classmethod
    def of(cls, paragraph: Paragraph) -> "Passages":
        """The passages as they are saved."""
        rows = [
            Sentences(
                passage.text, [link.version_id for link in passage.source_links.all()]
            )
            for passage in paragraph.passages.prefetch_related("source_links")
        ]
        return cls(rows)

    @classmethod
    def posted(cls, data: QueryDict) -> "Passages":
        """The passages as typed, after the button that changes their number."""
        places = sorted(
            int(found[1])
            for name in data
            if (found := re.fullmatch(r"passage-(\d{1,3})-text", name))
        )[:MOST_PASSAGES]
        remove = data.get("remove", "")
        rows = [
            Sentences(
                one_line_end(str(data[f"passage-{place}-text"])),
                _ids(data.getlist(f"passage-{place}-source")),
            )
            for place in places
            if remove != str(place)
        ]
        if "add" in data:
            rows.append(Sentences(""))
        for source in _ids(data.getlist("add_source")):
            # An empty passage at the end waits for words: there the source goes.
            if rows and not rows[-1].text.strip():
                rows[-1].versions.append(source)
            else:
                rows.append(Sentences("", [source]))
        return cls(rows)

    def is_valid(self) -> bool:
        """Whether every passage has words that fit; ``errors`` says which do not."""
        self.rows = [
            row for row in self.rows if row.text.strip() or row.versions
        ] or self.rows[:1]
        longest = HonestMaxLength(MOST_CHARACTERS)
        for place, row in enumerate(self.rows):
            if not row.text.strip():
                self.errors[place] = str(_("Write your text first."))
                continue
            try:
                longest(row.text)
                only_visible(row.text)
            except forms.ValidationError as error:
                self.errors[place] = error.messages[0]
        return not self.errors

    @property
    def chosen(self) -> list[UUID]:
        """Every version that some passage rests on, in order."""
        return list(dict.fromkeys(pk for row in self.rows for pk in row.versions))


def _ids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


class SourceFilter(Form):
    """Which local input stands on the left: not used yet, of a theme, of a setting."""

    WHICH = [
        ("open", _("Not used yet")),
        ("all", _("Everything")),
        ("home", _("Care at home only")),
    ]

    welke = forms.ChoiceField(
        label=_("Which input"), choices=WHICH, required=False, initial="open"
    )
    thema = forms.ChoiceField(label=_("Theme"), required=False)
    locatie = forms.ChoiceField(label=_("Location"), required=False)

    def __init__(self, data, *, inputs: list[CouncilInput]):
        super().__init__(data)
        themes = {
            str(each.shared.theme_id): capfirst(each.shared.theme.name)
            for each in inputs
        }
        places = {_place(each): _place_name(each) for each in inputs}
        self.fields["thema"].choices = [  # type: ignore[attr-defined]
            ("", _("All themes")),
            *sorted(themes.items(), key=lambda pair: pair[1]),
        ]
        self.fields["locatie"].choices = [  # type: ignore[attr-defined]
            ("", _("All locations")),
            *sorted(places.items(), key=lambda pair: pair[1]),
        ]

    def chosen(self, inputs: list[CouncilInput], settled: set) -> list[CouncilInput]:
        """The inputs to show; ``settled`` are those that are used or set aside."""
        if not self.is_valid():
            return inputs
        which = self.cleaned_data["welke"] or "open"
        theme, place = self.cleaned_data["thema"], self.cleaned_data["locatie"]
        return [
            each
            for each in inputs
            if (which != "open" or each.pk not in settled)
            and (which != "home" or each.shared.care_setting == "at_home")
            and (not theme or str(each.shared.theme_id) == theme)
            and (not place or _place(each) == place)
        ]


def _place(council_input: CouncilInput) -> str:
    return str(council_input.shared.location_id or council_input.council_id)


def _place_name(council_input: CouncilInput) -> str:
    location = council_input.shared.location
    return location.name if location else council_input.council.name


class DisuseForm(ModelForm):
    """Why an input is not used, for its own council to read."""

    class Meta:
        model = Disuse
        fields = ["reason"]
        labels = {"reason": _("Not used, because ...")}
        help_texts = {"reason": _("The local council reads this. Keep it friendly.")}


class VerdictForm(ModelForm):
    """A local council on how its words were used."""

    verdict = forms.ChoiceField(
        label=_("What does your council say?"),
        choices=[
            (ShowingPart.Verdict.AGREED, _("Agreed: our words were used well")),
            (ShowingPart.Verdict.NOT_LIKE_THIS, _("Not like this")),
        ],
        widget=Radios(),
    )

    class Meta:
        model = ShowingPart
        fields = ["verdict", "words"]
        help_texts = {
            "words": _("Needed with “Not like this”. The central council reads it.")
        }

    def clean(self):
        cleaned = super().clean()
        wants = cleaned.get("verdict") == ShowingPart.Verdict.NOT_LIKE_THIS
        if wants and not (cleaned.get("words") or "").strip():
            self.add_error("words", _("Write what should be different."))
        return cleaned
