"""Tells whoever was mailed a date that it is another one now, with the appointment."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from portal import mail
from portal.models import OutgoingMail, User
from procurement.actions.reminder_dates import Moment, council_date
from procurement.actions.reminder_due import is_local
from procurement.actions.reminder_mail import (
    home_link,
    phase_calendar,
    round_title,
)
from procurement.models import DateChange, Phase, Reminder

BATCH = 500
# The others name the date of the council.
NAMES_CLOSING = {Moment.CLOSING, Moment.SIGNATURE}


def tell_moved() -> int:
    """Mail about every change of date that nobody was told of yet.

    Several changes of one phase between two runs are told as one; a date that came
    back to where it was is not told at all.
    """
    count = 0
    waiting = DateChange.objects.filter(told_at__isnull=True)
    for phase_id in set(waiting.values_list("phase", flat=True)):
        count += _tell(phase_id)
    return count


def untold() -> list[OutgoingMail]:
    """The mails that the next run would send; nothing is written."""
    changes: dict[UUID, list[DateChange]] = {}
    for each in DateChange.objects.filter(told_at__isnull=True).order_by("at", "pk"):
        changes.setdefault(each.phase_id, []).append(each)
    return [
        mail
        for phase_id, some in changes.items()
        for mail in _mails(_phase(phase_id), some)
    ]


@transaction.atomic
def _tell(phase_id: UUID) -> int:
    changes = list(
        DateChange.objects.select_for_update(of=("self",))
        .filter(phase=phase_id, told_at__isnull=True)
        .order_by("at", "pk")
    )
    if not changes:
        return 0
    mails = list(_mails(_phase(phase_id), changes))
    for start in range(0, len(mails), BATCH):
        mail.queue_all(mails[start : start + BATCH])
    DateChange.objects.filter(pk__in=[each.pk for each in changes]).update(
        told_at=timezone.now()
    )
    return len(mails)


def _phase(phase_id: UUID) -> Phase:
    return (
        Phase.objects.select_related("cycle__care_office", "cycle__organisation")
        .annotate(changes=Count("date_changes"), changed_at=Max("date_changes__at"))
        .get(pk=phase_id)
    )


def _mails(phase: Phase, changes: list[DateChange]) -> Iterable[OutgoingMail]:
    first, last = changes[0], changes[-1]
    for user, dates, local in _told(phase, first.at):
        old = {
            "closing": first.old_closes_at,
            "local": first.old_dates.local.moment,
            "central": first.old_dates.central.moment,
        }
        new = {
            "closing": phase.closes_at,
            "local": phase.dates.local.moment,
            "central": phase.dates.central.moment,
        }
        moved = {name for name in dates if old[name] != new[name]}
        if moved:
            yield _mail(user, phase, last, moved, old, local)


def _told(phase: Phase, before: datetime) -> Iterable[tuple[User, set[str], bool]]:
    """Who was mailed which of the dates before they moved; one query."""
    rows = (
        Reminder.objects.filter(
            phase=phase,
            mail__status__in=[OutgoingMail.Status.SENT, OutgoingMail.Status.SENDING],
            recorded_at__lt=before,
            user__is_active=True,
        )
        .exclude(rule__moment=Moment.OVERDUE)
        .select_related("user", "council", "rule")
        .order_by("user", "pk")
    )
    people: dict[UUID, tuple[User, set[str], bool]] = {}
    for row in rows:
        assert row.council is not None  # rules are for people of councils
        local = is_local(row.council)
        user, dates, was_local = people.get(row.user_id, (row.user, set(), local))
        closing = row.rule.moment in NAMES_CLOSING
        dates.add("closing" if closing else "local" if local else "central")
        people[row.user_id] = user, dates, was_local or local
    return people.values()


def _mail(
    user: User,
    phase: Phase,
    change: DateChange,
    moved: set[str],
    old: dict[str, datetime],
    local: bool,
) -> OutgoingMail:
    # The first of the dates that this person knows.
    name = min(moved, key=lambda each: old[each])
    new_date = phase.closes_at
    if name != "closing":
        new_date = council_date(phase, is_local=name == "local")
    return mail.prepare(
        "date_moved",
        to=user,
        key=f"date_moved:{change.pk.hex}:{user.pk.hex}",
        calendar=phase_calendar(phase, moved),
        phase=phase.get_kind_display(),
        care_office=phase.cycle.owner.name,
        title=round_title(phase),
        old_deadline=old[name],
        deadline=new_date,
        council_deadline=council_date(phase, is_local=local),
        link=home_link(),
    )
