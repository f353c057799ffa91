"""Forms in the look of the portal, that lose nothing of what somebody typed.

Every form of the site is a ``Form`` or a ``ModelForm`` of this module.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
)
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What word processors put between lines, beside the usual ends.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"
_DATES = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%d-%m-%y"]
_TIMES = ["%H:%M", "%H.%M", "%H:%M:%S", "%H"]


class PortalRenderer(TemplatesSetting):
    """Draws fields with the templates of the site."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


# --- Text ------------------------------------------------------------------------


class HonestMaxLength(MaxLengthValidator):
    """Says how long the text is, and how long it may be."""

    message = _("Your text has %(count)s characters. The most is %(maximum)s.")

    def __call__(self, value: str) -> None:
        count, maximum = len(value), self.limit_value
        if count > maximum:
            raise ValidationError(
                self.message,
                code=self.code,
                params={
                    "count": number_format(count, force_grouping=True),
                    "maximum": number_format(maximum, force_grouping=True),
                },
            )


only_visible = RegexValidator(
    _INVISIBLE,
    _("There is a sign in your text that cannot be shown. Type that part again."),
    code="invisible",
    inverse_match=True,
)


def one_line_end(value: str) -> str:
    """The text with every end of a line written the same way."""
    return _LINE_ENDS.sub("\n", value)


def _mend_text(field: forms.CharField) -> None:
    kept = [
        validator
        for validator in field.validators
        if not isinstance(
            validator, (MaxLengthValidator, ProhibitNullCharactersValidator)
        )
    ]
    if field.max_length is not None:
        kept.append(HonestMaxLength(field.max_length))
    field.validators = [*kept, only_visible]


# --- Days and moments ------------------------------------------------------------


class DayInput(forms.DateInput):
    """The browser's own calendar; without one, a line to type a date in."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "w-m", **(attrs or {})}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A time of day, without seconds."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "w-s", **(attrs or {})}, format="%H:%M")


def sensible_year(value: date) -> None:
    """Refuse a slip of the finger; a database also has its limits."""
    if not 1900 <= value.year <= 2200:
        raise ValidationError(
            _("Check the year. It lies between 1900 and 2200."), code="year"
        )


def _mend_day(field: forms.DateField) -> None:
    field.validators = [*field.validators, sensible_year]
    if type(field.widget) is forms.DateInput:
        field.widget = DayInput()
    field.input_formats = _DATES
    field.error_messages["invalid"] = _(
        "This date does not exist. Write day, month and year."
    )


class MomentWidget(forms.SplitDateTimeWidget):
    """A day and a time beside each other, each with its own label."""

    template_name = "components/moment.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        forms.MultiWidget.__init__(self, [DayInput(), TimeInput()], attrs)


class MomentField(forms.SplitDateTimeField):
    """A deadline: a day and a time in Europe/Amsterdam.

    In a ModelForm: ``field_classes = {"closes_at": MomentField}``.
    """

    widget = MomentWidget
    default_error_messages = {
        "invalid_date": _("This date does not exist. Write day, month and year."),
        "invalid_time": _("This time does not exist. Write it like 17:00."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_date_formats=_DATES, input_time_formats=_TIMES, **kwargs)
        self.fields[0].validators = [sensible_year]

    def compress(self, data_list: tuple[date, time] | None) -> datetime | None:
        try:
            return super().compress(data_list)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            raise ValidationError(
                _("The clock changes at this time. Choose an hour earlier or later."),
                code="clock_change",
            ) from error


def end_after_start(
    form: forms.BaseForm, start: str, end: str, message: str | Promise | None = None
) -> None:
    """Complain beside field ``end`` when it lies before field ``start``."""
    first: date | None = form.cleaned_data.get(start)
    last: date | None = form.cleaned_data.get(end)
    if first and last and last < first:
        form.add_error(
            end,
            str(
                message
                or _("The end lies before the start. Change one of the two dates.")
            ),
        )


# --- Choices ---------------------------------------------------------------------


class Card(NamedTuple):
    """The drawing and the sentence of one big choice."""

    icon: str
    sentence: str | Promise


class _WithoutDashes(ChoiceWidget):
    """No line of dashes among choices of which one must be made."""

    def optgroups(self, *args: Any, **kwargs: Any) -> list:
        if self.is_required:
            self.choices = [choice for choice in self.choices if choice[0]]
        return super().optgroups(*args, **kwargs)


class ChoiceCards(_WithoutDashes, forms.RadioSelect):
    """Two to four big choices: an icon, the word, and a sentence to start from."""

    template_name = "components/choice_cards.html"

    def __init__(
        self, cards: Mapping[str, Card], attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.cards = cards

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "card": self.cards[str(value)]}


class _Hinted(ChoiceWidget):
    """Choices under each other, each with a sentence that explains it."""

    template_name = "components/choice_lines.html"

    def __init__(
        self,
        hints: Mapping[str, str | Promise] | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), "")}


class Radios(_WithoutDashes, _Hinted, forms.RadioSelect):
    """One of some choices; the whole line is the target."""


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any of some choices; the whole line is the target."""


# --- Forms -----------------------------------------------------------------------


_NEEDED = {
    forms.BooleanField: _("Tick this box first."),
    forms.ChoiceField: _("Make a choice here."),
    forms.ModelChoiceField: _("Make a choice here."),
    forms.FileField: _("Choose a file first."),
    forms.Field: _("Fill this in."),
}


def _ask_plainly(field: forms.Field) -> None:
    if (
        field.error_messages.get("required")
        != forms.Field.default_error_messages["required"]
    ):
        return
    kind = next(kind for kind in _NEEDED if isinstance(field, kind))
    field.error_messages["required"] = _NEEDED[kind]


class _Mended:
    """What every form of the portal does to its fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            _ask_plainly(field)
            if isinstance(field, forms.CharField):
                _mend_text(field)
            elif type(field) is forms.DateField:
                _mend_day(field)

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        value = super()._widget_data_value(widget, html_name)  # type: ignore[misc]
        return one_line_end(value) if isinstance(value, str) else value


class Form(_Mended, forms.Form):
    """A form without a model."""


class ModelForm(_Mended, forms.ModelForm):
    """A form that fills a model; the view gives what it filled to an action."""
