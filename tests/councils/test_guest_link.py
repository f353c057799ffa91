"""Guests with a name and an address alone: what they are told, and read by a link."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import agenda_papers, agenda_sending, meeting_due
from councils.actions import decision as decisions
from councils.actions import meeting as actions
from councils.actions import minutes as minutes_actions
from councils.actions.guest_link import guest_link, guest_token
from councils.actions.meeting_mail import answer_link
from councils.models import (
    AgendaItem,
    AgendaPaper,
    Attendee,
    Decision,
    Meeting,
    Openness,
)
from portal import printout
from portal.dates import AMSTERDAM
from portal.delivery import deliver_waiting
from portal.mail_message import message_of
from portal.models import AuditEvent, OutgoingMail
from portal.tasks import make_waiting_printouts
from tests.factories import (
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    UserFactory,
)
from tests.test_access import text_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture(autouse=True)
def on_the_first_of_june():
    with time_machine.travel(datetime(2027, 6, 1, 9, tzinfo=AMSTERDAM)) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def secretary(meeting):
    return seated(meeting, "secretary")


@pytest.fixture
def guest(meeting):
    return outsider(meeting)


def seated(meeting, role):
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def outsider(meeting, **fields):
    fields = {"name": "Noor Spreekster", "email": "noor@example.nl", **fields}
    return AttendeeFactory(
        meeting=meeting, user=None, is_guest=True, votes=False, **fields
    )


def at(day, hour=10):
    year, month, number = (int(part) for part in day.split("-"))
    return time_machine.travel(datetime(year, month, number, hour, tzinfo=AMSTERDAM))


def mails(kind):
    rows = OutgoingMail.objects.filter(kind=kind, user__isnull=True)
    return sorted(rows.values_list("to", flat=True))


def send(meeting, by):
    return agenda_sending.send_agenda(Meeting.objects.get(pk=meeting.pk), by=by)


def adopt(meeting, by, on="2027-07-06"):
    """The minutes, adopted in a meeting four weeks later."""
    later = MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=28),
        ends_at=meeting.ends_at + timedelta(days=28),
    )
    with at("2027-06-09"):
        minutes = minutes_actions.begin(meeting, by=by)
        minutes_actions.send_round(minutes, by=by)
    with at(on, 17):
        minutes_actions.adopt(minutes, meeting=later, by=by)


# --- What they are told ----------------------------------------------------------


def test_who_has_not_answered_is_asked_once_more_three_days_ahead(meeting, guest):
    outsider(meeting, email="ja@example.nl", answer="yes")
    outsider(meeting, email="nieuw@example.nl", invited_at=None)
    outsider(meeting, email="")

    with at("2027-06-05", 9):
        for _twice in range(2):
            meeting_due.remind(datetime(2027, 6, 5, 9, tzinfo=AMSTERDAM))

    assert mails("meeting_answer") == [guest.email]
    mail = OutgoingMail.objects.get(kind="meeting_answer")
    assert answer_link(guest) in mail.body
    assert mail.body.startswith("Beste Noor Spreekster,")


def test_who_answered_meanwhile_gets_no_reminder(meeting, guest):
    with at("2027-06-05", 9):
        meeting_due.remind(datetime(2027, 6, 5, 9, tzinfo=AMSTERDAM))
        Attendee.objects.update(answer="no")
        deliver_waiting()

    mail = OutgoingMail.objects.get(kind="meeting_answer")
    assert mail.status == OutgoingMail.Status.CANCELLED


def test_the_agenda_goes_to_guests_who_were_invited_and_come(meeting, secretary, guest):
    AgendaItemFactory(meeting=meeting, title="Mrkonderwerp")
    outsider(meeting, email="nee@example.nl", answer="no")
    outsider(meeting, email="nieuw@example.nl", invited_at=None)

    send(meeting, secretary)

    assert mails("agenda_sent") == [guest.email]
    mail = OutgoingMail.objects.get(to=guest.email)
    assert guest_link(guest) in mail.body
    assert "De link werkt tot en met dinsdag 20\xa0juli 2027." in mail.body
    assert "Mrkonderwerp" not in mail.body


def test_a_change_is_told_as_far_as_it_is_open(meeting, secretary, guest):
    item = AgendaItemFactory(meeting=meeting, title="Open punt")
    closed = AgendaItemFactory(meeting=meeting, openness=Openness.COUNCIL)
    send(meeting, secretary)

    closed.minutes = 25
    closed.save()
    send(meeting, secretary)
    assert mails("agenda_changed") == []

    item.title = "Ander punt"
    item.save()
    send(meeting, secretary)
    assert mails("agenda_changed") == [guest.email]


def test_an_address_longer_than_is_kept_is_told_beside_its_field(
    client, meeting, secretary
):
    client.force_login(secretary)
    url = reverse("councils:meeting_people", args=[meeting.pk])
    sent = {"name": "Noor", "email": f"{'n' * 250}@example.nl"}

    form = client.post(url, sent).context["form"]

    assert list(form.errors) == ["email"]


@pytest.mark.parametrize(
    ("openness", "told"),
    [
        (Openness.OPEN, {"noor@example.nl", "lid@example.nl", "hulp@example.nl"}),
        (Openness.COUNCIL, {"lid@example.nl", "hulp@example.nl"}),
        (Openness.MEMBERS, {"lid@example.nl"}),
    ],
)
def test_a_change_that_waits_to_be_mailed_names_nothing_that_was_closed_meanwhile(
    meeting, secretary, guest, mail_server, openness, told
):
    for role, address in (("member", "lid"), ("supporter", "hulp")):
        user = UserFactory(email=f"{address}@example.nl")
        CouncilMembershipFactory(council=meeting.council, role=role, user=user)
        AttendeeFactory(meeting=meeting, user=user)
    item = AgendaItemFactory(meeting=meeting)
    send(meeting, secretary)
    AgendaItem.objects.filter(pk=item.pk).update(explanation="Anders")
    send(meeting, secretary)

    AgendaItem.objects.filter(pk=item.pk).update(openness=openness)
    deliver_waiting()

    sent = OutgoingMail.objects.filter(kind="agenda_changed", status="sent")
    assert set(sent.values_list("to", flat=True)) - {secretary.email} == told


def test_no_agenda_goes_to_who_was_taken_off_the_list_meanwhile(
    meeting, secretary, guest
):
    AgendaItemFactory(meeting=meeting)
    send(meeting, secretary)
    actions.choose_people(meeting, guests=[], outsiders=[], by=secretary)

    deliver_waiting()

    mail = OutgoingMail.objects.get(kind="agenda_sent", to=guest.email)
    assert mail.status == OutgoingMail.Status.CANCELLED


def test_adopted_minutes_go_to_guests_but_not_to_who_stayed_away(
    meeting, secretary, guest
):
    AgendaItemFactory(meeting=meeting, title="Mrkonderwerp")
    outsider(meeting, email="weg@example.nl", answer="no")
    outsider(meeting, email="toch@example.nl", answer="no", was_present=True)
    outsider(meeting, email="liep-binnen@example.nl", invited_at=None)

    adopt(meeting, secretary)

    assert mails("minutes_sent") == [guest.email, "toch@example.nl"]
    mail = OutgoingMail.objects.get(to=guest.email, kind="minutes_sent")
    assert "Mrkonderwerp" not in mail.body + mail.subject
    assert guest_link(guest) in mail.body


def test_guests_hear_nothing_of_minutes_of_which_all_is_closed(
    meeting, secretary, guest
):
    AgendaItemFactory(meeting=meeting, openness=Openness.COUNCIL)

    adopt(meeting, secretary)

    assert mails("minutes_sent") == []


def test_one_press_ends_the_mails_of_a_kind_without_a_login(
    meeting, secretary, guest, client
):
    AgendaItemFactory(meeting=meeting)
    send(meeting, secretary)
    mail = OutgoingMail.objects.get(to=guest.email)
    link = next(word for word in mail.footer.split() if "/mail-uit/" in word)
    assert guest.email not in link
    assert message_of(mail).extra_headers["List-Unsubscribe"] == f"<{link}>"

    client.post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"})
    deliver_waiting()

    mail.refresh_from_db()
    assert mail.status == OutgoingMail.Status.CANCELLED
    told = {
        each.name: each.why_not
        for each in agenda_sending.readers_of(meeting)
        if each.is_guest
    }
    assert told == {guest.name: "deze persoon heeft deze soort mail uitgezet"}


# --- What they read --------------------------------------------------------------


def test_the_link_shows_what_was_sent_and_is_open_and_no_name(
    client, meeting, secretary, guest
):
    speaker = UserFactory(name="Mrknaam Raadslid")
    AgendaItemFactory(meeting=meeting, title="Mrkopen", introducer=speaker)
    AgendaItemFactory(meeting=meeting, title="Mrkdicht", openness=Openness.COUNCIL)
    AgendaItemFactory(meeting=meeting, title="Mrkleden", openness=Openness.MEMBERS)
    AttendeeFactory(meeting=meeting, name="Mrkander")
    send(meeting, secretary)
    AgendaItemFactory(meeting=meeting, title="Mrklater")

    page = client.get(guest_link(guest))

    assertContains(page, "Mrkopen")
    assertContains(page, guest.name)
    for hidden in ("Mrkdicht", "Mrkleden", "Mrklater", "Mrknaam", "Mrkander"):
        assertNotContains(page, hidden)
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"


def test_before_the_agenda_was_sent_the_link_shows_time_and_place_alone(
    client, meeting, guest
):
    AgendaItemFactory(meeting=meeting, title="Mrkconcept")

    page = client.get(guest_link(guest))

    assertContains(page, "De huiskamer")
    assertNotContains(page, "Mrkconcept")
    pdf = reverse("councils:meeting_guest_agenda", args=[guest_token(guest)])
    assert client.get(pdf).status_code == 404


def test_the_paper_of_an_agenda_has_no_closed_item_and_no_name(
    client, meeting, secretary, guest
):
    AgendaItemFactory(meeting=meeting, title="Mrkopen", introducer_name="Mrknaam")
    AgendaItemFactory(meeting=meeting, title="Mrkdicht", openness=Openness.COUNCIL)
    send(meeting, secretary)

    url = reverse("councils:meeting_guest_agenda", args=[guest_token(guest)])
    text = text_of(client.get(url))

    assert "Mrkopen" in text
    assert [word for word in ("Mrkdicht", "Mrknaam") if word in text] == []


def test_a_long_agenda_is_made_by_a_worker_for_a_guest_too(
    client, meeting, secretary, guest, monkeypatch
):
    monkeypatch.setattr(printout, "PAGES_AT_ONCE", 0)
    AgendaItemFactory(meeting=meeting, title="Mrkopen")
    AgendaItemFactory(meeting=meeting, title="Mrkdicht", openness=Openness.COUNCIL)
    send(meeting, secretary)
    url = reverse("councils:meeting_guest_agenda", args=[guest_token(guest)])
    page = client.get(url)
    assertContains(page, "Uw PDF wordt gemaakt")
    assertNotContains(page, "hx-get")

    make_waiting_printouts()

    text = text_of(client.get(url))
    assert ("Mrkopen" in text, "Mrkdicht" in text) == (True, False)


def test_a_guest_gets_the_papers_that_were_sent_and_no_other(
    client, meeting, secretary, guest
):
    def paper_of(item):
        paper = AgendaPaper.objects.create(item=item, title="Cijfers")
        upload = SimpleUploadedFile("cijfers.pdf", PDF)
        return agenda_papers.deliver(paper, upload=upload, by=secretary)

    sent = paper_of(AgendaItemFactory(meeting=meeting))
    chair = seated(meeting, "chair")
    closed = AgendaItemFactory(meeting=meeting, openness=Openness.COUNCIL)
    hidden = paper_of(closed)
    send(meeting, secretary)
    newer = agenda_papers.deliver(
        sent.paper, upload=SimpleUploadedFile("nieuw.pdf", PDF), by=chair
    )

    def status(version):
        token = guest_token(guest)
        url = reverse("councils:meeting_guest_paper", args=[token, version.pk])
        response = client.get(url)
        # Read to its end, so that the file is closed.
        assert isinstance(b"".join(response), bytes)
        return response.status_code

    assert [status(each) for each in (sent, hidden, newer)] == [200, 404, 404]
    other = outsider(MeetingFactory())
    url = reverse("councils:meeting_guest_paper", args=[guest_token(other), sent.pk])
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("openness", [Openness.COUNCIL, Openness.MEMBERS])
def test_an_item_that_is_closed_after_it_was_sent_is_closed_to_guests_at_once(
    client, meeting, secretary, guest, openness
):
    item = AgendaItemFactory(meeting=meeting, title="Mrktitel", explanation="Mrkuitleg")
    paper = AgendaPaper.objects.create(item=item, title="Mrkstuk")
    upload = SimpleUploadedFile("cijfers.pdf", PDF)
    version = agenda_papers.deliver(paper, upload=upload, by=secretary)
    board = OrganisationMembershipFactory(organisation=meeting.council.organisation)
    AttendeeFactory(meeting=meeting, user=board.user, is_guest=True, votes=False)
    send(meeting, secretary)

    AgendaItem.objects.filter(pk=item.pk).update(openness=openness)

    token = guest_token(guest)
    by_link = [
        client.get(reverse(f"councils:meeting_guest{end}", args=[token]))
        for end in ("", "_agenda")
    ]
    file = reverse("councils:meeting_guest_paper", args=[token, version.pk])
    assert client.get(file).status_code == 404
    client.force_login(board.user)
    paper_file = reverse("councils:paper_file", args=[version.pk])
    assert client.get(paper_file).status_code == 404
    own = [
        client.get(meeting.get_absolute_url()),
        client.get(reverse("councils:agenda_pdf", args=[meeting.pk])),
    ]
    for page in by_link + own:
        assert page.status_code == 200
        assert "Mrk" not in text_of(page)


def test_minutes_are_read_once_they_are_adopted_as_far_as_they_are_open(
    client, meeting, secretary, guest
):
    item = AgendaItemFactory(meeting=meeting, title="Mrkopen", notes="Mrkgezegd")
    AgendaItemFactory(
        meeting=meeting,
        title="Mrkdicht",
        notes="Mrkgeheim",
        openness=Openness.COUNCIL,
    )
    AttendeeFactory(meeting=meeting, name="Mrkander", was_present=True)
    with at("2027-06-09"):
        decisions.record(Decision(item=item, text="Mrkbesluit."), by=secretary)
    pdf = reverse("councils:meeting_guest_minutes", args=[guest_token(guest)])
    with at("2027-06-10"):
        minutes_actions.send_round(
            minutes_actions.begin(meeting, by=secretary), by=secretary
        )
        assertNotContains(client.get(guest_link(guest)), "Mrkgezegd")
        assert client.get(pdf).status_code == 404

    adopt(meeting, secretary)

    with at("2027-07-07"):
        page, paper = client.get(guest_link(guest)), text_of(client.get(pdf))
        for shown in ("Mrkgezegd", "Mrkbesluit", "Mrkopen"):
            assertContains(page, shown)
            assert shown in paper
        for hidden in ("Mrkdicht", "Mrkgeheim", "Mrkander"):
            assertNotContains(page, hidden)
            assert hidden not in paper


def test_opening_the_link_changes_nothing_and_a_press_is_refused(client, guest):
    before = Attendee.objects.values().get(pk=guest.pk)

    assert client.get(guest_link(guest)).status_code == 200
    assert client.head(guest_link(guest)).status_code == 200
    assert client.post(guest_link(guest), {"answer": "yes"}).status_code == 405

    assert Attendee.objects.values().get(pk=guest.pk) == before
    assert AuditEvent.objects.count() == 0


# --- Until when ------------------------------------------------------------------


def status_on(client, guest, day):
    with at(day):
        return client.get(guest_link(guest)).status_code


def test_the_link_dies_six_weeks_after_the_meeting(client, guest):
    assert status_on(client, guest, "2027-07-20") == 200
    assert status_on(client, guest, "2027-07-21") == 410


def test_after_the_minutes_were_adopted_it_shows_those_for_six_weeks(
    client, meeting, secretary, guest
):
    AgendaItemFactory(meeting=meeting, title="Mrkagenda", notes="Mrkgezegd")
    send(meeting, secretary)

    adopt(meeting, secretary)

    with at("2027-08-16"):
        page = client.get(guest_link(guest))
        assertContains(page, "Mrkgezegd")
        url = reverse("councils:meeting_guest_agenda", args=[guest_token(guest)])
        assert client.get(url).status_code == 404
    assert status_on(client, guest, "2027-08-18") == 410


def dead(client, guest):
    token = guest_token(guest)
    pages = ("meeting_guest", "meeting_guest_agenda", "meeting_guest_minutes")
    answers = [client.get(reverse(f"councils:{name}", args=[token])) for name in pages]
    for each in answers:
        assertNotContains(each, "De huiskamer", status_code=410)
    return True


def test_the_link_is_dead_once_the_meeting_is_called_off(
    client, meeting, secretary, guest
):
    actions.cancel(meeting, reason="Ziekte.", by=secretary)

    assert dead(client, guest)


def test_the_link_is_dead_once_the_guest_is_taken_off_the_list(
    client, meeting, secretary, guest
):
    actions.choose_people(meeting, guests=[], outsiders=[], by=secretary)

    assert dead(client, guest)


@pytest.mark.parametrize(
    "fields", [{"invited_at": None}, {"is_guest": False}, {"email": ""}]
)
def test_the_link_is_for_guests_who_were_invited_at_an_address(client, meeting, fields):
    who = {"user": UserFactory()} if "is_guest" in fields else {}
    row = AttendeeFactory(
        **{
            "meeting": meeting,
            "user": None,
            "name": "X",
            "is_guest": True,
            "email": "x@example.nl",
            **fields,
            **who,
        }
    )

    assert dead(client, row)


@pytest.mark.parametrize("salt", ["meeting.answer", "mail.unsubscribe"])
def test_a_token_made_for_something_else_opens_nothing(client, guest, salt):
    token = signing.Signer(salt=salt).sign(guest.pk.hex)

    page = client.get(reverse("councils:meeting_guest", args=[token]))

    assert page.status_code == 410


# --- From the page on which one answers ------------------------------------------


def test_the_page_to_answer_leads_to_the_agenda_once_it_was_sent(
    client, meeting, secretary, guest
):
    assertNotContains(client.get(answer_link(guest)), "Lees de agenda")
    AgendaItemFactory(meeting=meeting)
    send(meeting, secretary)

    assertContains(client.get(answer_link(guest)), guest_link(guest))
    with at("2027-06-20"):
        over = client.get(answer_link(guest))
    assertContains(over, guest_link(guest), status_code=410)
    assertNotContains(over, "Naar Inbreng", status_code=410)


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_takes_the_same_queries_for_any_agenda(
    client, meeting, secretary, guest, count, django_assert_num_queries
):
    for _number in range(count):
        item = AgendaItemFactory(meeting=meeting)
        AgendaPaper.objects.create(item=item, title="Stuk")
    send(meeting, secretary)
    adopt(meeting, secretary)

    with at("2027-07-07"), django_assert_num_queries(5):
        client.get(guest_link(guest))
