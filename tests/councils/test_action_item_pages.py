"""Actions on the screen and in the mail: one's own, the council's, and closed ones."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import ActionItem, Minutes, Openness
from councils.tasks import send_due_mails
from portal.delivery import deliver_waiting
from portal.models import OutgoingMail
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    CouncilMembershipFactory,
)
from tests.paper import Page

pytestmark = pytest.mark.django_db
Status = ActionItem.Status
LIST = "councils:action_list"


@pytest.fixture(autouse=True)
def after():
    with time_machine.travel("2027-06-09 10:00+02:00", tick=False) as traveller:
        yield traveller


def seat(council, role="member"):
    return CouncilMembershipFactory(
        council=council, role=role, starts_on=date(2026, 1, 1)
    ).user


def owned(**fields) -> ActionItem:
    """An action whose owner is a member of the council."""
    action = ActionItemFactory(**fields)
    CouncilMembershipFactory(
        council=action.council, user=action.owner, starts_on=date(2026, 1, 1)
    )
    return action


def address(action: ActionItem, page: str = "detail") -> str:
    return reverse(f"councils:action_{page}", args=[action.pk])


def listed(client, user, shown: str = "") -> set[ActionItem]:
    client.force_login(user)
    page = client.get(reverse(LIST), {"toon": shown})
    return set(page.context["page"])


def test_the_lists_are_ones_own_all_open_and_what_is_over(client):
    mine = owned()
    other = owned(council=mine.council)
    done = ActionItemFactory(council=mine.council, owner=mine.owner, status=Status.DONE)
    owned()

    assert listed(client, mine.owner) == {mine}
    assert listed(client, mine.owner, "alle") == {mine, other}
    assert listed(client, mine.owner, "klaar") == {done}


def test_the_owner_says_what_came_of_it(client):
    action = owned()
    client.force_login(action.owner)

    Page(client, address(action)).press("Het is klaar", note="Hij belt terug.")

    action.refresh_from_db()
    assert (action.status, action.note) == (Status.DONE, "Hij belt terug.")
    Page(client, address(action)).press("Open het weer")
    action.refresh_from_db()
    assert action.status == Status.OPEN


def test_another_member_reads_it_and_ends_nothing(client):
    action = owned()
    client.force_login(seat(action.council))

    assertNotContains(client.get(address(action)), "Het is klaar")
    assert client.post(address(action), {"done": "1"}).status_code == 403
    assert client.get(address(action, "edit")).status_code == 403


def test_who_prepares_drops_it_or_gives_it_to_another(client):
    action = owned()
    other, secretary = seat(action.council), seat(action.council, "secretary")
    client.force_login(secretary)

    Page(client, address(action, "edit")).press(
        "Bewaar", owner=str(other.pk), due_on="2027-07-07", what="Anders."
    )

    action.refresh_from_db()
    assert (action.owner, action.due_on) == (other, date(2027, 7, 7))
    assert action.what == "Anders."
    Page(client, address(action)).press("Niet meer nodig")
    action.refresh_from_db()
    assert action.status == Status.DROPPED


def test_words_in_adopted_minutes_cannot_be_changed_any_more(client):
    item = AgendaItemFactory()
    action = owned(item=item, council=item.council)
    Minutes.objects.create(
        meeting=item.meeting,
        status="adopted",
        adopted_at="2027-06-09T08:00Z",
        begun_by=action.owner,
    )
    client.force_login(seat(item.council, "secretary"))

    assertNotContains(client.get(address(action, "edit")), 'name="what"')
    client.post(address(action, "remove"))

    assert ActionItem.objects.count() == 1


def test_what_only_members_read_a_helper_finds_nowhere(client):
    action = owned(openness=Openness.MEMBERS, what="Mrkactie")

    for role in ("secretary", "supporter"):
        user = seat(action.council, role)
        assert listed(client, user, "alle") == set()
        for page in ("detail", "edit"):
            assert client.get(address(action, page)).status_code == 404
        assert client.post(address(action, "remove")).status_code == 404
    assert listed(client, seat(action.council), "alle") == {action}


def test_outside_the_council_it_does_not_exist(client):
    action = owned()
    client.force_login(CouncilMembershipFactory(role="secretary").user)

    assert client.get(address(action)).status_code == 404


def test_who_left_no_longer_reads_it(client):
    action = ActionItemFactory()
    client.force_login(action.owner)

    assert client.get(address(action)).status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_list_and_page_take_the_same_queries_for_any_number(
    client, django_assert_num_queries, count
):
    action = owned()
    for _each in range(count - 1):
        ActionItemFactory(council=action.council, owner=action.owner)
    client.force_login(action.owner)

    # session, user, seats, their count, actions with council and owner
    with django_assert_num_queries(5):
        page = client.get(reverse(LIST))
    assertContains(page, "Vraag de bestuurder om de planning.", count=count)

    # session, user, seats, the action with its council, owner and meeting
    with django_assert_num_queries(4):
        client.get(address(action))


# --- Mails -----------------------------------------------------------------------


def mails(**status) -> list[tuple[str, str]]:
    rows = OutgoingMail.objects.filter(kind__startswith="action_", **status)
    return sorted((row.kind, row.key.rsplit(":", 1)[1]) for row in rows)


@pytest.mark.parametrize(
    ("moments", "kinds"),
    [
        (["2027-06-23 08:45"], []),
        (["2027-06-23 09:00"], ["action_near"]),
        (["2027-06-23 09:00", "2027-06-24 09:00"], ["action_near"]),
        (["2027-06-29 09:00"], ["action_near"]),  # runs were missed
        (["2027-06-23 09:00", "2027-07-01 09:00"], ["action_late", "action_near"]),
        (["2027-07-01 09:15"], ["action_late"]),  # one mail and not two
        (["2027-07-20 09:00"], []),
    ],
)
def test_owners_are_reminded_a_week_before_and_the_day_after(after, moments, kinds):
    owned(due_on=date(2027, 6, 30))
    for each in moments:
        after.move_to(f"{each}+02:00")
        send_due_mails()
        deliver_waiting()

    sent = mails(status=OutgoingMail.Status.SENT)
    assert sent == [(kind, "2027-06-30") for kind in kinds]


def test_one_mail_tells_of_all_actions_for_one_day_and_none_of_their_words(after):
    first = owned(what="Geheim plan")
    ActionItemFactory(council=first.council, owner=first.owner, what="Geheim ook")
    after.move_to("2027-06-23 09:00+02:00")

    send_due_mails()

    mail = OutgoingMail.objects.get()
    assert "2 actiepunten" in mail.body
    assert "Geheim" not in mail.subject + mail.body


@pytest.mark.parametrize("is_queued", [False, True])
def test_no_mail_tells_a_helper_of_what_was_closed_to_helpers_since(after, is_queued):
    action = owned()
    action.council.memberships.update(role="secretary")
    after.move_to("2027-06-23 09:00+02:00")
    if is_queued:
        send_due_mails()
    action.openness = Openness.MEMBERS
    action.save()

    send_due_mails()
    deliver_waiting()

    assert mails(status=OutgoingMail.Status.SENT) == []
    assert OutgoingMail.objects.count() == is_queued


@pytest.mark.parametrize("change", ["done", "left", "moved"])
def test_it_is_asked_again_when_the_mail_leaves(after, change):
    action = owned()
    after.move_to("2027-06-23 09:00+02:00")
    send_due_mails()
    if change == "done":
        ActionItem.objects.update(status=Status.DONE)
    elif change == "moved":
        ActionItem.objects.update(due_on=date(2027, 8, 1))
    else:
        action.council.memberships.update(ends_on=date(2027, 6, 22))
    deliver_waiting()

    mail = OutgoingMail.objects.get()
    assert (mail.status, bool(mail.reason)) == (OutgoingMail.Status.CANCELLED, True)


def test_a_day_that_moved_is_reminded_of_anew(after):
    owned()
    after.move_to("2027-06-23 09:00+02:00")
    send_due_mails()
    ActionItem.objects.update(due_on=date(2027, 7, 14))
    after.move_to("2027-07-07 09:00+02:00")
    send_due_mails()

    assert [day for _kind, day in mails()] == ["2027-06-30", "2027-07-14"]


def test_who_took_it_on_this_week_is_not_reminded_of_that(after):
    owned(due_on=date(2027, 6, 14), made_at="2027-06-09T08:00Z")

    send_due_mails()

    assert mails() == []
