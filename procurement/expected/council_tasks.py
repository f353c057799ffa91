"""The tasks of a council's people, each gone as soon as it is done."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from councils.permissions import council_seats
from portal.models import User
from portal.moments import nl_date
from portal.seats import Seat
from procurement.expected.council import (
    NEWS,
    Asked,
    State,
    is_helper,
    prepares,
    since,
    why_seat,
)
from procurement.expected.rounds import Round, role_of
from procurement.expected.task import CLOSED_FOR, Group, Task, address, group_of
from procurement.facts import Left, Step, left_to_do
from procurement.models import (
    Phase,
    PhaseRole,
    ShowingPart,
    Submission,
)
from procurement.taking_part import asked, asked_for_words


def council_tasks(user: User, state: State) -> Iterator[Task]:
    """Everything that is asked of ``user`` for councils, in no order."""
    yield from _requests(user, state)
    yield from _drafts(user, state)
    for seat, each in state.pairs(user):
        for step in each.steps:
            yield from _step(state, seat, each, step)
    yield from _checks(user, state)
    yield from _answers(user, state)


def _own_date(seat: Seat, dates) -> datetime:
    return dates.for_kind(seat.kind, seat.parent_id is not None)


def _is_over(closes_at: datetime, now: datetime) -> bool:
    return closes_at <= now - CLOSED_FOR


def _dated(seat: Seat, due: datetime, closes_at: datetime, now: datetime) -> dict:
    return {
        "party_id": seat.party_id,
        "party": seat.party_name,
        "due": due,
        "whose": _("Your council’s date"),
        "closes_at": closes_at,
        "is_closed": closes_at <= now,
        "group": group_of(due, now),
    }


# --- Requests and drafts ---------------------------------------------------------


def _requests(user: User, state: State) -> Iterator[Task]:
    seats = {seat.party_id: seat for seat in council_seats(user)}
    for row in state.asked:
        seat = seats[row.council_id]
        if row.has_own or (is_helper(seat) and row.has_input):
            continue
        if not _asks_words(state, row):
            continue
        dated = _dated(seat, _own_date(seat, row.dates), row.closes_at, state.now)
        if dated["group"] == Group.OVERDUE and row.has_input:
            # The council has said something: nobody is late.
            continue
        name = _("Write input: %(request)s")
        minutes, button = 20, _("Read the question and write")
        if is_helper(seat):
            name, minutes = _("Ask members for input: %(request)s"), 10
            button = _("Read the question")
        yield Task(
            kind="request",
            name=name % {"request": row.title},
            why=_("Because the care office asks your council this."),
            url=address(
                ("procurement:request_detail", row.request_id),
                ("procurement:input_create", row.cycle_id, seat.party_id),
            ),
            minutes=minutes,
            button=button,
            **dated,
        )


def _asks_words(state: State, row: Asked) -> bool:
    """Whether the council takes part with words in the step of a request."""
    each = state.rounds.get(row.cycle_id)
    phases = {phase.pk: phase for phase in each.phases} if each else {}
    phase = phases.get(row.phase_id)
    done = state.done_by(row.council_id, row.cycle_id)
    return phase is None or asked_for_words(done.taking_part, phase)


def _drafts(user: User, state: State) -> Iterator[Task]:
    seats = {seat.party_id: seat for seat in council_seats(user)}
    for row in state.drafts:
        each, seat = state.rounds[row["cycle_id"]], seats.get(row["council_id"])
        phase = each.submission_phase or each.running(state.now)
        if seat is None or phase is None or _is_over(phase.closes_at, state.now):
            continue
        yield Task(
            kind="draft",
            name=_("Finish your draft"),
            why=_("Because you began this text on %(date)s.")
            % {"date": since(row["began"])},
            url=address(
                ("procurement:input_edit", row["draft"]), ("procurement:input_list",)
            ),
            minutes=15,
            button=_("Go on writing"),
            **_dated(seat, _own_date(seat, phase.dates), phase.closes_at, state.now),
        )


# --- Steps of a round ------------------------------------------------------------


def _step(state: State, seat: Seat, each: Round, step: Step) -> Iterator[Task]:
    phase, now = step.phase, state.now
    is_coming = phase.state_at(now) == Phase.State.COMING
    if is_coming or _is_over(phase.closes_at, now) or not role_of(seat):
        return
    done = state.done_by(seat.party_id, each.cycle.pk)
    left = left_to_do(
        step, role_of(seat), has_parent=seat.parent_id is not None, done=done
    )
    dated = _dated(seat, _own_date(seat, phase.dates), phase.closes_at, now)
    if step.is_submission and role_of(seat) in {PhaseRole.SECRETARY, PhaseRole.CHAIR}:
        yield from _submission(state, seat, each, left, dated)
    elif left == Left.WRITE and not _was_asked(state, seat, phase):
        yield _asked(seat, each, phase, dated)
    elif asked(done.taking_part, phase) and _stands_while_it_runs(
        each, phase, seat, now
    ):
        dated |= {"due": phase.closes_at, "whose": _("The care office’s date")}
        dated["group"] = group_of(phase.closes_at, now)
        yield _asked(seat, each, phase, dated)


def _stands_while_it_runs(each: Round, phase: Phase, seat: Seat, now: datetime) -> bool:
    """Whether something is asked of which nothing shows that it was done."""
    is_asked = (phase.pk, role_of(seat)) in each.asked
    return is_asked and not phase.councils_deliver and phase.closes_at > now


def _was_asked(state: State, seat: Seat, phase: Phase) -> bool:
    """Whether a request of this phase stands on the page already."""
    return any(
        row.council_id == seat.party_id and row.phase_id == phase.pk
        for row in state.asked
    )


def _asked(seat: Seat, each: Round, phase: Phase, dated: dict) -> Task:
    asked = each.asked.get((phase.pk, role_of(seat)))
    return Task(
        kind="phase",
        name=asked.what.removesuffix(".")
        if asked
        else f"{phase.get_kind_display()}: {phase.council_can}",
        why=asked.why if asked else why_seat(seat),
        url=address(
            ("procurement:cycle_detail", each.cycle.pk), ("procurement:cycle_list",)
        ),
        minutes=asked.minutes if asked else None,
        button=_("See what your council can do"),
        **dated,
    )


def _submission(
    state: State, seat: Seat, each: Round, left: Left | None, dated: dict
) -> Iterator[Task]:
    by_when = {"date": nl_date(dated["due"])}
    submission = state.submissions.get((seat.party_id, each.cycle.pk))
    if left == Left.SHARE:
        yield Task(
            kind="share",
            name=_("Share input with the central council"),
            why=_("Because the central council writes its text after %(date)s.")
            % by_when,
            url=address(("procurement:input_list",)),
            minutes=10,
            button=_("Go to your input"),
            **dated,
        )
    elif left == Left.SIGN and submission:
        is_chair = seat.role == "chair"
        yield Task(
            kind="sign",
            name=_("Sign the submission")
            if is_chair
            else _("Sign in place of the chair"),
            why=why_seat(seat)
            if is_chair
            else _("Because you are deputy of the chair."),
            url=address(
                ("procurement:submission_sign", submission.pk),
                ("procurement:submission_detail", submission.pk),
            ),
            minutes=15,
            button=_("Read and sign"),
            **dated,
        )
    elif left == Left.OFFER and role_of(seat) == PhaseRole.SECRETARY:
        yield from _compose_and_offer(state, seat, each, submission, dated)


def _compose_and_offer(
    state: State, seat: Seat, each: Round, submission: Submission | None, dated: dict
) -> Iterator[Task]:
    compose = (
        "procurement:composition_detail",
        each.cycle.pk,
        seat.party_id,
    )
    is_central = seat.kind == "central"
    if is_central and state.unread.get((seat.party_id, each.cycle.pk)):
        yield Task(
            kind="read_local",
            name=_("Read local input"),
            why=_("Because you are secretary of the central council."),
            url=address(compose),
            minutes=30,
            button=_("Read local input"),
            **dated,
        )
    if submission and submission.has_lines:
        yield Task(
            kind="offer",
            name=_("Offer the submission for signing"),
            why=_("Because you are secretary and the text is complete."),
            url=address(("procurement:submission_detail", submission.pk)),
            minutes=15,
            button=_("Go to the submission"),
            **dated,
        )
    else:
        yield _compose(compose if is_central else None, dated)


def _compose(page: tuple | None, dated: dict) -> Task:
    """Make the text of a central council, or collect the input of another one."""
    return Task(
        kind="compose",
        name=_("Compose the central text") if page else _("Collect the submission"),
        why=_("Because your council submits before %(date)s.")
        % {"date": nl_date(dated["due"])},
        url=address(*([page] if page else []), ("procurement:submission_list",)),
        minutes=60,
        button=_("Compose") if page else _("Go to the submission"),
        **dated,
    )


# --- What others made of it ------------------------------------------------------


def _checks(user: User, state: State) -> Iterator[Task]:
    seats = {seat.party_id: seat for seat in council_seats(user)}
    for part in state.parts:
        seat, each = seats.get(part.council_id), round_of(state, part)
        if seat is None or each is None or not prepares(seat):
            continue
        phase = each.submission_phase
        if phase is None or _is_over(phase.closes_at, state.now):
            continue
        dated = _dated(seat, phase.dates.central.moment, phase.closes_at, state.now)
        yield Task(
            kind="check",
            name=_("Check how your words were used in “%(title)s”")
            % {"title": part.showing.paragraph.title},
            why=_("Because the central council used input of your council."),
            url=part.get_absolute_url(),
            minutes=10,
            button=_("See your words"),
            **(dated | {"whose": _("The central council’s date")}),
        )


def round_of(state: State, part: ShowingPart) -> Round | None:
    return state.rounds.get(part.showing.paragraph.cycle_id)


def _answers(user: User, state: State) -> Iterator[Task]:
    """News for thirty days: nobody keeps who read an answer."""
    for submission in state.answered:
        if not submission.answered_at or submission.answered_at <= state.now - NEWS:
            continue
        seat = next(
            (
                seat
                for seat in council_seats(user)
                if submission.council_id in {seat.party_id, seat.parent_id}
            ),
            None,
        )
        if seat is None:
            continue
        yield Task(
            kind="answers",
            name=_("Read the answers to %(council)s")
            % {"council": submission.council.name},
            why=_("Because the care office answered your council."),
            url=address(("procurement:response_list",)),
            minutes=15,
            button=_("Read the answers"),
            party_id=seat.party_id,
            party=seat.party_name,
            group=Group.LATER,
        )
