"""The tasks around meetings, minutes, actions, terms and plans."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.models import Meeting
from councils.permissions import KEEPERS, Role
from portal.dates import moment
from portal.models import User
from portal.moments import nl_date
from portal.seats import Seat, seats_of
from procurement.expected.council import State
from procurement.expected.rounds import Round
from procurement.expected.row import Row, of_kind
from procurement.expected.task import Group, Task, address, group_of
from procurement.models import Phase

END_OF_DAY = time(17)
# Of a year of meetings only those that are near are asked about.
ANSWERS_AHEAD = timedelta(days=21)
# Who agrees to a plan for the council, and who keeps it for the council.
AGREES = {"chair", "deputy_chair", "secretary", "executive"}


def desk_tasks(user: User, state: State) -> Iterator[Task]:
    """What meetings, minutes, actions, terms and plans ask of ``user``."""
    seats = {seat.party_id: seat for seat in seats_of(user)}
    for row in state.rows:
        if row.kind in MAKERS:
            yield from MAKERS[row.kind](row, seats, state.now)
    yield from _proposals(seats, state)
    yield from _choices(user, state)


def _day(moment_: datetime | None) -> str:
    return nl_date(timezone.localdate(moment_)) if moment_ else ""


def _week_after(held_at: datetime | None) -> date | None:
    return timezone.localdate(held_at) + timedelta(days=7) if held_at else None


def _until(day: date | None, whose: str, now: datetime) -> dict[str, Any]:
    due = moment(day, END_OF_DAY) if day else None
    return {"due": due, "whose": whose, "group": group_of(due, now)}


def _of(seat: Seat) -> dict[str, Any]:
    return {"party_id": seat.party_id, "party": seat.party_name}


def meeting_name(row: Row) -> str:
    """What people call the meeting of a row."""
    return row.title or str(Meeting.Kind(row.detail).label)


# --- Meetings --------------------------------------------------------------------


def _invitation(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    if row.is_done or row.at is None or row.at > now + ANSWERS_AHEAD:
        return
    # A guest acts for the organisation or the care office.
    seat = seats.get(row.council_id) or next(iter(seats.values()))
    yield Task(
        kind="invitation",
        name=_("Say whether you will come on %(date)s") % {"date": _day(row.at)},
        why=_("Because the secretary counts who will be there."),
        url=address(("councils:meeting_detail", row.pk)),
        minutes=1,
        button=_("Say whether you come"),
        due=row.at,
        whose=meeting_name(row),
        group=group_of(row.at, now),
        **_of(seat),
    )


def _agenda(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    goes_out = {
        "date": _day(row.at),
        "date_sent": nl_date(row.day) if row.day else "",
    }
    yield Task(
        kind="agenda",
        name=_("Make the agenda for %(date)s") % goes_out,
        why=_("Because you are secretary and the agenda goes out on %(date_sent)s.")
        % goes_out
        if Role.SECRETARY in seats[row.council_id].acts_as
        else _("Because the agenda goes out on %(date_sent)s.") % goes_out,
        url=address(("councils:agenda_edit", row.pk)),
        minutes=20,
        button=_("Make the agenda"),
        **_of(seats[row.council_id]),
        **_until(row.day, _("The agenda goes out"), now),
    )


def _minutes(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    yield Task(
        kind="minutes",
        name=_("Write the minutes of %(date)s") % {"date": _day(row.at)},
        why=_("Because there are no minutes yet."),
        url=address(("councils:minutes_edit", row.pk)),
        minutes=30,
        button=_("Write the minutes"),
        **_of(seats[row.council_id]),
        **_until(_week_after(row.at), _("A week after the meeting"), now),
    )


def _closed_minutes(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    yield Task(
        kind="closed_minutes",
        name=_("Write the closed part of the minutes of %(date)s")
        % {"date": _day(row.at)},
        why=_("Because only members read that part. The secretary cannot write it."),
        url=address(("councils:minutes_edit", row.pk)),
        minutes=10,
        button=_("Write the closed part"),
        group=Group.SOON,
        **_of(seats[row.council_id]),
    )


def _action(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    yield Task(
        kind="action",
        name=_("Do your action: %(action)s") % {"action": row.title},
        why=_("Because you took this on in the meeting of %(date)s.")
        % {"date": _day(row.at)}
        if row.at
        else _("Because this was agreed with you."),
        url=address(("councils:action_detail", row.pk)),
        minutes=15,
        button=_("Go to your action"),
        **_of(seats[row.council_id]),
        **_until(row.day, _("As agreed"), now),
    )


def _paper(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    yield Task(
        kind="paper",
        name=_("Deliver your paper: %(paper)s") % {"paper": row.title},
        why=_("Because it belongs to the agenda for %(date)s.")
        % {"date": _day(row.at)},
        url=address(("councils:paper_deliver", row.pk)),
        minutes=10,
        button=_("Deliver the paper"),
        **_of(seats[row.council_id]),
        **_until(row.day, _("The last day to deliver it"), now),
    )


def _proposals(seats: dict, state: State) -> Iterator[Task]:
    """One task a council, however many members proposed something."""
    waiting = Counter(row.council_id for row in of_kind(state.rows, "proposal"))
    for council_id, count in waiting.items():
        yield Task(
            kind="proposal",
            name=ngettext(
                "Look at %(count)s proposal for the agenda",
                "Look at %(count)s proposals for the agenda",
                count,
            )
            % {"count": count},
            why=_("Because members asked for it."),
            url=address(("councils:backlog", council_id)),
            minutes=5 * count,
            button=_("Go to the waiting list"),
            group=Group.SOON,
            **_of(seats[council_id]),
        )


def _term(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    assert row.day is not None  # terms without an end are not asked for
    yield Task(
        kind="term",
        name=_("Plan who takes over"),
        why=_("Because the term of %(name)s ends on %(date)s.")
        % {"name": row.title, "date": nl_date(row.day)},
        url=address(("councils:council_terms", row.council_id)),
        minutes=15,
        button=_("See the terms"),
        **_of(seats[row.council_id]),
        **_until(row.day, _("The last day"), now),
    )


# --- Plans with the board --------------------------------------------------------


def _plan(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    for party_id, has_agreed, other_agreed in (
        (row.council_id, row.is_mine, row.is_done),
        (row.phase_id, row.is_done, row.is_mine),
    ):
        seat = seats.get(party_id)
        if seat is None or not seat.acts_as & AGREES:
            continue
        common = {
            "url": address(("procurement:work_plan_detail", row.pk)),
            **_of(seat),
        }
        if not has_agreed:
            yield _to_agree(row, seat, common)
        elif not other_agreed:
            yield Task(
                kind="waits_plan",
                name=_("The plan with the board")
                if seat.party == "council"
                else _("The plan with the council"),
                why=_("Your side agreed to version %(number)s.")
                % {"number": row.first},
                waits_at=_("With the board")
                if seat.party == "council"
                else _("With the council"),
                group=Group.WAITING,
                **common,
            )


def _to_agree(row: Row, seat: Seat, common: dict) -> Task:
    is_new = row.first == 1
    agree = (
        _("Agree the plan with the board")
        if seat.party == "council"
        else _("Agree the plan with the council")
    )
    return Task(
        kind="plan",
        name=agree if is_new else _("Look at the plan again"),
        why=_("Because the plan counts only when both sides agree.")
        if is_new
        else _("Because a date in the plan was moved."),
        minutes=10,
        button=_("Go to the plan"),
        group=Group.SOON,
        **common,
    )


def _plan_step(row: Row, seats: dict, now: datetime) -> Iterator[Task]:
    if group_of(row.at, now) == Group.LATER:
        return
    for seat in _doers(row, seats):
        yield Task(
            kind="plan_step",
            name=row.title.removesuffix("."),
            why=_("Because the agreed plan names this date."),
            url=address(("procurement:work_plan_detail", row.pk)),
            button=_("Go to the plan"),
            due=row.at,
            whose=_("The agreed plan"),
            group=group_of(row.at, now),
            **_of(seat),
        )


def _doers(row: Row, seats: dict) -> Iterator[Seat]:
    for seat in seats.values():
        if seat.party == "council":
            is_theirs = row.council_id in {seat.party_id, seat.parent_id}
            if is_theirs and seat.acts_as & set(KEEPERS):
                yield seat
        elif seat.party_id == row.phase_id:
            yield seat


# --- The choice to take part -----------------------------------------------------


def _choices(user: User, state: State) -> Iterator[Task]:
    """Rounds that have begun and of which a council has not chosen how it joins."""
    chosen = {(row.council_id, row.cycle_id) for row in of_kind(state.rows, "choice")}
    for seat, each in state.pairs(user):
        is_chosen = (seat.party_id, each.cycle.pk) in chosen
        keeps = seat.acts_as & set(KEEPERS)
        if is_chosen or not keeps or _is_over(each, state.now):
            continue
        yield Task(
            kind="choose",
            name=_("Choose when your council joins"),
            why=_("Because this round starts and your council decides itself."),
            url=address(
                ("procurement:participation_choose", each.cycle.pk, seat.party_id)
            ),
            minutes=15,
            button=_("Choose how your council joins"),
            group=Group.LATER,
            **_of(seat),
        )


def _is_over(each: Round, now: datetime) -> bool:
    """Whether the step is past before which councils hand something in."""
    phase = each.submission_phase
    if phase is not None:
        return phase.state_at(now) == Phase.State.PAST
    return all(phase.state_at(now) == Phase.State.PAST for phase in each.phases)


MAKERS = {
    "meeting": _invitation,
    "agenda": _agenda,
    "minutes": _minutes,
    "closed_minutes": _closed_minutes,
    "action": _action,
    "paper": _paper,
    "term": _term,
    "plan": _plan,
    "plan_step": _plan_step,
}
