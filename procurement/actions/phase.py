"""Move the dates of a phase, and change what it says and asks."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.errors import NotAllowedNow, StaleText
from portal.models import User
from portal.transitions import lock
from procurement.actions import work_plan_following
from procurement.models import DateChange, Phase, PhaseTask

DATES = (
    "opens_on",
    "closes_at",
    "organisation_days",
    "central_days",
    "local_days",
)
TEXTS = ("what_happens", "council_can", "councils_deliver", "kept_because")


@transaction.atomic
def move_phase(
    phase: Phase, *, opens_on: date, closes_at: datetime, reason: str, by: User
) -> Phase:
    """Give a phase another window.

    In a published round it leaves a ``DateChange`` behind with its reason: whoever
    was told the old date hears of the new one.
    """
    return _reschedule(
        lock(phase), {"opens_on": opens_on, "closes_at": closes_at}, reason, by
    )


@transaction.atomic
def edit_days(
    phase: Phase,
    *,
    organisation_days: int,
    central_days: int,
    local_days: int,
    reason: str,
    by: User,
) -> Phase:
    """Give the organisation and the councils more days, or fewer."""
    days = {
        "organisation_days": organisation_days,
        "central_days": central_days,
        "local_days": local_days,
    }
    return _reschedule(lock(phase), days, reason, by)


@transaction.atomic
def edit_phase(
    typed: Phase, tasks: Iterable[PhaseTask], *, reason: str, by: User
) -> Phase:
    """Save a phase as somebody typed it: its dates, its texts and its tasks.

    ``typed.revision`` is what that person had on the screen; if a colleague saved
    since then, nothing is overwritten.
    """
    phase = lock(typed)
    if phase.revision != typed.revision:
        raise StaleText(_("A colleague changed this step too."), current=phase)
    phase = _reschedule(
        phase, {name: getattr(typed, name) for name in DATES}, reason, by
    )
    tasks = list(tasks)
    texts = [n for n in TEXTS if getattr(phase, n) != getattr(typed, n)]
    if texts or _differ(phase, tasks):
        for name in texts:
            setattr(phase, name, getattr(typed, name))
        phase.tasks.all().delete()
        PhaseTask.objects.bulk_create(
            PhaseTask(
                phase=phase,
                role=task.role,
                what=task.what,
                why=task.why,
                minutes=task.minutes,
            )
            for task in tasks
        )
        audit.record(
            "phase.edit", phase, by=by, scope=phase.cycle.owner.pk, fields=texts
        )
    phase.revision += 1
    phase.edited_by = by
    phase.save(update_fields=[*texts, "revision", "edited_by"])
    return phase


def _reschedule(phase: Phase, wanted: dict, reason: str, by: User) -> Phase:
    old = {name: getattr(phase, name) for name in DATES}
    new = {**old, **wanted}
    if new == old:
        return phase
    if timezone.localdate(new["closes_at"]) < new["opens_on"]:
        raise NotAllowedNow(
            _("The end lies before the start. Change one of the two dates.")
        )
    if min(new["central_days"], new["local_days"]) < 1:
        raise NotAllowedNow(_("Councils need one day or more."))
    change = _tell(phase, old, new, reason, by) if phase.cycle.is_published else None
    for name in DATES:
        setattr(phase, name, new[name])
    phase.save(update_fields=DATES)
    # A question that closes with its phase goes along.
    phase.requests.exclude(status="withdrawn").filter(
        closes_at=old["closes_at"]
    ).update(closes_at=new["closes_at"])
    audit.record(
        "phase.move",
        phase,
        by=by,
        scope=phase.cycle.owner.pk,
        old={name: str(value) for name, value in old.items()},
        new={name: str(value) for name, value in new.items()},
    )
    moved = any(old[name] != new[name] for name in ("closes_at", "organisation_days"))
    if change and moved:
        work_plan_following.recompute(change)
    return phase


def _tell(phase: Phase, old: dict, new: dict, reason: str, by: User) -> DateChange:
    if not reason.strip():
        raise NotAllowedNow(_("Give your reason. The council wants to know why."))
    return DateChange.objects.create(
        phase=phase,
        reason=reason.strip(),
        by=by,
        **{f"old_{name}": value for name, value in old.items()},
        **{f"new_{name}": value for name, value in new.items()},
    )


def _differ(phase: Phase, tasks: list[PhaseTask]) -> bool:
    def words(rows: Iterable[PhaseTask]) -> set[tuple]:
        return {(row.role, row.what, row.why, row.minutes) for row in rows}

    return words(phase.tasks.all()) != words(tasks)
