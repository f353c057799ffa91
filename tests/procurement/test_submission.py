"""From collecting to signed and sent: what is allowed when, and what stays."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail
from procurement.actions import council_input as input_actions
from procurement.actions import submission as actions
from procurement.models import (
    CycleKind,
    MinorityStatement,
    Publication,
    Signature,
    Submission,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    ParagraphFactory,
    PhaseFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db


def verbs():
    events = AuditEvent.objects.filter(verb__startswith="submission.")
    return list(events.order_by("at").values_list("verb", flat=True))


@pytest.fixture
def summer():
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        yield


@pytest.fixture
def submission(summer):
    """A draft with one input of the council that everybody may read."""
    submission = SubmissionFactory()
    with_input(submission)
    return submission


def with_input(submission, **fields):
    thing = CouncilInputFactory(
        **{"shared": True, **fields},
        council=submission.council,
        cycle=submission.cycle,
    )
    actions.add_item(submission, thing, by=submission.created_by)
    return thing


def chair_of(submission):
    return CouncilMembershipFactory(council=submission.council, role="chair").user


def offered(submission):
    return actions.offer(submission, by=submission.created_by)


def signed(submission, by=None):
    version = submission.versions.order_by("-number")[0]
    seen = actions.signing_code(version, list(version.statements.all()))
    return actions.sign(submission, by=by or chair_of(submission), seen=seen)


# --- Starting and collecting -----------------------------------------------------


def test_council_has_one_submission_in_a_round(summer):
    office = CareOfficeFactory()
    cycle = PhaseFactory(cycle__care_office=office).cycle
    council = CouncilFactory(organisation__care_office=office)
    member = CouncilMembershipFactory(council=council).user

    first = actions.start(council, cycle, by=member)
    again = actions.start(council, cycle, by=member)

    assert first == again
    assert verbs() == ["submission.start"]


def test_council_of_another_region_starts_nothing(summer):
    cycle = PhaseFactory().cycle
    member = CouncilMembershipFactory()

    with pytest.raises(NotAllowedNow):
        actions.start(member.council, cycle, by=member.user)


def test_nothing_is_submitted_in_a_quality_round(summer):
    organisation = CareOrganisationFactory()
    cycle = CycleFactory(
        kind=CycleKind.QUALITY_PLAN, care_office=None, organisation=organisation
    )
    council = CouncilFactory(organisation=organisation)

    with pytest.raises(NotAllowedNow):
        actions.start(council, cycle, by=cycle.created_by)


def test_adding_twice_puts_it_in_once(submission):
    thing = submission.items.get().council_input

    actions.add_item(submission, thing, by=submission.created_by)

    assert submission.items.count() == 1
    assert verbs() == ["submission.add_items"]


@pytest.mark.parametrize(
    "fields",
    [
        {"shared": False},
        {"shared": False, "for_organisation": True},
        {"is_closed_to_secretary": True},
    ],
    ids=["own council only", "not the care office", "closed to the secretary"],
)
def test_what_may_not_go_is_not_added(submission, fields):
    CouncilMembershipFactory(council=submission.council, role="secretary")

    with pytest.raises(NotAllowedNow):
        with_input(submission, **fields)

    assert submission.items.count() == 1


def test_input_of_another_council_is_not_added(submission):
    strange = CouncilInputFactory(shared=True, cycle=submission.cycle)

    with pytest.raises(NotAllowedNow):
        actions.add_item(submission, strange, by=submission.created_by)


def test_line_goes_up_within_its_goal(submission):
    by = submission.created_by
    first = submission.items.get()
    other_goal = with_input(submission, words__goal="trust")
    last = with_input(submission)
    item = submission.items.get(council_input=last)

    actions.reorder(item, up=True, by=by)
    actions.reorder(item, up=True, by=by)

    version = offered(submission)
    assert [item.council_input for item in version.submitted_items.all()] == [
        other_goal,
        last,
        first.council_input,
    ]
    assert verbs().count("submission.reorder") == 1


def test_line_is_taken_out_and_the_input_stays(submission):
    item = submission.items.get()

    actions.remove_item(item, by=submission.created_by)
    actions.remove_item(item, by=submission.created_by)

    assert submission.items.count() == 0
    assert item.council_input.current.text == "Op zondag is er geen activiteit."
    assert verbs() == ["submission.add_items", "submission.remove_item"]


def test_offered_text_takes_no_more_lines(submission):
    offered(submission)

    with pytest.raises(NotAllowedNow):
        with_input(submission)


# --- Offering --------------------------------------------------------------------


def test_offering_freezes_the_words_of_that_day(submission):
    thing = submission.items.get().council_input
    version = offered(submission)
    again = input_actions_version(thing, text="Op zondag is er weer koffie.")

    assert again.text == "Op zondag is er weer koffie."
    frozen = SubmissionVersion.objects.get(pk=version.pk)
    assert [item["sources"][0]["text"] for item in frozen.content["items"]] == [
        "Op zondag is er geen activiteit."
    ]
    assert frozen.canonical == version.canonical


def input_actions_version(thing, **words):
    version = type(thing.current)(**{**thing.current.words, **words})
    input_actions.save_version(thing, version, based_on=1, by=thing.author)
    input_actions.share(
        thing,
        ["central_council", "organisation", "care_office"]
        if thing.council.parent_id
        else ["organisation", "care_office"],
        version_number=2,
        by=thing.author,
    )
    thing.refresh_from_db()
    return thing.shared


def test_frozen_text_names_no_member(submission):
    thing = submission.items.get().council_input
    version = offered(submission)

    for person in (thing.author, submission.created_by):
        assert person.name not in version.canonical
        assert str(person.pk) not in version.canonical


def test_items_of_the_text_are_the_rows_that_are_answered(submission):
    with_input(submission, for_organisation=False)
    version = offered(submission)

    assert [item["id"] for item in version.content["items"]] == [
        str(item.pk) for item in version.submitted_items.all()
    ]
    assert [item.for_organisation for item in version.submitted_items.all()] == [
        True,
        False,
    ]


def test_empty_submission_is_not_offered(summer):
    submission = SubmissionFactory()

    with pytest.raises(NotAllowedNow):
        offered(submission)

    submission.refresh_from_db()
    assert submission.status == Submission.Status.DRAFT
    assert verbs() == []


def test_text_that_its_council_closed_again_is_not_offered(submission):
    thing = submission.items.get().council_input
    input_actions.share(thing, ["organisation"], version_number=1, by=thing.author)

    with pytest.raises(NotAllowedNow):
        offered(submission)


@pytest.mark.parametrize(
    "readers", [[], ["central_council"], ["care_office"], ["organisation"]]
)
def test_paragraph_waits_when_a_local_council_narrows_its_readers(summer, readers):
    submission = SubmissionFactory(central=True)
    local = local_input(submission)
    paragraph = ParagraphFactory(
        council=submission.council, cycle=submission.cycle, rests_on=[local.shared]
    )
    actions.add_item(submission, paragraph, by=submission.created_by)
    input_actions.share(local, readers, version_number=1, by=local.author)

    with pytest.raises(NotAllowedNow):
        offered(submission)


def local_input(submission, **fields):
    council = CouncilFactory(
        organisation=submission.council.organisation, parent=submission.council
    )
    return CouncilInputFactory(
        **{"shared": True, **fields}, council=council, cycle=submission.cycle
    )


def test_paragraph_keeps_the_words_that_it_rests_on(summer):
    submission = SubmissionFactory(central=True)
    one, other = (
        local_input(submission),
        local_input(submission, for_organisation=False),
    )
    paragraph = ParagraphFactory(
        council=submission.council,
        cycle=submission.cycle,
        for_organisation=True,
        rests_on=[one.shared, other.shared],
    )
    actions.add_item(submission, paragraph, by=submission.created_by)

    version = offered(submission)

    (item,) = version.content["items"]
    assert item["passages"] == [
        {
            "text": "Op zondag is er te weinig te doen.",
            "sources": [str(one.shared_id), str(other.shared_id)],
        }
    ]
    assert [source["council"]["name"] for source in item["sources"]] == [
        one.council.name,
        other.council.name,
    ]
    assert set(SubmittedSource.objects.values_list("input_version", "council")) == {
        (one.shared_id, one.council_id),
        (other.shared_id, other.council_id),
    }
    # One source is not for the organisation, so neither is the paragraph.
    assert version.submitted_items.get().for_organisation is False


def test_words_closed_to_a_secretary_do_not_come_back_by_the_central_council(summer):
    submission = SubmissionFactory(central=True)
    local = local_input(submission, is_closed_to_secretary=True)
    paragraph = ParagraphFactory(
        council=submission.council, cycle=submission.cycle, rests_on=[local.shared]
    )
    actions.add_item(submission, paragraph, by=submission.created_by)
    secretary = CouncilMembershipFactory(council=local.council, role="secretary")
    CouncilMembershipFactory(
        council=submission.council, user=secretary.user, role="secretary"
    )

    with pytest.raises(NotAllowedNow):
        offered(submission)


def test_text_that_changed_while_it_was_looked_through_is_not_offered(submission):
    with pytest.raises(NotAllowedNow):
        actions.offer(submission, by=submission.created_by, seen="0" * 64)


def test_chair_and_deputy_are_asked_to_sign_and_nobody_else(submission):
    people = {
        role: CouncilMembershipFactory(council=submission.council, role=role).user
        for role in ("chair", "deputy_chair", "member", "secretary")
    }
    offered(submission)

    mails = OutgoingMail.objects.filter(kind="ready_to_sign")
    assert {mail.user for mail in mails} == {people["chair"], people["deputy_chair"]}
    for mail in mails:
        assert mail.subject == f"Klaar om te ondertekenen: {submission.title}"
        assert "zondag" not in mail.body


def reasons_against(kind):
    """What would keep the mails of a kind from going if they left now."""
    checks = [mail.recheck for mail in OutgoingMail.objects.filter(kind=kind)]
    return [
        import_string(settings.MAIL_RECHECKS[check["name"]])(**check["args"])
        for check in checks
    ]


def test_mail_to_sign_goes_while_the_text_lies_there(submission):
    chair = CouncilMembershipFactory(council=submission.council, role="chair")
    offered(submission)
    assert reasons_against("ready_to_sign") == [""]

    chair.ends_on = date(2027, 6, 30)
    chair.save()

    assert reasons_against("ready_to_sign") == [
        "Deze persoon heeft geen plek meer in de raad."
    ]


def test_mail_to_sign_stays_when_the_text_was_taken_back(submission):
    chair_of(submission)
    offered(submission)
    actions.take_back(submission, by=submission.created_by)

    assert reasons_against("ready_to_sign") == [
        "Deze tekst is al ondertekend, of is teruggenomen."
    ]


def test_care_office_gets_no_mail_of_a_text_that_was_replaced(submission):
    CareOfficeMembershipFactory(care_office=submission.cycle.care_office)
    offered(submission)
    signed(submission)
    assert reasons_against("submission_received") == [""]
    actions.take_back(submission, by=submission.created_by)
    offered(submission)
    signed(submission)

    assert sorted(reasons_against("submission_received")) == [
        "",
        "De raad stuurde een nieuwere tekst.",
    ]


# --- Statements ------------------------------------------------------------------


def test_member_has_one_statement_that_may_change_until_signing(submission):
    member = CouncilMembershipFactory(council=submission.council).user
    version = offered(submission)

    actions.add_statement(version, "Ik zie dit anders.", by=member)
    actions.add_statement(version, "Ik zie dit heel anders.", by=member)
    signature = signed(submission)

    assert signature.statements == ["Ik zie dit heel anders."]
    assert member.name not in signature.canonical
    assert verbs()[2:] == [
        "submission.add_statement",
        "submission.change_statement",
        "submission.sign",
    ]
    with pytest.raises(NotAllowedNow):
        actions.add_statement(version, "Toch niet.", by=member)


def test_statement_may_be_taken_away_before_signing(submission):
    member = CouncilMembershipFactory(council=submission.council).user
    version = offered(submission)
    actions.add_statement(version, "Ik zie dit anders.", by=member)

    actions.withdraw_statement(version, by=member)

    assert signed(submission).statements == []


def test_signing_is_refused_when_a_statement_came_in_meanwhile(submission):
    version = offered(submission)
    seen = actions.signing_code(version, [])
    member = CouncilMembershipFactory(council=submission.council).user
    actions.add_statement(version, "Ik zie dit anders.", by=member)

    with pytest.raises(NotAllowedNow):
        actions.sign(submission, by=chair_of(submission), seen=seen)

    assert not Signature.objects.exists()
    submission.refresh_from_db()
    assert submission.status == Submission.Status.OFFERED


# --- Signing ---------------------------------------------------------------------


def test_signature_binds_the_text_its_statements_and_the_moment(submission):
    version = offered(submission)
    deputy = CouncilMembershipFactory(
        council=submission.council, role="deputy_chair"
    ).user

    signature = signed(submission, by=deputy)

    said = json.loads(signature.canonical)
    assert said["version"] == {
        "id": str(version.pk),
        "number": 1,
        "sha256": version.sha256,
    }
    assert (said["role"], said["signed_at"], said["is_late"]) == (
        "deputy_chair",
        "2027-07-01T08:00:00+00:00",
        False,
    )
    assert deputy.name not in signature.canonical


def test_signing_sends_it_to_the_staff_of_that_region(submission):
    office = submission.cycle.care_office
    region = office.regions.get()
    everywhere = CareOfficeMembershipFactory(care_office=office)
    here = CareOfficeMembershipFactory(care_office=office)
    here.regions.add(region)
    elsewhere = CareOfficeMembershipFactory(care_office=office)
    elsewhere.regions.add(CareOfficeFactory().regions.get())
    offered(submission)

    signed(submission)

    submission.refresh_from_db()
    assert submission.status == Submission.Status.SUBMITTED
    mails = OutgoingMail.objects.filter(kind="submission_received")
    assert {mail.user for mail in mails} == {everywhere.user, here.user}


@pytest.mark.parametrize(
    ("closes_at", "signed_at", "is_late"),
    [
        # The night in which an hour comes twice: 02:30 summer time, then winter time.
        ("2027-10-31T00:30:00+00:00", "2027-10-31T00:29:59+00:00", False),
        ("2027-10-31T00:30:00+00:00", "2027-10-31T00:30:00+00:00", True),
        ("2027-10-31T01:30:00+00:00", "2027-10-31T00:59:00+00:00", False),
        # The night in which an hour is left out.
        ("2027-03-28T01:00:00+00:00", "2027-03-28T00:59:59+00:00", False),
        ("2027-03-28T01:00:00+00:00", "2027-03-28T01:00:01+00:00", True),
        # 17.00 in Amsterdam is 15.00 in summer and 16.00 in winter.
        ("2027-08-01T15:00:00+00:00", "2027-08-01T14:59:59+00:00", False),
        ("2027-08-01T15:00:00+00:00", "2027-08-01T15:00:00+00:00", True),
    ],
)
def test_after_the_closing_it_is_marked_and_not_refused(closes_at, signed_at, is_late):
    submission = SubmissionFactory(phase__closes_at=datetime.fromisoformat(closes_at))
    with_input(submission)
    offered(submission)

    with time_machine.travel(signed_at, tick=False):
        signature = signed(submission)

    assert signature.is_late is is_late


def test_round_without_registration_closes_with_its_last_phase(summer):
    submission = SubmissionFactory(phase__kind="dialogue")
    PhaseFactory(
        cycle=submission.cycle,
        kind="orientation",
        closes_at=datetime(2027, 2, 1, 16, tzinfo=UTC),
    )
    with_input(submission)
    offered(submission)

    assert signed(submission).is_late is False


# --- Taking back -----------------------------------------------------------------


def test_second_version_names_the_first(submission):
    first = offered(submission)
    signed(submission)
    actions.take_back(submission, by=submission.created_by, why="Er mist een punt.")
    with_input(submission)

    second = offered(submission)

    assert (second.number, second.previous) == (2, first)
    assert second.content["replaces"] == {"number": 1, "sha256": first.sha256}
    assert len(second.content["items"]) == 2
    assert len(first.content["items"]) == 1
    submission.refresh_from_db()
    assert submission.returned_why == ""


def test_care_office_keeps_reading_the_first_until_the_second_is_signed(submission):
    buyer = CareOfficeMembershipFactory(care_office=submission.cycle.care_office).user
    offered(submission)
    assert list(Submission.objects.visible_to(buyer)) == []
    signed(submission)
    actions.take_back(submission, by=submission.created_by)

    assert list(Submission.objects.visible_to(buyer)) == [submission]
    assert submission.versions.signed().get().number == 1


def test_answered_text_is_not_taken_back(submission):
    version = offered(submission)
    signed(submission)
    Publication.objects.create(version=version, by=submission.created_by)

    with pytest.raises(NotAllowedNow):
        actions.take_back(submission, by=submission.created_by)


def test_first_reading_is_noted_once_for_what_was_sent_last(submission):
    buyer = CareOfficeMembershipFactory(care_office=submission.cycle.care_office).user
    offered(submission)
    signed(submission)

    actions.note_reading(submission, by=buyer)
    read = actions.note_reading(submission, by=buyer)
    assert read.first_read_at == datetime(2027, 7, 1, 8, tzinfo=UTC)
    assert verbs().count("submission.note_reading") == 1

    actions.take_back(submission, by=submission.created_by)
    offered(submission)
    signed(submission)
    submission.refresh_from_db()
    assert submission.first_read_at is None


# --- The organisation ------------------------------------------------------------


def test_organisation_reads_what_is_meant_for_it_while_that_stays_so(submission):
    closed = with_input(submission, for_organisation=False)
    open_input = submission.items.exclude(council_input=closed).get().council_input
    offered(submission)
    assert not SubmittedItem.objects.open_to_organisation().exists()
    signed(submission)
    readable = SubmittedItem.objects.open_to_organisation()
    assert [item.council_input for item in readable] == [open_input]

    input_actions.share(
        open_input, ["care_office"], version_number=1, by=open_input.author
    )

    assert not SubmittedItem.objects.open_to_organisation().exists()


# --- What the database holds -----------------------------------------------------


def frozen_rows(submission):
    member = CouncilMembershipFactory(council=submission.council).user
    version = offered(submission)
    actions.add_statement(version, "Ik zie dit anders.", by=member)
    signed(submission)
    return [
        (SubmissionVersion.objects.all(), {"canonical": "{}"}),
        (SubmittedItem.objects.all(), {"for_organisation": False}),
        (SubmittedSource.objects.all(), {"keep_until": date(2020, 1, 1)}),
        (Signature.objects.all(), {"is_late": True}),
        (MinorityStatement.objects.all(), {"text": "Ik ben het ermee eens."}),
    ]


def test_database_refuses_to_change_or_delete_what_was_signed(submission):
    for rows, change in frozen_rows(submission):
        assert rows.count() == 1
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_what_was_signed_may_go_when_the_time_to_keep_it_is_over(summer):
    submission = SubmissionFactory(cycle__contract_year=2010)
    with_input(submission)
    for rows, _change in reversed(frozen_rows(submission)):
        rows._raw_delete(rows.db)
        assert rows.count() == 0


def test_statement_is_free_until_its_version_is_signed(submission):
    member = CouncilMembershipFactory(council=submission.council).user
    version = offered(submission)
    actions.add_statement(version, "Ik zie dit anders.", by=member)

    assert MinorityStatement.objects.update(text="Toch niet.") == 1
    assert MinorityStatement.objects.all().delete()[0] == 1
