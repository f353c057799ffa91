"""Keeps, as reminders, who was mailed that answers were published.

Publishing itself sends those mails, at once and grouped (actions.response); a rule for
this moment sees to it that they stand among the reminders, with how each ended.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from councils.models import CouncilMembership
from portal.models import OutgoingMail
from procurement.actions.reminder_due import LOOK_BACK
from procurement.facts import PEOPLE
from procurement.models import Phase, Publication, Reminder, ReminderRule


def note_published(now: datetime | None = None) -> int:
    """Write down the mails about answers that are not among the reminders yet."""
    now = now or timezone.now()
    count = 0
    rules = ReminderRule.objects.filter(
        moment=ReminderRule.Moment.ANSWERS, is_active=True
    )
    for rule in rules:
        recent = Publication.objects.filter(
            at__gt=max(now - LOOK_BACK, rule.created_at)
        ).select_related("version__submission")
        for publication in recent:
            count += _note(rule, publication)
    return count


@transaction.atomic
def _note(rule: ReminderRule, publication: Publication) -> int:
    cycle = publication.version.submission.cycle_id
    phase = Phase.objects.filter(cycle=cycle, kind=rule.phase_kind).first()
    mails = OutgoingMail.objects.filter(
        key__startswith=f"answers_published:{publication.pk}:", user__isnull=False
    ).exclude(reminders__rule=rule)
    of_person: dict[Any, OutgoingMail] = {mail.user_id: mail for mail in mails}
    if phase is None or not of_person:
        return 0
    concerned = [
        publication.version.submission.council_id,
        *publication.version.submitted_items.values_list("sources__council", flat=True),
    ]
    seats = CouncilMembership.objects.current().filter(
        user__in=of_person,
        council__in=[each for each in concerned if each],
        role__in=PEOPLE[rule.role],
    )
    rows = [
        Reminder(
            rule=rule,
            phase=phase,
            party_id=seat.council_id,
            council_id=seat.council_id,
            user_id=seat.user_id,
            due_at=publication.at,
            mail=of_person[seat.user_id],
        )
        for seat in seats
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
