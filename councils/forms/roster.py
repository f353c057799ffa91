"""The roster of a year: how often, when and where; and the days a council is off."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.actions.roster import LAST, MOST, Pattern, days_of
from councils.forms.meeting import LengthField, VideoField
from councils.models import Meeting, Recess
from portal.dates import moment
from portal.forms import Form, ModelForm, Radios, TimeInput, end_after_start

Kind = Meeting.Kind
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
EVERY = [
    ("w1", _("every week")),
    ("w2", _("every 2 weeks")),
    ("w3", _("every 3 weeks")),
    ("w4", _("every 4 weeks")),
    ("w6", _("every 6 weeks")),
    ("w8", _("every 8 weeks")),
    ("w13", _("every 13 weeks (4 times a year)")),
    ("m1", _("the first of every month")),
    ("m2", _("the second of every month")),
    ("m3", _("the third of every month")),
    ("m4", _("the fourth of every month")),
    (f"m{LAST}", _("the last of every month")),
]
LONGEST = timedelta(days=731)


class RosterForm(Form):
    """From when until when, how often, and what is the same for all."""

    kind = forms.ChoiceField(
        label=_("What kind of meeting is it?"),
        choices=[
            (kind.value, kind.label)
            for kind in (
                Kind.COUNCIL,
                Kind.BOARD,
                Kind.CARE_OFFICE,
                Kind.WORKING_GROUP,
            )
        ],
        widget=Radios(),
        initial=Kind.COUNCIL,
    )
    weekday = forms.TypedChoiceField(
        label=_("On which day?"), choices=WEEKDAYS, coerce=int, initial=1
    )
    every = forms.ChoiceField(label=_("How often?"), choices=EVERY, initial="w2")
    first = forms.DateField(label=_("From which day?"))
    last = forms.DateField(label=_("Up to and including which day?"))
    at = forms.TimeField(
        label=_("At what time?"),
        initial=time(14),
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"],
        widget=TimeInput(),
        error_messages={"invalid": _("This time does not exist. Write it like 17:00.")},
    )
    length = LengthField()
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=200,
        help_text=_("A room or an address."),
    )
    video_link = VideoField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        end_after_start(self, "first", "last")
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and first <= timezone.localdate() and "first" not in self.errors:
            self.add_error("first", _("Choose a day that lies ahead."))
        if first and last and last - first > LONGEST:
            self.add_error("last", _("Plan two years at most at once."))
        if not cleaned.get("place") and not cleaned.get("video_link"):
            self.add_error("place", _("Fill in a place or a video link, or both."))
        if not self.errors and not days_of(self.pattern()):
            self.add_error("last", _("There is no such day between these two dates."))
        if not self.errors and len(days_of(self.pattern())) > MOST:
            self.add_error("every", _("That is too many at once. Choose fewer."))
        return cleaned

    def pattern(self) -> Pattern:
        cleaned = self.cleaned_data
        every, number = cleaned["every"][0], int(cleaned["every"][1:])
        return Pattern(
            cleaned["first"],
            cleaned["last"],
            cleaned["weekday"],
            weeks=number if every == "w" else 0,
            nth=number if every == "m" else 0,
        )

    def meeting_on(self, day: date, **fields: Any) -> Meeting:
        """One of them, not saved yet; its end is so much later by the clock."""
        cleaned = self.cleaned_data
        starts_at = moment(day, cleaned["at"])
        return Meeting(
            kind=cleaned["kind"],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=cleaned["length"]),
            place=cleaned["place"],
            video_link=cleaned["video_link"],
            **fields,
        )


class RecessForm(ModelForm):
    """Days on which the council does not meet."""

    class Meta:
        model = Recess
        fields = ["name", "starts_on", "ends_on"]
        help_texts = {"name": _("For instance: summer break.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        end_after_start(self, "starts_on", "ends_on")
        return cleaned
