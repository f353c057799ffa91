"""Starting a round, and the dates, texts and tasks of its steps."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareOffice, CareOrganisation, Sector
from portal.forms import Form, ModelForm, MomentField, Radios
from portal.seats import Seat
from procurement.models import CycleKind, CycleTemplate, Phase, PhaseRole, PhaseTask

# How many years around the contract year a date may lie.
YEARS_AROUND = 3
MOST_DAYS = 200
MOST_MINUTES = 600
DATES = {
    "opens_on",
    "closes_at",
    "councils_deliver",
    "organisation_days",
    "central_days",
    "local_days",
}
PARTY_OF_KIND = {
    CycleKind.PROCUREMENT: "care_office",
    CycleKind.QUALITY_PLAN: "organisation",
}


class CycleForm(Form):
    """A new round: of whom, after which template, for which year and sector."""

    template = forms.ModelChoiceField(
        CycleTemplate.objects.none(), label=_("Which template?"), widget=Radios
    )
    owner = forms.ChoiceField(label=_("Whose round is it?"), widget=Radios)
    contract_year = forms.IntegerField(
        label=_("For which contract year?"),
        help_text=_("The year for which care is bought, not the year of the round."),
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )
    sector = forms.ChoiceField(
        label=_("Which sector?"), choices=Sector.choices, widget=Radios
    )

    def __init__(self, *args: Any, seats: list[Seat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {
            str(seat.party_id): seat for seat in seats if seat.party != "council"
        }
        parties = {seat.party for seat in self.seats.values()}
        kinds = [kind for kind, party in PARTY_OF_KIND.items() if party in parties]
        templates = CycleTemplate.objects.filter(is_active=True, kind__in=kinds)
        template: Any = self.fields["template"]
        template.queryset, template.empty_label = templates, None
        owner: Any = self.fields["owner"]
        owner.choices = [
            (party_id, seat.party_name) for party_id, seat in self.seats.items()
        ]
        if len(self.seats) == 1:
            owner.initial = next(iter(self.seats))
            owner.widget = forms.HiddenInput()
        if templates.count() == 1:
            template.initial = templates[0]
        today = timezone.localdate()
        year = today.year
        # A round begins in the November two years before its contract year.
        self.fields["contract_year"].initial = year + (2 if today.month >= 9 else 1)
        self.fields["contract_year"].validators += [
            MinValueValidator(year),
            MaxValueValidator(year + 5),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        template, owner = cleaned.get("template"), cleaned.get("owner")
        if (
            template
            and owner
            and self.seats[owner].party != PARTY_OF_KIND[template.kind]
        ):
            self.add_error(
                "template",
                _("This template is for another kind of round. Choose the other."),
            )
        return cleaned

    def party(self) -> dict[str, Any]:
        """The owner as the action wants it: ``care_office`` or ``organisation``."""
        seat = self.seats[self.cleaned_data["owner"]]
        models: dict[str, Any] = {
            "care_office": CareOffice,
            "organisation": CareOrganisation,
        }
        return {seat.party: models[seat.party].objects.get(pk=seat.party_id)}


class PhaseForm(ModelForm):
    """One step of a round: its window, the days of each side, and what it says."""

    reason = forms.CharField(
        label=_("Why does the date change?"),
        max_length=300,
        required=False,
        help_text=_(
            "Needed when a date changes. Everybody who was told the old date reads it."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Phase
        fields = [
            "opens_on",
            "closes_at",
            "councils_deliver",
            "local_days",
            "central_days",
            "organisation_days",
            "what_happens",
            "council_can",
            "kept_because",
        ]
        field_classes = {"closes_at": MomentField}
        labels = {
            "opens_on": _("First day"),
            "closes_at": _("Closes on"),
            "councils_deliver": _("Councils hand something in"),
            "local_days": _("Days before the date of the central council"),
            "central_days": _("Days before the date of the organisation"),
            "organisation_days": _("Days before the closing"),
            "what_happens": _("What happens?"),
            "council_can": _("What can a council do?"),
            "kept_because": _(
                "Why do you keep this date? Councils can read your reason."
            ),
        }
        help_texts = {
            "councils_deliver": _(
                "Then councils get dates of their own, before the closing."
            ),
            "local_days": _("So long has the central council for local words."),
            "central_days": _("So long has the organisation for the council's words."),
            "organisation_days": _("0 when the organisation needs no time of its own."),
            "what_happens": _("One sentence, in plain words."),
            "council_can": _("One sentence. Begin with what somebody does."),
        }
        widgets = {
            "what_happens": forms.Textarea(attrs={"rows": 3}),
            "council_can": forms.Textarea(attrs={"rows": 3}),
            **{
                name: forms.NumberInput(attrs={"class": "w-s"})
                for name in ("local_days", "central_days", "organisation_days")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("what_happens", "council_can"):
            self.fields[name].required = True
        for name, least in (
            ("local_days", 1),
            ("central_days", 1),
            ("organisation_days", 0),
        ):
            self.fields[name].validators = [
                MinValueValidator(least),
                MaxValueValidator(MOST_DAYS),
            ]
        self.initial.setdefault("revision", self.instance.revision)
        if not self.instance.cycle.is_published:
            del self.fields["reason"]
        if not self.instance.kept_because:
            self.fields["kept_because"].widget = forms.HiddenInput()

    def clean_opens_on(self) -> Any:
        return self._near_the_year(self.cleaned_data["opens_on"], "opens_on")

    def clean_closes_at(self) -> Any:
        return self._near_the_year(self.cleaned_data["closes_at"], "closes_at")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opens_on, closes_at = cleaned.get("opens_on"), cleaned.get("closes_at")
        if opens_on and closes_at and timezone.localdate(closes_at) < opens_on:
            self.add_error(
                "closes_at",
                _("The end lies before the start. Change one of the two dates."),
            )
        if "reason" in self.fields and not cleaned.get("reason") and self.moves():
            self.add_error(
                "reason", _("Give your reason. The council wants to know why.")
            )
        return cleaned

    def moves(self) -> bool:
        """Whether a date becomes another one: one's own, or that of a council."""
        return bool(DATES & set(self.changed_data))

    def ask_to_keep(self) -> None:
        """Show the question why an awkward date stays."""
        self.fields["kept_because"].widget = forms.Textarea(attrs={"rows": 2})

    def go_on_from(self, phase: Phase) -> None:
        """Let the next save come after that of a colleague."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["revision"] = str(phase.revision)  # type: ignore[index]

    def _near_the_year(self, value: Any, name: str) -> Any:
        year = self.instance.cycle.contract_year
        if abs(value.year - year) > YEARS_AROUND:
            raise forms.ValidationError(
                _("This round is about %(year)s. Choose a date nearer to it."),
                params={"year": year},
            )
        return value


class TaskForm(ModelForm):
    """What a step asks of one role; an empty first line asks nothing."""

    class Meta:
        model = PhaseTask
        fields = ["what", "why", "minutes"]
        labels = {
            "what": _("What do you ask?"),
            "why": _("Why?"),
            "minutes": _("How many minutes?"),
        }
        widgets = {"minutes": forms.NumberInput(attrs={"class": "w-s"})}

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, prefix=role)
        self.role = PhaseRole(role)
        for field in self.fields.values():
            field.required = False
        self.fields["minutes"].validators = [
            MinValueValidator(1),
            MaxValueValidator(MOST_MINUTES),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("what"):
            if not cleaned.get("why"):
                self.add_error("why", _("Say why you ask this. Then people do it."))
            if not cleaned.get("minutes") and "minutes" not in self.errors:
                self.add_error("minutes", _("Say how many minutes it takes."))
        return cleaned

    def task(self) -> PhaseTask | None:
        """The task as typed, or None for a role that is asked nothing."""
        if not self.cleaned_data.get("what"):
            return None
        return PhaseTask(role=self.role, **self.cleaned_data)
