"""Reference data that comes with the code: what is missing is made, nothing changed.

Administrators edit reference data. A row therefore keeps one id on every installation,
so that a name which somebody changed is not made a second time.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Model

NAMESPACE = uuid5(NAMESPACE_URL, "inbreng:reference")


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a CSV file as dicts by the words of its head."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def reference_id(*names: str) -> UUID:
    """The id of a row of reference data, the same everywhere."""
    return uuid5(NAMESPACE, "/".join(names))


def add_missing(wanted: Sequence[Model], natural_key: tuple[str, ...]) -> int:
    """Save those of ``wanted`` that are not there by id nor by ``natural_key``."""
    if not wanted:
        return 0
    model = type(wanted[0])
    present = model._default_manager.values_list("pk", *natural_key)
    ids, keys = set(), set()
    for pk, *key in present:
        ids.add(pk)
        keys.add(tuple(key))
    missing = [
        row
        for row in wanted
        if row.pk not in ids
        and tuple(getattr(row, name) for name in natural_key) not in keys
    ]
    model._default_manager.bulk_create(missing)
    return len(missing)
