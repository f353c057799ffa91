"""Pages that were overtaken meanwhile: what was typed comes back, and nobody undoes
unseen what a colleague saved."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from councils.actions import action_item as action_items
from councils.actions import agenda
from councils.actions import meeting as meetings
from councils.actions import minutes as actions
from councils.actions import stand_in as stand_ins
from councils.forms.minutes import seen_of
from councils.models import (
    ActionItem,
    Attendee,
    Council,
    Decision,
    Meeting,
    StandingItem,
)
from portal.dates import AMSTERDAM
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    StandInFactory,
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


def test_who_was_there_as_a_colleague_noted_meanwhile_is_not_undone(
    client, meeting, people
):
    mine, other = (AttendeeFactory(meeting=meeting) for _ in range(2))
    page = reverse("councils:meeting_presence", args=[meeting.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    Attendee.objects.filter(pk=other.pk).update(was_present=True)
    answer = client.post(page, {**sent, "there": [str(mine.pk)]})
    assert list(meeting.attendees.present()) == [other]
    assertContains(answer, f"Opgeslagen staat nu: {other.name}")
    again = answer.context["form"]["seen"].value()
    client.post(page, {**sent, "there": [str(mine.pk)], "seen": again})
    assert list(meeting.attendees.present()) == [mine]


def test_an_answer_that_comes_in_meanwhile_stands_in_nobodys_way(
    client, meeting, people
):
    mine, other = (AttendeeFactory(meeting=meeting) for _ in range(2))
    page = reverse("councils:meeting_presence", args=[meeting.pk])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    Attendee.objects.filter(pk=other.pk).update(answer=Attendee.Answer.YES)
    client.post(page, {**sent, "there": [str(mine.pk)]})
    assert list(meeting.attendees.present()) == [mine]


def test_a_quorum_that_a_colleague_set_meanwhile_is_told(client, meeting, people):
    page = reverse("councils:recess_quorum", args=[meeting.council_id])
    client.force_login(people["secretary"])
    sent = shown(client, page)
    Council.objects.update(quorum=7)
    answer = client.post(page, {**sent, "quorum": "5"})
    assert Council.objects.get(pk=meeting.council_id).quorum == 7
    assertContains(answer, "Opgeslagen staat nu: 7")


def test_standing_items_that_a_colleague_saved_meanwhile_are_told(
    client, meeting, people
):
    page = reverse("councils:standing_edit", args=[meeting.council_id])
    client.force_login(people["secretary"])
    seen = client.get(page).context["formset"].sign
    StandingItem.objects.create(
        council=meeting.council, meeting_kind="council", title="Lief en leed"
    )
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    sent["form-0-title"] = "Mijn nieuwe punt"
    answer = client.post(page, {**sent, "seen": seen})
    assert [each.title for each in StandingItem.objects.all()] == ["Lief en leed"]
    assertContains(answer, "Opgeslagen staat nu: Lief en leed")
    assertContains(answer, "Mijn nieuwe punt")
    client.post(page, {**sent, "seen": answer.context["formset"].sign})
    assert [each.title for each in StandingItem.objects.all()] == ["Mijn nieuwe punt"]


@pytest.mark.parametrize("is_over", [True, False], ids=["over", "off"])
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("meeting_edit", {"place": "De serre achter in de tuin"}),
        ("meeting_cancel", {"reason": "De serre staat onder water."}),
        ("meeting_people", {"name": "Serre", "email": "s@voorbeeld.nl"}),
    ],
)
def test_what_was_typed_for_a_meeting_that_is_over_or_off_meanwhile_stays(
    client, meeting, people, name, typed, is_over
):
    coming = MeetingFactory(
        council=meeting.council,
        starts_at=DURING + timedelta(days=30),
        ends_at=DURING + timedelta(days=30, hours=2),
    )
    page = reverse(f"councils:{name}", args=[coming.pk])
    client.force_login(people["secretary"])
    sent = {**shown(client, page), **typed}
    if is_over:
        Meeting.objects.filter(pk=coming.pk).update(
            starts_at=DURING - timedelta(days=1), ends_at=DURING - timedelta(hours=1)
        )
    else:
        Meeting.objects.filter(pk=coming.pk).update(status=Meeting.Status.CANCELLED)
    before = AuditEvent.objects.count()

    answer = client.post(page, {**sent, "seen": ""})

    for words in typed.values():
        assertContains(answer, words)
    assertContains(answer, "voorbij" if is_over else "gaat niet door")
    assert AuditEvent.objects.count() == before


def test_a_press_twice_calls_a_meeting_off_once(client, meeting, people):
    coming = MeetingFactory(
        council=meeting.council,
        starts_at=DURING + timedelta(days=30),
        ends_at=DURING + timedelta(days=30, hours=2),
    )
    page = reverse("councils:meeting_cancel", args=[coming.pk])
    client.force_login(people["secretary"])
    for _ in range(2):
        answer = client.post(page, {"reason": "Ziekte."})
        assertRedirects(answer, coming.get_absolute_url())
    coming.refresh_from_db()
    assert coming.sequence == 1


# --- What is not there any more, or not for this person --------------------------


def test_what_was_typed_for_an_item_that_was_taken_away_comes_back(
    client, meeting, people
):
    item = AgendaItemFactory(meeting=meeting)
    client.force_login(people["secretary"])
    url = reverse("councils:item_edit", args=[item.pk])
    sent = shown(client, url) | {"explanation": "Een lang verhaal."}
    agenda.drop_item(item, reason="Dubbel.", by=people["chair"])

    answer = client.post(url, sent)

    assertContains(answer, "Een lang verhaal.", status_code=404)


def test_what_was_typed_comes_back_when_the_action_was_taken_back(
    client, meeting, people
):
    action = ActionItemFactory(council=meeting.council, owner=people["member"])
    client.force_login(people["member"])
    url = reverse("councils:action_detail", args=[action.pk])
    action_items.remove(action, by=people["chair"])

    answer = client.post(url, {"note": "De bestuurder belt <b>terug</b>."})

    assertContains(
        answer, "De bestuurder belt &lt;b&gt;terug&lt;/b&gt;.", status_code=404
    )
    assertContains(answer, "Er is niets bewaard.", status_code=404)
    # Whoever only looks is told no more than that it is not there.
    assert "Er is niets bewaard." not in client.get(url).content.decode()


def test_what_was_typed_comes_back_when_the_place_of_the_chair_was_taken_back(
    client, meeting, people
):
    stand_in = StandInFactory(
        term=meeting.council.memberships.get(role="chair"), deputy=people["member"]
    )
    client.force_login(people["member"])
    url = reverse("councils:agenda_item_create", args=[meeting.pk])
    sent = shown(client, url) | {"title": "Rook", "explanation": "Een lang verhaal."}
    stand_ins.end(stand_in, by=people["chair"])

    answer = client.post(url, sent)

    assertContains(answer, "Een lang verhaal.", status_code=403)
    assert not meeting.items.exists()


def test_what_was_typed_comes_back_when_the_meeting_was_called_off(
    client, meeting, people
):
    coming = MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=14),
        ends_at=meeting.ends_at + timedelta(days=14),
    )
    client.force_login(people["secretary"])
    url = reverse("councils:agenda_edit", args=[coming.pk])
    sent = {"title": "Rook op de gang", "goal": "discuss"}
    sent["fresh"] = client.get(url).context["fresh"]
    meetings.cancel(coming, reason="Ziekte.", by=people["chair"])

    answer = client.post(url, sent, follow=True)

    assertContains(answer, "U typte: Rook op de gang")
