"""The page on which a whole meeting is minuted: one form, item after item.

What somebody types stands in fields named by the item; each item is saved by itself,
and what cannot be saved stays on the page, beside the reason.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from councils.actions.decision import why_not_voted
from councils.minutes_reading import ItemReading, Reading
from councils.models import VOTING_ROLES, ActionItem, Decision, Openness
from portal.forms import Form, ModelForm, one_line_end
from portal.forms_twice import Overtaken

VOTES = ("votes_for", "votes_against", "votes_abstained")


class TextForm(Form):
    """What was said, as it may be kept."""

    text = forms.CharField(max_length=8000, required=False)


class OpeningForm(Form):
    text = forms.CharField(max_length=4000, required=False)


class DecisionForm(ModelForm):
    """A decision: its words, and the votes where a vote was held."""

    class Meta:
        model = Decision
        fields = ["text", *VOTES]
        widgets = {
            "text": forms.Textarea(attrs={"class": "own", "rows": 4}),
            **{
                name: forms.NumberInput(
                    attrs={"class": "w-s", "inputmode": "numeric", "min": 0}
                )
                for name in VOTES
            },
        }
        error_messages = {
            "text": {"required": _("Write what was decided.")},
            **{
                name: dict.fromkeys(
                    ("invalid", "min_value", "max_value"),
                    _("Write a number, or leave it empty."),
                )
                for name in VOTES
            },
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        votes = {name: cleaned.get(name) or 0 for name in VOTES}
        if not any(votes.values()):
            return cleaned
        if reason := why_not_voted(self.instance.item, list(votes.values())):
            self.add_error(max(votes, key=votes.__getitem__), reason)
        return cleaned


class DecisionChangeForm(Overtaken, DecisionForm):
    """Other words or votes for a decision that stands in the minutes already."""


class ActionForm(ModelForm):
    """An action; ``owner`` is checked against the council when it is saved."""

    class Meta:
        model = ActionItem
        fields = ["what", "owner", "due_on"]
        error_messages = {
            "what": {"required": _("Write what is to be done.")},
            "owner": {"required": _("Choose who does it.")},
            "due_on": {"required": _("Choose a day.")},
        }


class AdoptForm(Form):
    """In which later meeting the minutes were adopted."""

    meeting = forms.ChoiceField(
        label=_("In which meeting were they adopted?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the meeting first.")},
    )

    def __init__(self, *args, meetings: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].choices = meetings  # type: ignore[attr-defined]


def seen_of(text: str, revision: int) -> str:
    """What of a text was on the screen: its revision, and a sign of its words."""
    return f"{revision}:{sha256(text.encode()).hexdigest()[:12]}"


@dataclass
class Typed:
    """A text on the page: what stands there, and what it was when the page was made."""

    name: str
    text: str
    seen: str
    error: str = ""
    # What somebody else saved meanwhile.
    other: str = ""

    @classmethod
    def stored(cls, name: str, text: str, revision: int) -> "Typed":
        return cls(name, text, seen_of(text, revision))

    def read(self, data: QueryDict) -> None:
        """Take over what was typed; a page without this field changes nothing."""
        if self.name in data:
            self.text = one_line_end(data.get(self.name, "")).strip()
            self.seen = data.get(f"seen-{self.name}", "")

    @property
    def revision(self) -> int:
        number = self.seen.partition(":")[0]
        return int(number) if number.isdecimal() and len(number) < 9 else 0

    @property
    def is_touched(self) -> bool:
        """Whether it is another text than the one that was on the screen."""
        return self.seen != seen_of(self.text, self.revision)


@dataclass
class Fields:
    """The fields of a decision or an action that is being written down."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_filled_in(self) -> bool:
        return any(self.values.values())

    def complain(self, form: forms.BaseForm) -> None:
        self.errors = {
            name: " ".join(str(each) for each in errors)
            for name, errors in form.errors.items()
        }


class Entry:
    """One item on the page: its notes, and room for a decision and an action."""

    def __init__(
        self,
        reading: ItemReading,
        people: list[tuple[UUID, str, str]],
        data: QueryDict | None,
        fresh: UUID,
    ) -> None:
        self.reading, self.item, self.line = reading, reading.item, reading.line
        self.id = reading.item.pk.hex[:12]
        self.notes = Typed.stored(
            f"notes-{self.id}", self.item.notes, self.item.notes_revision
        )
        self.decision = Fields(self._values(data, "decision", ["text", *VOTES]))
        self.action = Fields(self._values(data, "action", ["what", "owner", "due_on"]))
        # What only members read, no helper takes on.
        is_for_all = self.item.openness != Openness.MEMBERS
        self.owners = [
            (str(pk), name)
            for pk, name, role in people
            if is_for_all or role in VOTING_ROLES
        ]
        # The page pressed twice makes one of each; other words make another one.
        self.decision_pk = self._key(fresh, self.decision)
        self.action_pk = self._key(fresh, self.action)
        if data is not None:
            self.notes.read(data)

    def _key(self, fresh: UUID, fields: Fields) -> UUID:
        return uuid5(fresh, f"{self.item.pk} {sorted(fields.values.items())}")

    def _values(self, data: QueryDict | None, kind: str, names: list[str]) -> dict:
        if data is None:
            return dict.fromkeys(names, "")
        return {
            name: one_line_end(data.get(f"{kind}-{name}-{self.id}", "")).strip()
            for name in names
        }

    @property
    def has_problem(self) -> bool:
        return bool(
            self.notes.error
            or self.notes.other
            or self.decision.errors
            or self.action.errors
        )

    @property
    def refused(self) -> list[str]:
        """The words that were typed here and could not be saved."""
        found = [self.notes.text] if self.notes.error else []
        if self.decision.errors:
            found.append(self.decision.values["text"])
        if self.action.errors:
            found.append(self.action.values["what"])
        return [each for each in found if each]


class Page:
    """What is on the page of a meeting: its opening and an entry per readable item."""

    def __init__(self, reading: Reading, data: QueryDict | None = None) -> None:
        minutes = reading.minutes
        self.fresh = _fresh(data)
        self.opening = Typed.stored(
            "opening",
            minutes.opening if minutes else "",
            minutes.revision if minutes else 0,
        )
        # What was typed at items that are not here any more: moved, or closed.
        self.lost: list[str] = []
        if data is not None:
            self.opening.read(data)
        self.entries = [
            Entry(each, reading.people, data, self.fresh)
            for each in reading.items
            if each.line.is_readable
        ]
        if data is not None:
            self.lost = _lost(data, {entry.id for entry in self.entries})

    @property
    def has_problem(self) -> bool:
        opening = self.opening.error or self.opening.other
        lost = bool(self.lost)
        return bool(opening) or lost or any(each.has_problem for each in self.entries)


def words_typed(data: QueryDict) -> list[str]:
    """All words that somebody typed on a page of minutes that cannot be saved now."""
    opening = Typed("opening", "", "")
    opening.read(data)
    words = [opening.text] if opening.text and opening.is_touched else []
    return words + _lost(data, set())


def _lost(data: QueryDict, here: set[str]) -> list[str]:
    """The words that were typed in the fields of other items than those."""
    found = []
    for name in data:
        kind, _dash, item = name.rpartition("-")
        if item in here or kind not in {"notes", "decision-text", "action-what"}:
            continue
        typed = Typed(name, "", "")
        typed.read(data)
        if typed.text and typed.is_touched:
            found.append(typed.text)
    return found


def _fresh(data: QueryDict | None) -> UUID:
    try:
        return UUID(data.get("fresh", "")) if data else uuid4()
    except ValueError:
        return uuid4()
