"""Who must be reminded of what at a moment, and who not and why. Nothing is written.

Nothing is planned ahead either: all follows from the phases, the seats and what
councils did, as they stand at the moment of asking.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council, CouncilMembership
from portal.mail_choices import reason_to_skip
from portal.mail_kinds import KINDS
from portal.models import User
from procurement.actions.reminder_dates import (
    AFTER_THE_DEADLINE,
    Moment,
    Times,
    times,
    times_after,
)
from procurement.facts import (
    PEOPLE,
    Done,
    Left,
    Step,
    councils_in,
    done_in,
    left_to_do,
    step_of,
)
from procurement.models import Cycle, Phase, Reminder, ReminderRule, Submission

# How far a run looks back: after a breakdown nothing is forgotten.
LOOK_BACK = timedelta(days=31)
LATE = timedelta(days=1)
# The mail of each moment.
TEMPLATES = {
    Moment.OPENING: "phase_opens",
    Moment.COUNCIL_DATE: "council_date_near",
    Moment.CLOSING: "phase_closes",
    Moment.OVERDUE: "date_passed",
    Moment.SIGNATURE: "signature_missing",
    Moment.ANSWERS: "answers_published",
}


@dataclass(frozen=True, eq=False)
class Due:
    """One person who is to be reminded for one council; ``status`` says what of it.

    QUEUED: a mail goes; then ``is_late`` tells that it goes in the one mail that makes
    up for what was missed, and ``is_new`` that the person came after the moment.
    Otherwise ``reason`` says why there is no mail.
    """

    rule: ReminderRule
    step: Step
    council: Council
    user: User
    times: Times
    done: Done
    left: Left | None
    status: str
    reason: str = ""
    is_late: bool = False
    is_new: bool = False

    @property
    def phase(self) -> Phase:
        return self.step.phase

    @property
    def is_local(self) -> bool:
        return is_local(self.council)


@dataclass
class Batch:
    """What one rule asks for one phase."""

    rule: ReminderRule
    step: Step
    due: list[Due] = field(default_factory=list)


def is_local(council: Council) -> bool:
    return not council.is_central and council.parent_id is not None


# Those whose date is the earlier one, as ``is_local``.
LOCAL = Q(council__parent__isnull=False) & ~Q(council__kind=Council.Kind.CENTRAL)


class Deriving:
    """One run: asks about all phases at ``now``, of what was due after ``since``.

    With ``ahead`` the moments still lie before us: each is judged as if it were there.
    """

    def __init__(
        self,
        now: datetime,
        since: datetime | None = None,
        *,
        ahead: bool = False,
        councils: set[UUID] | None = None,
    ) -> None:
        self.now, self.since = now, since or now - LOOK_BACK
        self.ahead, self.councils = ahead, councils
        self.facts: dict[UUID, dict[tuple[UUID, UUID], Done]] = {}

    @cached_property
    def rules(self) -> list[ReminderRule]:
        return list(ReminderRule.objects.filter(is_active=True))

    def batches(self) -> Iterator[Batch]:
        """What is due and was not recorded yet, a rule and a phase at a time."""
        rules: dict[str, list[ReminderRule]] = {}
        for rule in self.rules:
            rules.setdefault(rule.phase_kind, []).append(rule)
        for step in self._steps(set(rules)):
            for rule in rules[step.phase.kind]:
                batch = Batch(rule, step)
                batch.due.extend(self._of(rule, step))
                if batch.due:
                    yield batch

    def _steps(self, kinds: set[str]) -> Iterator[Step]:
        phases = (
            Phase.objects.filter(
                kind__in=kinds,
                cycle__published_at__lte=self.now,
                closes_at__gt=self.since - LOOK_BACK * 2,
            )
            .select_related("cycle__care_office", "cycle__organisation")
            .annotate(changes=Count("date_changes"), changed_at=Max("date_changes__at"))
            .order_by("closes_at", "pk")
        )
        return (step_of(phase) for phase in phases)

    def _of(self, rule: ReminderRule, step: Step) -> Iterator[Due]:
        if rule.moment == Moment.SIGNATURE:
            yield from self._signatures(rule, step)
        elif rule.moment != Moment.ANSWERS:
            for local in (True, False):
                when = times(rule, step.phase, is_local=local)
                if self.since < when.due_at <= self.now:
                    for row in self._people(rule, step, local, when.due_at):
                        yield self._judged(rule, step, row, when)

    def _signatures(self, rule: ReminderRule, step: Step) -> Iterator[Due]:
        """Of texts that lie there to be signed, counted from when they were offered."""
        if not step.is_submission:
            return
        offered = {
            council: done.offered_at
            for (council, _cycle), done in self._facts(step.phase.cycle).items()
            if done.status == Submission.Status.OFFERED and done.offered_at
        }
        if not offered:
            return
        known = self._known(rule, step)
        for row in self._signers(rule, step, offered):
            when = times_after(rule, step.phase, offered[row.council.pk])
            key = row.council.pk, row.user.pk, when.due_at
            if self.since < when.due_at <= self.now and key not in known:
                yield self._judged(rule, step, row, when)

    def _known(self, rule: ReminderRule, step: Step) -> set[tuple]:
        recorded = Reminder.objects.filter(rule=rule, phase=step.phase)
        return set(recorded.values_list("party_id", "user", "due_at"))

    # --- People --------------------------------------------------------------------

    def _members(self, rule: ReminderRule, step: Step) -> QuerySet[CouncilMembership]:
        day = timezone.localdate(self.now)
        people = (
            CouncilMembership.objects.current(day)
            .acting_as(*PEOPLE[rule.role], on=day)
            .filter(council__in=councils_in(step.phase.cycle))
        )
        if self.councils is not None:
            people = people.filter(council__in=self.councils)
        return people

    def _signers(
        self, rule: ReminderRule, step: Step, councils: Collection[UUID]
    ) -> Iterator["Row"]:
        return rows_of(self._members(rule, step).filter(council__in=councils))

    def _people(
        self, rule: ReminderRule, step: Step, local: bool, due_at: datetime
    ) -> Iterator["Row"]:
        recorded = Reminder.objects.filter(
            rule=rule,
            phase=step.phase,
            party_id=OuterRef("council_id"),
            user=OuterRef("user_id"),
            due_at=due_at,
        )
        people = self._members(rule, step).filter(
            LOCAL if local else ~LOCAL, ~Exists(recorded)
        )
        return rows_of(people)

    def _facts(self, cycle: Cycle) -> dict[tuple[UUID, UUID], Done]:
        if cycle.pk not in self.facts:
            self.facts[cycle.pk] = done_in([cycle], self.councils)
        return self.facts[cycle.pk]

    # --- What becomes of it --------------------------------------------------------

    def _judged(self, rule: ReminderRule, step: Step, row: "Row", when: Times) -> Due:
        done = self._facts(step.phase.cycle).get(
            (row.council.pk, step.phase.cycle_id), Done()
        )
        left = left_to_do(
            step,
            rule.role,
            has_parent=row.council.parent_id is not None,
            done=done,
        )
        due = Due(
            rule=rule,
            step=step,
            council=row.council,
            user=row.user,
            times=when,
            done=done,
            left=left,
            status=Reminder.Status.QUEUED,
        )
        return self._with_fate(due, row)

    def _with_fate(self, due: Due, row: "Row") -> Due:
        at = due.times.due_at if self.ahead else self.now
        reason = reason_to_skip(
            KINDS[TEMPLATES[Moment(due.rule.moment)]],
            is_active=row.user.is_active,
            is_off=TEMPLATES[Moment(due.rule.moment)] in row.off,
        ) or nothing_to_do(due.rule, due.phase, due.left, due.done)
        if reason:
            return _with(due, Reminder.Status.CANCELLED, reason)
        if reason := _never_promised(due):
            return _with(due, Reminder.Status.MISSED, reason)
        is_new = timezone.localdate(due.times.due_at) < row.starts_on
        is_late = is_new or at - due.times.due_at > LATE
        has_passed = due.times.deadline <= at
        if has_passed and (is_late or due.rule.moment not in AFTER_THE_DEADLINE):
            return _with(
                due,
                Reminder.Status.MISSED,
                _("The date had passed before it could be sent."),
            )
        return _with(due, due.status, "", is_late=is_late, is_new=is_new)


def _with(
    due: Due,
    status: str,
    reason: str,
    *,
    is_late: bool = False,
    is_new: bool = False,
) -> Due:
    return replace(due, status=status, reason=reason, is_late=is_late, is_new=is_new)


def nothing_to_do(
    rule: ReminderRule, phase: Phase, left: Left | None, done: Done
) -> str:
    """Why a rule does not concern a council any more, in words, or ""."""
    if done.taking_part and (reason := done.taking_part.why_no_words(phase)):
        return reason
    if rule.moment == Moment.SIGNATURE:
        if done.status == Submission.Status.OFFERED:
            return ""
        return _("The text does not wait for a signature.")
    if rule.moment in {Moment.CLOSING, Moment.OVERDUE}:
        if left in {Left.OFFER, Left.SIGN}:
            return ""
        if done.status in {Submission.Status.OFFERED, Submission.Status.SUBMITTED}:
            return _("The submission was offered or handed in.")
        return _("This council does not hand in a submission itself.")
    if rule.moment == Moment.COUNCIL_DATE and left != Left.WRITE:
        return _("The council has input here already.")
    return "" if left else _("The council has done its part.")


def _never_promised(due: Due) -> str:
    """Why a moment that lay in the past from the start makes no mail, or ""."""
    day = timezone.localdate(due.times.due_at)
    if day < timezone.localdate(due.rule.created_at):
        return _("The rule was made after this moment.")
    published_at = due.phase.cycle.published_at
    if published_at and day < timezone.localdate(published_at):
        return _("The round was published after this moment.")
    changed_at = getattr(due.phase, "changed_at", None)
    if changed_at and day < timezone.localdate(changed_at):
        return _("The date was moved after this moment; a mail told the new one.")
    return ""


# --- Rows ------------------------------------------------------------------------


@dataclass
class Row:
    """Somebody's seat, with what that person has switched off, and what more was read
    of it."""

    user: User
    council: Council
    role: str
    starts_on: date
    off: set[str]
    more: tuple = ()


def rows_of(people: QuerySet[CouncilMembership], *more: str) -> Iterator[Row]:
    """The people with their opt-outs, in one query however many; ``more`` are further
    columns of their seats."""
    rows = (
        people.annotate(off=F("user__mail_opt_outs__kind"))
        .order_by("user", "council")
        .values_list("off", *ROW, *more)
    )
    for _key, some in groupby(rows, key=itemgetter(*ROW_KEY)):
        found = list(some)
        yield _row_of(found[0], {off for off, *_rest in found if off})


# What is read of a seat, after the kind of mail that is switched off.
ROW = (
    "role",
    "starts_on",
    "user_id",
    "user__name",
    "user__email",
    "user__is_active",
    "council_id",
    "council__name",
    "council__kind",
    "council__parent_id",
)
ROW_KEY = [1 + ROW.index("user_id"), 1 + ROW.index("council_id")]


def _row_of(values: tuple, off: set[str]) -> Row:
    _off, role, starts_on, pk, name, email, active, council, *rest = values
    called, kind, parent, *more = rest
    return Row(
        User(pk=pk, name=name, email=email, is_active=active),
        Council(pk=council, name=called, kind=kind, parent_id=parent),
        role,
        starts_on,
        off,
        tuple(more),
    )
