"""Forms that are sent twice by one person, or by two people at once."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.moments import nl_date, nl_datetime


class Once:
    """Beside a ``Form`` or ``ModelForm`` that makes something: pressed twice, it makes
    one.

    A key of the page goes along. With what was typed it makes the key of the new row,
    by which the action finds what the first press made; other words make another row.
    """

    fields: dict[str, forms.Field]
    FRESH = "fresh"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.FRESH] = forms.UUIDField(
            required=False, initial=uuid4, widget=forms.HiddenInput
        )

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        instance = getattr(self, "instance", None)
        if instance is not None and instance._state.adding:
            instance.pk = self.key
        return cleaned

    @property
    def key(self) -> UUID:
        """The key of what this press makes; without that of a page any key."""
        typed: dict[str, Any] = dict(self.cleaned_data)  # type: ignore[attr-defined]
        page = typed.pop(self.FRESH, None)
        if page is None:
            return uuid4()
        words = [(name, str(value)) for name, value in sorted(typed.items())]
        sizes = [getattr(typed[name], "size", None) for name in sorted(typed)]
        return uuid5(page, repr((words, sizes)))


class Overtaken:
    """Beside a ``Form`` or ``ModelForm``: nobody overwrites unseen what a colleague
    saved meanwhile.

    A sign of what stood in the fields goes along. When it stands there otherwise now,
    each field tells how it was saved; what was typed stays, and pressing once more,
    with that in sight, saves it.
    """

    fields: dict[str, forms.Field]
    SEEN = "seen"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.SEEN] = forms.CharField(
            required=False, widget=forms.HiddenInput
        )

    def get_initial_for_field(self, field: forms.Field, name: str) -> Any:
        if name == self.SEEN:
            return self._sign()
        return super().get_initial_for_field(field, name)  # type: ignore[misc]

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        seen, now = self.cleaned_data.get(self.SEEN), self._sign()  # type: ignore[attr-defined]
        if seen and seen != now and self._changes_something():
            self.data = self.data.copy()  # type: ignore[has-type]
            self.data[self.add_prefix(self.SEEN)] = now  # type: ignore[attr-defined]
            self._tell()
        return cleaned

    def _changes_something(self) -> bool:
        """Whether it would save another thing than stands there: the second of two
        presses would not."""
        form: Any = self
        return any(name != self.SEEN for name in form.changed_data)

    def _tell(self) -> None:
        form: Any = self
        form.add_error(
            None,
            _(
                "Somebody else changed this while you wrote. Look at it, and save once"
                " more if yours is right."
            ),
        )
        for name in form.changed_data:
            if name != self.SEEN:
                saved = _said(form.fields[name], form[name].initial)
                form.add_error(name, _("It is saved as: %(words)s") % {"words": saved})

    def stood(self) -> list:
        """What is saved now, of which the sign is made."""
        form: Any = self
        return [
            (name, _said(field, form.get_initial_for_field(field, name)))
            for name, field in self.fields.items()
            if name != self.SEEN
        ]

    def _sign(self) -> str:
        return sign_of(self.stood())


def sign_of(stood: list) -> str:
    """By which one sees that something is saved otherwise than it was."""
    return sha256(repr(stood).encode()).hexdigest()[:16]


def _said(field: forms.Field, value: Any) -> str:
    """How a field stands, as people read it."""
    if value in (None, "", []):
        return str(_("empty"))
    if isinstance(value, datetime):
        return nl_datetime(value)
    if isinstance(value, date):
        return nl_date(value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(field, forms.ChoiceField):
        asked = value if isinstance(value, list) else [value]
        labels = [
            str(label)
            for key, label in cast(Any, field.choices)
            if str(key) in map(str, asked)
        ]
        return ", ".join(sorted(labels)) or str(value)
    return str(value)
