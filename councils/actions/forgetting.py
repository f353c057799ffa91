"""What is forgotten of people: of old meetings, and of who left long ago.

Minutes that were adopted, decisions, actions and what was submitted keep every word;
they name people by their rows, and it is those rows that lose the name.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
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
from portal.actions_account import FORGOTTEN, forget_mails, forget_person
from portal.dates import moment
from portal.errors import Gone
from portal.models import User
from portal.one_by_one import OneByOne
from portal.transitions import lock
from portal.triggers import DatabaseDay

SEATS = (CouncilMembership, OrganisationMembership, CareOfficeMembership)


class Subject(NamedTuple):
    """One kind of thing to forget: which rows, and what is done with them.

    ``along_with``: where such a row names what it is forgotten with.
    """

    name: str
    rows: Callable[[datetime], QuerySet]
    forget: Callable[[QuerySet], int]
    along_with: str = "pk"


class Night:
    """One run: what it forgot is written down in the transaction that forgets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.row = Forgetting(at=now)

    @transaction.atomic
    def forget(self, model: type[Model], key: UUID) -> None:
        """Forget what is due of one meeting, invitation or person.

        Held from here on, it is looked at again: it may have moved, or come back.
        """
        try:
            found = lock(model(pk=key))
        except Gone:
            return
        counts: Counter[str] = Counter()
        for subject in OF[model]:
            due = subject.rows(self.now).filter(**{subject.along_with: found.pk})
            counts[subject.name] += subject.forget(due)
        if counts := +counts:
            self._write_down(counts)

    def _write_down(self, counts: Counter[str]) -> None:
        total = Counter(self.row.counts) + counts
        Forgetting.objects.update_or_create(
            pk=self.row.pk, defaults={"at": self.now, "counts": total}
        )
        audit.record("people.forget", self.row, by=None, counts=counts)
        self.row.counts = total


def due(now: datetime | None = None) -> dict[str, int]:
    """How much of what would be forgotten now."""
    now = now or timezone.now()
    return {each.name: each.rows(now).count() for each in SUBJECTS}


def forget(
    now: datetime | None = None, *, seconds: float | None = None
) -> dict[str, int]:
    """Forget all that was kept long enough, one meeting or person at a time.

    A night in which there is nothing leaves no event: that it ran stands elsewhere.
    """
    night, run = Night(now or timezone.now()), OneByOne(seconds)
    for model in OF:
        what = f"Forgetting {model._meta.model_name}"
        run.over(what, _due_of(model, night.now), partial(night.forget, model))
    run.tell()
    return night.row.counts


def _due_of(model: type[Model], now: datetime) -> list[UUID]:
    keys: set[UUID] = set()
    for subject in OF[model]:
        keys |= set(subject.rows(now).values_list(subject.along_with, flat=True))
    return sorted(keys)


# --- Meetings --------------------------------------------------------------------


def _long_ago(now: datetime) -> QuerySet[Meeting]:
    return Meeting.objects.filter(ends_at__lt=now - settings.KEEP_MEETINGS)


def _guests(now: datetime) -> QuerySet[Attendee]:
    rows = Attendee.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.filter(user__isnull=True).exclude(name=a_guest(), email="")


def _forget_guests(rows: QuerySet[Attendee]) -> int:
    addresses = set(rows.exclude(email="").values_list("email", flat=True))
    count = rows.update(name=a_guest(), email="")
    _forget_mails(addresses)
    return count


def _forget_mails(addresses: set[str]) -> None:
    """Of who has no account, but not while a guest or an invitation has the address."""
    needed: set[str] = set()
    for model in (Attendee, Invitation):
        rows = model.objects.filter(email__in=addresses)
        needed |= set(rows.values_list("email", flat=True))
    forget_mails(addresses - needed)


def a_guest() -> str:
    """What stands where the name of a guest stood."""
    return _("a guest")


def _answers(now: datetime) -> QuerySet[Attendee]:
    rows = Attendee.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.exclude(answer=Attendee.Answer.NONE, answered_at__isnull=True)


def _forget_answers(rows: QuerySet[Attendee]) -> int:
    return rows.update(answer=Attendee.Answer.NONE, answered_at=None)


def kept_until(meeting: Meeting) -> date:
    """Until which day an agenda of it stays as it was sent."""
    return timezone.localdate(meeting.ends_at) + settings.KEEP_MEETINGS


def _agendas(now: datetime) -> QuerySet[SentAgenda]:
    """By the clock of the database too: its trigger refuses a day earlier.

    One without a day of its own, written by the code of before while a migration ran,
    is kept as long after its meeting.
    """
    rows = SentAgenda.objects.filter(meeting__in=_long_ago(now).values("pk"))
    last = moment(timezone.localdate(now) - settings.KEEP_MEETINGS, time())
    undated = Q(keep_until__isnull=True, meeting__ends_at__lt=last)
    return rows.filter(Q(keep_until__lt=DatabaseDay()) | undated)


def _forget_agendas(rows: QuerySet[SentAgenda]) -> int:
    keys = [each.pk for each in rows]
    for each in rows.filter(keep_until__isnull=True).select_related("meeting"):
        each.keep_until = kept_until(each.meeting)
        each.save(update_fields=["keep_until"])
    free = SentAgenda.objects.filter(pk__in=keys, keep_until__lt=DatabaseDay())
    return _delete(free)


def _introducers(now: datetime) -> QuerySet[AgendaItem]:
    """Items that somebody from outside introduced; people of ours are rows."""
    rows = AgendaItem.objects.filter(meeting__in=_long_ago(now).values("pk"))
    return rows.exclude(introducer_name="")


def _forget_introducers(rows: QuerySet[AgendaItem]) -> int:
    return rows.update(introducer_name="")


def _reasons(now: datetime) -> QuerySet[Meeting]:
    """Why a meeting was called off may tell of somebody's illness."""
    return _long_ago(now).exclude(cancelled_because="")


def _forget_reasons(rows: QuerySet[Meeting]) -> int:
    return rows.update(cancelled_because="")


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
    people = {person.email: person for person in rows}
    for person in people.values():
        forget_person(person)
        Attendee.objects.filter(user=person).update(name=person.name)
    _forget_mails(set(people))
    return len(people)


OF: dict[type[Model], list[Subject]] = {
    Meeting: [
        Subject("guests", _guests, _forget_guests, "meeting"),
        Subject("answers", _answers, _forget_answers, "meeting"),
        Subject("agendas", _agendas, _forget_agendas, "meeting"),
        Subject("introducers", _introducers, _forget_introducers, "meeting"),
        Subject("reasons", _reasons, _forget_reasons),
    ],
    Invitation: [Subject("invitations", _invitations, _delete)],
    User: [Subject("people", _people, _forget_people)],
}
SUBJECTS = [subject for subjects in OF.values() for subject in subjects]
