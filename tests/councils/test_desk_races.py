"""What several people do at the desk at once: nobody waits in a circle, nothing is said
twice or lost, and what is gone is told."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.urls import reverse

from councils.actions import (
    action_item,
    agenda,
    decision,
    handover,
    meeting_roster,
    membership,
)
from councils.actions import invitation as invitations
from councils.actions import meeting as meetings
from councils.actions import minutes as minutes_of
from councils.actions import term as terms
from councils.models import (
    ActionItem,
    AgendaItem,
    Attendee,
    Decision,
    Invitation,
    Minutes,
    Openness,
    StandIn,
)
from portal.dates import AMSTERDAM
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    StandInFactory,
)
from tests.races import side_by_side
from tests.sent import shown

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6
ROUNDS = 4


@pytest.fixture(autouse=True)
def during():
    """In a meeting that began an hour ago."""
    with time_machine.travel("2027-06-08 15:00+02:00", tick=False):
        yield


@pytest.fixture
def chair():
    return CouncilMembershipFactory(role="chair")


@pytest.fixture
def council(chair):
    return chair.council


def seat(council, role="member", **fields):
    return CouncilMembershipFactory(council=council, role=role, **fields).user


def coming(council, days):
    begins = datetime(2027, 6, 8, 14, tzinfo=AMSTERDAM) + timedelta(days=days)
    ends = begins + timedelta(hours=2)
    return MeetingFactory(council=council, starts_at=begins, ends_at=ends)


def pressing(new_client, user, url, sent=None):
    """Somebody who presses on a page, each time in a browser of its own."""
    client = new_client()
    client.force_login(user)
    return partial(client.post, url, sent or {})


# --- What is gone ----------------------------------------------------------------


def test_an_action_that_others_take_back_too(new_client, chair, council):
    for _ in range(ROUNDS):
        action = ActionItemFactory(council=council, owner=chair.user)
        url = reverse("councils:action_remove", args=[action.pk])
        answers = side_by_side(
            *[pressing(new_client, chair.user, url) for _ in range(TIMES)]
        )

        assert {answer.status_code for answer in answers} <= {302, 404}
    assert not ActionItem.objects.exists()


def test_a_stand_in_that_others_end_too(new_client, chair):
    for _ in range(ROUNDS):
        stand_in = StandInFactory(term=chair, starts_on=date(2027, 6, 8))
        url = reverse("councils:stand_in_end", args=[stand_in.pk])
        answers = side_by_side(
            *[pressing(new_client, chair.user, url) for _ in range(TIMES)]
        )

        assert {answer.status_code for answer in answers} <= {302, 404}
    assert not StandIn.objects.exists()


def test_the_last_decision_that_others_take_back_too(new_client, chair, council):
    item = AgendaItemFactory(meeting=MeetingFactory(council=council))
    for _ in range(ROUNDS):
        made = decision.record(Decision(item=item, text="Ja."), by=chair.user)
        url = reverse("councils:decision_remove", args=[made.pk])
        answers = side_by_side(
            *[pressing(new_client, chair.user, url) for _ in range(TIMES)]
        )

        assert {answer.status_code for answer in answers} <= {302, 404}
    assert not Decision.objects.exists()


# --- Nobody waits in a circle ----------------------------------------------------


def test_work_is_handed_over_while_the_desk_goes_on(chair, council):
    """Each event holds the trail of the council: whoever hands over many things holds
    them all before the first."""
    leaver, taker, secretary = seat(council), seat(council), seat(council, "secretary")
    meeting = MeetingFactory(council=council)
    for number in range(ROUNDS):
        items = [AgendaItemFactory(meeting=meeting) for _ in range(TIMES)]
        for item in items:
            ActionItemFactory(council=council, owner=leaver, item=item)
        AgendaItemFactory(meeting=coming(council, 7 * number + 7), introducer=leaver)
        work = handover.things_of(leaver, council, reader=chair.user)
        takers = {thing.key: taker for thing in work}

        def close(item):
            item.openness = Openness.COUNCIL
            agenda.save_item(item, revision=0, by=chair.user)

        side_by_side(
            lambda takers=takers: handover.hand_over(
                leaver, council, takers, by=chair.user
            ),
            lambda takers=takers: handover.hand_over(
                leaver, council, takers, by=secretary
            ),
            *[partial(close, item) for item in items],
        )

    assert not ActionItem.objects.filter(owner=leaver).exists()
    given = AuditEvent.objects.filter(verb="action_item.hand_over")
    assert given.count() == ROUNDS * TIMES


def test_a_decision_is_recorded_while_the_dates_of_a_council_go_out(chair, council):
    secretary = seat(council, "secretary")
    for number in range(ROUNDS):
        meeting = MeetingFactory(council=council)
        items = [AgendaItemFactory(meeting=meeting) for _ in range(TIMES)]
        coming(council, 7 * number + 7)

        def decide(item):
            decision.record(Decision(item=item, text="Ja."), by=secretary)

        def change(item):
            item.title = "Anders"
            agenda.save_item(item, revision=0, by=chair.user)

        side_by_side(
            lambda: meeting_roster.announce(council, by=secretary),
            *[partial(decide, item) for item in items],
            *[partial(change, item) for item in items],
        )

    numbers = Decision.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, ROUNDS * TIMES + 1))


def test_a_seat_ends_and_is_made_longer_at_once(chair, council):
    for _ in range(2 * ROUNDS):
        term = CouncilMembershipFactory(council=council, ends_on=date(2027, 9, 30))
        side_by_side(
            *[
                partial(
                    membership.end, term, last_day=date(2027, 8, 31), by=chair.user
                ),
                partial(terms.extend, term, last_day=date(2027, 12, 31), by=chair.user),
            ]
            * 3
        )
        term.refresh_from_db()
        assert term.ends_on in {date(2027, 8, 31), date(2027, 12, 31)}


# --- Nothing twice, and nothing lost ---------------------------------------------


def test_an_invitation_that_is_pressed_twice_is_one(new_client, chair, council):
    client = new_client()
    client.force_login(chair.user)
    url = reverse("councils:council_invite", args=[council.pk])
    sent = {**shown(client, url), "name": "Nel", "email": "n@example.nl"}
    sent["role"] = "member"

    answers = side_by_side(
        *[pressing(new_client, chair.user, url, sent) for _ in range(TIMES)]
    )

    assert {answer.status_code for answer in answers} == {302}
    assert Invitation.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="invitation").count() == 1
    # Taken back, and sent once more from the same page: that is another one.
    invitations.withdraw(Invitation.objects.get(), by=chair.user)
    pressing(new_client, chair.user, url, sent)()
    assert Invitation.objects.open().count() == 1


def test_of_two_invitations_at_once_one_holds(chair, council):
    def invite(role):
        invitation = Invitation(
            council=council, name="Nel", email="n@example.nl", role=role
        )
        invitations.invite(invitation, by=chair.user)

    side_by_side(*[partial(invite, role) for role in ("member", "supporter") * 3])

    assert Invitation.objects.open().count() == 1


def test_dates_and_an_invitation_at_once_are_one_mail_to_each(chair, council):
    for number in range(ROUNDS):
        meeting = meetings.plan(coming_unsaved(council, 7 * number + 7), by=chair.user)
        side_by_side(
            lambda: meeting_roster.announce(council, by=chair.user),
            lambda meeting=meeting: meetings.invite(meeting, by=chair.user),
            lambda: meeting_roster.announce(council, by=chair.user),
            lambda meeting=meeting: meetings.invite(meeting, by=chair.user),
        )

    kinds = ["meeting_dates", "meeting_invitation"]
    assert OutgoingMail.objects.filter(kind__in=kinds).count() == ROUNDS


def coming_unsaved(council, days):
    begins = datetime(2027, 6, 8, 14, tzinfo=AMSTERDAM) + timedelta(days=days)
    ends = begins + timedelta(hours=2)
    return MeetingFactory.build(council=council, starts_at=begins, ends_at=ends)


def test_who_answers_while_the_place_changes_has_answered(chair, council):
    meeting = coming(council, 14)
    people = [
        AttendeeFactory(meeting=meeting, user=seat(council)) for _ in range(2 * TIMES)
    ]
    for number in range(ROUNDS):
        yes = Attendee.Answer.YES if number % 2 else Attendee.Answer.NO
        meeting.refresh_from_db()
        meeting.place = f"Zaal {number}"
        side_by_side(
            partial(meetings.move, meeting, by=chair.user),
            *[
                partial(meetings.answer, each, answer=yes, by=each.user)
                for each in people
            ],
        )

        asked = meeting.attendees.exclude(user=chair.user)
        assert set(asked.values_list("answer", flat=True)) == {yes}


def test_adopted_minutes_hold_what_the_items_say(chair, council):
    later = coming(council, 0)
    for _ in range(ROUNDS):
        meeting = coming(council, -7)
        items = [AgendaItemFactory(meeting=meeting) for _ in range(TIMES)]
        minutes = Minutes.objects.create(
            meeting=meeting, begun_by=chair.user, status=Minutes.Status.DRAFT
        )

        def change(item):
            item.title = "Anders"
            agenda.save_item(item, revision=0, by=chair.user)

        side_by_side(
            lambda minutes=minutes: minutes_of.adopt(
                minutes, meeting=later, by=chair.user
            ),
            *[partial(change, item) for item in items],
        )

        minutes.refresh_from_db()
        kept = {each["id"]: each["title"] for each in minutes.adopted.content["items"]}
        rows = AgendaItem.objects.filter(meeting=meeting).values_list("pk", "title")
        assert kept == {str(pk): title for pk, title in rows}


def test_what_is_closed_to_helpers_is_given_to_none_of_them_meanwhile(chair, council):
    secretary = seat(council, "secretary")
    for _ in range(3 * ROUNDS):
        item = AgendaItemFactory(meeting=MeetingFactory(council=council))
        actions = [
            ActionItemFactory(council=council, owner=chair.user, item=item)
            for _ in range(TIMES)
        ]

        def close(item=item):
            item.openness = Openness.MEMBERS
            agenda.save_item(item, revision=0, by=chair.user)

        side_by_side(
            *[
                partial(
                    action_item.hand_over,
                    each,
                    owner=secretary,
                    due_on=each.due_on,
                    by=chair.user,
                )
                for each in actions
            ],
            close,
        )

        closed = item.action_items.filter(openness=Openness.MEMBERS)
        assert not closed.filter(owner=secretary).exists()
