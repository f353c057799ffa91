"""What is asked of the staff of a care office, and of an organisation."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.permissions import care_office_ids
from portal.dates import moment
from portal.models import User
from portal.moments import nl_date
from portal.prepared import fetch
from portal.seats import seats_of
from procurement.expected.rounds import Round
from procurement.expected.task import Task, address, group_of
from procurement.models import (
    Phase,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    answer_day,
)

START_OF_DAY = time(9)
# An agreed date without a time of day counts to the end of office hours.
END_OF_DAY = time(17)


def office_tasks(user: User, rounds: list[Round], now: datetime) -> Iterator[Task]:
    """The rounds to publish, what the running phases ask, and points to answer."""
    for seat in seats_of(user):
        if seat.party == "council":
            continue
        for each in rounds:
            own = seat.party_id in {
                each.cycle.care_office_id,
                each.cycle.organisation_id,
            }
            reached = each.cycle.is_published and seat.party_id in each.organisations
            if own and not each.cycle.is_published:
                yield from _to_publish(seat, each, now)
            elif own or reached:
                yield from _phases(seat, each, now)
    if care_office_ids(user):
        yield from _points(user, now)


def _to_publish(seat, each: Round, now: datetime) -> Iterator[Task]:
    first = min((phase.opens_on for phase in each.phases), default=None)
    if first is None:
        return
    due = moment(first, START_OF_DAY)
    what = _("Publish the round")
    yield Task(
        kind="publish_round",
        name=f"{what}: {each.cycle}",
        why=_("Because the first phase starts on %(date)s.") % {"date": nl_date(first)},
        url=address(
            ("procurement:cycle_detail", each.cycle.pk), ("procurement:cycle_list",)
        ),
        minutes=20,
        button=_("Go to the round"),
        party_id=seat.party_id,
        party=seat.party_name,
        due=due,
        whose=_("The first day"),
        group=group_of(due, now),
    )


def _phases(seat, each: Round, now: datetime) -> Iterator[Task]:
    is_office = seat.party == "care_office"
    for phase in each.phases:
        asked = each.asked.get((phase.pk, seat.party))
        if asked is None or phase.state_at(now) != Phase.State.NOW:
            continue
        due = phase.closes_at if is_office else phase.dates.organisation.moment
        if due <= now:
            continue
        yield Task(
            kind="phase",
            name=asked.what.removesuffix("."),
            why=asked.why,
            url=address(
                ("procurement:cycle_detail", each.cycle.pk), ("procurement:cycle_list",)
            ),
            minutes=asked.minutes,
            button=_("See this step"),
            party_id=seat.party_id,
            party=seat.party_name,
            due=due,
            whose=_("The care office’s date")
            if is_office
            else _("The organisation’s date"),
            closes_at=phase.closes_at,
            group=group_of(due, now),
        )


def _points(user: User, now: datetime) -> Iterator[Task]:
    """Submissions that wait for an answer to a point, or for all to be published."""
    names = {seat.party_id: seat.party_name for seat in seats_of(user)}
    for row in fetch(_waiting, user):
        waiting = _Waiting._make(row)
        yield _point_task(waiting, names.get(waiting.office_id, ""), now)


def answer_due(signed_on: date) -> datetime:
    """When the time is over that was agreed for an answer."""
    return moment(answer_day(signed_on), END_OF_DAY)


def _waiting(user: User) -> QuerySet:
    newer = SubmissionVersion.objects.filter(
        submission=OuterRef("submission"),
        signature__isnull=False,
        number__gt=OuterRef("number"),
    )
    # An answer counts once it has an outcome, and a reason where one is needed.
    items = SubmittedItem.objects.filter(version=OuterRef("pk")).order_by()
    answered = items.exclude(answer=None).exclude(answer__outcome="")
    answered = answered.filter(Q(answer__outcome="taken_up") | ~Q(answer__reason=""))
    return (
        SubmissionVersion.objects.filter(
            ~Exists(newer),
            submission__in=Submission.objects.visible_to(user).filter(
                cycle__care_office__in=care_office_ids(user)
            ),
            submission__status=Submission.Status.SUBMITTED,
            signature__isnull=False,
            publication__isnull=True,
        )
        .annotate(
            points=Coalesce(_counted(items), 0),
            answered=Coalesce(_counted(answered), 0),
        )
        .order_by("signature__signed_at", "pk")
        .values_list(
            "submission_id",
            "submission__cycle__care_office_id",
            "submission__council__name",
            "signature__signed_at",
            "points",
            "answered",
        )
    )


def _counted(items: QuerySet) -> Subquery:
    counted = items.values("version").annotate(count=Count("pk"))
    return Subquery(counted.values("count"))


class _Waiting(NamedTuple):
    """A signed submission of which not all answers are published."""

    submission_id: UUID
    office_id: UUID
    council: str
    signed_at: datetime
    points: int
    answered: int


def _point_task(waiting: _Waiting, name: str, now: datetime) -> Task:
    left = waiting.points - waiting.answered
    due = answer_due(timezone.localdate(waiting.signed_at))
    said = ngettext("Answer %(count)s point", "Answer %(count)s points", left)
    what = said % {"count": left} if left else _("Publish the answers together")
    return Task(
        kind="answer" if left else "publish_answers",
        name=f"{what}: {waiting.council}",
        why=_("Because this council submitted a text to your office.")
        if left
        else _("Because every point has an answer now."),
        url=address(
            ("procurement:desk_detail", waiting.submission_id),
            ("procurement:submission_detail", waiting.submission_id),
        ),
        minutes=30 if left else 5,
        button=_("Answer the points") if left else _("Publish the answers"),
        party_id=waiting.office_id,
        party=name,
        due=due,
        whose=_("The agreed date"),
        group=group_of(due, now),
    )
