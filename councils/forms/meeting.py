"""Planning a meeting, changing it, calling it off, and who comes."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.actions.meeting_people import people_of
from councils.models import (
    Attendee,
    CareOfficeMembership,
    Concession,
    Location,
    Meeting,
    OrganisationMembership,
)
from portal.forms import (
    Checkboxes,
    Form,
    ModelForm,
    MomentField,
    Overtaken,
    Radios,
)
from portal.models import User

Kind = Meeting.Kind
USUAL_LENGTH = 120
LONGEST_NAME = 120
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


class QuorumForm(Form):
    """How many members must be there to decide."""

    quorum = forms.IntegerField(
        label=_("How many members must be there to decide?"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("Leave empty for more than half of the members."),
        widget=forms.NumberInput(attrs={"class": "w-s", "inputmode": "numeric"}),
    )


class PresenceForm(Form):
    """Who was there, on the list or not."""

    there = forms.MultipleChoiceField(
        label=_("Who was there?"), required=False, widget=Checkboxes()
    )
    unasked = forms.MultipleChoiceField(
        label=_("Who of the council was there too?"),
        required=False,
        widget=Checkboxes(),
        help_text=_("They were not asked. A member counts for the quorum."),
    )
    guests = forms.CharField(
        label=_("Guests who were not on the list"),
        required=False,
        max_length=2000,
        help_text=_("One name on each line. They get no mail."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        attendees: list[Attendee],
        others: Collection[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if others:
            unasked = cast(forms.MultipleChoiceField, self.fields["unasked"])
            unasked.choices = [(str(user.pk), user.name) for user in others]
        else:
            del self.fields["unasked"]
        field = cast(forms.MultipleChoiceField, self.fields["there"])
        asked = [each for each in attendees if not each.came_unasked]
        came = [each for each in attendees if each.came_unasked]
        field.choices = [(str(each.pk), _label(each)) for each in asked]
        self.initial["unasked"] = [str(each.user_id) for each in came if each.user_id]
        self.initial["guests"] = "\n".join(each.name for each in came if each.is_guest)
        is_noted = any(each.was_present is not None for each in attendees)
        self.initial["there"] = [
            str(each.pk)
            for each in asked
            if (each.was_present if is_noted else each.answer == Attendee.Answer.YES)
        ]

    def clean_guests(self) -> list[str]:
        lines = self.cleaned_data["guests"].splitlines()
        names = [name for line in lines if (name := " ".join(line.split()))]
        if any(len(name) > LONGEST_NAME for name in names):
            raise forms.ValidationError(
                _("One of the names is too long. Write each name on a line of its own.")
            )
        return names

    def chosen(self) -> dict[str, Any]:
        """What the action asks for."""
        cleaned = self.cleaned_data
        return {
            "present": {UUID(pk) for pk in cleaned["there"]},
            "unasked": {UUID(pk) for pk in cleaned.get("unasked", [])},
            "names": cleaned["guests"],
        }


def _label(attendee: Attendee) -> str:
    if attendee.is_guest:
        return str(_("%(name)s, guest") % {"name": attendee.name})
    return attendee.name


class PeopleForm(Overtaken, Form):
    """Who is asked beside the council; of a working group also who of the council."""

    members = forms.MultipleChoiceField(
        label=_("Who of the council takes part?"), required=False, widget=Checkboxes()
    )
    staff = forms.MultipleChoiceField(
        label=_("Who of the organisation?"), required=False, widget=Checkboxes()
    )
    office = forms.MultipleChoiceField(
        label=_("Who of the care office?"), required=False, widget=Checkboxes()
    )
    outsiders = forms.MultipleChoiceField(
        label=_("Other guests"), required=False, widget=Checkboxes()
    )
    name = forms.CharField(
        label=_("Name of another guest"),
        required=False,
        max_length=120,
        help_text=_("Somebody who has no account here, for instance a speaker."),
    )
    email = forms.EmailField(label=_("E-mail address of that guest"), required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        rows = list(meeting.attendees.select_related("user"))
        self.known = {str(each.pk): each for each in rows if each.user_id is None}
        self.users = {
            "members": self._members(),
            "staff": _staff(meeting),
            "office": _office(meeting),
        }
        there = {str(each.user_id) for each in rows}
        for name, people in self.users.items():
            if not people:
                del self.fields[name]
                continue
            field = cast(forms.MultipleChoiceField, self.fields[name])
            field.choices = [(pk, label) for pk, (_user, label) in people.items()]
            self.initial[name] = [pk for pk in people if pk in there]
        if self.known:
            field = cast(forms.MultipleChoiceField, self.fields["outsiders"])
            field.choices = [
                (pk, f"{each.name}, {each.email}") for pk, each in self.known.items()
            ]
            self.initial["outsiders"] = list(self.known)
        else:
            del self.fields["outsiders"]

    def _members(self) -> dict[str, tuple[Any, str]]:
        if self.meeting.kind != Kind.WORKING_GROUP:
            return {}
        people = people_of(self.meeting)
        return {str(user.pk): (user, user.name) for user in people}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("name") and not cleaned.get("email"):
            self.add_error("email", _("Fill in where the invitation must go."))
        if cleaned.get("email") and not cleaned.get("name"):
            self.add_error("name", _("Fill in the name of this guest."))
        if "members" in self.fields and cleaned.get("members") == []:
            self.add_error("members", _("Choose at least one person of the council."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """What the action asks for."""
        cleaned = self.cleaned_data
        guests = [
            self.users[name][pk][0]
            for name in ("staff", "office")
            for pk in cleaned.get(name, [])
        ]
        kept = [self.known[pk] for pk in cleaned.get("outsiders", [])]
        outsiders = [(each.name, each.email) for each in kept]
        if cleaned["email"]:
            outsiders.append((cleaned["name"], cleaned["email"]))
        members = None
        if "members" in self.fields:
            members = {UUID(pk) for pk in cleaned["members"]}
        return {"guests": guests, "outsiders": outsiders, "members": members}


def _staff(meeting: Meeting) -> dict[str, tuple[Any, str]]:
    terms = OrganisationMembership.objects.current().filter(
        organisation=meeting.council.organisation_id
    )
    return _people(terms)


def _office(meeting: Meeting) -> dict[str, tuple[Any, str]]:
    serving = Concession.objects.current().filter(
        region__organisations=meeting.council.organisation_id
    )
    terms = CareOfficeMembership.objects.current().filter(
        care_office__in=serving.values("care_office")
    )
    return _people(terms)


def _people(terms: Any) -> dict[str, tuple[Any, str]]:
    return {
        str(term.user_id): (
            term.user,
            f"{term.user.name}, {term.get_role_display()}",
        )
        for term in terms.select_related("user").order_by("user__name")
    }
