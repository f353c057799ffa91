"""Which submissions stand on the desk of the care office."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from councils.permissions import care_office_ids
from portal.choice import choice, typed
from portal.models import User
from portal.prepared import fetch
from procurement.models import Cycle, CycleKind

WAITING, DRAFTED, ANSWERED = "wacht", "concept", "beantwoord"


class DeskFilter:
    """The filters above the list, by what stands in the address."""

    STATES: ClassVar[dict[str, str | Promise]] = {
        WAITING: _("Waits for answers"),
        DRAFTED: _("Answers in draft"),
        ANSWERED: _("Answered"),
    }

    def __init__(self, asked: QueryDict, user: User) -> None:
        rounds = {
            str(pk): capfirst(f"{CycleKind(kind).label} {year}")
            for pk, kind, year in fetch(_rounds, user)
        }
        self.word = typed(asked, "zoek")
        self.choices = [
            choice(asked, "stand", _("State"), self.STATES),
            choice(asked, "ronde", _("Round"), rounds),
        ]
        self.state, self.cycle = (each.chosen for each in self.choices)

    @property
    def is_used(self) -> bool:
        return bool(self.word or self.state or self.cycle)


def _rounds(user: User) -> QuerySet:
    return (
        Cycle.objects.filter(care_office__in=care_office_ids(user))
        .order_by("-contract_year", "sector", "pk")
        .values_list("pk", "kind", "contract_year")
    )
