"""A council's choice for a round: taking part, not this time, leaving, coming back.

Each change is a row of its own, numbered while the council is held. Once in, a council
stays in: leaving is a step of its own, with a reason.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import Council
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.moments import nl_date
from portal.transitions import lock
from procurement.actions.work_plan_following import follow_local_councils
from procurement.facts import councils_in
from procurement.models import Cycle, Participation, Phase

Step = Participation.Step
# What a choice says; two that say the same are one.
SAYS = (
    "step",
    "from_phase_id",
    "level",
    "in_organisation",
    "in_region",
    "reason",
    "decision_id",
)


@transaction.atomic
def choose(choice: Participation, *, seen: int, by: User) -> Participation:
    """Record what a council chose; ``seen`` is the number of what it chose before.

    The same choice once more, as by a double press, changes nothing.
    """
    council = choice.council = lock(choice.council)
    history = list(
        Participation.objects.filter(council=council, cycle=choice.cycle)
        .select_related("from_phase")
        .order_by("-number")
    )
    newest = history[0] if history else None
    _complete(choice, history)
    if newest and _says(newest) == _says(choice):
        return newest
    if (newest.number if newest else 0) != seen:
        raise NotAllowedNow(
            _("Somebody of your council chose just now. Look at that choice first.")
        )
    _check_round(council, choice.cycle)
    _check_step(newest, choice)
    if choice.decision:
        lock(choice.decision)  # or it could be taken back meanwhile
    choice.number = seen + 1
    choice.chosen_by, choice.chosen_at = by, timezone.now()
    choice.save(force_insert=True)
    is_told = choice.in_organisation or (newest and newest.in_organisation)
    if council.parent and is_told:
        # No plan so much as looks up at a choice of which the organisation hears not.
        follow_local_councils(council.parent, choice.cycle)
    # Last, since it holds the trail of the council.
    audit.record(_verb(newest, choice), choice, by=by, scope=council.pk)
    return choice


def told_before(history: list[Participation]) -> tuple[bool, bool]:
    """Whether the council ever said inside the organisation, and in the region, that
    it takes part: those hear of it when it leaves."""
    joined = [each for each in history if each.takes_part]
    return (
        any(each.in_organisation for each in joined),
        any(each.in_region for each in joined),
    )


def may_enter_at(newest: Participation | None, phase: Phase) -> bool:
    """Whether a council can say that it takes part from this step on.

    From one that is not past, or that it took part in already. Once the step began at
    which it came in, no later one.
    """
    if newest is None or not newest.takes_part or newest.from_phase is None:
        return phase.state != Phase.State.PAST
    if phase.pk == newest.from_phase_id:
        return True
    if phase.order > newest.from_phase.order:
        began = newest.from_phase.state != Phase.State.COMING
        return not began and phase.state != Phase.State.PAST
    return phase.state != Phase.State.PAST


def _complete(choice: Participation, history: list[Participation]) -> None:
    """Leave out what a step does not say, and let leaving be read by who had heard."""
    if choice.step != Step.JOIN:
        choice.from_phase, choice.level = None, ""
        choice.in_organisation, choice.in_region = False, False
    if choice.step == Step.LEAVE:
        choice.in_organisation, choice.in_region = told_before(history)
    else:
        choice.reason = ""


def _says(choice: Participation) -> tuple:
    return tuple(getattr(choice, name) for name in SAYS)


def _check_round(council: Council, cycle: Cycle) -> None:
    is_there = councils_in(cycle).filter(pk=council.pk).exists()
    if not cycle.is_published or not is_there:
        raise NotAllowedNow(_("This round is not for your council."))


def _check_step(newest: Participation | None, choice: Participation) -> None:
    """What may follow on what."""
    was = newest.step if newest else ""
    if choice.step == Step.JOIN:
        _check_entry(newest, choice.from_phase)
    elif choice.step == Step.DECLINE and was == Step.JOIN:
        raise NotAllowedNow(
            _("Your council takes part. It can leave, and then says why.")
        )
    elif choice.step == Step.DECLINE and was == Step.LEAVE:
        raise NotAllowedNow(_("Your council has left this round already."))
    elif choice.step == Step.LEAVE and was != Step.JOIN:
        raise NotAllowedNow(_("Your council does not take part, so it cannot leave."))


def _check_entry(newest: Participation | None, phase: Phase | None) -> None:
    if phase is None or may_enter_at(newest, phase):
        return
    if phase.state == Phase.State.PAST:
        raise NotAllowedNow(_("This step is past. Choose one that is still to come."))
    entry = newest.from_phase if newest else None
    raise NotAllowedNow(
        _(
            "Your council takes part since “%(phase)s”, which began on %(date)s. Once "
            "in, it stays in. It can leave, and then says why."
        )
        % {"phase": entry, "date": nl_date(entry.opens_on if entry else None)}
    )


def _verb(newest: Participation | None, choice: Participation) -> str:
    if choice.step == Step.JOIN and newest and newest.takes_part:
        return "participation.change"
    return f"participation.{choice.step}"
