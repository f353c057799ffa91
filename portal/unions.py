"""Things of many kinds asked of the database at once: a UNION of parts alike."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, CharField, QuerySet, Value
from django.db.models.functions import Cast


def part_of(
    columns: Mapping[str, Any], kind: str, rows: QuerySet, **told: Any
) -> QuerySet:
    """One part of the union: its ``kind``, and under each of ``columns`` (a name and
    its type of field) what ``told`` says there, or else nothing of that type."""
    named: dict[str, Any] = {"row_kind": Value(kind, output_field=CharField())}
    for name, field in columns.items():
        named[f"row_{name}"] = told[name] if name in told else _nothing(field())
    return rows.order_by().annotate(**named).values_list(*named)


def _nothing(field: Any) -> Any:
    if isinstance(field, CharField):
        return Value("", output_field=CharField())
    if isinstance(field, BooleanField):
        return Value(False, output_field=BooleanField())
    # Bare, PostgreSQL would take it for text.
    return Cast(Value(None), field)
