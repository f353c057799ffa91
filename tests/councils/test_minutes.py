"""Minutes: written per item, sent round, adopted in a later meeting and frozen then."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from councils.actions import action_item as action_items
from councils.actions import agenda
from councils.actions import decision as decisions
from councils.actions import minutes as actions
from councils.actions.meeting import note_presence
from councils.models import (
    ActionItem,
    AdoptedMinutes,
    AgendaItem,
    Decision,
    Meeting,
    Minutes,
    Openness,
)
from portal.canonical import canonical_json, fingerprint
from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent, User
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db
# The meeting of the factory is on 8 June 2027, from 14:00 to 16:00.
DURING = datetime(2027, 6, 8, 15, tzinfo=AMSTERDAM)
LATER = datetime(2027, 7, 6, 15, tzinfo=AMSTERDAM)


@pytest.fixture(autouse=True)
def during():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


def seated(meeting: Meeting, role: str = "secretary") -> User:
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def later_meeting(meeting: Meeting) -> Meeting:
    return MeetingFactory(
        council=meeting.council,
        starts_at=LATER - timedelta(hours=1),
        ends_at=LATER + timedelta(hours=1),
    )


def adopted(item: AgendaItem, by: User, traveller) -> AdoptedMinutes:
    """The minutes of the item's meeting, sent round and adopted in a later one."""
    minutes = actions.begin(item.meeting, by=by)
    actions.send_round(minutes, by=by)
    later = later_meeting(item.meeting)
    traveller.move_to(LATER)
    return actions.adopt(minutes, meeting=later, by=by)


# --- Notes -----------------------------------------------------------------------


def test_notes_are_kept_with_a_revision_and_one_event():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)

    saved = actions.save_notes(item, "Ahmed vertelt.", revision=0, by=secretary)

    assert (saved.notes, saved.notes_revision) == ("Ahmed vertelt.", 1)
    assert [each.verb for each in AuditEvent.objects.all()] == ["minutes.save_notes"]
    assert item.meeting.minutes.status == Minutes.Status.WRITING


def test_a_stale_save_changes_nothing_and_shows_the_other_text():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    actions.save_notes(item, "Van de een.", revision=0, by=secretary)

    with pytest.raises(StaleText) as refused:
        actions.save_notes(item, "Van de ander.", revision=0, by=secretary)

    assert refused.value.current.notes == "Van de een."
    assert AgendaItem.objects.get().notes == "Van de een."


def test_the_same_text_is_no_change():
    item = AgendaItemFactory(notes="Al bewaard.", notes_revision=4)

    actions.save_notes(item, "Al bewaard.", revision=1, by=seated(item.meeting))

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"meeting__starts_at": DURING + timedelta(minutes=1)},
        {"meeting__status": Meeting.Status.CANCELLED},
        {"dropped_at": DURING},
    ],
)
def test_nothing_is_written_before_it_begins_nor_where_nothing_was_said(fields):
    item = AgendaItemFactory(**fields)

    with pytest.raises(NotAllowedNow):
        actions.save_notes(item, "Te vroeg.", revision=0, by=seated(item.meeting))

    assert AgendaItem.objects.get().notes == ""


def test_nothing_is_written_at_an_item_that_waits_for_a_meeting():
    item = AgendaItemFactory(meeting=None)

    with pytest.raises(NotAllowedNow):
        actions.save_notes(item, "Nee.", revision=0, by=item.council.memberships.none())


def test_the_opening_has_a_revision_of_its_own():
    meeting = MeetingFactory()
    secretary = seated(meeting)
    actions.save_opening(meeting, "Om 14.05 uur.", revision=0, by=secretary)

    with pytest.raises(StaleText):
        actions.save_opening(meeting, "Om 14.00 uur.", revision=0, by=secretary)

    assert Minutes.objects.get().opening == "Om 14.05 uur."


# --- Adopting --------------------------------------------------------------------


def test_a_draft_is_adopted_in_a_later_meeting_and_frozen(during):
    item = AgendaItemFactory(notes="Er is gesproken.")
    secretary = seated(item.meeting)
    decisions.record(Decision(item=item, text="Akkoord."), by=secretary)

    frozen = adopted(item, secretary, during)

    assert Minutes.objects.get().is_adopted
    assert frozen.fingerprint == fingerprint(canonical_json(frozen.content))
    told = frozen.content["items"][0]
    assert told["notes"] == "Er is gesproken."
    assert told["decisions"][0]["number"] == "2027-1"


def test_the_frozen_copy_holds_no_names(during):
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    action = ActionItem(item=item, what="Bel.", owner=secretary, due_on=DURING.date())
    action_items.take_on(action, by=secretary)

    frozen = adopted(item, secretary, during)

    assert secretary.name not in canonical_json(frozen.content)
    assert str(secretary.pk) in canonical_json(frozen.content)


@pytest.mark.parametrize("column", ["content", "fingerprint"])
def test_the_database_refuses_to_change_what_was_adopted(during, column):
    item = AgendaItemFactory()
    adopted(item, seated(item.meeting), during)

    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptedMinutes.objects.update(**{column: "{}"})
    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptedMinutes.objects.all().delete()

    assert AdoptedMinutes.objects.count() == 1


def test_after_adopting_nothing_changes_its_words(during):
    item = AgendaItemFactory(notes="Zo was het.")
    secretary = seated(item.meeting)
    decision = decisions.record(Decision(item=item, text="Akkoord."), by=secretary)
    action = ActionItemFactory(council=item.council, item=item, owner=secretary)
    adopted(item, secretary, during)
    decision.text = "Toch niet."

    for refused in (
        lambda: actions.save_notes(item, "Anders.", revision=0, by=secretary),
        lambda: actions.save_opening(item.meeting, "x", revision=0, by=secretary),
        lambda: decisions.change(decision, by=secretary),
        lambda: decisions.remove(decision, by=secretary),
        lambda: decisions.record(Decision(item=item, text="Nog een."), by=secretary),
        lambda: action_items.reword(action, what="Anders.", by=secretary),
        lambda: action_items.remove(action, by=secretary),
        lambda: note_presence(item.meeting, present=[], by=secretary),
    ):
        with pytest.raises(NotAllowedNow):
            refused()

    assert AgendaItem.objects.get().notes == "Zo was het."
    assert Decision.objects.get().text == "Akkoord."


@pytest.mark.parametrize(
    "fields",
    [
        {"council": None},
        {"status": Meeting.Status.CANCELLED},
        {"starts_at": DURING - timedelta(days=30)},
        {"starts_at": LATER + timedelta(minutes=5)},
    ],
)
def test_only_a_later_meeting_of_the_same_council_that_began_adopts(during, fields):
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    minutes = actions.begin(item.meeting, by=secretary)
    actions.send_round(minutes, by=secretary)
    later = later_meeting(item.meeting)
    for name, value in fields.items():
        setattr(later, name, value or MeetingFactory().council)
    later.save()
    during.move_to(LATER)

    with pytest.raises(NotAllowedNow):
        actions.adopt(minutes, meeting=later, by=secretary)

    assert not AdoptedMinutes.objects.exists()


def test_what_was_not_sent_round_cannot_be_adopted(during):
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    minutes = actions.begin(item.meeting, by=secretary)
    later = later_meeting(item.meeting)
    during.move_to(LATER)

    with pytest.raises(NotAllowedNow):
        actions.adopt(minutes, meeting=later, by=secretary)


# --- Decisions -------------------------------------------------------------------


def test_decisions_are_numbered_per_council_and_year():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    elsewhere = AgendaItemFactory()

    first = decisions.record(Decision(item=item, text="Een."), by=secretary)
    second = decisions.record(Decision(item=item, text="Twee."), by=secretary)
    other = decisions.record(
        Decision(item=elsewhere, text="Daar."), by=seated(elsewhere.meeting)
    )

    assert [each.reference for each in (first, second, other)] == [
        "2027-1",
        "2027-2",
        "2027-1",
    ]
    assert first.decided_on == DURING.date()


def test_what_is_written_at_an_item_that_was_closed_meanwhile_is_closed_too():
    item = AgendaItemFactory()
    chair, secretary = seated(item.meeting, "chair"), seated(item.meeting)
    AgendaItem.objects.update(openness=Openness.MEMBERS)

    decision = decisions.record(Decision(item=item, text="Ja."), by=chair)
    action = action_items.take_on(
        ActionItem(item=item, what="Bel.", owner=chair, due_on=DURING.date()), by=chair
    )

    assert (decision.openness, action.openness) == (Openness.MEMBERS, Openness.MEMBERS)
    with pytest.raises(NotAllowedNow):
        decisions.record(Decision(item=item, text="Nee."), by=secretary)
    with pytest.raises(NotAllowedNow):
        actions.save_notes(item, "Niet voor haar.", revision=0, by=secretary)


def test_who_may_not_read_it_any_more_changes_nothing_that_was_written_at_an_item():
    item = AgendaItemFactory()
    chair, secretary = seated(item.meeting, "chair"), seated(item.meeting)
    decision = decisions.record(Decision(item=item, text="Ja."), by=secretary)
    action = action_items.take_on(
        ActionItem(item=item, what="Bel.", owner=chair, due_on=DURING.date()),
        by=secretary,
    )
    # On her screen both are open still.
    item.openness = Openness.MEMBERS
    agenda.save_item(item, revision=0, by=chair)

    for change in (
        lambda: decisions.change(decision, by=secretary),
        lambda: decisions.remove(decision, by=secretary),
        lambda: action_items.reword(action, what="Schrijf.", by=secretary),
        lambda: action_items.remove(action, by=secretary),
        lambda: action_items.hand_over(
            action, owner=chair, due_on=LATER.date(), by=secretary
        ),
        lambda: action_items.finish(action, note="Klaar.", by=secretary),
        lambda: action_items.drop(action, note="Vervalt.", by=secretary),
        lambda: action_items.reopen(action, by=secretary),
    ):
        with pytest.raises(NotAllowedNow, match="intussen besloten"):
            change()

    assert (Decision.objects.get().text, ActionItem.objects.get().what) == (
        "Ja.",
        "Bel.",
    )


def test_nothing_is_decided_at_an_item_that_left_the_agenda():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    AgendaItem.objects.update(dropped_at=DURING)

    with pytest.raises(NotAllowedNow):
        decisions.record(Decision(item=item, text="Ja."), by=secretary)

    assert not Decision.objects.exists()


def test_the_agenda_of_adopted_minutes_changes_no_more(during):
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    adopted(item, secretary, during)
    title, meeting = item.title, item.meeting
    item.title = "Iets anders"

    for change in (
        lambda: agenda.save_item(item, revision=0, by=secretary),
        lambda: agenda.drop_item(item, reason="Toch niet.", by=secretary),
        lambda: agenda.add_item(
            AgendaItem(meeting=meeting, council=meeting.council), by=secretary
        ),
    ):
        with pytest.raises(NotAllowedNow):
            change()

    kept = AgendaItem.objects.get()
    assert (kept.title, kept.dropped_at) == (title, None)


def test_only_the_last_decision_can_be_taken_back():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    first = decisions.record(Decision(item=item, text="Een."), by=secretary)
    second = decisions.record(Decision(item=item, text="Twee."), by=secretary)

    with pytest.raises(NotAllowedNow):
        decisions.remove(first, by=secretary)
    decisions.remove(second, by=secretary)
    third = decisions.record(Decision(item=item, text="Drie."), by=secretary)

    assert third.reference == "2027-2"


def test_votes_are_counted_only_where_they_were_held():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    CouncilMembershipFactory.create_batch(5, council=item.council)

    none = decisions.record(Decision(item=item, text="Zonder."), by=secretary)
    held = decisions.record(Decision(item=item, text="Met.", votes_for=5), by=secretary)

    assert not none.was_voted
    assert (held.votes_for, held.votes_against, held.votes_abstained) == (5, 0, 0)


def test_there_are_no_more_votes_than_people_who_could_vote():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)
    CouncilMembershipFactory.create_batch(2, council=item.council)
    CouncilMembershipFactory(council=item.council, starts_on=date(2027, 6, 9))
    votes = {"votes_for": 1, "votes_against": 1, "votes_abstained": 1}

    with pytest.raises(NotAllowedNow, match="Samen zijn dit 3 stemmen"):
        decisions.record(Decision(item=item, text="Ja.", **votes), by=secretary)
    AttendeeFactory.create_batch(3, meeting=item.meeting)
    decision = decisions.record(Decision(item=item, text="Ja.", **votes), by=secretary)

    decision.votes_for = 2
    with pytest.raises(NotAllowedNow, match="Samen zijn dit 4 stemmen"):
        decisions.change(decision, by=secretary)


def test_a_decision_is_as_open_as_its_item_and_follows_it():
    item = AgendaItemFactory(openness=Openness.MEMBERS)
    chair, secretary = seated(item.meeting, "chair"), seated(item.meeting)
    decision = decisions.record(Decision(item=item, text="Besloten."), by=chair)

    assert list(Decision.objects.visible_to(chair)) == [decision]
    assert not Decision.objects.visible_to(secretary).exists()
    assert not decisions.recent_of(item.council, secretary).exists()

    item.openness = Openness.COUNCIL
    decisions.follow_openness(item)

    assert list(decisions.recent_of(item.council, secretary)) == [decision]


def test_recent_decisions_are_those_of_the_one_council():
    item, other = AgendaItemFactory(), AgendaItemFactory()
    secretary = seated(item.meeting)
    CouncilMembershipFactory(council=other.council, user=secretary)
    mine = decisions.record(Decision(item=item, text="Een."), by=secretary)
    decisions.record(Decision(item=other, text="Elders."), by=secretary)

    assert list(decisions.recent_of(item.council, secretary)) == [mine]


@pytest.mark.django_db(transaction=True)
def test_decisions_at_once_get_numbers_without_a_gap():
    item = AgendaItemFactory()
    secretary = seated(item.meeting)

    def decide() -> int:
        fresh = AgendaItem.objects.get(pk=item.pk)
        return decisions.record(
            Decision(item=fresh, text="Tegelijk."), by=secretary
        ).number

    assert sorted(at_once(decide, times=4)) == [1, 2, 3, 4]
    assert connection.is_usable()
