"""Whether, from where and how a council takes part in a round; and why it leaves."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.models import Council, Decision
from portal.forms import Checkboxes, Form, Radios
from portal.models import User
from portal.moments import nl_short_date
from procurement.actions.participation import may_enter_at
from procurement.actions.planning import days_from_entry
from procurement.forms.decision import choices_of
from procurement.models import Participation, Phase

Level, Step = Participation.Level, Participation.Step
YES, NOT_THIS_ROUND = "yes", "no"
ANSWERS = [
    (YES, gettext_lazy("Yes, our council joins")),
    (NOT_THIS_ROUND, gettext_lazy("Not this round")),
]
LEVELS = [
    (Level.READ_ALONG, gettext_lazy("Read along")),
    (Level.TALK_ALONG, gettext_lazy("Talk along")),
    (Level.CO_ASSESS, gettext_lazy("Co-assess")),
    (Level.ADVISE, gettext_lazy("Advise")),
]
SCOPES = [
    ("organisation", gettext_lazy("inside the organisation")),
    ("region", gettext_lazy("in the region")),
]
SCOPE_HINTS = {
    "organisation": gettext_lazy("Then your organisation sees that you take part."),
    "region": gettext_lazy("Then the care office sees that you take part."),
}


class OfDecision(Form):
    """By which decision a council chose, if it is one of its recorded ones."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Which decision of the council was it?"),
        help_text=gettext_lazy("Leave this open if it stands in no minutes yet."),
        required=False,
    )
    # The number of the choice that was on the screen.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, decisions: Iterable[Decision], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.decisions = {str(each.pk): each for each in decisions}
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices_of(list(self.decisions.values()))
        if not self.decisions:
            field.widget = forms.HiddenInput()

    def chosen_decision(self) -> Decision | None:
        return self.decisions.get(self.cleaned_data["decision"])


class EntryStep(NamedTuple):
    """A step from which a council can join: a line to choose, and what it asks."""

    pk: str
    line: str
    asks: str


class ParticipationForm(OfDecision):
    """From which step on, how, and where; or not this time."""

    joins = forms.ChoiceField(
        label=gettext_lazy("Does your council join?"), choices=ANSWERS, widget=Radios
    )
    entry = forms.ChoiceField(
        label=gettext_lazy("From which phase do you join?"), required=False
    )
    level = forms.ChoiceField(
        label=gettext_lazy("How do you take part?"),
        choices=LEVELS,
        widget=Radios,
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Where do you take part?"),
        choices=SCOPES,
        widget=Checkboxes(SCOPE_HINTS),
        required=False,
    )
    field_order = ("joins", "entry", "level", "scopes", "decision", "seen")

    def __init__(
        self,
        *args: Any,
        phases: Sequence[Phase],
        newest: Participation | None,
        council: Council,
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.phases = {str(each.pk): each for each in phases}
        self.newest, self.council = newest, council
        self.of_organisation = any(each.cycle.organisation_id for each in phases)
        if newest is not None and newest.step != Step.DECLINE:
            # Who is in leaves with a reason, and who left can only come back.
            del self.fields["joins"]
        self.steps = [
            self._step(pk, phase)
            for pk, phase in self.phases.items()
            if may_enter_at(newest, phase)
        ]
        entry = self.fields["entry"]
        assert isinstance(entry, forms.ChoiceField)
        choices = [(step.pk, step.line) for step in self.steps]
        if newest is not None and newest.takes_part and len(choices) == 1:
            entry.widget = forms.HiddenInput()
            self.steps = []
        entry.choices = [("", _("Choose a step")), *choices]
        for name in ("entry", "level", "scopes"):
            # Needed by who takes part, which only the answer above tells.
            self.fields[name].may_wait = True  # type: ignore[attr-defined]
        if self.of_organisation:
            del self.fields["scopes"]

    def _step(self, pk: str, phase: Phase) -> EntryStep:
        """When the step runs, what it asks, and whether there is time for it."""
        began = phase.state != Phase.State.COMING
        words = {"step": f"{phase.order}. {phase}"}
        line = _("%(step)s (running now)") % words
        if not began:
            words["date"] = nl_short_date(phase.opens_on)
            line = _("%(step)s (from %(date)s)") % words
        return EntryStep(pk, line, self._asks(phase))

    def _asks(self, phase: Phase) -> str:
        said = [phase.council_can]
        if phase.councils_deliver:
            has_parent = self.council.parent_id is not None
            due = phase.dates.for_kind(self.council.kind, has_parent)
            said.append(
                _("Your council's date is %(date)s.")
                % {"date": nl_short_date(timezone.localdate(due))}
            )
            days = days_from_entry(phase, due)
            if days < settings.COUNCIL_WORKING_DAYS:
                said.append(
                    _(
                        "Your council then has %(days)s working days. The minimum is "
                        "%(minimum)s."
                    )
                    % {"days": days, "minimum": settings.COUNCIL_WORKING_DAYS}
                )
        return " ".join(filter(None, said))

    def clean(self) -> None:
        super().clean()
        if "joins" in self.fields and self.cleaned_data.get("joins") != YES:
            return
        if not self.cleaned_data.get("entry"):
            self.add_error("entry", _("Choose from which step your council joins."))
        if not self.cleaned_data.get("level"):
            self.add_error("level", _("Choose how your council takes part."))
        if not self.of_organisation and not self.cleaned_data.get("scopes"):
            self.add_error("scopes", _("Choose one of the two, or both."))

    def choice(self, council: Council) -> Participation:
        """What was chosen, unsaved."""
        given = self.cleaned_data
        phase = self.phases.get(given["entry"])
        if given.get("joins") == NOT_THIS_ROUND:
            phase = None
        scopes = given.get("scopes") or []
        cycle = next(iter(self.phases.values())).cycle
        return Participation(
            council=council,
            cycle=cycle,
            step=Step.JOIN if phase else Step.DECLINE,
            from_phase=phase,
            level=given["level"] if phase else "",
            in_organisation=self.of_organisation or "organisation" in scopes,
            in_region=not self.of_organisation and "region" in scopes,
            decision=self.chosen_decision(),
        )


class LeaveForm(OfDecision):
    """Why a council leaves; those who knew that it took part read it."""

    reason = forms.CharField(
        label=gettext_lazy("Why does your council leave?"),
        widget=forms.Textarea(attrs={"class": "own", "rows": 4}),
        max_length=500,
        error_messages={
            "required": gettext_lazy("Say why your council leaves. Others read this.")
        },
    )
    field_order = ("reason", "decision", "seen")

    def choice(self, newest: Participation) -> Participation:
        """Leaving what ``newest`` joined, unsaved."""
        return Participation(
            council=newest.council,
            cycle=newest.cycle,
            step=Step.LEAVE,
            reason=self.cleaned_data["reason"],
            decision=self.chosen_decision(),
        )
