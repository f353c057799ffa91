"""What is expected of a person now: computed from what is there, never stored.

``overview`` answers the home page; ``expected_tasks`` and ``next_moment`` are parts of
it for who needs no more.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from portal.models import User
from procurement.expected.council import State, state_for
from procurement.expected.council_tasks import council_tasks
from procurement.expected.desk import desk_tasks
from procurement.expected.moments import Moment, next_moment_in
from procurement.expected.office import office_tasks
from procurement.expected.rounds import Round, rounds_of
from procurement.expected.task import Group, Task, in_order
from procurement.expected.waiting import waiting

__all__ = [
    "Group",
    "Moment",
    "Overview",
    "Task",
    "expected_tasks",
    "next_moment",
    "overview",
]


@dataclass(frozen=True)
class Overview:
    """All that the home page shows of one person at one moment."""

    user: User
    now: datetime
    tasks: list[Task]
    rounds: list[Round]
    state: State

    @cached_property
    def next_moment(self) -> Moment | None:
        """Told only to who has nothing to do, and reckoned only then."""
        return next_moment_in(self.user, self.state, self.rounds)

    def of(self, council_id: UUID | None) -> "list[Task]":
        """The tasks for one council, or all of them."""
        return [task for task in self.tasks if council_id in (None, task.party_id)]


def overview(user: User, now: datetime) -> Overview:
    """Everything at once: at most five queries beside the seats."""
    rounds = rounds_of(user, now)
    state = state_for(user, rounds, now)
    tasks = [
        *council_tasks(user, state),
        *desk_tasks(user, state),
        *office_tasks(user, rounds, now),
        *waiting(user, state),
    ]
    # Who takes another's place may be asked the same twice.
    once = {(task.kind, task.url, task.party_id, task.name): task for task in tasks}
    return Overview(user, now, in_order([*once.values()]), rounds, state)


def expected_tasks(user: User, now: datetime) -> list[Task]:
    """What is asked of ``user``, and what waits for others; the nearest date first."""
    return overview(user, now).tasks


def next_moment(user: User, now: datetime) -> Moment | None:
    """The next day on which something begins or is due for ``user``."""
    return overview(user, now).next_moment
