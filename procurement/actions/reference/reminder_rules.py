"""When people of councils are reminded, unless an administrator chose otherwise."""

from datetime import time
from pathlib import Path

from django.db import transaction

from portal.reference import add_missing, reference_id, rows
from procurement.models import ReminderRule

DATA = Path(__file__).resolve().parents[2] / "data"


@transaction.atomic
def load() -> int:
    """Make the rules that are not there yet; from now on they hold."""
    rules = [
        ReminderRule(
            pk=reference_id(
                "reminder_rule", row["phase"], row["role"], row["moment"], row["days"]
            ),
            phase_kind=row["phase"],
            role=row["role"],
            moment=row["moment"],
            days=int(row["days"]),
            at=time.fromisoformat(row["at"]),
        )
        for row in rows(DATA / "reminder_rules.csv")
    ]
    return add_missing(rules, ("phase_kind", "role", "moment", "days"))
