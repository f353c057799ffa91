from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from councils.models import CouncilMembership
from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent
from procurement.actions import council_input as actions
from procurement.models import (
    Audience,
    CouncilInput,
    CouncilInputVersion,
    Goal,
    Paragraph,
    Passage,
    SubmissionItem,
)
from tests.factories import (
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    InformationRequestFactory,
    OrganisationMembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db

PK = UUID("6b0a5c9e-0b1d-4c7e-9a52-3f1f7c1f0001")


def version(**words) -> CouncilInputVersion:
    """Words as a form reads them: not saved."""
    return CouncilInputVersion(
        **{
            "kind": CouncilInput.Kind.CONCERN,
            "goal": Goal.TRUST,
            "theme": ThemeFactory(),
            "title": "De lift",
            "text": "De lift staat stil.",
            **words,
        }
    )


def started(council=None, **fields) -> CouncilInput:
    """A draft of a local council under a central one."""
    council = council or CouncilFactory(parent=CouncilFactory(central=True))
    return CouncilInput.objects.create(
        council=council, cycle=CycleFactory(), author=UserFactory(), **fields
    )


def used(council_input) -> Passage:
    """A passage of a central council that rests on the shared words."""
    author = UserFactory()
    paragraph = Paragraph.objects.create(
        council=CouncilFactory(central=True),
        cycle=council_input.cycle,
        goal=Goal.TRUST,
        theme=ThemeFactory(),
        title="Wachten",
        changed_by=author,
    )
    passage = Passage.objects.create(paragraph=paragraph, position=1, text="Wij …")
    passage.sources.add(council_input.shared)
    return passage


def in_a_submission(council_input) -> SubmissionItem:
    submission = council_input.council.submissions.create(
        cycle=council_input.cycle, created_by=council_input.author
    )
    return submission.items.create(council_input=council_input)


def verbs(council_input) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=council_input.pk)
    return list(events.order_by("at").values_list("verb", flat=True))


# --- From a draft to the council -------------------------------------------------


def test_same_form_sent_again_starts_the_same_draft():
    term, cycle = CouncilMembershipFactory(), CycleFactory()

    for _ in range(2):
        actions.start_draft(PK, council=term.council, cycle=cycle, by=term.user)

    draft = CouncilInput.objects.get()
    assert (draft.pk, draft.status, draft.author) == (PK, "draft", term.user)
    assert verbs(draft) == ["council_input.start"]


def test_draft_leaves_no_trace_in_the_trail_that_its_council_reads():
    term = CouncilMembershipFactory()

    draft = actions.start_draft(
        PK, council=term.council, cycle=CycleFactory(), by=term.user
    )
    actions.withdraw(draft, by=term.user)

    scopes = AuditEvent.objects.values_list("chain__scope", flat=True)
    assert set(scopes) == {term.user_id}


def test_nobody_goes_on_with_the_draft_of_another():
    draft = started()
    other = CouncilMembershipFactory(council=draft.council).user

    with pytest.raises(NotAllowedNow):
        actions.start_draft(
            draft.pk, council=draft.council, cycle=draft.cycle, by=other
        )


def test_passing_on_gives_the_council_the_first_version_and_nobody_else():
    draft = started()
    request = InformationRequestFactory()

    passed_on = actions.pass_on(
        draft, version(), by=draft.author, request_id=request.pk
    )

    passed_on.refresh_from_db()
    assert passed_on.status == CouncilInput.Status.PASSED_ON
    assert (passed_on.current.number, passed_on.current.text) == (
        1,
        "De lift staat stil.",
    )
    assert passed_on.current.saved_by == draft.author
    assert passed_on.request == request
    assert (passed_on.shared, passed_on.number, passed_on.audiences) == (
        None,
        None,
        set(),
    )
    assert verbs(passed_on) == ["council_input.pass_on"]


def test_passing_on_shares_at_once_with_the_readers_chosen():
    draft = started()

    passed_on = actions.pass_on(
        draft,
        version(),
        by=draft.author,
        readers=["central_council", "care_office"],
    )

    assert passed_on.audiences == {Audience.CENTRAL_COUNCIL, Audience.CARE_OFFICE}
    assert passed_on.shared == passed_on.current
    assert passed_on.number == 1


def test_council_without_a_central_one_cannot_share_with_it():
    draft = started(CouncilFactory(central=True))

    with pytest.raises(NotAllowedNow):
        actions.pass_on(draft, version(), by=draft.author, readers=["central_council"])

    assert CouncilInputVersion.objects.count() == 0


def test_passing_on_the_same_words_twice_is_done_once():
    draft = started()

    actions.pass_on(draft, version(), by=draft.author)
    actions.pass_on(draft, version(), by=draft.author)

    assert draft.versions.count() == 1
    assert verbs(draft) == ["council_input.pass_on"]


def test_passing_on_other_words_for_the_same_form_overwrites_nothing():
    draft = started()
    actions.pass_on(draft, version(), by=draft.author)

    with pytest.raises(StaleText):
        actions.pass_on(draft, version(text="Iets anders."), by=draft.author)

    assert [each.text for each in draft.versions.all()] == ["De lift staat stil."]


@pytest.mark.django_db(transaction=True)
def test_twenty_who_press_at_once_pass_on_one_input():
    term, cycle, words = CouncilMembershipFactory(), CycleFactory(), version()

    def press():
        draft = actions.start_draft(PK, council=term.council, cycle=cycle, by=term.user)
        return actions.pass_on(draft, version(theme=words.theme), by=term.user)

    results = at_once(press, times=20)

    assert {result.pk for result in results} == {PK}
    assert CouncilInput.objects.count() == 1
    assert CouncilInputVersion.objects.count() == 1
    assert verbs(CouncilInput.objects.get()) == [
        "council_input.start",
        "council_input.pass_on",
    ]


# --- Versions --------------------------------------------------------------------


def test_saving_other_words_makes_a_version_that_others_do_not_read_yet():
    council_input = CouncilInputFactory(shared=True)

    saved = actions.save_version(
        council_input, version(), based_on=1, by=council_input.author
    )

    saved.refresh_from_db()
    assert (saved.current.number, saved.shared.number) == (2, 1)
    assert saved.shared.text == "Op zondag is er geen activiteit."


def test_saving_on_top_of_a_newer_version_overwrites_nothing():
    council_input = CouncilInputFactory()
    other = CouncilMembershipFactory(council=council_input.council).user
    actions.save_version(council_input, version(text="A"), based_on=1, by=other)

    with pytest.raises(StaleText) as refused:
        actions.save_version(
            council_input, version(text="B"), based_on=1, by=council_input.author
        )

    assert str(other) in str(refused.value)
    assert refused.value.current.current.text == "A"
    assert council_input.versions.count() == 2


def test_saving_the_same_words_makes_no_version():
    council_input = CouncilInputFactory()
    same = CouncilInputVersion(**council_input.current.words)

    actions.save_version(council_input, same, based_on=1, by=council_input.author)

    assert council_input.versions.count() == 1
    assert verbs(council_input) == []


def test_request_of_a_shared_input_stays_what_others_read():
    shared = CouncilInputFactory(shared=True)
    private = CouncilInputFactory()
    request = InformationRequestFactory()

    for each in (shared, private):
        actions.save_version(
            each, version(), based_on=1, by=each.author, request_id=request.pk
        )

    shared.refresh_from_db()
    private.refresh_from_db()
    assert (shared.request, private.request) == (None, request)


def test_putting_back_writes_the_old_words_as_a_new_version():
    council_input = CouncilInputFactory()
    first = council_input.current
    actions.save_version(council_input, version(), based_on=1, by=council_input.author)

    actions.put_back(council_input, first, by=council_input.author)

    council_input.refresh_from_db()
    assert council_input.current.number == 3
    assert council_input.current.words == first.words


def test_version_of_another_input_is_not_put_back():
    council_input, other = CouncilInputFactory(), CouncilInputFactory()

    with pytest.raises(NotAllowedNow):
        actions.put_back(council_input, other.current, by=council_input.author)


def test_database_refuses_to_change_a_version():
    council_input = CouncilInputFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        council_input.versions.update(text="Herschreven")

    assert council_input.versions.get().text == "Op zondag is er geen activiteit."


# --- Sharing ---------------------------------------------------------------------


def share(council_input, *readers):
    return actions.share(
        council_input,
        readers,
        version_number=council_input.current.number,
        by=council_input.author,
    )


def test_sharing_shows_the_newest_version_to_exactly_those_readers():
    council_input = CouncilInputFactory()
    council_input = actions.save_version(
        council_input, version(), based_on=1, by=council_input.author
    )

    shared = share(council_input, "organisation")

    assert shared.audiences == {Audience.ORGANISATION}
    assert shared.shared == shared.current
    assert AuditEvent.objects.get(verb="council_input.share").data == {
        "readers": ["organisation"],
        "version": 2,
    }


def test_words_saved_after_one_looked_are_not_shared_unread():
    council_input = CouncilInputFactory()
    actions.save_version(council_input, version(), based_on=1, by=council_input.author)

    with pytest.raises(StaleText):
        actions.share(
            council_input, ["organisation"], version_number=1, by=council_input.author
        )

    council_input.refresh_from_db()
    assert council_input.shared is None


def test_closing_again_leaves_no_shared_version_and_keeps_the_number():
    council_input = CouncilInputFactory(shared=True)

    closed = share(council_input)

    closed.refresh_from_db()
    assert (closed.shared, closed.audiences, closed.number) == (None, set(), 1)


def test_sharing_the_same_again_is_no_change():
    council_input = CouncilInputFactory(for_organisation=True)

    share(council_input, "organisation")

    assert verbs(council_input) == []


def local_inputs(count):
    """Of one local council in one round, for its own eyes only."""
    council = CouncilFactory(parent=CouncilFactory(central=True))
    return CouncilInputFactory.create_batch(
        count, council=council, cycle=CycleFactory()
    )


def test_numbers_follow_the_sharing_with_the_central_council_without_gaps():
    first, second, third, fourth = local_inputs(4)

    numbers = [
        share(row, *readers).number
        for row, readers in (
            (third, ["central_council"]),
            (second, ["organisation", "care_office"]),
            (first, ["central_council", "organisation"]),
        )
    ]

    assert numbers == [1, None, 2]
    fourth.refresh_from_db()
    assert fourth.number is None


@pytest.mark.django_db(transaction=True)
def test_inputs_shared_at_once_get_numbers_of_their_own():
    waiting = local_inputs(6)

    at_once(lambda: share(waiting.pop(), "central_council"), times=6)

    numbers = CouncilInput.objects.values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_database_refuses_readers_without_a_shared_version():
    council_input = CouncilInputFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CouncilInput.objects.filter(pk=council_input.pk).update(for_organisation=True)


# --- Who reads it ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("readers", "sees"),
    [
        ((), {"member", "secretary"}),
        (("central_council",), {"member", "secretary", "central"}),
        (("organisation",), {"member", "secretary", "staff"}),
        (("care_office",), {"member", "secretary"}),
        (
            ("central_council", "organisation", "care_office"),
            {"member", "secretary", "central", "staff"},
        ),
    ],
)
def test_each_audience_opens_it_for_those_people_only(readers, sees):
    central = CouncilFactory(central=True)
    council = CouncilFactory(organisation=central.organisation, parent=central)
    sister = CouncilFactory(organisation=central.organisation, parent=central)
    council_input = CouncilInputFactory(council=council)
    secretary = CouncilMembership.Role.SECRETARY
    people = {
        "member": CouncilMembershipFactory(council=council).user,
        "secretary": CouncilMembershipFactory(council=council, role=secretary).user,
        "central": CouncilMembershipFactory(council=central).user,
        "sister council": CouncilMembershipFactory(council=sister).user,
        "staff": OrganisationMembershipFactory(organisation=central.organisation).user,
        "other staff": OrganisationMembershipFactory().user,
        "former member": CouncilMembershipFactory(
            council=council, ends_on=datetime(2021, 1, 1, tzinfo=UTC).date()
        ).user,
        "nobody": UserFactory(),
    }

    share(council_input, *readers)

    visible = CouncilInput.objects.visible_to
    assert {name for name, user in people.items() if visible(user).exists()} == sees
    assert {
        name
        for name, user in people.items()
        if visible(user, council=council.pk).exists()
    } == sees
    assert not any(
        visible(user, council=sister.pk).exists() for user in people.values()
    )


def test_others_read_what_was_shared_and_not_what_was_saved_after():
    central = CouncilFactory(central=True)
    council = CouncilFactory(organisation=central.organisation, parent=central)
    council_input = CouncilInputFactory(council=council, shared=True)
    reader = CouncilMembershipFactory(council=central).user
    member = CouncilMembershipFactory(council=council).user
    actions.save_version(
        council_input, version(text="Ons geheim."), based_on=1, by=member
    )

    council_input.refresh_from_db()

    assert council_input.version_for(member).text == "Ons geheim."
    assert council_input.version_for(reader) == council_input.shared
    found = CouncilInput.objects.visible_to(reader).saying(
        reader, text__icontains="geheim"
    )
    assert list(found) == []


def test_closed_item_stays_closed_to_the_secretary_in_every_other_seat():
    central = CouncilFactory(central=True)
    council = CouncilFactory(organisation=central.organisation, parent=central)
    council_input = CouncilInputFactory(council=council, shared=True)
    secretary = UserFactory()
    for each in (council, central):
        CouncilMembershipFactory(
            user=secretary, council=each, role=CouncilMembership.Role.SECRETARY
        )
    other = CouncilMembershipFactory(council=central).user
    member = CouncilMembershipFactory(council=council).user

    actions.close_to_secretary(council_input, by=member)

    visible = CouncilInput.objects.visible_to
    assert not visible(secretary).exists()
    assert not CouncilInput.objects.readable_by(central, secretary).exists()
    assert visible(other).exists() and visible(member).exists()


def test_closing_to_the_secretary_stands_in_no_trail_of_the_council():
    council_input = CouncilInputFactory()
    member = CouncilMembershipFactory(council=council_input.council).user

    closed = actions.close_to_secretary(council_input, by=member)
    actions.recognise(closed, by=member)
    actions.open_to_secretary(closed, by=member)

    scopes = AuditEvent.objects.values_list("chain__scope", flat=True)
    assert set(scopes) == {council_input.pk}


def test_what_is_in_a_submission_is_not_closed_to_the_secretary():
    council_input = CouncilInputFactory(shared=True)
    in_a_submission(council_input)

    with pytest.raises(NotAllowedNow):
        actions.close_to_secretary(council_input, by=council_input.author)


# --- Taking back, recognising ----------------------------------------------------


def test_withdrawn_input_is_nobodys_to_read():
    council_input = CouncilInputFactory(shared=True)
    CouncilMembershipFactory(council=council_input.council, user=council_input.author)

    actions.withdraw(council_input, by=council_input.author)

    assert not CouncilInput.objects.visible_to(council_input.author).exists()
    assert verbs(council_input) == ["council_input.withdraw"]


@pytest.mark.parametrize("use", [used, in_a_submission])
def test_used_input_is_not_withdrawn_but_gets_new_versions(use):
    council_input = CouncilInputFactory(shared=True)
    use(council_input)

    with pytest.raises(NotAllowedNow):
        actions.withdraw(council_input, by=council_input.author)
    actions.save_version(council_input, version(), based_on=1, by=council_input.author)

    council_input.refresh_from_db()
    assert (council_input.status, council_input.current.number) == ("passed_on", 2)


def test_paragraph_that_was_removed_uses_nothing():
    council_input = CouncilInputFactory(shared=True)
    paragraph = used(council_input).paragraph
    paragraph.removed_at = datetime(2027, 6, 20, tzinfo=UTC)
    paragraph.save()

    assert not council_input.is_used


def test_recognising_twice_counts_once_and_can_be_taken_back():
    council_input = CouncilInputFactory()
    member = CouncilMembershipFactory(council=council_input.council).user

    for _ in range(2):
        actions.recognise(council_input, by=member)
    counted = council_input.recognitions.count()
    actions.unrecognise(council_input, by=member)

    assert counted == 1
    assert council_input.recognitions.count() == 0
    assert verbs(council_input) == [
        "council_input.recognise",
        "council_input.unrecognise",
    ]


@pytest.mark.parametrize(
    "step",
    [
        lambda row, by: actions.save_version(row, version(), based_on=1, by=by),
        lambda row, by: actions.share(row, [], version_number=1, by=by),
        lambda row, by: actions.recognise(row, by=by),
        lambda row, by: actions.close_to_secretary(row, by=by),
        lambda row, by: actions.withdraw(row, by=by),
    ],
)
def test_nothing_is_done_with_what_was_withdrawn(step):
    council_input = CouncilInputFactory()
    actions.withdraw(council_input, by=council_input.author)

    with pytest.raises(NotAllowedNow):
        step(council_input, council_input.author)
