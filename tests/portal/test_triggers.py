import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from portal import audit, triggers
from portal.models import AuditEvent, User
from tests.factories import UserFactory
from tests.frozen import lifted

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    person = UserFactory()
    with transaction.atomic():
        return audit.record("user.log_in", person, by=person)


@pytest.fixture
def papers(monkeypatch):
    """A table of papers to freeze in one way or another."""
    monkeypatch.setattr(triggers, "_registry", dict(triggers._registry))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE papers (number integer, status text, text text, keep date)"
        )
        cursor.execute(
            "INSERT INTO papers VALUES (1, 'draft', 'Een', '2000-01-01'),"
            " (2, 'submitted', 'Twee', '2000-01-01'), (3, NULL, 'Drie', NULL),"
            " (4, 'submitted', 'Vier', '2999-01-01')"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE papers")


def refused(sql, *args):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, args)
    except IntegrityError as error:
        assert "frozen: " in str(error)
        return True
    return False


def refused_numbers(sql):
    return [number for number in (1, 2, 3, 4) if refused(sql, number)]


def test_audit_event_cannot_be_changed(event):
    with pytest.raises(IntegrityError, match="frozen: portal_auditevent"):
        AuditEvent.objects.filter(pk=event.pk).update(verb="user.log_out")


def test_audit_event_cannot_be_deleted(event):
    with pytest.raises(IntegrityError, match="frozen: portal_auditevent"):
        AuditEvent.objects.filter(pk=event.pk).delete()


def test_audit_event_cannot_be_replaced(event):
    columns = [field.column for field in AuditEvent._meta.concrete_fields]
    names = ", ".join(f'"{name}"' for name in columns)
    same = names.replace('"verb"', "'user.log_out'")
    if connection.vendor == "sqlite":
        sql = (
            f"INSERT OR REPLACE INTO portal_auditevent ({names})"
            f" SELECT {same} FROM portal_auditevent"
        )
    else:
        sql = (
            f"INSERT INTO portal_auditevent ({names}) SELECT {names}"
            " FROM portal_auditevent ON CONFLICT (id) DO UPDATE SET verb = 'x'"
        )

    assert refused(sql)


@pytest.mark.django_db(transaction=True)
def test_table_of_the_audit_trail_cannot_be_emptied(event):
    empty = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"

    assert refused(f"{empty} portal_auditevent")


def test_other_tables_are_free(event):
    assert User.objects.update(name=F("email")) == 1


def test_draft_is_free_and_what_is_submitted_is_not(papers):
    triggers.frozen("papers", unless="OLD.status = 'draft'")
    triggers.install()

    # A row without a status is frozen too: unknown is not free.
    assert refused_numbers("UPDATE papers SET text = '' WHERE number = %s") == [2, 3, 4]
    assert refused_numbers("DELETE FROM papers WHERE number = %s") == [2, 3, 4]


def test_only_the_named_columns_are_frozen(papers):
    triggers.frozen("papers", delete=False, columns=["text", "status"])
    triggers.install()

    assert refused_numbers("UPDATE papers SET text = '' WHERE number = %s") == (
        [1, 2, 3, 4]
    )
    assert refused_numbers("UPDATE papers SET status = NULL WHERE number = %s") == (
        [1, 2, 4]
    )
    assert refused_numbers("UPDATE papers SET keep = NULL WHERE number = %s") == []
    assert refused_numbers("DELETE FROM papers WHERE number = %s") == []


def test_row_may_be_deleted_once_its_date_is_past(papers):
    triggers.frozen("papers", delete_after="keep")
    triggers.install()

    assert refused_numbers("DELETE FROM papers WHERE number = %s") == [3, 4]


def test_row_may_not_be_deleted_on_its_last_day(papers):
    triggers.frozen("papers", delete_after="keep")
    triggers.install()
    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE papers SET keep = CURRENT_DATE WHERE number = 1")

    assert refused_numbers("DELETE FROM papers WHERE number = %s") == [1, 3, 4]


def test_missing_triggers_are_named(papers):
    triggers.frozen("papers", columns=["text"])
    assert triggers.missing() == ["papers UPDATE", "papers DELETE"] + (
        ["papers TRUNCATE"] if connection.vendor == "postgresql" else []
    )

    triggers.install()

    assert triggers.missing() == []


def test_changed_rule_replaces_the_old_trigger(papers):
    triggers.frozen("papers", update=False)
    triggers.install()
    triggers.frozen("papers", delete=False)
    assert triggers.missing() == ["papers UPDATE"]

    triggers.install()

    assert refused_numbers("UPDATE papers SET keep = NULL WHERE number = %s") == (
        [1, 2, 3, 4]
    )
    assert refused_numbers("DELETE FROM papers WHERE number = %s") == []


def test_table_that_is_not_there_yet_is_passed_over(papers):
    triggers.frozen("not_yet_made")

    triggers.install()

    assert triggers.missing() == []


def test_running_again_changes_nothing():
    before = triggers._present(connection)

    triggers.install()

    assert triggers._present(connection) == before
    assert {"portal_auditevent"} <= set(before.values())


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_back_what_a_rebuilt_table_lost(event):
    # SQLite makes a new table for a changed column; PostgreSQL keeps its triggers.
    field = models.CharField(max_length=90)
    field.set_attributes_from_name("verb")
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, AuditEvent._meta.get_field("verb"), field)
    assert bool(triggers.missing()) == (connection.vendor == "sqlite")

    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, field, AuditEvent._meta.get_field("verb"))
    call_command("migrate", verbosity=0)

    assert triggers.missing() == []
    assert refused("UPDATE portal_auditevent SET verb = 'x'")


@pytest.mark.django_db(transaction=True)
def test_switched_off_trigger_is_missing_and_comes_back(event):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            name = next(iter(triggers._present(connection)))
            cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("ALTER TABLE portal_auditevent DISABLE TRIGGER USER")
    assert triggers.missing() != []

    triggers.install()

    assert triggers.missing() == []


def test_triggers_are_back_after_they_were_lifted(event):
    with lifted():
        AuditEvent.objects.all().delete()

    assert AuditEvent.objects.count() == 0
    assert triggers.missing() == []
