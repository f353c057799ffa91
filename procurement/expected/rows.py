"""What waits on the desks of one person's councils and organisations: one query.

Each kind of thing is a part of one UNION with the same columns, so that the home page
asks the database once for all of them.
"""

from datetime import datetime, timedelta

from django.db.models import (
    QuerySet,
)

from councils.permissions import (
    council_ids,
    organisation_ids,
)
from portal.models import User
from portal.prepared import fetch
from portal.seats import seats_of
from procurement.expected import rows_of_desk, rows_of_rounds
from procurement.expected.row import Row
from procurement.expected.task import CLOSED_FOR

# Minutes are asked for so long after a meeting, and meetings told so long before.
MINUTES_AFTER = timedelta(days=60)
MEETINGS_AHEAD = timedelta(days=60)


def rows_for(user: User, now: datetime) -> list[Row]:
    """Everything that waits for ``user`` at a moment, in no order."""
    if not seats_of(user):
        return []
    return [
        Row._make(row)
        for row in fetch(
            _rows,
            user,
            now,
            now - CLOSED_FOR,
            now - MINUTES_AFTER,
            now + MEETINGS_AHEAD,
        )
    ]


def _rows(
    user: User, now: datetime, since: datetime, long_ago: datetime, ahead: datetime
) -> QuerySet:
    parts = [rows_of_desk.meetings(user, now, ahead)]
    if council_ids(user):
        parts += [
            rows_of_rounds.requests(user, since),
            rows_of_desk.agendas(user, now),
            rows_of_desk.minutes(user, now, long_ago),
            rows_of_desk.closed_minutes(user, now, long_ago),
            rows_of_desk.actions(user),
            rows_of_desk.papers(user, now),
            rows_of_desk.proposals(user),
            rows_of_rounds.choices(user),
            rows_of_desk.terms(user),
        ]
    if council_ids(user) or organisation_ids(user):
        parts += [rows_of_rounds.plans(user, now), rows_of_rounds.plan_steps(user, now)]
    return parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
