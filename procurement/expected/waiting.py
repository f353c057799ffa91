"""What lies with others now, and until when."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.permissions import council_seats
from portal.models import User
from portal.moments import nl_date
from procurement.expected.council import (
    State,
    since,
)
from procurement.expected.council_tasks import round_of
from procurement.expected.rounds import role_of
from procurement.expected.task import Group, Task, address
from procurement.models import (
    PhaseRole,
    Submission,
    answer_day,
)


def waiting(user: User, state: State) -> Iterator[Task]:
    """What lies with others now, and until when."""
    seats = {seat.party_id: seat for seat in council_seats(user)}
    for (council_id, _cycle), submission in state.submissions.items():
        seat = seats[council_id]
        may_sign = role_of(seat) == PhaseRole.CHAIR
        common: dict[str, Any] = {
            "party_id": council_id,
            "party": seat.party_name,
            "group": Group.WAITING,
            "url": address(("procurement:submission_detail", submission.pk)),
            "name": _("Submission, %(round)s")
            % {"round": submission_round(state, submission)},
        }
        if submission.status == Submission.Status.OFFERED and not may_sign:
            yield Task(
                kind="waits_signature",
                why=_("Ready to sign since %(date)s.")
                % {"date": since(cast(datetime, submission.offered_at))},
                waits_at=_("With the chair"),
                **common,
            )
        if (
            submission.status == Submission.Status.SUBMITTED
            and not submission.answers_newest
        ):
            yield Task(
                kind="waits_answers",
                why=_("Agreed: an answer before %(date)s.")
                % {"date": _answer_by(submission)},
                waits_at=_("With the care office"),
                **common,
            )
    yield from _reactions(user, state)


def _answer_by(submission: Submission) -> str:
    return nl_date(answer_day(timezone.localdate(submission.signed_at)))


def submission_round(state: State, submission: Submission) -> str:
    return str(state.rounds[submission.cycle_id].cycle)


def _reactions(user: User, state: State) -> Iterator[Task]:
    seats = {seat.party_id: seat for seat in council_seats(user)}
    for part in state.parts:
        central = part.showing.paragraph.council_id
        seat = seats.get(central)
        if seat is None or part.council_id in seats or round_of(state, part) is None:
            continue
        yield Task(
            kind="waits_reaction",
            name=_("Reaction of %(council)s to “%(title)s”")
            % {
                "council": part.council.name,
                "title": part.showing.paragraph.title,
            },
            why=_("Asked on %(date)s.") % {"date": since(part.showing.at)},
            url=address(
                (
                    "procurement:composition_detail",
                    part.showing.paragraph.cycle_id,
                    central,
                )
            ),
            party_id=central,
            party=seat.party_name,
            group=Group.WAITING,
            waits_at=_("With a local council"),
        )
