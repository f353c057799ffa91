"""What is forgotten of people: of old meetings, and of who left long ago.

Minutes that were adopted, decisions, actions and what was submitted keep every word;
they name people by their rows, and it is those rows that lose the name.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import (
    AgendaItem,
    Attendee,
    CareOfficeMembership,
    CouncilMembership,
    Forgetting,
    Invitation,
    Meeting,
    OrganisationMembership,
    SentAgenda,
)
from portal import audit
from portal.actions_account import FORGOTTEN, forget_person
from portal.models import User
from portal.transitions import lock
from portal.triggers import DatabaseDay

logger = logging.getLogger(__name__)

SEATS = (CouncilMembership, OrganisationMembership, CareOfficeMembership)


class Subject(NamedTuple):
    """One kind of thing to forget: which rows, and what is done with them."""

    name: str
    rows: Callable[[datetime], QuerySet]
    forget: Callable[[QuerySet], int]


def due(now: datetime | None = None) -> dict[str, int]:
    """How much of what would be forgotten now."""
    now = now or timezone.now()
    return {each.name: each.rows(now).count() for each in SUBJECTS}


@transaction.atomic
def forget(now: datetime | None = None) -> dict[str, int]:
    """Forget all that was kept long enough; one event tells how much of what.

    A night in which there is nothing leaves no event: that it ran stands elsewhere.
    """
    now = now or timezone.now()
    counts = {each.name: each.forget(each.rows(now)) for each in SUBJECTS}
    if any(counts.values()):
        night = Forgetting.objects.create(at=now, counts=counts)
        audit.record("people.forget", night, by=None, counts=counts)
    return counts


# --- Meetings --------------------------------------------------------------------


def _long_ago(now: datetime) -> QuerySet[Meeting]:
    return Meeting.objects.filter(ends_at__lt=now - settings.KEEP_MEETINGS)


def _guests(now: datetime) -> QuerySet[Attendee]:
    rows = Attendee.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.filter(user__isnull=True).exclude(name=a_guest(), email="")


def _forget_guests(rows: QuerySet[Attendee]) -> int:
    return rows.update(name=a_guest(), email="")


def a_guest() -> str:
    """What stands where the name of a guest stood."""
    return _("a guest")


def _answers(now: datetime) -> QuerySet[Attendee]:
    rows = Attendee.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.exclude(answer=Attendee.Answer.NONE, answered_at__isnull=True)


def _forget_answers(rows: QuerySet[Attendee]) -> int:
    return rows.update(answer=Attendee.Answer.NONE, answered_at=None)


def _agendas(now: datetime) -> QuerySet[SentAgenda]:
    """By the clock of the database too: its trigger refuses a day earlier."""
    return SentAgenda.objects.filter(
        meeting__in=_long_ago(now).values("pk"), keep_until__lt=DatabaseDay()
    )


def _introducers(now: datetime) -> QuerySet[AgendaItem]:
    """Items that somebody from outside introduced; people of ours are rows."""
    rows = AgendaItem.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.exclude(introducer_name="")


def _reasons(now: datetime) -> QuerySet[Meeting]:
    """Why a meeting was called off may tell of somebody's illness."""
    return _long_ago(now).exclude(cancelled_because="")


def _delete(rows: QuerySet) -> int:
    count = rows.count()
    rows.delete()
    return count


# --- Who left --------------------------------------------------------------------


def _invitations(now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(expires_at__lt=now - settings.KEEP_FORMER_MEMBERS)


def without_seat_since(day: date) -> QuerySet[User]:
    """Who had seats, all of which ended before ``day``; administrators stay."""
    had = kept = Q(pk__in=[])
    for model in SEATS:
        seats = model.objects.filter(user=OuterRef("pk"))
        later = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        had |= Q(Exists(seats))
        kept |= Q(Exists(seats.filter(later)))
    return User.objects.filter(had, ~kept, is_staff=False)


def _people(now: datetime) -> QuerySet[User]:
    day = timezone.localdate(now) - settings.KEEP_FORMER_MEMBERS
    return without_seat_since(day).exclude(email__endswith=FORGOTTEN)


def _forget_people(rows: QuerySet[User]) -> int:
    """One at a time: who cannot go must not keep the others."""
    count = 0
    for each in list(rows):
        try:
            with transaction.atomic():
                person = lock(each)
                # Who was given a seat meanwhile stays.
                if rows.filter(pk=person.pk).exists():
                    forget_person(person)
                    Attendee.objects.filter(user=person).update(name=person.name)
                    count += 1
        except Exception:
            logger.exception("A person could not be forgotten: %s", each.pk)
    return count


SUBJECTS = [
    Subject("guests", _guests, _forget_guests),
    Subject("answers", _answers, _forget_answers),
    Subject("agendas", _agendas, _delete),
    Subject("introducers", _introducers, lambda rows: rows.update(introducer_name="")),
    Subject("reasons", _reasons, lambda rows: rows.update(cancelled_because="")),
    Subject("invitations", _invitations, _delete),
    Subject("people", _people, _forget_people),
]
