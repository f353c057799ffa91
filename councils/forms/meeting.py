"""Planning a meeting, changing it, calling it off, and who comes."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import (
    Location,
    Meeting,
)
from portal.forms import (
    Form,
    ModelForm,
    MomentField,
    Radios,
)
from portal.forms_twice import Overtaken

Kind = Meeting.Kind
USUAL_LENGTH = 120
LENGTHS = {
    30: _("half an hour"),
    60: _("1 hour"),
    90: _("1 hour and a half"),
    120: _("2 hours"),
    150: _("2 hours and a half"),
    180: _("3 hours"),
    240: _("4 hours"),
    480: _("a whole day"),
}
FIELDS = [
    "kind",
    "with_board",
    "location",
    "starts_at",
    "length",
    "place",
    "video_link",
    "title",
]
KIND_HINTS: dict[str, Any] = {
    Kind.COUNCIL: _("Your council by itself."),
    Kind.BOARD: _("With the executive of the organisation."),
    Kind.CARE_OFFICE: _("With the care office, with or without the executive."),
    Kind.SITE_VISIT: _("You go and look at a location."),
    Kind.WORKING_GROUP: _("A few people of the council prepare something."),
}


class LengthField(forms.TypedChoiceField):
    """How long a meeting lasts, in minutes; also what no choice has yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("How long does it last?"),
            choices=list(LENGTHS.items()),
            initial=USUAL_LENGTH,
            coerce=int,
            **kwargs,
        )

    def add(self, minutes: int) -> None:
        """Let a length that exists already be chosen too."""
        if minutes not in LENGTHS:
            word = _("%(count)s minutes") % {"count": minutes}
            self.choices = [*LENGTHS.items(), (minutes, word)]


class VideoField(forms.URLField):
    """Where one joins by video: an address of the web, and nothing else."""

    default_validators = [URLValidator(schemes=["https", "http"])]

    def __init__(self) -> None:
        super().__init__(
            label=_("Link to join by video"),
            required=False,
            max_length=500,
            assume_scheme="https",
            help_text=_("The address that you got from your video program."),
        )


class MeetingForm(ModelForm):
    """What, when and where; the rest follows from it."""

    length = LengthField()
    video_link = VideoField()

    class Meta:
        model = Meeting
        fields = FIELDS
        field_classes = {"starts_at": MomentField}
        widgets = {"kind": Radios(KIND_HINTS)}
        labels = {
            "kind": _("What kind of meeting is it?"),
            "starts_at": _("When does it begin?"),
            "location": _("Which location do you visit?"),
        }
        help_texts = {
            "with_board": _("Only for a meeting with the care office."),
            "location": _("Only for a site visit."),
            "place": _("A room or an address."),
            "title": _("Leave empty to call it after its kind."),
        }

    field_order = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        location = cast(forms.ModelChoiceField, self.fields["location"])
        location.queryset = Location.objects.filter(
            organisation=self.instance.council.organisation_id
        )
        if self.instance.starts_at and self.instance.ends_at:
            minutes = self.instance.minutes_long
            cast(LengthField, self.fields["length"]).add(minutes)
            self.initial["length"] = minutes

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed. Choose another."))
        return starts_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, starts_at = cleaned.get("kind"), cleaned.get("starts_at")
        if kind != Kind.CARE_OFFICE:
            cleaned["with_board"] = False
        if kind != Kind.SITE_VISIT:
            cleaned["location"] = None
        elif not cleaned.get("location"):
            self.add_error("location", _("Choose the location that you visit."))
        elif not cleaned.get("place") and not cleaned.get("video_link"):
            return self._ends(cleaned, starts_at)
        if not cleaned.get("place") and not cleaned.get("video_link"):
            self.add_error("place", _("Fill in a place or a video link, or both."))
        return self._ends(cleaned, starts_at)

    def _ends(
        self, cleaned: dict[str, Any], starts_at: datetime | None
    ) -> dict[str, Any]:
        if starts_at and cleaned.get("length"):
            length = timedelta(minutes=cleaned["length"])
            # Across a change of the clock an hour is still an hour.
            self.instance.ends_at = starts_at.astimezone(UTC) + length
        return cleaned


class ChangeForm(Overtaken, MeetingForm):
    """The same of a meeting that is planned, with the days of its agenda."""

    class Meta(MeetingForm.Meta):
        fields = [*FIELDS, "agenda_goes_out_on", "papers_due_on"]

    field_order = [*FIELDS, "agenda_goes_out_on", "papers_due_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        agenda, papers = cleaned.get("agenda_goes_out_on"), cleaned.get("papers_due_on")
        if agenda and papers and papers > agenda:
            self.add_error(
                "papers_due_on",
                _("Papers come before the agenda goes out, or on that day."),
            )
        return cleaned


class CancelForm(Form):
    """Why a meeting is called off."""

    reason = forms.CharField(
        label=_("Why is it called off?"),
        max_length=300,
        help_text=_(
            "All who were invited can read this. Do not write names or medical details."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuorumForm(Overtaken, Form):
    """How many members must be there to decide."""

    quorum = forms.IntegerField(
        label=_("How many members must be there to decide?"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("Leave empty for more than half of the members."),
        widget=forms.NumberInput(attrs={"class": "w-s", "inputmode": "numeric"}),
    )
