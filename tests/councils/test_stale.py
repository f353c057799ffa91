"""Pages that were overtaken meanwhile: what was typed comes back, and nobody undoes
unseen what a colleague saved."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from councils.actions import minutes as actions
from councils.forms.minutes import seen_of
from councils.models import ActionItem, Decision, Meeting
from portal.dates import AMSTERDAM
from portal.models import OutgoingMail
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)
from tests.sent import shown

pytestmark = pytest.mark.django_db
DURING = datetime(2027, 6, 8, 15, tzinfo=AMSTERDAM)


@pytest.fixture(autouse=True)
def during():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def people(meeting):
    return {
        role: CouncilMembershipFactory(council=meeting.council, role=role).user
        for role in ("chair", "secretary", "member")
    }


def minutes_page(meeting):
    return reverse("councils:minutes_edit", args=[meeting.pk])


def typed(item, words):
    key = item.pk.hex[:12]
    return {f"notes-{key}": words, f"seen-notes-{key}": seen_of("", 0)}


def adopted(meeting, by):
    minutes = actions.send_round(actions.begin(meeting, by=by), by=by)
    later = MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=14),
        ends_at=meeting.ends_at + timedelta(days=14),
    )
    with time_machine.travel(later.starts_at + timedelta(hours=1)):
        actions.adopt(minutes, meeting=later, by=by)


def test_notes_on_minutes_that_were_adopted_meanwhile_come_back(
    client, meeting, people
):
    item = AgendaItemFactory(meeting=meeting)
    adopted(meeting, people["chair"])
    client.force_login(people["secretary"])
    answer = client.post(minutes_page(meeting), typed(item, "Lang getypt verslag."))
    assertContains(answer, "Lang getypt verslag.", status_code=409)


def test_notes_on_a_meeting_that_was_called_off_meanwhile_come_back(
    client, meeting, people
):
    item = AgendaItemFactory(meeting=meeting)
    Meeting.objects.update(status=Meeting.Status.CANCELLED)
    client.force_login(people["secretary"])
    answer = client.post(minutes_page(meeting), typed(item, "Lang getypt verslag."))
    assertContains(answer, "Lang getypt verslag.", status_code=409)


def test_a_page_of_adopted_minutes_on_which_nobody_typed_leads_to_them(
    client, meeting, people
):
    item = AgendaItemFactory(meeting=meeting)
    adopted(meeting, people["chair"])
    client.force_login(people["secretary"])
    answer = client.post(minutes_page(meeting), typed(item, ""))
    assertRedirects(answer, reverse("councils:minutes_detail", args=[meeting.pk]))


def test_a_decision_that_a_colleague_changed_meanwhile_is_overwritten_only_knowingly(
    client, meeting, people
):
    decision = DecisionFactory(
        item=AgendaItemFactory(meeting=meeting),
        council=meeting.council,
        text="Wij zijn voor.",
    )
    page = reverse("councils:decision_edit", args=[decision.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    Decision.objects.update(text="Wij zijn onder voorwaarden voor.", votes_for=7)
    answer = client.post(page, {**sent, "text": "Wij zijn tegen."})
    decision.refresh_from_db()
    assert decision.text == "Wij zijn onder voorwaarden voor."
    for words in ("Wij zijn tegen.", "Wij zijn onder voorwaarden voor.", ": 7"):
        assertContains(answer, words)
    again = answer.context["form"]["seen"].value()
    client.post(page, {**sent, "text": "Wij zijn tegen.", "seen": again})
    decision.refresh_from_db()
    assert decision.text == "Wij zijn tegen."


def test_a_meeting_that_a_colleague_moved_meanwhile_is_not_moved_back(
    client, meeting, people
):
    coming = MeetingFactory(
        council=meeting.council,
        starts_at=DURING + timedelta(days=30),
        ends_at=DURING + timedelta(days=30, hours=2),
        place="De huiskamer",
    )
    AttendeeFactory(meeting=coming, user=people["chair"], invited_at=DURING)
    page = reverse("councils:meeting_edit", args=[coming.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    Meeting.objects.filter(pk=coming.pk).update(
        starts_at=DURING + timedelta(days=37),
        ends_at=DURING + timedelta(days=37, hours=2),
    )
    answer = client.post(page, {**sent, "place": "De serre"})
    coming.refresh_from_db()
    assert coming.starts_at == DURING + timedelta(days=37)
    assertContains(answer, "De serre")
    assertContains(answer, "donderdag 15\xa0juli 2027 om 15.00 uur")
    assert OutgoingMail.objects.count() == 0


def test_a_guest_whom_a_colleague_asked_meanwhile_is_not_dropped(
    client, meeting, people
):
    coming = MeetingFactory(
        council=meeting.council,
        starts_at=DURING + timedelta(days=30),
        ends_at=DURING + timedelta(days=30, hours=2),
    )
    guest = OrganisationMembershipFactory(organisation=meeting.council.organisation)
    page = reverse("councils:meeting_people", args=[coming.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    AttendeeFactory(meeting=coming, user=guest.user, is_guest=True, votes=False)
    answer = client.post(page, {**sent, "name": "Spreker", "email": "s@voorbeeld.nl"})
    assert list(coming.attendees.values_list("user", flat=True)) == [guest.user.pk]
    assertContains(answer, "s@voorbeeld.nl")


def test_an_action_that_a_colleague_gave_away_meanwhile_is_not_taken_back(
    client, meeting, people
):
    action = ActionItemFactory(
        item=AgendaItemFactory(meeting=meeting),
        council=meeting.council,
        owner=people["secretary"],
    )
    page = reverse("councils:action_edit", args=[action.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    ActionItem.objects.update(owner=people["member"])
    answer = client.post(page, {**sent, "what": "Iets anders"})
    action.refresh_from_db()
    assert action.owner == people["member"]
    assert action.what != "Iets anders"
    assertContains(answer, people["member"].name)
