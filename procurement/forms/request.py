"""A question to councils: its purpose, its date, and to whom it goes."""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import CareOfficeMembership, Council, Region
from councils.permissions import care_office_ids
from portal.forms import Checkboxes, Form, ModelForm, MomentField, Radios
from portal.models import User
from portal.moments import nl_datetime
from procurement.actions.request import PURPOSE, Choice, region_ids
from procurement.models import InformationRequest, Phase, Right

# So many councils are shown at once; who looks for another, searches.
MOST_SHOWN = 50
Selection = InformationRequest.Selection


class PhaseChoice(forms.ModelChoiceField):
    """The steps of a care office's rounds, under the name of their round."""

    def offer(self, user: User) -> None:
        """Offer the steps that are not past, of rounds that ``user`` plans."""
        phases = (
            Phase.objects.filter(
                cycle__care_office__in=care_office_ids(user),
                closes_at__gt=timezone.now(),
            )
            .select_related("cycle")
            .order_by("-cycle__contract_year", "cycle__sector", "cycle", "order")
        )
        self.queryset = phases
        self.choices = list(self._grouped(phases))

    def _grouped(self, phases: QuerySet[Phase]) -> Iterator[tuple[str, list]]:
        for cycle, steps in groupby(phases, key=lambda phase: phase.cycle):
            yield (
                f"{cycle.title}, {cycle.get_sector_display()}",
                [(step.pk, f"{step.order}. {step}") for step in steps],
            )


class CouncilChoice(forms.ModelMultipleChoiceField):
    """Councils with the organisation that they belong to."""

    widget = Checkboxes

    def label_from_instance(self, council: Council) -> str:
        return f"{council.name} ({council.organisation.name})"


class RequestForm(ModelForm):
    """A draft may be incomplete; ``is_whole`` asks for everything that councils need.

    ``search`` looks for councils and saves nothing.
    """

    councils = CouncilChoice(
        Council.objects.none(), label=_("Chosen councils"), required=False
    )
    search = forms.CharField(
        label=_("Look for a council or an organisation"), required=False, max_length=80
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = InformationRequest
        fields = [
            "phase",
            "title",
            "what",
            "why",
            "use",
            "readers",
            "not_asked",
            "closes_at",
            "right",
            "legal_note",
            "contact",
            "selection",
            "regions",
        ]
        field_classes = {"closes_at": MomentField, "phase": PhaseChoice}
        labels = {
            "phase": _("At which step of which round?"),
            "title": _("Your question in one sentence"),
            "what": _("What do you ask?"),
            "why": _("Why do you ask this?"),
            "use": _("How do you use what councils write?"),
            "readers": _("Who reads it?"),
            "not_asked": _("What do you not ask?"),
            "closes_at": _("When do you close?"),
            "right": _("Which right applies?"),
            "legal_note": _("Your note on this right"),
            "contact": _("Whom can councils call?"),
            "selection": _("Which councils do you ask?"),
            "regions": _("Which regions?"),
        }
        help_texts = {
            "title": _("A question that people understand at once."),
            "what": _("Plain words. Say what people can tell you about."),
            "why": _("Then councils know what their words are for."),
            "use": _("Say what you do with it, and when councils hear of it."),
            "readers": _("Name people or functions. Councils choose per text."),
            "not_asked": _("For example names, rosters or medical details."),
            "closes_at": _("Councils get an earlier date, by the days of the step."),
        }
        widgets = {
            "what": forms.Textarea(attrs={"rows": 6}),
            "why": forms.Textarea(attrs={"rows": 4}),
            "use": forms.Textarea(attrs={"rows": 4}),
            "readers": forms.Textarea(attrs={"rows": 3}),
            "not_asked": forms.Textarea(attrs={"rows": 3}),
            "legal_note": forms.Textarea(attrs={"rows": 3}),
            "right": Radios(
                {
                    Right.INPUT: _("Councils give input by agreement."),
                    Right.INFORMATION: _("You inform councils; they need not answer."),
                }
            ),
            "selection": Radios,
            "regions": Checkboxes,
        }

    def __init__(
        self, *args: Any, user: User, is_whole: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial.setdefault("revision", self.instance.revision)
        fields: dict[str, Any] = self.fields
        fields["phase"].offer(user)
        fields["contact"].queryset = _colleagues(user)
        fields["regions"].queryset = self._regions()
        fields["regions"].required = False
        fields["councils"].queryset = self._shown_councils()
        self.is_whole = is_whole

    def full_clean(self) -> None:
        needed = [*PURPOSE, "contact"]
        for name in needed:
            self.fields[name].required = self.is_whole or name == "title"
        super().full_clean()
        for name in needed:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        phase, closes_at = cleaned.get("phase"), cleaned.get("closes_at")
        if phase and closes_at:
            self._check_window(phase, closes_at)
        if self.is_whole:
            selection = cleaned.get("selection")
            if selection == Selection.REGION and not cleaned.get("regions"):
                self.add_error("regions", _("Choose one region or more."))
            if selection == Selection.CHOSEN and not cleaned.get("councils"):
                self.add_error("councils", _("Choose one council or more."))
        return cleaned

    def choice(self) -> Choice:
        """To whom the draft will go."""
        return Choice(self.cleaned_data["regions"], self.cleaned_data["councils"])

    def go_on_from(self, request: InformationRequest) -> None:
        """Let the next save come after that of a colleague."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["revision"] = str(request.revision)  # type: ignore[index]

    def _check_window(self, phase: Phase, closes_at: Any) -> None:
        if closes_at > phase.closes_at:
            self.add_error(
                "closes_at",
                forms.ValidationError(
                    _("The step itself closes on %(moment)s. Choose an earlier date."),
                    params={"moment": nl_datetime(phase.closes_at)},
                ),
            )
        elif timezone.localdate(closes_at) < phase.opens_on:
            self.add_error(
                "closes_at", _("The step has not begun then. Choose a later date.")
            )

    def _regions(self) -> QuerySet[Region]:
        served = Region.objects.filter(
            concessions__care_office__in=care_office_ids(self.user)
        ).distinct()
        allowed = self._region_ids()
        return served if allowed is None else served.filter(pk__in=allowed)

    def _shown_councils(self) -> QuerySet[Council]:
        """The councils that were ticked, and those that the search finds."""
        chosen = self._chosen_ids()
        reach = self._reach()
        search = (self["search"].value() or "").strip()[:80]
        found: Collection[UUID] = []
        if search and "\0" not in search:
            found = reach.filter(
                Q(name__icontains=search)
                | Q(organisation__name__icontains=search)
                | Q(locations__municipality__name__icontains=search)
            ).values_list("pk", flat=True)[:MOST_SHOWN]
        self.found = len(set(found) - set(chosen))
        return (
            reach.filter(pk__in=[*chosen, *found])
            .select_related("organisation")
            .order_by("organisation__name", "name")
        )

    def _chosen_ids(self) -> list[UUID]:
        if not self.is_bound:
            return (
                list(self.instance.asked.values_list("council", flat=True))
                if (self.instance.revision)
                else []
            )
        field = forms.UUIDField()
        ids, typed = (
            [],
            self.fields["councils"].widget.value_from_datadict(
                self.data, self.files, self.add_prefix("councils")
            ),
        )
        for value in typed or []:
            try:
                ids.append(field.clean(value))
            except forms.ValidationError:
                continue
        return ids

    def _reach(self) -> QuerySet[Council]:
        phase = self._typed_phase()
        if phase is None:
            return Council.objects.none()
        request = InformationRequest(cycle=phase.cycle, phase=phase)
        return request.reach(region_ids(self.user, request))

    def _region_ids(self) -> list[UUID] | None:
        phase = self._typed_phase()
        if phase is None:
            return None
        return region_ids(self.user, InformationRequest(cycle=phase.cycle))

    def _typed_phase(self) -> Phase | None:
        try:
            return self.fields["phase"].clean(self["phase"].value())
        except forms.ValidationError:
            return None


class WithdrawForm(Form):
    """Why a question is taken back."""

    reason = forms.CharField(
        label=_("Why do you withdraw this request?"),
        help_text=_("Councils that were asked read this."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Give your reason. The council wants to know why.")
        },
    )


def _colleagues(user: User) -> QuerySet[User]:
    terms = CareOfficeMembership.objects.current().filter(
        care_office__in=care_office_ids(user)
    )
    return User.objects.filter(pk__in=terms.values("user")).order_by("name")
