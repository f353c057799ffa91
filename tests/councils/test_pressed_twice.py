"""A form that is sent twice makes one thing, and both presses end on the same page."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from councils.actions import agenda
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    Decision,
    Meeting,
    Openness,
    ReadyItem,
)
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)
from tests.races import side_by_side
from tests.sent import shown

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2027-05-10 10:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


def seated(meeting, role):
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def page(name, *args):
    return reverse(f"councils:{name}", args=args)


def twice(client, url, sent):
    """Where the first press ends; the second must end there too."""
    ends = []
    for _ in range(2):
        files = {k: v for k, v in sent.items() if isinstance(v, SimpleUploadedFile)}
        for file in files.values():
            file.seek(0)
        answer = client.post(url, sent)
        assert answer.status_code == 302, answer.context["form"].errors
        ends.append(answer.url)
    assert ends[0] == ends[1]
    return ends[0]


def test_what_is_quickly_put_on_the_agenda(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("agenda_edit", meeting.pk)
    sent = {
        "title": "Rook",
        "goal": "discuss",
        "fresh": client.get(url).context["fresh"],
    }

    twice(client, url, sent)

    assert AgendaItem.objects.count() == 1
    assert AuditEvent.objects.filter(verb="agenda_item.add").count() == 1
    # Back in the browser, and other words: that is another item.
    client.post(url, {**sent, "title": "Rook op de gang"})
    assert AgendaItem.objects.count() == 2


def test_an_item_with_all_that_belongs_to_it(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("agenda_item_create", meeting.pk)

    twice(client, url, {**shown(client, url), "title": "Rook", "explanation": "Lang."})

    assert AgendaItem.objects.count() == 1


def test_a_members_own_proposal(client, meeting):
    client.force_login(seated(meeting, "member"))
    url = page("backlog_propose", meeting.council_id)

    twice(client, url, {**shown(client, url), "title": "Rook"})

    assert AgendaItem.objects.count() == 1


def test_a_paper_that_is_asked_or_added(client, meeting):
    member = seated(meeting, "member")
    client.force_login(seated(meeting, "secretary"))
    url = page("item_paper_create", AgendaItemFactory(meeting=meeting).pk)

    twice(client, url, {**shown(client, url), "title": "A", "deliverer": member.pk})
    file = SimpleUploadedFile("b.pdf", PDF)
    twice(client, url, {**shown(client, url), "title": "B", "upload": file})

    assert [each.title for each in AgendaPaper.objects.order_by("order")] == ["A", "B"]
    assert AgendaPaperVersion.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="paper_asked").count() == 1


def test_a_version_of_a_paper(client, meeting):
    member = seated(meeting, "member")
    item = AgendaItemFactory(meeting=meeting)
    paper = AgendaPaper.objects.create(item=item, title="A", deliverer=member)
    client.force_login(member)
    url = page("paper_deliver", paper.pk)

    twice(
        client, url, {**shown(client, url), "upload": SimpleUploadedFile("a.pdf", PDF)}
    )

    assert paper.versions.count() == 1


def test_a_ready_item_that_is_taken_over(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    ready = ReadyItem.objects.create(title="Durft u alles te zeggen?", help="Vraag.")

    twice(client, page("ready_item_take", ready.pk), {"meeting": meeting.pk})

    assert [each.title for each in AgendaItem.objects.all()] == [ready.title]


def test_whether_a_ready_item_stands_on_the_agenda_closed_is_not_told(client, meeting):
    ready = ReadyItem.objects.create(title="Durft u alles te zeggen?", help="Vraag.")
    agenda.take_ready(ready, meeting, by=seated(meeting, "chair"))
    AgendaItem.objects.update(openness=Openness.MEMBERS, title="Geheim")
    client.force_login(seated(meeting, "secretary"))

    client.post(page("ready_item_take", ready.pk), {"meeting": meeting.pk})

    assert AgendaItem.objects.count() == 2


def test_an_item_that_waits_and_is_put_on(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    item = AgendaItemFactory(meeting=None, council=meeting.council)

    twice(client, page("item_put_on", item.pk), {"meeting": meeting.pk})

    assert AuditEvent.objects.filter(verb="agenda_item.put_on").count() == 1


def test_an_item_that_is_changed(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("item_edit", AgendaItemFactory(meeting=meeting).pk)

    twice(client, url, {**shown(client, url), "title": "Rook", "revision": "0"})

    assert AgendaItem.objects.get().revision == 1
    assert AuditEvent.objects.filter(verb="agenda_item.save").count() == 1


def test_a_decision_and_an_action_in_the_minutes(client, meeting, may):
    member, item = seated(meeting, "member"), AgendaItemFactory(meeting=meeting)
    may.move_to(meeting.starts_at + timedelta(hours=1))
    client.force_login(seated(meeting, "secretary"))
    url, key = page("minutes_edit", meeting.pk), item.pk.hex[:12]
    sent = {
        "fresh": client.get(url).context["page"].fresh,
        f"decision-text-{key}": "Wij zijn voor.",
        f"action-what-{key}": "Bel de bestuurder.",
        f"action-owner-{key}": member.pk,
        f"action-due_on-{key}": "2027-07-01",
    }

    twice(client, url, sent)

    assert Decision.objects.count() == 1
    assert ActionItem.objects.count() == 1
    # Back in the browser, and other words: these are not lost.
    client.post(url, {**sent, f"decision-text-{key}": "Wij zijn tegen."})
    assert Decision.objects.count() == 2
    assert ActionItem.objects.count() == 1


def test_a_meeting_that_is_planned(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("meeting_create", meeting.council_id)
    sent = {
        **shown(client, url),
        "starts_at_0": "2027-09-07",
        "starts_at_1": "14:00",
        "place": "De serre",
    }

    twice(client, url, sent)

    assert Meeting.objects.filter(place="De serre").count() == 1


def test_a_roster_of_a_year(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("roster_create", meeting.council_id)
    sent = {
        **shown(client, url),
        "kind": "council",
        "first": "2027-09-01",
        "last": "2027-10-31",
        "every": "w4",
        "weekday": "1",
        "at": "14:00",
        "length": "120",
        "place": "De serre",
    }
    rows = client.post(url, sent).context["rows"]
    days = [each.value for each in rows if each.is_taken]

    twice(client, url, {**sent, "make": "1", "day": days})

    assert Meeting.objects.filter(place="De serre").count() == len(days) > 0


def test_a_guest_who_is_asked(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("meeting_people", meeting.pk)
    sent = {**shown(client, url), "name": "Spreker", "email": "spreker@voorbeeld.nl"}

    twice(client, url, sent)

    assert meeting.attendees.filter(email="spreker@voorbeeld.nl").count() == 1


def test_who_was_there(client, meeting, may):
    member = AttendeeFactory(meeting=meeting)
    may.move_to(meeting.starts_at + timedelta(hours=1))
    client.force_login(seated(meeting, "secretary"))
    url = page("meeting_presence", meeting.pk)
    sent = {**shown(client, url), "there": [str(member.pk)], "guests": "Spreker"}

    twice(client, url, sent)

    names = meeting.attendees.filter(was_present=True).values_list("name", flat=True)
    assert sorted(names) == sorted([member.name, "Spreker"])


def test_a_meeting_that_goes_elsewhere(client, meeting):
    client.force_login(seated(meeting, "secretary"))
    url = page("meeting_edit", meeting.pk)

    twice(client, url, {**shown(client, url), "place": "De serre"})

    meeting.refresh_from_db()
    assert (meeting.place, meeting.sequence) == ("De serre", 1)


# --- At the same moment ----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_press_that_arrives_many_times_at_once_makes_one(meeting):
    secretary = seated(meeting, "secretary")

    def put(meeting_of_item):
        item = AgendaItem(
            pk=UUID("6b2f0b52-7a55-4ad2-9c0b-54b6f7b3a7f1"),
            meeting=meeting_of_item,
            council=meeting.council,
            title="Rook",
        )
        return agenda.add_item(item, by=secretary)

    made = side_by_side(*[lambda: put(meeting)] * 6)
    assert len({each.pk for each in made}) == 1
    assert AgendaItem.objects.count() == 1

    AgendaItem.objects.all().delete()
    side_by_side(*[lambda: put(None)] * 6)
    assert AgendaItem.objects.count() == 1


def test_the_key_of_a_page_sent_elsewhere_makes_something_of_its_own(client, meeting):
    """Whoever copies it learns nothing by it, and is in nobody's way."""
    other = MeetingFactory()
    first, second = (seated(each, "secretary") for each in (meeting, other))
    client.force_login(first)
    sent = {
        **shown(client, page("agenda_item_create", meeting.pk)),
        "title": "Rook",
    }
    for who, each in ((first, meeting), (second, other)):
        client.force_login(who)
        client.post(page("agenda_item_create", each.pk), sent)
    items = [AgendaItem.objects.get(meeting=each) for each in (meeting, other)]
    client.force_login(first)
    another = AgendaItemFactory(meeting=meeting)
    url = page("item_paper_create", items[0].pk)
    asked = {**shown(client, url), "title": "Cijfers", "deliverer": "", "due_on": ""}
    for item in (items[0], another):
        client.post(page("item_paper_create", item.pk), asked)
    papers = [AgendaPaper.objects.get(item=each) for each in (items[0], another)]
    key = shown(client, page("paper_deliver", papers[0].pk))
    for paper in papers:
        file = SimpleUploadedFile("cijfers.pdf", PDF)
        client.post(page("paper_deliver", paper.pk), {**key, "upload": file})

    assert [each.versions.count() for each in papers] == [1, 1]
