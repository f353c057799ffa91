"""The reminders that a reader may still expect while a step runs."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, Q
from django.utils import timezone

from portal.models import MailOptOut, User
from portal.seats import Seat
from procurement.actions.reminder_dates import Moment, times
from procurement.actions.reminder_due import TEMPLATES
from procurement.facts import PEOPLE
from procurement.models import Phase, PhaseRole, ReminderRule
from procurement.views.own_choice import OwnChoice

# What follows from the dates alone, and comes before the closing.
FORESEEN = (Moment.OPENING, Moment.COUNCIL_DATE, Moment.CLOSING)


def planned_mails(
    phases: Iterable[Phase],
    seats: Iterable[Seat],
    user: User,
    choices: Iterable[OwnChoice],
) -> dict[UUID, list[date]]:
    """The days on which ``user`` hears of each phase, if something is left to do then.

    One query: the rules in use, without the kinds of mail that are switched off.
    """
    now, phases, seats = timezone.now(), list(phases), list(seats)
    rules = ReminderRule.objects.filter(
        is_active=True, moment__in=FORESEEN, phase_kind__in={p.kind for p in phases}
    )
    for moment in FORESEEN:
        off = MailOptOut.objects.filter(user=user, kind=TEMPLATES[moment])
        rules = rules.exclude(Q(moment=moment) & Exists(off))
    silent = {
        (each.council_id, phase.pk)
        for each in choices
        for phase in phases
        if each.why_no_words(phase)
    }
    days: dict[UUID, set[date]] = {}
    for rule in rules:
        people = PEOPLE[PhaseRole(rule.role)]
        for phase in phases:
            for seat in seats:
                if rule.phase_kind != phase.kind or not seat.acts_as & people:
                    continue
                if (seat.party_id, phase.pk) in silent:
                    continue
                is_local = seat.kind != "central" and seat.parent_id is not None
                due_at = times(rule, phase, is_local=is_local).due_at
                if due_at > now:
                    days.setdefault(phase.pk, set()).add(timezone.localdate(due_at))
    return {pk: sorted(found) for pk, found in days.items()}
