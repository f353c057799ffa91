"""The first page: what is expected of you now."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from councils.permissions import council_seats
from portal.context import current_council
from portal.http import UserRequest
from portal.models import OutgoingMail
from portal.moments import days_left, nl_datetime
from portal.seats import Seat, seats_of
from procurement.expected import Group, Overview, Task, overview
from procurement.expected.council import prepares
from procurement.expected.rounds import Round
from procurement.expected.task import address
from procurement.models import Cycle, Phase, Submission

# A term that ends within this time is told on the page.
TERM_WARNING = timedelta(days=180)
NEWEST_ANSWERS = 3
# Of many submissions to answer the home page shows the first; the desk has them all.
FROM_THE_DESK = 10
ON_THE_DESK = {"answer", "publish_answers"}


class Line(NamedTuple):
    """A task as it is drawn: text and no more, so that it is drawn once."""

    name: str
    url: str
    button: str
    party: str
    why: str
    minutes: int
    day: str
    weekday: str
    # How long it still takes, or that it is over; and the sentence of the whole date.
    left: str
    is_late: bool
    whose: str
    due: str
    is_closed: bool
    is_first: bool


class Out(NamedTuple):
    """A council of the reader that chose to be asked nothing now, in a sentence."""

    council: str
    sentence: str
    url: str


@dataclass(frozen=True)
class Now:
    """Where a round is: which step of how many, and who of one's own is not in it."""

    round: Round
    phase: Phase
    number: int
    steps: int
    out: list[Out]


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """What is asked of the reader, for one council or for all."""
    seen = overview(request.user, timezone.now())
    chosen = current_council(request)
    tasks = seen.of(chosen.party_id if chosen else None)
    shown = _without_a_deskful(tasks)
    return render(
        request,
        "procurement/home/home.html",
        {
            "now": seen.now,
            **_grouped(shown),
            "left_on_the_desk": len(tasks) - len(shown),
            "hidden": len(seen.tasks) - len(tasks),
            "seen": seen,
            "where_we_are": _where_we_are(seen),
            "ending": _ending(seats_of(request.user)),
            "answers": _answers(seen),
            "administrator": _administrator(request),
            "reminders_url": _reminders(request),
            "timeline_url": address(("procurement:cycle_list",)),
            "answers_url": address(("procurement:response_list",)),
        },
    )


def _without_a_deskful(tasks: list[Task]) -> list[Task]:
    on_the_desk = (task for task in tasks if task.kind in ON_THE_DESK)
    left_out = {id(task) for task in [*on_the_desk][FROM_THE_DESK:]}
    return [task for task in tasks if id(task) not in left_out]


def _grouped(tasks: list[Task]) -> dict[str, Any]:
    """The first task by itself, then the rest under their headings."""
    to_do = [task for task in tasks if task.group != Group.WAITING]
    first, rest = to_do[:1], to_do[1:]
    groups = [
        (group.label, [_line(task) for task in rest if task.group == group])
        for group in (Group.OVERDUE, Group.SOON, Group.LATER)
    ]
    return {
        "first": [_line(task, is_first=True) for task in first],
        "groups": [(label, found) for label, found in groups if found],
        "waiting": [task for task in tasks if task.group == Group.WAITING],
    }


def _line(task: Task, *, is_first: bool = False) -> Line:
    left = days_left(task.due)
    if task.is_closed:
        left = _("has closed")
    elif task.is_overdue:
        left = _("date has passed")
    return Line(
        name=str(task.name),
        url=str(task.url),
        button=str(task.button),
        party=str(task.party),
        why=str(task.why),
        minutes=task.minutes or 0,
        day=task.day,
        weekday=task.weekday,
        left=left,
        is_late=task.is_closed or task.is_overdue,
        whose=str(task.whose),
        due=nl_datetime(task.due),
        is_closed=task.is_closed,
        is_first=is_first,
    )


def _where_we_are(seen: Overview) -> Now | None:
    """The running step of the round with the nearest closing."""
    running = [
        Now(
            each,
            phase,
            each.phases.index(phase) + 1,
            len(each.phases),
            _out(seen, each, phase),
        )
        for each in seen.rounds
        if each.cycle.is_published and (phase := each.running(seen.now))
    ]
    return min(
        running,
        key=lambda each: (not each.phase.councils_deliver, each.phase.closes_at),
        default=None,
    )


def _out(seen: Overview, round_: Round, phase: Phase) -> list[Out]:
    found = []
    for seat in council_seats(seen.user):
        chosen = seen.state.done_by(seat.party_id, round_.cycle.pk).taking_part
        if chosen is None:
            continue
        kinds = [each.kind for each in round_.phases if each.order == chosen.order]
        if sentence := chosen._replace(kind="".join(kinds)).why_out(phase):
            where = ("procurement:participation_choose", round_.cycle.pk, seat.party_id)
            found.append(Out(seat.party_name, sentence, address(where)))
    return found


def _ending(seats: list[Seat]) -> list[Seat]:
    until = timezone.localdate() + TERM_WARNING
    return [seat for seat in seats if seat.ends_on and seat.ends_on <= until]


def _reminders(request: UserRequest) -> str:
    """The page with the reminders, for who prepares for a council."""
    if any(prepares(seat) for seat in council_seats(request.user)):
        return reverse("procurement:reminder_list")
    return ""


def _answers(seen: Overview) -> list[tuple[Submission, Cycle]]:
    """The newest publications of answers to texts with words of one's councils, each
    with its round."""
    newest = sorted(
        seen.state.answered, key=lambda each: each.answered_at or each.created_at
    )
    rounds = seen.state.rounds
    return [
        (each, rounds[each.cycle_id].cycle)
        for each in newest[: -NEWEST_ANSWERS - 1 : -1]
    ]


def _administrator(request: UserRequest) -> dict[str, int] | None:
    if not request.user.is_staff:
        return None
    return {"held": OutgoingMail.objects.held().count()}
