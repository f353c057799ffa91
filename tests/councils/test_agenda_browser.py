"""A whole agenda by keyboard alone, on a desk and on a phone; and by dragging."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from councils.actions import standing
from councils.models import AgendaItem, Openness, SentAgenda
from portal.models import OutgoingMail
from tests.factories import (
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)
from tests.keyboard import Keyboard
from tests.procurement.test_input_browser import log_in, no_complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["no_complaints"]


@pytest.fixture
def meeting():
    """One in the far future, since the browser has the clock of today."""
    found = MeetingFactory()
    for name in ("starts_at", "ends_at"):
        setattr(found, name, getattr(found, name).replace(year=2099))
    found.save()
    return found


@pytest.fixture
def secretary(meeting):
    return CouncilMembershipFactory(council=meeting.council, role="secretary").user


def titles(meeting):
    return [item.title for item in meeting.items.in_order()]


@pytest.mark.parametrize("width", [1280, 390])
def test_secretary_builds_and_sends_an_agenda_by_keyboard_alone(
    page, live_server, client, meeting, secretary, width
):
    member = CouncilMembershipFactory(council=meeting.council).user
    AttendeeFactory(meeting=meeting, user=member)
    AgendaItemFactory(meeting=None, council=meeting.council, title="Tuin")
    standing.put_standing_items(meeting, by=secretary)
    page.set_viewport_size({"width": width, "height": 900})
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:agenda_edit", args=[meeting.pk]))
    keys, says = Keyboard(page), page.locator("[data-says]")

    for title in ("Begroting", "Personeel"):
        keys.write("Onderwerp", title)
        with page.expect_navigation():
            keys.press("Enter")
    assert titles(meeting)[-4:] == ["Begroting", "Personeel", "Rondvraag", "Sluiting"]

    # Under the item above, and out again: the focus stays on the same button.
    page.locator("summary", has_text="Personeel").focus()
    keys.press("Enter")
    keys.to("button", "Onder het punt erboven")
    keys.press("Enter")
    expect(says).to_have_text("Punt 6, Personeel, is nu punt 5.1.")
    expect(page.locator(":focus")).to_have_text("Weer een eigen punt")
    keys.press("Enter")
    expect(says).to_have_text("Punt 5.1, Personeel, is nu punt 6.")
    expect(page.locator(":focus")).to_have_text("Onder het punt erboven")

    # Up, twice, without looking for the button anew.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus")).to_have_text("Omhoog")
    keys.press("Enter")
    expect(says).to_have_text("Punt 6, Personeel, is nu punt 5.")
    expect(page.locator(":focus")).to_have_text("Omhoog")
    keys.press("Enter")
    expect(says).to_have_text("Punt 5, Personeel, is nu punt 4.")

    # One from the waiting list.
    keys.to("button", "Tuin", exact=False)
    keys.press("Enter")
    expect(says).to_have_text("“Tuin” is nu punt 7.")
    assert titles(meeting) == [
        "Opening en mededelingen",
        "Vaststellen van de agenda",
        "Verslag van de vorige vergadering",
        "Personeel",
        "Actielijst",
        "Begroting",
        "Tuin",
        "Rondvraag",
        "Sluiting",
    ]

    page.locator("h1").evaluate("h => { h.tabIndex = -1; h.focus(); }")
    keys.follow("link", "Verstuur de agenda")
    keys.follow("button", "Verstuur de agenda")
    expect(page.get_by_text("De agenda is onderweg.")).to_be_visible()

    assert SentAgenda.objects.get().items[3]["title"] == "Personeel"
    assert OutgoingMail.objects.get(kind="agenda_sent").user == member
    assert keys.unseen == []


def test_a_move_on_an_old_page_is_told_and_shows_the_order_of_now(
    page, live_server, client, meeting, secretary
):
    first, second = (AgendaItemFactory(meeting=meeting, title=each) for each in "AB")
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:agenda_edit", args=[meeting.pk]))
    AgendaItem.objects.filter(pk=first.pk).update(title="A van een ander")
    meeting.agenda_revision = 5
    meeting.save()

    row = page.locator(f'[data-item="{second.pk}"]')
    row.locator("summary").click()
    row.get_by_role("button", name="Omhoog").click()

    expect(page.locator("[data-says]")).to_contain_text("Iemand anders veranderde")
    expect(page.locator(".notice")).to_contain_text("Iemand anders veranderde")
    expect(page.get_by_text("A van een ander", exact=True)).to_be_visible()
    assert titles(meeting) == ["A van een ander", "B"]


def test_an_item_is_dragged_to_another_place(
    page, live_server, client, meeting, secretary
):
    for each in "ABC":
        AgendaItemFactory(meeting=meeting, title=each)
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:agenda_edit", args=[meeting.pk]))

    grips = page.locator("[data-grip]")
    grips.nth(2).hover()
    page.mouse.down()
    top = page.locator("[data-item]").first.bounding_box()
    page.mouse.move(top["x"] + 10, top["y"] + 5, steps=5)
    page.mouse.up()

    expect(page.locator("[data-says]")).to_have_text("Punt 3, C, is nu punt 1.")
    assert titles(meeting) == ["C", "A", "B"]


def test_without_a_script_the_same_buttons_work(
    browser, live_server, client, meeting, secretary
):
    AgendaItemFactory(meeting=meeting, title="A")
    item = AgendaItemFactory(meeting=meeting, title="B")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:agenda_edit", args=[meeting.pk]))

    row = page.locator(f'[data-item="{item.pk}"]')
    row.locator("summary").click()
    row.get_by_role("button", name="Omhoog").click()

    expect(page.get_by_role("status")).to_contain_text(["Punt 2, B, is nu punt 1."])
    expect(row.get_by_role("button", name="Omlaag")).to_be_visible()
    assert titles(meeting) == ["B", "A"]
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_step_of_a_closed_item_stands_in_line_with_those_of_the_others(
    page, live_server, client, meeting, secretary, width
):
    AgendaItemFactory(meeting=meeting, order=1)
    AgendaItemFactory(meeting=meeting, order=2, openness=Openness.MEMBERS)
    page.set_viewport_size({"width": width, "height": 900})
    go = log_in(page, live_server, client, secretary)
    go(reverse("councils:agenda_edit", args=[meeting.pk]))

    left = [
        page.locator(".agenda__steps summary").nth(at).bounding_box()["x"]
        for at in (0, 1)
    ]

    assert left[0] == left[1]
