"""Tells councils that answers were published: at once, as far as a rule says so.

What other rules ask follows from dates and is found by a run (``reminder_due``); this
follows from the publication, and is written in its transaction. The reminders tell
who got a mail, and who not and why.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.models import CouncilMembership
from portal import mail
from portal.mail_choices import reason_to_skip
from portal.mail_kinds import KINDS
from portal.models import OutgoingMail
from portal.sentences import enumerated
from procurement.actions.reminder_due import TEMPLATES, Row, rows_of
from procurement.facts import PEOPLE
from procurement.models import (
    HELPERS,
    Cycle,
    Phase,
    PhaseRole,
    Publication,
    Reminder,
    ReminderRule,
    SubmissionVersion,
    SubmittedSource,
)

KIND = TEMPLATES[ReminderRule.Moment.ANSWERS]
WHO = {
    PhaseRole.MEMBER: gettext_lazy("the members"),
    PhaseRole.CHAIR: gettext_lazy("the chair and the deputy chair"),
    PhaseRole.SECRETARY: gettext_lazy("the secretary"),
}


@dataclass
class Points:
    """The points of one council that are answered, and those on words that it closed
    to its secretary: of these a secretary hears nothing."""

    items: set[UUID] = field(default_factory=set)
    closed: set[UUID] = field(default_factory=set)

    def count_for(self, role: str) -> int:
        return len(self.items - self.closed if role in HELPERS else self.items)


class Told(NamedTuple):
    """Somebody whom a rule means, for one council."""

    rule: ReminderRule
    phase: Phase
    row: Row


def points_of(version: SubmissionVersion) -> dict[UUID, Points]:
    """The points of every council that reads an answer to ``version``."""
    own = version.submission.council_id
    found: dict[UUID, Points] = defaultdict(Points)
    found[own].items.update(version.submitted_items.values_list("pk", flat=True))
    sources = SubmittedSource.objects.filter(item__version=version).values_list(
        "council", "item", "input_version__council_input__is_closed_to_secretary"
    )
    for council, item, is_closed in sources:
        found[council].items.add(item)
        if is_closed:
            found[council].closed.add(item)
    return dict(found)


def rules_in_use() -> list[ReminderRule]:
    """The rules for this moment, of whatever phase."""
    return list(
        ReminderRule.objects.filter(moment=ReminderRule.Moment.ANSWERS, is_active=True)
    )


def of_round(
    rules: Iterable[ReminderRule], phases: Iterable[Phase]
) -> list[tuple[ReminderRule, Phase]]:
    """Those that hold in a round with these phases, each with its phase."""
    of_kind = {phase.kind: phase for phase in phases}
    return [
        (rule, of_kind[rule.phase_kind])
        for rule in rules
        if rule.moment == ReminderRule.Moment.ANSWERS and rule.phase_kind in of_kind
    ]


def who_is_told(rules: Iterable[tuple[ReminderRule, Phase]]) -> str:
    """Whom the rules mean, in words, or ""."""
    roles = {rule.role for rule, _phase in rules}
    return enumerated(WHO[role] for role in WHO if role in roles)


def said_of_mails(cycle: Cycle) -> str:
    """Who gets a mail when answers in this round are published, in a sentence."""
    who = who_is_told(of_round(rules_in_use(), cycle.phases.all()))
    if not who:
        return _("Nobody gets a mail: no rule for it is in use.")
    return _("One mail goes to %(who)s of each council.") % {"who": who}


def tell(publication: Publication) -> None:
    """Mail whom the rules name, each person once for all councils, and write down who
    wanted no mail."""
    cycle = publication.version.submission.cycle
    points = points_of(publication.version)
    rules = of_round(rules_in_use(), cycle.phases.all())
    mails: list[OutgoingMail] = []
    reminders: list[Reminder] = []
    for told in _told(rules, points):
        person = told[0].row.user
        rows = list({each.row.council.pk: each.row for each in told}.values())
        reason = reason_to_skip(
            KINDS[KIND], is_active=person.is_active, is_off=KIND in rows[0].off
        )
        letter = None if reason else _letter(publication, cycle, rows, points)
        if letter:
            mails.append(letter)
        reminders += [_reminder(each, publication, letter, reason) for each in told]
    mail.queue_all(mails)
    # Two publications can carry one moment, when a story of the past is told.
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)


def _told(
    rules: list[tuple[ReminderRule, Phase]], points: dict[UUID, Points]
) -> Iterable[list[Told]]:
    """Whom each rule means, by person; also who takes the place of such a one."""
    of_person: dict[UUID, list[Told]] = defaultdict(list)
    for rule, phase in rules:
        seats = CouncilMembership.objects.current().acting_as(*PEOPLE[rule.role])
        for row in rows_of(seats.filter(council__in=points)):
            if points[row.council.pk].count_for(row.role):
                of_person[row.user.pk].append(Told(rule, phase, row))
    return of_person.values()


def _reminder(
    told: Told,
    publication: Publication,
    letter: OutgoingMail | None,
    reason: str,
) -> Reminder:
    Status = Reminder.Status
    return Reminder(
        rule=told.rule,
        phase=told.phase,
        party_id=told.row.council.pk,
        council=told.row.council,
        user=told.row.user,
        due_at=publication.at,
        status=Status.CANCELLED if reason else Status.QUEUED,
        reason=reason,
        mail=letter,
    )


def _letter(
    publication: Publication, cycle: Cycle, rows: list[Row], points: dict[UUID, Points]
) -> OutgoingMail:
    person = rows[0].user
    key = f"{KIND}:{publication.pk}:{person.pk}"
    return mail.prepare(
        KIND,
        to=person,
        key=key,
        recheck={"name": "reminder", "args": {"mail": str(OutgoingMail.id_of(key))}},
        care_office=cycle.owner.name,
        councils=[
            {
                "council": row.council.name,
                "title": str(cycle),
                "count": points[row.council.pk].count_for(row.role),
            }
            for row in sorted(rows, key=lambda row: row.council.name)
        ],
        deadline=None,
        link=reverse("procurement:response_list"),
    )
