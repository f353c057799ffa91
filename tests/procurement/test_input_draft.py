import pytest

from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent
from procurement.actions import council_input as inputs
from procurement.actions import input_draft as actions
from procurement.models import CouncilInput, InputDraft
from tests.factories import (
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    CycleFactory,
    UserFactory,
)
from tests.procurement.test_council_input import version
from tests.races import at_once

pytestmark = pytest.mark.django_db


def started() -> CouncilInput:
    return CouncilInput.objects.create(
        council=CouncilFactory(), cycle=CycleFactory(), author=UserFactory()
    )


def keep(council_input, text, revision=0, based_on=0, by=None):
    return actions.keep(
        council_input,
        {"text": text},
        revision=revision,
        based_on=based_on,
        by=by or council_input.author,
    )


def test_typing_is_kept_as_it_is_and_changes_no_state():
    draft = started()

    kept = keep(draft, "Ik wil")
    kept = keep(draft, "Ik wil zeg", revision=kept.revision)

    assert (kept.words, kept.revision) == ({"text": "Ik wil zeg"}, 2)
    assert AuditEvent.objects.count() == 0


def test_same_typing_sent_again_is_no_conflict():
    draft = started()
    keep(draft, "Ik wil")

    kept = keep(draft, "Ik wil", revision=0)

    assert kept.revision == 1


def test_window_that_is_behind_overwrites_nothing():
    draft = started()
    keep(draft, "Eerst", revision=0)
    keep(draft, "Nieuw", revision=1)

    with pytest.raises(StaleText):
        keep(draft, "Oud venster", revision=1)

    assert InputDraft.objects.get().words == {"text": "Nieuw"}


def test_late_message_of_a_form_that_was_passed_on_makes_no_text_in_progress():
    draft = started()
    kept = keep(draft, "Klaar")
    inputs.pass_on(draft, version(), by=draft.author)

    with pytest.raises(StaleText):
        keep(draft, "Klaar", revision=kept.revision)

    assert not InputDraft.objects.exists()


def test_text_that_came_second_is_kept_beside_the_first_once():
    draft = started()
    keep(draft, "Nieuw")

    for _ in range(2):
        actions.set_aside(draft, {"text": "Oud venster"}, based_on=0, by=draft.author)

    kept = InputDraft.objects.get()
    assert (kept.words, kept.aside) == ({"text": "Nieuw"}, [{"text": "Oud venster"}])


def test_of_two_texts_the_one_not_chosen_is_kept_aside():
    draft = started()
    keep(draft, "Nieuw")
    actions.set_aside(draft, {"text": "Oud venster"}, based_on=0, by=draft.author)

    actions.take(
        draft,
        {"text": "Oud venster"},
        instead_of={"text": "Nieuw"},
        based_on=0,
        by=draft.author,
    )

    kept = InputDraft.objects.get()
    assert (kept.words, kept.aside) == ({"text": "Oud venster"}, [{"text": "Nieuw"}])


def test_two_people_type_on_one_input_without_meeting():
    council_input = CouncilInputFactory()
    other = CouncilMembershipFactory(council=council_input.council).user

    keep(council_input, "Van mij", based_on=1)
    keep(council_input, "Van u", based_on=1, by=other)

    kept = InputDraft.objects.values_list("editor", "words__text")
    assert set(kept) == {(council_input.author_id, "Van mij"), (other.pk, "Van u")}


def test_sign_that_no_database_can_hold_is_left_out():
    draft = started()

    kept = actions.keep(
        draft,
        {"text": "nul\0teken 🙂 <b>", "readers": ["care\0office"]},
        revision=0,
        based_on=0,
        by=draft.author,
    )

    kept.refresh_from_db()
    assert kept.words == {"text": "nulteken 🙂 <b>", "readers": ["careoffice"]}


def test_nothing_is_kept_for_what_was_withdrawn():
    draft = started()
    inputs.withdraw(draft, by=draft.author)

    with pytest.raises(NotAllowedNow):
        keep(draft, "Nog iets")


def test_typing_is_thrown_away_for_that_person_only():
    council_input = CouncilInputFactory()
    other = CouncilMembershipFactory(council=council_input.council).user
    keep(council_input, "Van mij", based_on=1)
    keep(council_input, "Van u", based_on=1, by=other)

    actions.drop(council_input, by=other)

    assert [each.words["text"] for each in InputDraft.objects.all()] == ["Van mij"]


@pytest.mark.django_db(transaction=True)
def test_first_typing_that_arrives_at_once_is_one_text():
    draft = started()

    at_once(lambda: keep(draft, "Ik wil"), times=8)

    assert InputDraft.objects.get().revision == 1
