"""A later last day, and who takes over what somebody leaves behind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.actions.handover import Thing
from councils.models import CouncilMembership
from councils.permissions import VOTING_ROLES
from portal.forms import Form
from portal.models import User
from portal.moments import nl_short_date

NOBODY = "nobody"


class ExtendForm(Form):
    """The new last day of a seat."""

    last_day = forms.DateField(
        label=_("New last day"),
        required=False,
        help_text=_("Leave empty when the seat has no end that is known."),
    )


class HandoverForm(Form):
    """One choice for everything, and another for each thing where that differs."""

    def __init__(
        self,
        *args: Any,
        things: list[Thing],
        people: list[CouncilMembership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.things = things
        self.people: dict[str, User] = {str(term.user_id): term.user for term in people}
        self.members = {
            str(term.user_id) for term in people if term.role in VOTING_ROLES
        }
        names = [(pk, person.name) for pk, person in self.people.items()]
        self.fields["everything"] = forms.ChoiceField(
            label=_("Who takes everything over?"),
            choices=[("", _("I choose for each thing")), *names],
            required=False,
        )
        for thing in things:
            others = [
                (pk, name)
                for pk, name in names
                if not thing.is_closed or pk in self.members
            ]
            self.fields[thing.key] = forms.ChoiceField(
                label=thing.title,
                choices=[
                    ("", _("as chosen above")),
                    (NOBODY, _("stays as it is")),
                    *others,
                ],
                required=False,
                help_text=_hint(thing),
            )

        for field in self.fields.values():
            # Each has an answer from the start: nothing to say about leaving it out.
            field.may_wait = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        everything = cleaned.get("everything", "")
        self.takers: dict[str, User] = {}
        for thing in self.things:
            chosen = cleaned.get(thing.key, "") or everything
            if chosen in {"", NOBODY}:
                continue
            if thing.is_closed and chosen not in self.members:
                self.add_error(
                    thing.key,
                    _("Only members read this. Choose a member who takes it over."),
                )
                continue
            self.takers[thing.key] = self.people[chosen]
        if not self.takers and not self.errors:
            self.add_error("everything", _("Choose who takes something over."))
        return cleaned


KINDS = {
    "action": _("an action"),
    "item": _("introduces an agenda item"),
    "paper": _("delivers a paper"),
    "place": _("takes somebody’s place"),
}


def _hint(thing: Thing) -> str:
    kind = str(KINDS[thing.key.partition("-")[0]])
    parts = [kind]
    if thing.is_closed:
        parts.append(str(_("only members read it")))
    if thing.day:
        parts.append(nl_short_date(thing.day))
    return ", ".join(parts)
