"""Migrations run while the code of before still serves: it goes on reading and writing
the tables as it knows them."""

from collections.abc import Iterator

import pytest
from django.db.migrations import AddField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.models import NOT_PROVIDED, Field

APPS = ("portal", "councils", "procurement")

# Columns of tables that were themselves new: no code that served wrote a row in them.
OF_NEW_TABLES = {
    ("councils", "agendaitem", "is_at_end"),
    ("procurement", "workplanversion", "cautions"),
}


def migrations() -> Iterator[Migration]:
    loader = MigrationLoader(None)
    for (app, _name), migration in sorted(loader.disk_migrations.items()):
        if app in APPS:
            yield migration


def later() -> list[Migration]:
    return [each for each in migrations() if each.name != "0001_initial"]


def has_value_of_its_own(field: Field) -> bool:
    """Whether a row that does not name the column can be written."""
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


@pytest.mark.parametrize("migration", later(), ids=str)
def test_code_of_before_can_still_write_its_rows(migration):
    must_be_named = {
        (migration.app_label, each.model_name_lower, each.name)
        for each in migration.operations
        if isinstance(each, AddField) and not has_value_of_its_own(each.field)
    }

    assert must_be_named <= OF_NEW_TABLES


@pytest.mark.parametrize("migration", later(), ids=str)
def test_code_of_before_finds_all_that_it_reads(migration):
    gone = (DeleteModel, RemoveField, RenameField, RenameModel)

    assert [each for each in migration.operations if isinstance(each, gone)] == []
