"""The pages of minutes: who writes, who reads what, and that nothing typed is lost."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.actions import minutes as actions
from councils.forms.minutes import seen_of
from councils.models import (
    ActionItem,
    AgendaItem,
    Decision,
    Meeting,
    Minutes,
    Openness,
)
from portal.dates import AMSTERDAM
from portal.models import OutgoingMail, User
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)
from tests.paper import Page

pytestmark = pytest.mark.django_db
DURING = datetime(2027, 6, 8, 15, tzinfo=AMSTERDAM)
Kind = AgendaItem.Kind


@pytest.fixture(autouse=True)
def during():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


class House:
    """A council in its meeting, somebody in each seat, and a guest of the board."""

    def __init__(self) -> None:
        self.meeting = MeetingFactory()
        self.council = self.meeting.council
        self.people: dict[str, User] = {
            role: CouncilMembershipFactory(
                council=self.council,
                role=role,
                starts_on=date(2026, 1, 1),
                user__name=f"Naam {role}",
            ).user
            for role in ("member", "chair", "deputy_chair", "secretary", "supporter")
        }
        self.people["guest"] = OrganisationMembershipFactory(
            organisation=self.council.organisation
        ).user
        AttendeeFactory(
            meeting=self.meeting, user=self.people["guest"], is_guest=True, votes=False
        )
        self.people["stranger"] = CouncilMembershipFactory(role="secretary").user

    def item(self, title: str, **fields) -> AgendaItem:
        return AgendaItemFactory(meeting=self.meeting, title=title, **fields)

    def sent(self) -> Minutes:
        by = self.people["secretary"]
        return actions.send_round(actions.begin(self.meeting, by=by), by=by)

    def url(self, page: str = "edit") -> str:
        return reverse(f"councils:minutes_{page}", args=[self.meeting.pk])

    def get(self, client, who: str, page: str = "edit"):
        client.force_login(self.people[who])
        return client.get(self.url(page))


@pytest.fixture
def house() -> House:
    return House()


def named(item: AgendaItem) -> str:
    return item.pk.hex[:12]


# --- Writing ---------------------------------------------------------------------


def test_a_secretary_minutes_an_item_with_a_decision_and_an_action(client, house):
    item = house.item("De zondag")
    CouncilMembershipFactory.create_batch(4, council=house.council)
    client.force_login(house.people["secretary"])
    page = Page(client, house.url())

    page.press(
        "Bewaar het verslag",
        **{
            "opening": "Om 14.05 uur.",
            f"notes-{named(item)}": "Er is weinig te doen.",
            f"decision-text-{named(item)}": "Wij vragen een plan.",
            f"decision-votes_for-{named(item)}": "4",
            f"action-what-{named(item)}": "Vraag het plan.",
            f"action-owner-{named(item)}": str(house.people["member"].pk),
            f"action-due_on-{named(item)}": "2027-06-30",
        },
    )

    item.refresh_from_db()
    assert item.notes == "Er is weinig te doen."
    assert Minutes.objects.get().opening == "Om 14.05 uur."
    decision = Decision.objects.get()
    assert (decision.reference, decision.votes_for) == ("2027-1", 4)
    action = ActionItem.objects.get()
    assert (action.owner, action.due_on) == (house.people["member"], date(2027, 6, 30))


@pytest.mark.parametrize(
    ("typed", "said"),
    [("40000", "Samen zijn dit 40000 stemmen"), ("-1", "Schrijf een getal")],
)
def test_votes_that_cannot_be_are_said_beside_them_and_nothing_is_lost(
    client, house, typed, said
):
    item = house.item("De zondag")
    client.force_login(house.people["secretary"])
    form = {
        f"decision-text-{named(item)}": "Akkoord.",
        f"decision-votes_for-{named(item)}": typed,
    }

    answer = client.post(house.url(), form)

    assert Decision.objects.count() == 0
    for words in ("Akkoord.", f'value="{typed}"', said):
        assertContains(answer, words)


def test_the_form_sent_twice_makes_one_decision_and_one_action(client, house):
    item = house.item("De zondag")
    client.force_login(house.people["secretary"])
    form = {
        "fresh": "8a4f0f3e-2d0c-4a0b-9d53-0d8b3f6d5a11",
        f"decision-text-{named(item)}": "Akkoord.",
        f"action-what-{named(item)}": "Bel.",
        f"action-owner-{named(item)}": str(house.people["member"].pk),
        f"action-due_on-{named(item)}": "2027-06-30",
    }

    for _twice in range(2):
        client.post(house.url(), form)

    assert Decision.objects.count() == ActionItem.objects.count() == 1


def test_a_stale_save_shows_both_texts_and_keeps_the_rest(client, house):
    first, second = house.item("Een"), house.item("Twee")
    client.force_login(house.people["secretary"])
    actions.save_notes(first, "Van de een.", revision=0, by=house.people["chair"])

    page = client.post(
        house.url(),
        {
            f"notes-{named(first)}": "Van de ander.",
            f"seen-notes-{named(first)}": seen_of("", 0),
            f"notes-{named(second)}": "Dit gaat goed.",
            f"seen-notes-{named(second)}": seen_of("", 0),
        },
    )

    assertContains(page, "Van de een.")
    assertContains(page, "Van de ander.")
    second.refresh_from_db()
    assert second.notes == "Dit gaat goed."

    # Who saves again has seen the other text.
    again = {
        f"notes-{named(first)}": "Van beiden.",
        f"seen-notes-{named(first)}": seen_of("Van de een.", 1),
    }
    client.post(house.url(), again)
    first.refresh_from_db()
    assert first.notes == "Van beiden."


def test_what_somebody_did_not_touch_never_conflicts(client, house):
    item = house.item("Een")
    client.force_login(house.people["secretary"])
    actions.save_notes(item, "Van een ander.", revision=0, by=house.people["chair"])

    untouched = {
        f"notes-{named(item)}": "",
        f"seen-notes-{named(item)}": seen_of("", 0),
    }
    response = client.post(house.url(), untouched)

    assertRedirects(response, house.url())
    item.refresh_from_db()
    assert item.notes == "Van een ander."


def test_what_is_incomplete_stays_on_the_page_beside_its_reason(client, house):
    item = house.item("Een")
    client.force_login(house.people["secretary"])

    page = client.post(
        house.url(),
        {
            f"action-what-{named(item)}": "Bel de bestuurder.",
            f"notes-{named(item)}": "Gezegd.",
            f"seen-notes-{named(item)}": seen_of("", 0),
        },
    )

    assertContains(page, "Bel de bestuurder.")
    assertContains(page, "Kies wie het doet.")
    assert not ActionItem.objects.exists()
    item.refresh_from_db()
    assert item.notes == "Gezegd."


def test_what_was_typed_at_an_item_that_was_closed_meanwhile_is_given_back(
    client, house
):
    first, second = house.item("Een"), house.item("Twee")
    AgendaItem.objects.filter(pk=first.pk).update(
        openness=Openness.MEMBERS, notes="Onder ons."
    )
    client.force_login(house.people["secretary"])

    page = client.post(
        house.url(),
        {
            f"notes-{named(first)}": "Wat ik hoorde.",
            f"seen-notes-{named(first)}": seen_of("", 0),
            f"decision-text-{named(first)}": "Wij zeggen ja.",
            f"notes-{named(second)}": "Dit gaat goed.",
            f"seen-notes-{named(second)}": seen_of("", 0),
        },
    )

    assertContains(page, "Dit punt is er niet")
    assertContains(page, "Wat ik hoorde.")
    assertContains(page, "Wij zeggen ja.")
    assertNotContains(page, "Onder ons.")
    second.refresh_from_db()
    assert second.notes == "Dit gaat goed."
    # What was not touched is nothing to give back.
    untouched = {
        f"notes-{named(first)}": "Als eerst.",
        f"seen-notes-{named(first)}": seen_of("Als eerst.", 0),
    }
    assertRedirects(client.post(house.url(), untouched), house.url())


def test_saving_at_an_item_under_another_comes_back_to_that_item(client, house):
    house.item("Onder", parent=house.item("Een"))
    client.force_login(house.people["secretary"])

    response = client.post(house.url(), {"save": "1.1"})

    assert response.url == house.url() + "#punt-1.1"


def test_pressing_send_twice_sends_the_draft_once(client, house, during):
    client.force_login(house.people["secretary"])
    for _twice in range(2):
        client.post(house.url(), {"send": "1"})
        during.shift(2)
    assert OutgoingMail.objects.filter(kind="minutes_sent").count() == 5

    during.shift(timedelta(minutes=5))
    client.post(house.url(), {"send": "1"})

    assert OutgoingMail.objects.filter(kind="minutes_sent").count() == 10


def test_sending_round_saves_what_was_typed_first(client, house):
    item = house.item("Een")
    client.force_login(house.people["secretary"])

    Page(client, house.url()).press(
        "Bewaar en stuur rond", **{f"notes-{named(item)}": "Op het laatst."}
    )

    item.refresh_from_db()
    assert item.notes == "Op het laatst."
    assert Minutes.objects.get().status == Minutes.Status.DRAFT
    assert OutgoingMail.objects.filter(kind="minutes_sent").count() == 6


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("secretary", 200),
        ("chair", 200),
        ("deputy_chair", 200),
        ("member", 403),
        ("supporter", 403),
        ("guest", 403),
        ("stranger", 404),
    ],
)
def test_who_prepares_writes(client, house, who, status):
    assert house.get(client, who).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": DURING + timedelta(minutes=5)},
        {"status": Meeting.Status.CANCELLED},
    ],
)
def test_there_is_nothing_to_write_before_it_begins(client, house, change):
    item = house.item("Een")
    Meeting.objects.filter(pk=house.meeting.pk).update(**change)
    client.force_login(house.people["secretary"])

    assertRedirects(client.get(house.url()), house.meeting.get_absolute_url())
    client.post(house.url(), {f"notes-{named(item)}": "Toch."})

    item.refresh_from_db()
    assert item.notes == ""


# --- Closed items ----------------------------------------------------------------


def closed_item(house: House) -> AgendaItem:
    house.item("Opening")
    item = house.item("Mrktitel", openness=Openness.MEMBERS, notes="Mrknotitie")
    DecisionFactory(item=item, text="Mrkbesluit")
    ActionItemFactory(
        council=house.council,
        item=item,
        what="Mrkactie",
        openness=Openness.MEMBERS,
        owner=house.people["chair"],
    )
    return item


@pytest.mark.parametrize("where", ["edit", "detail"])
def test_the_secretary_sees_that_an_item_is_closed_and_nothing_of_it(
    client, house, where
):
    closed_item(house)
    house.sent()

    response = house.get(client, "secretary", where)

    assertNotContains(response, "Mrk")
    assertContains(response, "2. ")
    assertContains(response, "Besloten")


def test_the_secretary_writes_nothing_at_a_closed_item(client, house):
    item = closed_item(house)
    client.force_login(house.people["secretary"])

    client.post(house.url(), {f"notes-{named(item)}": "Geraden."})

    item.refresh_from_db()
    assert item.notes == "Mrknotitie"


def test_the_chair_minutes_a_closed_item(client, house):
    item = closed_item(house)

    response = house.get(client, "chair")

    for word in ("Mrktitel", "Mrknotitie", "Mrkbesluit", "Mrkactie"):
        assertContains(response, word)
    assertContains(response, f"notes-{named(item)}")


@pytest.mark.parametrize(
    ("who", "reads"),
    [("member", True), ("chair", True), ("supporter", False), ("guest", False)],
)
def test_members_read_what_is_closed_and_others_do_not(client, house, who, reads):
    closed_item(house)
    house.sent()

    response = house.get(client, who, "detail")

    (assertContains if reads else assertNotContains)(response, "Mrknotitie")


# --- Reading ---------------------------------------------------------------------


def test_a_guest_reads_open_items_once_they_were_sent_and_no_names(client, house):
    item = house.item("Open punt", notes="Hier gezegd.")
    house.item("Raadspunt", openness=Openness.COUNCIL, notes="Onder ons.")
    ActionItemFactory(
        council=house.council, item=item, owner=house.people["member"], what="Bel op."
    )
    AttendeeFactory(
        meeting=house.meeting, user=house.people["member"], was_present=True
    )
    assert house.get(client, "guest", "detail").status_code == 404
    house.sent()

    response = house.get(client, "guest", "detail")

    assertContains(response, "Hier gezegd.")
    assertContains(response, "Bel op.")
    for word in ("Onder ons.", "Raadspunt", "Naam member"):
        assertNotContains(response, word)


def test_the_council_reads_what_is_written_only_when_it_was_sent(client, house):
    house.item("Een", notes="Half af.")
    actions.begin(house.meeting, by=house.people["secretary"])

    assertNotContains(house.get(client, "member", "detail"), "Half af.")
    assertContains(house.get(client, "chair", "detail"), "Half af.")
    house.sent()
    assertContains(house.get(client, "member", "detail"), "Half af.")
    assert house.get(client, "stranger", "detail").status_code == 404


# --- Adopting --------------------------------------------------------------------


def adopting(house: House, during) -> Meeting:
    later = MeetingFactory(
        council=house.council,
        starts_at=DURING + timedelta(days=28),
        ends_at=DURING + timedelta(days=28, hours=2),
    )
    during.move_to(DURING + timedelta(days=28, minutes=30))
    return later


def test_the_later_meeting_leads_to_adopting_the_draft(client, house, during):
    house.item("Een")
    house.sent()
    later = adopting(house, during)
    AgendaItemFactory(meeting=later, kind=Kind.MINUTES, title="Vorig verslag")
    client.force_login(house.people["secretary"])
    address = reverse("councils:minutes_edit", args=[later.pk])

    page = Page(client, address).press("Stel vast", opening="Om 14.05 uur.")
    page.press("Stel vast")

    assert page.url == address
    assert later.minutes.opening == "Om 14.05 uur."

    minutes = Minutes.objects.get(meeting=house.meeting)
    assert (minutes.is_adopted, minutes.adopted_in) == (True, later)
    assertRedirects(client.get(house.url()), house.url("detail"))
    assertContains(client.get(house.url("detail")), "Vastgesteld")


def test_the_item_at_which_minutes_were_adopted_says_which_to_the_council_alone(
    client, house, during
):
    house.item("Een")
    draft = house.sent()
    later = adopting(house, during)
    house.meeting = later
    house.item("Vorig verslag", kind=Kind.MINUTES)
    house.item("Besloten", kind=Kind.MINUTES, openness=Openness.MEMBERS)
    AttendeeFactory(meeting=later, user=house.people["guest"], is_guest=True)
    none = "Er ligt geen concept om vast te stellen."
    which = "Het verslag van dinsdag 8\xa0juni 2027 is vastgesteld in deze vergadering."
    before = house.get(client, "secretary")
    assertNotContains(before, none)
    assertNotContains(before, which)

    actions.adopt(draft, meeting=later, by=house.people["secretary"])
    house.sent()

    after = house.get(client, "secretary")
    assertContains(after, which, count=1)
    assertNotContains(after, none)
    assertContains(house.get(client, "chair"), which, count=2)
    assertContains(house.get(client, "supporter", "detail"), which, count=1)
    read = house.get(client, "member", "detail")
    assertContains(read, which, count=2)
    assertNotContains(read, "Er is niets opgeschreven.")
    assertNotContains(house.get(client, "guest", "detail"), which)


def test_a_draft_is_adopted_from_its_page_once_a_later_meeting_has_begun(
    client, house, during
):
    house.item("Een")
    house.sent()
    address = house.url("adopt")
    before = house.get(client, "secretary", "detail")
    assertNotContains(before, address)
    assertContains(before, "Zodra die vergadering is begonnen")

    adopting(house, during)

    after = house.get(client, "secretary", "detail")
    assertContains(after, address)
    assertNotContains(after, "Zodra die vergadering is begonnen")
    assertNotContains(house.get(client, "member", "detail"), address)


def test_what_is_typed_is_saved_before_one_notes_who_was_there(client, house):
    client.force_login(house.people["secretary"])
    address = house.url("edit")

    page = Page(client, address).press("Noteer wie er was", opening="Om 14.05 uur.")
    page.press("Bewaar wie er was")

    assert page.url == address
    assert house.meeting.minutes.opening == "Om 14.05 uur."


def test_nowhere_else_leads_what_was_made_up(client, house):
    client.force_login(house.people["secretary"])
    for then in ("https://elders.example/", str(house.meeting.pk), "x"):
        answer = client.post(house.url("edit"), {"then": then})
        assert answer.url == house.url("edit")


def test_without_a_later_meeting_one_comes_back_with_the_reason(client, house):
    house.sent()

    answer = house.get(client, "chair", "adopt")
    assertRedirects(answer, house.url("detail"), fetch_redirect_response=False)
    assertContains(client.get(house.url("detail")), "latere vergadering van de raad")
    assert house.get(client, "member", "adopt").status_code == 403


def test_open_actions_of_before_stand_at_their_item(client, house):
    house.item("De lijst", kind=Kind.ACTIONS)
    ActionItemFactory(
        council=house.council, owner=house.people["member"], what="Nog van mei."
    )
    ActionItemFactory(
        council=house.council,
        owner=house.people["member"],
        what="Al gedaan.",
        status=ActionItem.Status.DONE,
    )

    response = house.get(client, "secretary")

    assertContains(response, "Nog van mei.")
    assertNotContains(response, "Al gedaan.")


# --- How many queries ------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 60])
@pytest.mark.parametrize("where", ["edit", "detail"])
def test_the_pages_take_six_queries_for_any_number_of_items(
    client, house, django_assert_num_queries, where, count
):
    for number in range(count):
        item = house.item(f"Punt {number}", notes="Gezegd.")
        DecisionFactory(item=item, number=number + 1)
        ActionItemFactory(
            council=house.council, item=item, owner=house.people["member"]
        )
    house.sent()
    client.force_login(house.people["secretary"])

    # session, user, seats, meeting, items, all that stands beside them
    with django_assert_num_queries(6):
        response = client.get(house.url(where))

    assertContains(response, "De raad gaat akkoord.", count=count)
