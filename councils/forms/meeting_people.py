"""Who comes to a meeting beside the council, and who was there."""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.actions.meeting_people import people_of
from councils.models import (
    Attendee,
    CareOfficeMembership,
    Concession,
    Meeting,
    OrganisationMembership,
)
from portal.forms import Checkboxes, Form
from portal.forms_twice import Overtaken
from portal.models import User

Kind = Meeting.Kind
LONGEST_NAME = 120


class PresenceForm(Overtaken, Form):
    """Who was there, on the list or not."""

    there = forms.MultipleChoiceField(
        label=_("Tick who was there"), required=False, widget=Checkboxes()
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
        self.noted = [each for each in attendees if each.was_present is not None]
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
        self.initial["there"] = [
            str(each.pk)
            for each in asked
            if (each.was_present if self.noted else each.answer == Attendee.Answer.YES)
        ]

    def stood(self) -> list:
        # An answer that comes in meanwhile is nothing that a colleague noted.
        return sorted((str(each.pk), each.was_present) for each in self.noted)

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
    email = forms.EmailField(
        label=_("E-mail address of that guest"), required=False, max_length=254
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        asked = meeting.attendees.filter(came_unasked=False)
        rows = list(asked.select_related("user"))
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
            self._tick_who_is_there()
        else:
            del self.fields["outsiders"]

    def _tick_who_is_there(self) -> None:
        """Who was typed and is on the list already, as by the first of two presses, is
        that one."""
        email = self.data.get("email", "").strip().lower()
        there = [pk for pk, each in self.known.items() if each.email == email]
        if email and there:
            self.data = cast(Any, self.data).copy()
            for pk in there:
                self.data.appendlist("outsiders", pk)
            self.data["name"] = self.data["email"] = ""

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
