"""The themes of today, by which input is found."""

from pathlib import Path

from django.db import transaction

from portal.reference import add_missing, reference_id, rows
from procurement.models import Theme

DATA = Path(__file__).resolve().parents[2] / "data"


@transaction.atomic
def load() -> int:
    """Make the themes that are not there yet."""
    wanted = [
        Theme(pk=reference_id("theme", row["name"]), name=row["name"])
        for row in rows(DATA / "themes.csv")
    ]
    return add_missing(wanted, ("name",))
