"""What somebody proposes for the plan of a council and its board, and agreeing."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from councils.models import Decision
from portal.forms import Form, Radios
from portal.moments import nl_datetime
from procurement.actions.back_planning import Kind
from procurement.actions.work_plan_basis import Draft
from procurement.models import Phase

MOST_DAYS = 200
MOST_WEEKS = 26
BY_HAND = (Kind.START, Kind.PAPERS, Kind.LOCAL, Kind.DECISION, Kind.BOARD)


def _number(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
        validators=[MinValueValidator(0), MaxValueValidator(most)],
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False)


class PlanForm(Form):
    """The days that everybody needs, and dates set by hand."""

    phase = forms.ChoiceField(
        label=_("Which closing do you count back from?"), widget=Radios
    )
    board_days = _number(_("Days that the board needs to adopt"), MOST_DAYS)
    consultation_weeks = _number(_("Weeks that local councils have"), MOST_WEEKS)
    papers_days = _number(_("Days to read the papers"), MOST_DAYS)
    start = _day(_("Talk the plan through"))
    papers = _day(_("The papers are with the councils"))
    local = _day(_("Local councils have said what they think"))
    decision = _day(_("The central council decides"))
    board = _day(_("The board adopts"))
    reason = forms.CharField(
        label=_("Why do you change it?"),
        help_text=_("Both sides read this."),
        widget=forms.Textarea(attrs={"class": "own", "rows": 2}),
        max_length=500,
        error_messages={
            "required": _("Say why you change it. The other side reads this.")
        },
    )

    def __init__(
        self, *args: Any, draft: Draft, phases: list[Phase], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {
            "phase": str(draft.phase.pk),
            "board_days": draft.board_days,
            "consultation_weeks": draft.consultation_weeks,
            "papers_days": draft.papers_days,
            **draft.chosen,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.draft = draft
        for kind in draft.over:
            del self.fields[str(kind)]
        self.phases = {str(each.pk): each for each in phases}
        if len(phases) > 1:
            phase: Any = self.fields["phase"]
            phase.choices = [
                (pk, f"{each.get_kind_display()}: {nl_datetime(each.closes_at)}")
                for pk, each in self.phases.items()
            ]
        else:
            del self.fields["phase"]

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"{name}"] for name in ("board_days", *COUNCIL_DAYS)]

    @property
    def by_hand(self) -> list[forms.BoundField]:
        return [self[str(kind)] for kind in BY_HAND if str(kind) in self.fields]

    @property
    def has_dates(self) -> bool:
        """Whether a date was set by hand, or is wrong."""
        return any(field.value() or field.errors for field in self.by_hand)

    def proposed(self) -> Draft:
        """The draft as typed."""
        typed = self.cleaned_data
        chosen: dict[str, date] = {
            str(kind): typed[str(kind)] for kind in BY_HAND if typed.get(str(kind))
        }
        return Draft(
            self.phases.get(typed.get("phase", ""), self.draft.phase),
            typed["board_days"],
            typed["consultation_weeks"],
            typed["papers_days"],
            chosen,
            self.draft.over,
        )

    def name_misfits(self, dropped: dict[str, date], over_until: date) -> None:
        """Say beside each date that breaks the order what is wrong with it."""
        early = _("This lies before a date that has been. Choose a later.")
        late = _("This lies after the date that comes next. Choose an earlier.")
        for kind, day in dropped.items():
            self.add_error(kind, early if day < over_until else late)


COUNCIL_DAYS = ("consultation_weeks", "papers_days")


class AgreeForm(Form):
    """Agreeing, for a council with the decision that it rests on."""

    decision = forms.ModelChoiceField(
        Decision.objects.none(),
        label=_("Which decision of the council?"),
        help_text=_("You may leave this out."),
        required=False,
        empty_label=_("No decision"),
    )

    def __init__(
        self, *args: Any, decisions: QuerySet[Decision] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if decisions is None:
            del self.fields["decision"]
            return
        field: Any = self.fields["decision"]
        field.queryset = decisions
        field.label_from_instance = lambda each: f"{each.reference}: {each.text[:80]}"
