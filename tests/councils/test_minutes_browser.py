"""A meeting minuted, sent round and adopted by keyboard alone; and no barriers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from councils.actions import minutes as actions
from councils.actions.agenda_sending import send_agenda
from councils.actions.guest_link import guest_link
from councils.actions.meeting_mail import answer_link
from councils.models import ActionItem, AgendaItem, Decision, Meeting, Minutes
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
)
from tests.keyboard import Keyboard
from tests.procurement.test_input_browser import log_in, no_complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["no_complaints"]


def held(**fields) -> Meeting:
    """A meeting around this moment, since the browser has the clock of today."""
    now = timezone.now()
    times = {
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=1),
        **fields,
    }
    return MeetingFactory(**times)


@pytest.fixture
def meeting():
    return held()


@pytest.fixture
def secretary(meeting):
    return CouncilMembershipFactory(
        council=meeting.council, role="secretary", user__name="Marijke"
    ).user


def test_a_button_that_is_pressed_twice_in_a_row_sends_once(
    page, live_server, client, meeting, secretary
):
    coming = held(
        council=meeting.council,
        starts_at=timezone.now() + timedelta(days=30),
        ends_at=timezone.now() + timedelta(days=30, hours=2),
    )
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:meeting_edit", args=[coming.pk]))
    sent = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.get_by_label("Plaats").fill("De serre")
    page.get_by_role("button", name="Bewaar de vergadering").dblclick()

    expect(page.locator("h1")).to_contain_text("Raadsvergadering")
    assert sent.count("POST") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_secretary_minutes_a_meeting_and_adopts_it_later_by_keyboard_alone(
    page, live_server, client, meeting, secretary, width
):
    AgendaItemFactory(meeting=meeting, order=1, title="De zondag")
    CouncilMembershipFactory.create_batch(4, council=meeting.council)
    page.set_viewport_size({"width": width, "height": 900})
    go, keys = log_in(page, live_server, client, secretary), Keyboard(page)
    go(reverse("councils:minutes_edit", args=[meeting.pk]))

    keys.write("Wat is er gezegd, in het kort", "De zondagen zijn leeg.")
    page.keyboard.press("Tab")
    keys.press("Enter")
    keys.write("Wat is er besloten", "Wij vragen een plan.")
    keys.write("Voor", "4")
    page.get_by_text("Schrijf een actiepunt op").focus()
    keys.press("Enter")
    keys.write("Wat moet er gebeuren", "Vraag het plan.")
    keys.select("Wie doet het", "Mar")
    page.get_by_label("Uiterlijk op welke dag").focus()
    # The same day in whatever order this browser asks for it.
    page.keyboard.type("06062099")
    keys.follow("button", "Bewaar en stuur rond als concept")

    expect(page.locator("h1")).to_contain_text("Verslag van")
    assert AgendaItem.objects.get().notes == "De zondagen zijn leeg."
    assert Decision.objects.get().votes_for == 4
    assert ActionItem.objects.get().owner == secretary
    assert Minutes.objects.get().status == Minutes.Status.DRAFT

    # Four weeks later, in the next meeting.
    earlier = timedelta(days=28)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=meeting.starts_at - earlier, ends_at=meeting.ends_at - earlier
    )
    later = held(council=meeting.council)
    AgendaItemFactory(meeting=later, kind=AgendaItem.Kind.MINUTES, title="Verslag")
    go(reverse("councils:minutes_edit", args=[later.pk]))
    keys.write("Wat is er gezegd, in het kort", "Geen opmerkingen.")
    keys.follow("button", "Stel vast", exact=False)
    keys.follow("button", "Stel vast")

    expect(page.locator("main")).to_contain_text("Er verandert niets meer aan")
    expect(page.locator("h1")).to_contain_text("Schrijf het verslag van")
    assert later.items.get().notes == "Geen opmerkingen."
    assert Minutes.objects.get(meeting=meeting).adopted_in == later
    assert keys.unseen == []


@pytest.mark.parametrize("width", [1280, 320])
def test_no_barriers_and_nothing_beside_the_screen(
    page, live_server, client, meeting, secretary, barriers, width
):
    item = AgendaItemFactory(meeting=meeting, notes="Gezegd.", title="Een lang woord")
    AgendaItemFactory(meeting=meeting, openness="members")
    decision = DecisionFactory(item=item, votes_for=3, votes_against=0)
    action = ActionItemFactory(council=meeting.council, item=item, owner=secretary)
    AttendeeFactory(meeting=meeting, user=secretary, was_present=True)
    minutes = actions.begin(meeting, by=secretary)
    actions.send_round(minutes, by=secretary)
    held(council=meeting.council, starts_at=timezone.now() - timedelta(minutes=1))
    page.set_viewport_size({"width": width, "height": 900})
    go, found = log_in(page, live_server, client, secretary), []
    addresses = [
        *(
            reverse(f"councils:minutes_{name}", args=[meeting.pk])
            for name in ("edit", "detail", "adopt")
        ),
        *(reverse(f"councils:{name}_list") for name in ("decision", "action")),
        decision.get_absolute_url(),
        reverse("councils:decision_edit", args=[decision.pk]),
        reverse("councils:action_detail", args=[action.pk]),
        reverse("councils:action_edit", args=[action.pk]),
    ]

    for address in addresses:
        go(address)
        page.evaluate(
            "document.querySelectorAll('main details').forEach(e => { e.open = true })"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{address}: {fault}" for fault in barriers(page)]
        found += [f"{address}: {wide} wide"] if wide > width else []

    assert found == []


@pytest.mark.parametrize("width", [1280, 320])
def test_what_a_guest_reads_by_a_link_has_no_barriers(
    page, live_server, meeting, secretary, barriers, width
):
    guest = AttendeeFactory(
        meeting=meeting,
        user=None,
        name="Noor Spreekster",
        email="noor@example.nl",
        is_guest=True,
        votes=False,
    )
    item = AgendaItemFactory(meeting=meeting, notes="Gezegd.", title="Een lang woord")
    AgendaItemFactory(meeting=meeting, openness="council")
    DecisionFactory(item=item, votes_for=3, votes_against=0)
    send_agenda(meeting, by=secretary)
    later = held(
        council=meeting.council, starts_at=timezone.now() - timedelta(minutes=1)
    )
    minutes = actions.begin(meeting, by=secretary)
    actions.send_round(minutes, by=secretary)
    actions.adopt(minutes, meeting=later, by=secretary)
    page.set_viewport_size({"width": width, "height": 900})

    found = []
    for address in (guest_link(guest), answer_link(guest)):
        page.goto(live_server.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += barriers(page) + ([f"{address}: {wide} wide"] if wide > width else [])

    assert found == []
