"""A round as its reader sees it: past, now and coming, with what is asked of whom."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.permissions import Role, council_seats, organisation_ids
from portal.dates import BackDate, SchoolHoliday, SchoolZone, school_holidays_between
from portal.models import User
from portal.moments import nl_day, nl_period, nl_time, nl_weekday
from portal.seats import Seat
from portal.sentences import enumerated
from procurement.actions.planning import SUMMER
from procurement.expected.rounds import columns_of, is_for
from procurement.models import (
    Cycle,
    DateChange,
    InformationRequest,
    Phase,
    PhaseRole,
)
from procurement.permissions import can_plan_cycle
from procurement.views.own_choice import columns, own_choices, why_quiet
from procurement.views.work_plan_on_timeline import plan_columns

# Steps that come after this one and are not near yet, stand folded.
FOLD_AFTER = 10

PHASE_ROLES = {
    Role.MEMBER: {PhaseRole.MEMBER},
    Role.SUPPORTER: {PhaseRole.MEMBER},
    Role.CHAIR: {PhaseRole.MEMBER, PhaseRole.CHAIR},
    Role.DEPUTY_CHAIR: {PhaseRole.MEMBER, PhaseRole.CHAIR},
    Role.SECRETARY: {PhaseRole.SECRETARY},
}


@dataclass(frozen=True)
class Task:
    """What one role is asked in a step."""

    role: str
    role_name: str
    what: str
    why: str
    minutes: int


@dataclass(frozen=True)
class Sum:
    """How a date was reckoned: so many days before the one above it."""

    label: str
    days: int
    above: datetime
    back: BackDate
    is_of_organisation: bool = False

    @property
    def moment(self) -> datetime:
        return self.back.moment

    @property
    def is_rolled_back(self) -> bool:
        return bool(self.back.steps)

    @property
    def holidays(self) -> str:
        """The holidays that it was rolled back over; a weekend needs no name."""
        return ", ".join(
            step.reason
            for step in self.back.steps
            if step.reason != nl_weekday(step.day)
        )


@dataclass(frozen=True)
class OwnDate:
    """The date of one council of the reader."""

    council: str
    moment: datetime


@dataclass(frozen=True)
class Link:
    """One date in the chain from local councils to the closing."""

    moment: datetime
    who: str
    is_yours: bool = False
    is_current: bool = False
    is_past: bool = False


@dataclass
class Step:
    """One phase on the timeline."""

    is_holiday = False

    phase: Phase
    state: str
    mine: list[Task] = field(default_factory=list)
    others: list[Task] = field(default_factory=list)
    own_dates: list[OwnDate] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    requests: list[InformationRequest] = field(default_factory=list)
    mails: list[date] = field(default_factory=list)
    # Why nothing is asked of the councils of the reader here, in words.
    quiet: str = ""
    is_first_now: bool = False

    @property
    def mails_in_words(self) -> str:
        return enumerated(nl_day(day) for day in self.mails)

    @property
    def number(self) -> int:
        return self.phase.order

    @property
    def period(self) -> str:
        return nl_period(self.phase.opens_on, self.phase.closes_at)


@dataclass(frozen=True)
class Holiday:
    """The summer, between two steps: not everybody is there."""

    is_holiday = True

    name: str
    periods: list[tuple[str, str]]
    starts_on: date


def tasks_by_phase(cycle_id: UUID, user: User) -> dict[Phase, list[Task]]:
    """The phases of a round with the tasks of each, in one query.

    Empty if the reader may not know of the round, or if it has no phases.
    """
    changes = DateChange.objects.filter(phase=OuterRef("pk")).order_by("-at")
    there = {name: is_for(pk) for name, pk in _columns(user).items()}
    rows = (
        Phase.objects.filter(
            cycle__in=Cycle.objects.visible_to(user).filter(pk=cycle_id)
        )
        .select_related("cycle__care_office", "cycle__organisation")
        .annotate(
            **there,
            **columns(user, cycle_id),
            **plan_columns(user, cycle_id),
            moved_from=Subquery(changes.values("old_closes_at")[:1]),
            moved_because=Subquery(changes.values("reason")[:1]),
            task_role=F("tasks__role"),
            task_what=F("tasks__what"),
            task_why=F("tasks__why"),
            task_minutes=F("tasks__minutes"),
        )
        .order_by("order", "opens_on", "pk")
    )
    found: dict[Phase, list[Task]] = {}
    for row in rows:
        tasks = found.setdefault(row, [])
        if row.task_role:
            role = PhaseRole(row.task_role)
            words = (row.task_what, row.task_why, row.task_minutes)
            tasks.append(Task(role, str(role.label), *words))
    return found


class Timeline:
    """The steps of a round for one reader, with what is asked of that reader."""

    def __init__(
        self,
        cycle: Cycle,
        phases: Mapping[Phase, list[Task]],
        user: User,
        requests: Iterable[InformationRequest],
    ) -> None:
        self.cycle, self.user, self.now = cycle, user, timezone.now()
        self.councils = councils_in(cycle, user, phases)
        first = next(iter(phases), None) if cycle.is_published else None
        self.choices = own_choices(user, self.councils, first)
        self.roles = self._roles()
        self.steps = [self._step(*each) for each in phases.items()]
        by_phase = {step.phase.pk: step for step in self.steps}
        for request in requests:
            by_phase[request.phase_id].requests.append(request)
        for step in self.steps:
            if step.state == Phase.State.NOW:
                step.is_first_now = True
                break

    def _roles(self) -> set[str]:
        if can_plan_cycle(self.user, self.cycle):
            is_office = self.cycle.care_office_id is not None
            return {PhaseRole.CARE_OFFICE if is_office else PhaseRole.ORGANISATION}
        if organisation_ids(self.user):
            return {PhaseRole.ORGANISATION}
        of_seats = (PHASE_ROLES[Role(seat.role)] for seat in self.councils)
        return {role for roles in of_seats for role in roles}

    def _step(self, phase: Phase, tasks: list[Task]) -> Step:
        order = list(PhaseRole.values)
        tasks = sorted(tasks, key=lambda task: order.index(task.role))
        step = Step(
            phase,
            phase.state_at(self.now),
            mine=[task for task in tasks if task.role in self.roles],
            others=[task for task in tasks if task.role not in self.roles],
            quiet=why_quiet(self.choices, phase) if self._is_of_councils else "",
        )
        if step.quiet:
            step.mine = []
        if phase.councils_deliver:
            step.sums = sums(phase)
            step.own_dates = list(self._own_dates(phase))
        return step

    @property
    def _is_of_councils(self) -> bool:
        return self.roles <= {PhaseRole.MEMBER, PhaseRole.CHAIR, PhaseRole.SECRETARY}

    def _own_dates(self, phase: Phase) -> Iterator[OwnDate]:
        """Of the reader's councils that the step asks for words."""
        dates = phase.dates
        silent = {each.council_id for each in self.choices if each.why_no_words(phase)}
        for seat in self.councils:
            if seat.party_id not in silent:
                has_parent = seat.parent_id is not None
                at = dates.for_kind(seat.kind, has_parent)
                yield OwnDate(seat.party_name, at)

    @property
    def running(self) -> list[Step]:
        return [step for step in self.steps if step.state == Phase.State.NOW]

    @property
    def next_up(self) -> Step | None:
        """The first step that is still to come."""
        coming = [step for step in self.steps if step.state == Phase.State.COMING]
        return min(coming, key=lambda step: step.phase.opens_on, default=None)

    @property
    def explained(self) -> Step | None:
        """The step whose sum stands on top: the next date that councils must meet."""
        ahead = [
            step for step in self.steps if step.sums and step.phase.closes_at > self.now
        ]
        return min(ahead, key=self._next_date, default=None)

    def _next_date(self, step: Step) -> tuple[bool, datetime]:
        dates = [own.moment for own in step.own_dates] or [step.sums[-1].moment]
        ahead = [at for at in dates if at > self.now]
        return (not ahead, min(ahead, default=step.phase.closes_at))

    @property
    def chain(self) -> list[Link]:
        """The dates of the step that is explained, the earliest first."""
        if self.explained is None:
            return []
        phase = self.explained.phase
        own = {own.moment for own in self.explained.own_dates}
        who = {
            _("Date of local councils"): _("Local councils give their words"),
            _("Date of the central council"): _("The central council makes one text"),
            _("The organisation's date"): _("The organisation is ready"),
        }
        dates = [(each.moment, who[each.label]) for each in self.explained.sums]
        closing = (
            _("This step closes")
            if self.cycle.organisation_id
            else _("The care office closes at %(time)s")
            % {"time": nl_time(phase.closes_at)}
        )
        ahead = [at for at, _who in dates if at > self.now]
        current = min(ahead, default=phase.closes_at)
        return [
            Link(at, words, at in own, at == current, at <= self.now)
            for at, words in [*reversed(dates), (phase.closes_at, closing)]
        ]

    @property
    def rows(self) -> list[Step | Holiday]:
        """The steps with the summer between them, without what stands folded."""
        shown = self.steps[: len(self.steps) - len(self.folded)]
        summer = self.summer
        if summer is None:
            return list(shown)
        place = sum(step.phase.opens_on < summer.starts_on for step in shown)
        return [*shown[:place], summer, *shown[place:]]

    @property
    def folded(self) -> list[Step]:
        """Coming steps at the end of a long list."""
        folded: list[Step] = []
        for step in reversed(self.steps):
            if step.state != Phase.State.COMING or step.number <= FOLD_AFTER:
                break
            folded.insert(0, step)
        return folded if len(folded) > 1 else []

    @property
    def summer(self) -> Holiday | None:
        """The summer holiday of the year before the contract, per zone."""
        year = self.cycle.contract_year - 1
        found = [
            each
            for each in school_holidays_between(
                date(year, 6, 1), date(year, 9, 30), self.cycle.zones
            )
            if each.name == SUMMER
        ]
        if not found or not self._is_in_round(found[0]):
            return None
        return Holiday(
            _("Summer holiday"),
            [
                (str(SchoolZone(each.zone).label), nl_period(each.first, each.last))
                for each in found
            ],
            found[0].first,
        )

    def _is_in_round(self, holiday: SchoolHoliday) -> bool:
        opens = min(step.phase.opens_on for step in self.steps)
        closes = max(step.phase.closes_at for step in self.steps)
        return opens <= holiday.first and holiday.last <= timezone.localdate(closes)


def councils_in(cycle: Cycle, user: User, phases: Iterable[Phase]) -> list[Seat]:
    """The seats of ``user`` in councils that take part in ``cycle``.

    Who has councils of one organisation knows of its rounds alone; for others each
    of ``phases`` brings along for which organisations it is (``tasks_by_phase``).
    """
    seats = council_seats(user)
    if cycle.organisation_id:
        return [seat for seat in seats if seat.organisation_id == cycle.organisation_id]
    first, columns = next(iter(phases), None), _columns(user)
    if first is None or not columns:
        return seats
    there = {pk for name, pk in columns.items() if getattr(first, name)}
    return [seat for seat in seats if seat.organisation_id in there]


def _columns(user: User) -> dict[str, UUID]:
    """What to ask of a phase for somebody with councils of several organisations."""
    several = len({seat.organisation_id for seat in council_seats(user)}) > 1
    return columns_of(user) if several else {}


def sums(phase: Phase) -> list[Sum]:
    """How the dates before the closing of ``phase`` were reckoned, the latest first."""
    dates = phase.dates
    of_organisation = Sum(
        _("The organisation's date"),
        phase.organisation_days,
        dates.care_office,
        dates.organisation,
        is_of_organisation=True,
    )
    central = Sum(
        _("Date of the central council"),
        phase.central_days,
        dates.organisation.moment,
        dates.central,
    )
    local = Sum(
        _("Date of local councils"),
        phase.local_days,
        dates.central.moment,
        dates.local,
    )
    has_own = dates.organisation.moment != dates.care_office
    return [*([of_organisation] if has_own else []), central, local]
