"""When a rule is due for a phase as it stands, and the deadline that its mail names."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.dates import moment
from portal.ical import Event, calendar_text, deadline, uid
from procurement.models import Phase, ReminderRule

Moment = ReminderRule.Moment

# For these the deadline may have passed: that is what they are about.
AFTER_THE_DEADLINE = {Moment.OVERDUE, Moment.SIGNATURE, Moment.ANSWERS}


class Times(NamedTuple):
    """When somebody is reminded, and the date that it is about."""

    due_at: datetime
    deadline: datetime


def council_date(phase: Phase, *, is_local: bool) -> datetime:
    """The date of a council: one under a central council has an earlier one."""
    dates = phase.dates
    return dates.local.moment if is_local else dates.central.moment


def times(rule: ReminderRule, phase: Phase, *, is_local: bool) -> Times:
    """When ``rule`` is due; for what a council itself sets off, see ``times_after``."""
    if rule.moment == Moment.CLOSING:
        return Times(_before(phase.closes_at, rule), phase.closes_at)
    if rule.moment == Moment.OVERDUE:
        due_at = _after(timezone.localdate(phase.closes_at), rule)
        return Times(max(due_at, phase.closes_at), phase.closes_at)
    ends = council_date(phase, is_local=is_local)
    if rule.moment == Moment.COUNCIL_DATE:
        return Times(_before(ends, rule), ends)
    return Times(_after(phase.opens_on, rule), ends)


def times_after(rule: ReminderRule, phase: Phase, at: datetime) -> Times:
    """When ``rule`` is due after something that happened ``at`` a moment."""
    return Times(_after(timezone.localdate(at), rule), phase.closes_at)


def _before(end: datetime, rule: ReminderRule) -> datetime:
    return moment(timezone.localdate(end) - timedelta(days=rule.days), rule.at)


def _after(day: date, rule: ReminderRule) -> datetime:
    return moment(day + timedelta(days=rule.days), rule.at)


# --- For people's own calendars --------------------------------------------------


def calendar_of(
    phase: Phase, whose: set[str], *, changes: int, changed_at: datetime, link: str
) -> str:
    """The dates of a phase as appointments: of the "local" council, the "central" one,
    or the "closing". Each keeps its name; ``changes`` of date move it."""
    ends = {
        "local": (phase.dates.local.moment, _("Date of your council")),
        "central": (phase.dates.central.moment, _("Date of your council")),
        "closing": (phase.closes_at, _("Closes at the care office")),
    }
    events: list[Event] = []
    for name in sorted(whose):
        at, label = ends[name]
        events.append(
            deadline(
                at=at,
                uid=uid(f"phase-{name}", phase.pk),
                title=f"{label}: {phase.get_kind_display()}",
                modified_at=changed_at,
                sequence=changes,
                url=link,
            )
        )
    return calendar_text(events)
