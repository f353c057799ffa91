"""Start a round, copy last year's, and put it before the councils."""

import calendar
import re
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import CareOffice, CareOrganisation, Region
from portal import audit
from portal.dates import SchoolZone, moment
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock
from procurement.actions.planning import shifted
from procurement.models import (
    Cycle,
    CycleTemplate,
    Phase,
    PhaseTask,
    PhaseTemplate,
)

# Where the text of a template names the contract year.
YEAR = "{year}"
COPIED = (
    "kind",
    "order",
    "organisation_days",
    "central_days",
    "local_days",
    "councils_deliver",
)


@transaction.atomic
def start_from_template(
    template: CycleTemplate,
    *,
    contract_year: int,
    sector: str,
    by: User,
    care_office: CareOffice | None = None,
    organisation: CareOrganisation | None = None,
) -> Cycle:
    """Make the draft of a round, with the phases and tasks of ``template``.

    A procurement round is of a care office, a quality round of an organisation.
    """
    cycle = Cycle(
        kind=template.kind,
        care_office=care_office,
        organisation=organisation,
        contract_year=contract_year,
        sector=sector,
        created_by=by,
    )
    _save_new(cycle)
    phases = template.phases.prefetch_related("tasks")
    _add_phases([(from_template(phase, cycle), phase) for phase in phases])
    audit.record("cycle.start", cycle, by=by, scope=cycle.owner.pk)
    return cycle


@transaction.atomic
def copy_last_year(cycle: Cycle, *, by: User) -> Cycle:
    """Make the draft of next year's round from ``cycle``, its dates a year later.

    A closing that would fall on a day off is rolled back to a working day.
    """
    copy = Cycle(
        kind=cycle.kind,
        care_office=cycle.care_office,
        organisation=cycle.organisation,
        contract_year=cycle.contract_year + 1,
        sector=cycle.sector,
        copied_from=cycle,
        created_by=by,
    )
    _save_new(copy)
    phases = cycle.phases.prefetch_related("tasks")
    _add_phases([(_from_last_year(phase, copy), phase) for phase in phases])
    audit.record(
        "cycle.copy", copy, by=by, scope=copy.owner.pk, copied_from=str(cycle.pk)
    )
    return copy


@transaction.atomic
def publish(cycle: Cycle, *, by: User) -> Cycle:
    """Let the councils see the round; from then on a date moves with a reason."""
    cycle = lock(cycle)
    if cycle.is_published:
        raise NotAllowedNow(_("This round is published already."))
    if reasons := what_is_missing(list(cycle.phases.all())):
        raise NotAllowedNow(" ".join(reasons))
    cycle.published_at = timezone.now()
    cycle.save(update_fields=["published_at"])
    audit.record("cycle.publish", cycle, by=by, scope=cycle.owner.pk)
    return cycle


def what_is_missing(phases: list[Phase]) -> list[str]:
    """Why a round with these phases cannot be published yet, in sentences."""
    if not phases:
        return [_("This round has no steps yet.")]
    missing = []
    for phase in phases:
        words = {"phase": phase.get_kind_display()}
        if timezone.localdate(phase.closes_at) < phase.opens_on:
            missing.append(_("%(phase)s ends before it begins.") % words)
        if not phase.what_happens or not phase.council_can:
            missing.append(
                _("%(phase)s does not say yet what happens and what a council can do.")
                % words
            )
    return missing


def _save_new(cycle: Cycle) -> None:
    if cycle.kind == "procurement" and not cycle.care_office:
        raise NotAllowedNow(_("Choose the care office of this round."))
    if cycle.kind == "quality_plan" and not cycle.organisation:
        raise NotAllowedNow(_("Choose the organisation of this round."))
    cycle.school_holiday_zones = "|".join(_zones(cycle))
    try:
        with transaction.atomic():
            cycle.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowedNow(
            _("This round exists already: the same year and sector.")
        ) from error


def _zones(cycle: Cycle) -> list[str]:
    """The school-holiday zones of the regions that the round is about."""
    regions = Region.objects.filter(organisations=cycle.organisation_id)
    if cycle.care_office:
        serving = cycle.care_office.concessions.serving_in(cycle.contract_year)
        regions = Region.objects.filter(pk__in=serving.values("region"))
    found = {zone for region in regions for zone in region.zones}
    return [zone for zone in SchoolZone.values if zone in found]


def _add_phases(phases: list[tuple[Phase, PhaseTemplate | Phase]]) -> None:
    Phase.objects.bulk_create(phase for phase, _pattern in phases)
    PhaseTask.objects.bulk_create(
        task for phase, pattern in phases for task in tasks_from(pattern, phase)
    )


def tasks_from(pattern: PhaseTemplate | Phase, phase: Phase) -> list[PhaseTask]:
    """What ``phase`` asks of each role, as its pattern has it; not saved."""
    return [
        PhaseTask(
            phase=phase,
            role=task.role,
            what=task.what,
            why=task.why,
            minutes=task.minutes,
        )
        for task in pattern.tasks.all()
    ]


def from_template(pattern: PhaseTemplate, cycle: Cycle) -> Phase:
    """A phase of ``cycle`` as the template has it; not saved."""
    year = cycle.contract_year
    closes_on = _day(
        year + pattern.closes_year, pattern.closes_month, pattern.closes_day
    )
    return Phase(
        cycle=cycle,
        opens_on=_day(
            year + pattern.opens_year, pattern.opens_month, pattern.opens_day
        ),
        closes_at=moment(closes_on, pattern.closes_time),
        what_happens=pattern.what_happens.replace(YEAR, str(year)),
        council_can=pattern.council_can.replace(YEAR, str(year)),
        **{name: getattr(pattern, name) for name in COPIED},
    )


def _from_last_year(phase: Phase, cycle: Cycle) -> Phase:
    dates = shifted(phase)
    return Phase(
        cycle=cycle,
        opens_on=dates.opens_on,
        closes_at=dates.closes_at,
        what_happens=_next_year(phase.what_happens, cycle),
        council_can=_next_year(phase.council_can, cycle),
        **{name: getattr(phase, name) for name in COPIED},
    )


def _next_year(text: str, cycle: Cycle) -> str:
    """The text of last year, where it names the contract year a year on."""
    last, now = cycle.contract_year - 1, cycle.contract_year
    return re.sub(rf"\b{last}\b", str(now), text)


def _day(year: int, month: int, day: int) -> date:
    """That day, or the last of the month where it has no such day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
