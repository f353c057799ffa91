"""What was submitted goes when the time to keep it is over, and not a day before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from portal.audit import first_broken
from portal.models import AuditChain, AuditEvent, PeriodicRun
from procurement import tasks
from procurement.actions import response as answers
from procurement.actions import retention
from procurement.actions import submission as actions
from procurement.models import (
    Answer,
    CouncilInput,
    MinorityStatement,
    Publication,
    Signature,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)
from tests.factories import (
    CouncilInputFactory,
    CouncilMembershipFactory,
    SubmissionFactory,
    UserFactory,
)
from tests.frozen import lifted
from tests.races import at_once

pytestmark = pytest.mark.django_db

GONE = [
    Answer,
    MinorityStatement,
    Publication,
    Signature,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
]


def sent(year: int = 2010) -> Submission:
    """Offered with a statement, taken back, offered again, signed and answered."""
    submission = SubmissionFactory(cycle__contract_year=year)
    council, by = submission.council, submission.created_by
    chair = CouncilMembershipFactory(council=council, role="chair").user
    words = CouncilInputFactory(council=council, cycle=submission.cycle, shared=True)
    actions.add_item(submission, words, by=by)
    first = actions.offer(submission, by=by)
    actions.add_statement(first, "Ik zie het anders.", by=chair)
    actions.take_back(submission, by=by)
    second = actions.offer(submission, by=by)
    statement = actions.add_statement(second, "Nog steeds.", by=chair)
    actions.sign(submission, by=chair, seen=actions.signing_code(second, [statement]))
    for item in second.submitted_items.all():
        Answer.objects.create(item=item, outcome="taken_up", written_by=by)
    answers.publish(second, by=UserFactory())
    return submission


def left() -> dict[str, int]:
    return {model.__name__: n for model in GONE if (n := model.objects.count())}


def test_what_need_not_be_kept_goes_with_all_that_belongs_to_it():
    submission = sent()
    assert set(left()) == {model.__name__ for model in GONE}

    tasks.forget_old_rows()

    assert left() == {}
    # The words of the council are its own.
    assert CouncilInput.objects.count() == 1
    event = AuditEvent.objects.get(verb="submission.forget")
    assert (event.subject_id, event.chain.scope) == (
        submission.pk,
        submission.council_id,
    )
    assert event.data == {
        "versions": 2,
        "year": 2010,
        "answers": 1,
        "statements": 2,
    }
    assert [first_broken(chain) for chain in AuditChain.objects.all()] == [None] * (
        AuditChain.objects.count()
    )


def test_what_must_be_kept_stays():
    sent(year=datetime.now(UTC).year)
    before = left()

    tasks.forget_old_rows()

    assert left() == before
    assert not AuditEvent.objects.filter(verb="submission.forget").exists()


def keep(rows, days: int) -> None:
    """Let rows be kept until so many days from the database's today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_DATE")
        today = cursor.fetchone()[0]
    day = datetime.fromisoformat(str(today)).date() + timedelta(days=days)
    with lifted():
        rows.update(keep_until=day)


@pytest.mark.parametrize(("days", "count"), [(-1, 1), (0, 0), (1, 0)])
def test_the_last_day_to_keep_it_counts(days, count):
    sent()
    for model in (SubmissionVersion, SubmittedItem, SubmittedSource, Signature):
        keep(model.objects.all(), days)

    assert retention.forget_submissions() == count


def test_an_older_version_waits_for_the_newest():
    submission = sent()
    keep(submission.versions.filter(number=2), 1)

    assert retention.forget_submissions() == 0
    assert submission.versions.count() == 2


def test_a_draft_that_was_never_offered_is_no_matter_of_this_task():
    SubmissionFactory(cycle__contract_year=2010)

    assert retention.forget_submissions() == 0


def test_one_that_cannot_go_does_not_keep_the_others(caplog):
    stuck, free = sent(2010), sent(2011)
    keep(SubmittedItem.objects.filter(version__submission=stuck), 1)

    tasks.forget_old_rows()

    assert list(Submission.objects.all()) == [stuck]
    assert stuck.versions.count() == 2
    assert [
        event.subject_id
        for event in AuditEvent.objects.filter(verb="submission.forget")
    ] == [free.pk]
    assert f"Forgetting failed: {stuck}" in caplog.text
    assert PeriodicRun.objects.get().error.startswith("1 onderdeel is niet gelukt")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_forget_it_once():
    sent()

    counts = at_once(retention.forget_submissions, times=4)

    assert sum(counts) == 1
    assert AuditEvent.objects.filter(verb="submission.forget").count() == 1
