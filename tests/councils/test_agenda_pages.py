"""The pages of an agenda: built, changed by two at once, read, and kept closed."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.actions import agenda as actions
from councils.actions import agenda_papers as papers
from councils.actions import agenda_sending as sending
from councils.actions import reference
from councils.models import (
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    Openness,
    ReadyItem,
    StandingItem,
)
from portal.dates import AMSTERDAM
from portal.models import OutgoingMail
from tests.factories import (
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)
from tests.paper import Page

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"
# Stand in whatever only members may read.
TITLE, TEXT, PAPER = "Merktitel", "Merktekst", "Merkstuk"


@pytest.fixture(autouse=True)
def in_may():
    with time_machine.travel(datetime(2027, 5, 20, 10, tzinfo=AMSTERDAM)) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def secretary(meeting):
    return seated(meeting, "secretary")


def seated(meeting, role):
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def invited(meeting, role="member"):
    return AttendeeFactory(meeting=meeting, user=seated(meeting, role)).user


def guest_of(meeting):
    """Somebody of the organisation who was asked to come."""
    staff = OrganisationMembershipFactory(organisation=meeting.council.organisation)
    row = AttendeeFactory(meeting=meeting, user=staff.user, is_guest=True, votes=False)
    return row.user


def fetched(client, version):
    """How the file of a version is answered."""
    response = client.get(page("paper_file", version.pk))
    if response.streaming:
        assert b"".join(response.streaming_content) == PDF
    return response.status_code


def page(name, *args):
    return reverse(f"councils:{name}", args=args)


def press(client, meeting, revision=0, **step):
    meeting.refresh_from_db()
    return client.post(
        page("agenda_move", meeting.pk),
        {"revision": meeting.agenda_revision if revision is None else revision, **step},
    )


def titles(meeting):
    return [item.title for item in meeting.items.in_order()]


def words_of(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


@pytest.fixture
def closed(meeting):
    """An item with a paper that only members read, put on by the chair."""
    chair = invited(meeting, "chair")
    item = AgendaItem(
        meeting=meeting,
        council=meeting.council,
        title=TITLE,
        explanation=TEXT,
        minutes=15,
        openness=Openness.MEMBERS,
    )
    actions.add_item(item, by=chair)
    paper = AgendaPaper(item=item, title=PAPER)
    papers.add_paper(paper, upload=SimpleUploadedFile("x.pdf", PDF), by=chair)
    return item


# --- Building --------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_takes_the_same_queries_for_any_number_of_items(
    client, meeting, secretary, count, django_assert_num_queries
):
    for number in range(count):
        item = AgendaItemFactory(meeting=meeting, introducer=secretary)
        AgendaPaper.objects.create(item=item, title=f"Stuk {number}")
        AgendaItemFactory(meeting=None, council=meeting.council)
    AttendeeFactory(meeting=meeting, user=secretary)
    sending.send_agenda(meeting, by=secretary)
    MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=28),
        ends_at=meeting.ends_at + timedelta(days=28),
    )
    client.force_login(secretary)
    client.get(page("agenda_edit", meeting.pk))

    # session, user, seats, meeting, items with papers, suggestions
    with django_assert_num_queries(6):
        response = client.get(page("agenda_edit", meeting.pk))

    assertContains(response, 'class="agenda__item', count=count)
    assertContains(response, 'name="next"', count=count)


@pytest.mark.parametrize(
    ("kinds", "day"), [(["board", "council"], 29), (["board"], 15)]
)
def test_an_item_goes_on_to_the_next_meeting_of_its_kind_if_there_is_one(
    client, meeting, secretary, kinds, day
):
    item = AgendaItemFactory(meeting=meeting)
    later = [
        MeetingFactory(
            council=meeting.council,
            kind=kind,
            starts_at=meeting.starts_at + timedelta(days=7 + 14 * number),
            ends_at=meeting.ends_at + timedelta(days=7 + 14 * number),
        )
        for number, kind in enumerate(kinds)
    ]
    client.force_login(secretary)

    response = client.get(page("agenda_edit", meeting.pk))
    assertContains(response, f"Naar {day}")

    client.post(
        page("agenda_move", meeting.pk), {"next": str(item.pk), "revision": "0"}
    )
    item.refresh_from_db()
    assert item.meeting_id == later[-1].pk


@pytest.mark.parametrize("count", [1, 50])
def test_the_waiting_list_takes_the_same_queries_for_any_number(
    client, meeting, secretary, count, django_assert_num_queries
):
    for _ in range(count):
        AgendaItemFactory(meeting=None, council=meeting.council, added_by=secretary)
    client.force_login(secretary)
    client.get(page("backlog", meeting.council_id))

    # session, user, seats, items, meetings to choose from
    with django_assert_num_queries(5):
        response = client.get(page("backlog", meeting.council_id))

    assertContains(response, "Onderwerp", count=3 * count + 2 * count)


def test_secretary_puts_an_item_on_with_three_fields(client, meeting, secretary):
    client.force_login(secretary)

    client.post(
        page("agenda_edit", meeting.pk),
        {"title": "Begroting", "goal": "decide", "minutes": "20"},
    )

    item = meeting.items.get()
    assert (item.title, item.goal, item.minutes) == ("Begroting", "decide", 20)
    assert (item.openness, item.added_by) == (Openness.OPEN, secretary)


def test_what_was_typed_stays_when_the_subject_is_missing(client, meeting, secretary):
    client.force_login(secretary)

    response = client.post(
        page("agenda_edit", meeting.pk), {"title": "", "goal": "decide", "minutes": "7"}
    )

    assertContains(response, "Schrijf waar het over gaat.")
    assertContains(response, 'value="7"')
    assert not meeting.items.exists()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (100, "Het past: 20 minuten over."),
        (120, "Het past precies."),
        (121, "Het past niet: 1 minuut te veel."),
    ],
)
def test_the_page_says_whether_it_fits(client, meeting, secretary, minutes, words):
    AgendaItemFactory(meeting=meeting, minutes=minutes)
    client.force_login(secretary)

    assertContains(client.get(page("agenda_edit", meeting.pk)), words)


def test_a_press_moves_an_item_and_says_where_it_is_now(client, meeting, secretary):
    AgendaItemFactory(meeting=meeting, title="A")
    item = AgendaItemFactory(meeting=meeting, title="B")
    client.force_login(secretary)

    response = press(client, meeting, up=item.pk)

    assert response.url == (
        page("agenda_edit", meeting.pk) + f"?punt={item.pk}#{item.pk}"
    )
    assertContains(client.get(response.url), "Punt 2, B, is nu punt 1.")
    assert titles(meeting) == ["B", "A"]


def test_a_script_gets_the_list_alone(client, meeting, secretary):
    AgendaItemFactory(meeting=meeting, title="A")
    item = AgendaItemFactory(meeting=meeting, title="B")
    client.force_login(secretary)

    response = client.post(
        page("agenda_move", meeting.pk),
        {"revision": 0, "up": item.pk},
        headers={"HX-Request": "true"},
    )

    assertContains(response, 'data-answer="Punt 2, B, is nu punt 1."')
    assertContains(response, 'name="revision" value="1"')
    assertNotContains(response, "<h1")


def test_a_stale_press_shows_the_new_order_and_changes_nothing(
    client, meeting, secretary
):
    first = AgendaItemFactory(meeting=meeting, title="A")
    item = AgendaItemFactory(meeting=meeting, title="B")
    client.force_login(secretary)
    press(client, meeting, up=item.pk)

    response = press(client, meeting, 0, down=first.pk)

    assertContains(client.get(response.url), "Iemand anders veranderde de agenda")
    assert titles(meeting) == ["B", "A"]


def test_a_dragged_item_is_let_go_before_another(client, meeting, secretary):
    first = AgendaItemFactory(meeting=meeting, title="A")
    AgendaItemFactory(meeting=meeting, title="B")
    item = AgendaItemFactory(meeting=meeting, title="C")
    client.force_login(secretary)

    press(client, meeting, place=item.pk, before=first.pk)

    assert titles(meeting) == ["C", "A", "B"]


@pytest.mark.parametrize("step", [{}, {"up": "x"}, {"sideways": "1"}])
def test_a_press_that_asks_for_nothing_is_not_there(client, meeting, secretary, step):
    client.force_login(secretary)

    assert press(client, meeting, **step).status_code == 404


def test_what_waits_is_put_on_with_one_press(client, meeting, secretary):
    item = AgendaItemFactory(meeting=None, council=meeting.council, title="Tuin")
    client.force_login(secretary)
    assertContains(client.get(page("agenda_edit", meeting.pk)), "Tuin")

    press(client, meeting, take=item.pk)

    assert titles(meeting) == ["Tuin"]


@pytest.mark.parametrize("role", ["member", "supporter"])
def test_who_does_not_prepare_builds_no_agenda(client, meeting, role):
    client.force_login(seated(meeting, role))

    assert client.get(page("agenda_edit", meeting.pk)).status_code == 403
    assert client.get(page("agenda_send", meeting.pk)).status_code == 403
    assert press(client, meeting).status_code == 403


def test_two_who_change_an_item_see_both_texts_and_lose_neither(
    client, meeting, secretary
):
    item = AgendaItemFactory(meeting=meeting, title="Begroting")
    theirs = AgendaItem.objects.get(pk=item.pk)
    theirs.explanation = "Tekst van de voorzitter"
    chair = seated(meeting, "chair")
    actions.save_item(theirs, revision=0, by=chair)
    client.force_login(secretary)
    typed = {
        "title": "Begroting",
        "goal": "inform",
        "minutes": "10",
        "explanation": "Tekst van de secretaris",
        "openness": "open",
        "revision": "0",
    }

    response = client.post(page("item_edit", item.pk), typed)

    assertContains(response, "Tekst van de voorzitter", count=1)
    assertContains(response, "Tekst van de secretaris", count=2)
    assertContains(response, f"{chair} heeft deze tekst ook veranderd")
    item.refresh_from_db()
    assert item.explanation == "Tekst van de voorzitter"

    client.post(page("item_edit", item.pk), {**typed, "revision": "1"})

    item.refresh_from_db()
    assert item.explanation == "Tekst van de secretaris"


def test_what_was_typed_in_the_short_form_goes_along_to_the_long_one(
    client, meeting, secretary
):
    client.force_login(secretary)
    built = Page(client, page("agenda_edit", meeting.pk))

    long = built.press(
        "Vul ook toelichting en lezers in",
        title="Rook op de gang",
        goal="decide",
        minutes="15",
    )

    assert not AgendaItem.objects.exists()
    long.press("Zet op de agenda", explanation="Het trekt naar binnen.")
    item = AgendaItem.objects.get()
    assert (item.title, item.goal, item.minutes) == ("Rook op de gang", "decide", 15)
    assert item.explanation == "Het trekt naar binnen."


def test_nothing_is_wrong_yet_with_what_is_still_to_be_filled_in(
    client, meeting, secretary
):
    client.force_login(secretary)

    long = Page(client, page("agenda_edit", meeting.pk)).press(
        "Vul ook toelichting en lezers in", title=""
    )

    assert "Schrijf waar het over gaat." not in long.text


def test_an_item_is_put_on_to_be_discussed_in_either_form(client, meeting, secretary):
    client.force_login(secretary)

    Page(client, page("agenda_edit", meeting.pk)).press("Zet op de agenda", title="A")
    Page(client, page("agenda_item_create", meeting.pk)).press(
        "Zet op de agenda", title="B"
    )

    goals = dict(AgendaItem.objects.values_list("title", "goal"))
    assert goals == {"A": "discuss", "B": "discuss"}


# --- Sending and reading ---------------------------------------------------------


def test_the_preview_says_who_gets_it_and_who_not(client, meeting, secretary):
    member, guest = invited(meeting), guest_of(meeting)
    AttendeeFactory(meeting=meeting, name="Oud-lid")
    AgendaItemFactory(meeting=meeting)
    client.force_login(secretary)

    text = words_of(client.get(page("agenda_send", meeting.pk)))

    assert "2 mensen krijgen een mail" in text
    assert member.name in text
    assert guest.name in text
    assert "Oud-lid: zit niet meer in de raad" in text
    assert not OutgoingMail.objects.exists()


def test_a_press_sends_and_later_changes_are_shown(client, meeting, secretary):
    invited(meeting)
    AgendaItemFactory(meeting=meeting)
    client.force_login(secretary)

    client.post(page("agenda_send", meeting.pk), {"revision": "0"})
    assert OutgoingMail.objects.count() == 1
    client.post(page("agenda_edit", meeting.pk), {"title": "Nieuw", "goal": "inform"})

    response = client.get(page("agenda_edit", meeting.pk))
    assertContains(response, "Nog niet verstuurd: 1 wijziging")
    assertContains(client.get(page("agenda_send", meeting.pk)), "Punt 2, Nieuw: nieuw")


def test_once_sent_nobody_is_told_when_it_goes_out_or_asked_to_send_nothing(
    client, meeting, secretary
):
    invited(meeting)
    AgendaItemFactory(meeting=meeting)
    meeting.agenda_goes_out_on = date(2027, 6, 1)
    meeting.save(update_fields=["agenda_goes_out_on"])
    client.force_login(secretary)
    assertContains(client.get(meeting.get_absolute_url()), "De agenda gaat weg")

    client.post(page("agenda_send", meeting.pk), {"revision": "0"})

    assertNotContains(client.get(meeting.get_absolute_url()), "De agenda gaat weg")
    led_back = client.get(page("agenda_send", meeting.pk))
    assertRedirects(led_back, page("agenda_edit", meeting.pk))


def test_the_meeting_says_that_changes_wait_to_who_can_send_them_alone(
    client, meeting, secretary
):
    member, guest = invited(meeting), guest_of(meeting)
    item = AgendaItemFactory(meeting=meeting)
    sending.send_agenda(meeting, by=secretary)
    waiting = "og niet verstuurd"

    client.force_login(secretary)
    assertNotContains(client.get(meeting.get_absolute_url()), waiting)
    item.title = "Anders"
    item.save(update_fields=["title"])
    response = client.get(meeting.get_absolute_url())
    assertContains(response, "Verstuurd</span>", count=1)
    assertContains(response, "Nog niet verstuurd: 1 wijziging", count=1)

    client.force_login(member)
    response = client.get(meeting.get_absolute_url())
    assertContains(response, "Verstuurd</span>", count=1)
    assertNotContains(response, waiting)
    client.force_login(guest)
    assertNotContains(client.get(meeting.get_absolute_url()), waiting)


def test_once_a_meeting_is_over_nothing_waits_to_be_sent(
    client, meeting, secretary, in_may
):
    item = AgendaItemFactory(meeting=meeting)
    sending.send_agenda(meeting, by=secretary)
    item.title = "Anders"
    item.save(update_fields=["title"])
    client.force_login(secretary)
    built = page("agenda_edit", meeting.pk)
    assertContains(client.get(built), page("agenda_send", meeting.pk))

    in_may.move_to(meeting.ends_at)
    client.force_login(secretary)

    assertNotContains(client.get(meeting.get_absolute_url()), "og niet verstuurd")
    response = client.get(built)
    assertContains(response, "De agenda wordt niet meer verstuurd.")
    assertNotContains(response, page("agenda_send", meeting.pk))


def test_who_builds_is_led_to_sending_once_there_is_something_to_send(
    client, meeting, secretary
):
    built, send = page("agenda_edit", meeting.pk), page("agenda_send", meeting.pk)
    client.force_login(secretary)
    assertContains(client.get(built), "U verstuurt de agenda zodra er iets op staat.")

    first, second = AgendaItemFactory.create_batch(2, meeting=meeting)
    assertContains(client.get(built), f'<a class="btn btn--main" href="{send}">')
    sending.send_agenda(meeting, by=secretary)

    response = client.get(built)
    assertContains(response, "Er is niets veranderd sinds de agenda is verstuurd.")
    assertNotContains(response, "btn--main")
    moved = client.post(
        page("agenda_move", meeting.pk),
        {"up": second.pk, "revision": "0"},
        headers={"HX-Request": "true"},
    )
    assertContains(moved, f'<a class="btn btn--main" href="{send}">')
    assertContains(moved, "Verstuur de wijzigingen")


def test_a_guest_reads_what_was_sent_and_nothing_before_or_after(
    client, meeting, secretary, closed
):
    guest = guest_of(meeting)
    AgendaItemFactory(meeting=meeting, title="Begroting", order=9)
    client.force_login(guest)
    assertNotContains(client.get(meeting.get_absolute_url()), "Begroting")

    sending.send_agenda(meeting, by=secretary)
    AgendaItemFactory(meeting=meeting, title="Later erop", order=10)

    response = client.get(meeting.get_absolute_url())
    assertContains(response, "Begroting")
    assertContains(response, "Besloten", count=1)
    for hidden in (TITLE, TEXT, PAPER, "Later erop"):
        assertNotContains(response, hidden)


@pytest.mark.parametrize("count", [1, 30])
def test_the_meeting_takes_the_same_queries_for_any_agenda(
    client, meeting, count, django_assert_num_queries
):
    member = invited(meeting)
    for _ in range(count):
        item = AgendaItemFactory(meeting=meeting)
        AgendaPaper.objects.create(item=item, title="Stuk")
    client.force_login(member)
    client.get(meeting.get_absolute_url())

    # session, user, seats, meeting, attendees, items with papers
    with django_assert_num_queries(6):
        client.get(meeting.get_absolute_url())


@pytest.mark.parametrize("count", [1, 60])
def test_who_prepares_reads_with_as_many_queries_what_was_not_sent(
    client, meeting, secretary, count, django_assert_num_queries
):
    for _ in range(count):
        item = AgendaItemFactory(meeting=meeting)
        AgendaPaper.objects.create(item=item, title="Stuk")
    sending.send_agenda(meeting, by=secretary)
    meeting.items.update(title="Anders")
    client.force_login(secretary)
    client.get(meeting.get_absolute_url())

    # session, user, seats, meeting with what was sent, attendees, items with papers
    with django_assert_num_queries(6):
        response = client.get(meeting.get_absolute_url())

    assertContains(response, f"Nog niet verstuurd: {count} wijziging", count=1)


# --- What is closed to helpers ---------------------------------------------------


@pytest.mark.parametrize("role", ["secretary", "supporter"])
def test_what_only_members_read_is_nowhere_for_a_helper(
    client, meeting, closed, role, secretary
):
    helper = secretary if role == "secretary" else seated(meeting, role)
    AttendeeFactory(meeting=meeting, user=helper)
    waiting = AgendaItemFactory(
        meeting=None, council=meeting.council, title=TITLE, openness=Openness.MEMBERS
    )
    sending.send_agenda(meeting, by=secretary)
    AgendaItem.objects.filter(pk=closed.pk).update(minutes=25)
    sending.send_agenda(meeting, by=secretary)
    client.force_login(helper)
    version = AgendaPaperVersion.objects.get()

    open_pages = [
        meeting.get_absolute_url(),
        page("agenda_edit", meeting.pk),
        page("agenda_send", meeting.pk),
        page("backlog", meeting.council_id),
        reverse("procurement:trail_list", args=[meeting.council_id]),
    ]
    for address in open_pages:
        text = words_of(client.get(address))
        assert [each for each in (TITLE, TEXT, PAPER) if each in text] == []
    for address in [
        page("item_edit", closed.pk),
        page("item_drop", closed.pk),
        page("item_paper_create", closed.pk),
        page("item_edit", waiting.pk),
        page("paper_deliver", version.paper_id),
        page("paper_file", version.pk),
    ]:
        assert client.get(address).status_code == 404
        assert client.post(address, {"title": "x"}).status_code in {404, 405}
    mails = OutgoingMail.objects.values_list("subject", "body")
    assert not any(TITLE in text for mail in mails for text in mail)


def test_a_secretary_sees_the_place_of_a_closed_item_and_can_move_it(
    client, meeting, secretary, closed
):
    AgendaItemFactory(meeting=meeting, title="Begroting", order=9)
    client.force_login(secretary)

    response = client.get(page("agenda_edit", meeting.pk))
    assertContains(response, "<strong>Besloten</strong>")
    assertContains(response, "15 minuten")
    assertNotContains(response, page("item_edit", closed.pk))
    moved = press(client, meeting, None, down=closed.pk)

    assert titles(meeting) == ["Begroting", TITLE]
    text = words_of(client.get(moved.url))
    assert "Punt 1, Besloten, is nu punt 2." in text
    assert TITLE not in text


def test_a_secretary_moves_a_closed_item_to_the_waiting_list_and_does_not_see_it(
    client, meeting, secretary, closed
):
    client.force_login(secretary)

    press(client, meeting, None, wait=closed.pk)

    assert not meeting.items.exists()
    for name, pk in [("agenda_edit", meeting.pk), ("backlog", meeting.council_id)]:
        assertNotContains(client.get(page(name, pk)), TITLE)
    assert press(client, meeting, None, take=closed.pk).status_code == 404


def test_members_read_it_and_chair_and_deputy_change_it(client, meeting, closed):
    version = AgendaPaperVersion.objects.get()
    for role, status in [("member", 403), ("chair", 200), ("deputy_chair", 200)]:
        client.force_login(seated(meeting, role))
        assertContains(client.get(meeting.get_absolute_url()), TITLE)
        assert fetched(client, version) == 200
        assert client.get(page("item_edit", closed.pk)).status_code == status


def test_a_helper_cannot_close_an_item_to_helpers(client, meeting, secretary):
    item = AgendaItemFactory(meeting=meeting)
    client.force_login(secretary)
    typed = {"title": "X", "goal": "inform", "openness": "members", "revision": "0"}

    response = client.post(page("item_edit", item.pk), typed)

    assert response.status_code == 200
    item.refresh_from_db()
    assert item.openness == Openness.OPEN


def test_what_was_typed_is_given_back_when_the_item_was_closed_meanwhile(
    client, meeting, secretary, closed
):
    client.force_login(secretary)
    typed = {"title": "Begroting", "explanation": "Mijn woorden", "revision": "0"}

    response = client.post(page("item_edit", closed.pk), typed)

    assertContains(response, "Mijn woorden", status_code=404)
    assertNotContains(response, TITLE, status_code=404)
    nothing = client.post(page("item_edit", uuid4()), typed)
    assertContains(nothing, "Mijn woorden", status_code=404)
    closed.refresh_from_db()
    assert closed.title == TITLE


def test_another_council_finds_nothing_of_it(client, meeting, closed):
    client.force_login(seated(MeetingFactory(), "chair"))
    version = AgendaPaperVersion.objects.get()

    for address in [
        page("agenda_edit", meeting.pk),
        page("item_edit", closed.pk),
        page("paper_deliver", version.paper_id),
        page("paper_file", version.pk),
        page("backlog", meeting.council_id),
        page("backlog_propose", meeting.council_id),
        page("standing_edit", meeting.council_id),
    ]:
        assert client.get(address).status_code == 404


def test_that_a_closed_paper_changed_is_counted_for_its_readers_alone(
    client, meeting, secretary, closed
):
    chair = closed.added_by
    AttendeeFactory(meeting=meeting, user=secretary)
    sending.send_agenda(meeting, by=chair)
    newer = AgendaPaper(item=closed, title="Nog een")
    papers.add_paper(newer, upload=SimpleUploadedFile("y.pdf", PDF), by=chair)

    client.force_login(secretary)
    for address in (page("agenda_edit", meeting.pk), meeting.get_absolute_url()):
        assertNotContains(client.get(address), "og niet verstuurd")
    response = client.get(page("agenda_send", meeting.pk), follow=True)
    assertContains(response, "Er is niets veranderd")
    assertNotContains(response, "andere stukken")
    assertNotContains(response, "een mail")

    client.force_login(chair)
    built = client.get(page("agenda_edit", meeting.pk))
    assertContains(built, "og niet verstuurd: 1 wijziging")
    read = client.get(meeting.get_absolute_url())
    assertContains(read, "og niet verstuurd: 1 wijziging")
    response = client.get(page("agenda_send", meeting.pk))
    assertContains(response, "ndere stukken")
    assertContains(response, "1 persoon krijgt")
    assertContains(response, f"{secretary.name}: er veranderde niets")


def test_a_guest_gets_the_papers_that_were_sent_and_no_newer_version(
    client, meeting, secretary, closed
):
    guest = guest_of(meeting)
    item = AgendaItemFactory(meeting=meeting, order=9)
    paper = papers.add_paper(
        AgendaPaper(item=item, title="Cijfers"),
        upload=SimpleUploadedFile("a.pdf", PDF),
        by=secretary,
    )
    sending.send_agenda(meeting, by=secretary)
    newer = papers.deliver(paper, upload=SimpleUploadedFile("b.pdf", PDF), by=secretary)
    client.force_login(guest)

    first = paper.versions.get(number=1)
    assert fetched(client, first) == 200
    assert fetched(client, newer) == 404
    hidden = AgendaPaperVersion.objects.get(paper__item=closed)
    assert fetched(client, hidden) == 404


# --- Papers, proposals, ready and standing items ---------------------------------


def test_secretary_awaits_a_paper_and_the_one_asked_delivers_it(
    client, meeting, secretary
):
    item, member = AgendaItemFactory(meeting=meeting), seated(meeting, "member")
    client.force_login(secretary)
    said = client.post(
        page("item_paper_create", item.pk),
        {"title": "Cijfers", "deliverer": member.pk, "due_on": "2027-05-20"},
        follow=True,
    )
    assertContains(said, f"Het stuk is gevraagd. {member.name} krijgt een mail.")
    AgendaPaper.objects.update(due_on=date(2027, 5, 19))
    assertContains(client.get(page("agenda_edit", meeting.pk)), "1 stuk is te laat")
    paper = AgendaPaper.objects.get()

    client.force_login(member)
    client.post(
        page("paper_deliver", paper.pk), {"upload": SimpleUploadedFile("c.pdf", PDF)}
    )

    version = paper.versions.get()
    assert (version.number, version.delivered_by) == (1, member)
    assertContains(client.get(meeting.get_absolute_url()), "Cijfers")
    client.force_login(seated(meeting, "member"))
    assert client.get(page("paper_deliver", paper.pk)).status_code == 403


def test_a_member_proposes_and_reads_why_it_was_not_taken_over(client, meeting):
    member, chair = seated(meeting, "member"), seated(meeting, "chair")
    client.force_login(member)
    client.post(
        page("backlog_propose", meeting.council_id),
        {"title": "Rook", "goal": "discuss", "openness": "members"},
    )
    proposal = AgendaItem.objects.get()
    assert (proposal.origin, proposal.is_proposal) == ("proposed", True)

    client.force_login(chair)
    assertContains(client.get(page("backlog", meeting.council_id)), "Rook")
    client.post(page("item_drop", proposal.pk), {"reason": "Dat doet de bewonersraad."})

    client.force_login(member)
    response = client.get(page("backlog", meeting.council_id))
    assertContains(response, "Dat doet de bewonersraad.")
    assertContains(response, "Niet overgenomen")


def test_a_secretary_proposes_nothing(client, meeting, secretary):
    client.force_login(secretary)

    response = client.get(page("backlog_propose", meeting.council_id))

    assert response.status_code == 403


def test_a_proposal_is_taken_over_or_kept(client, meeting, secretary):
    member = seated(meeting, "member")
    for title in ("Rook", "Tuin"):
        item = AgendaItem(council=meeting.council, title=title, origin="proposed")
        actions.add_item(item, by=member)
    rook, tuin = AgendaItem.objects.order_by("title")
    client.force_login(secretary)

    client.post(page("item_put_on", rook.pk), {"meeting": meeting.pk})
    client.post(page("item_accept", tuin.pk))

    assert titles(meeting) == ["Rook"]
    tuin.refresh_from_db()
    assert not tuin.is_proposal
    client.force_login(member)
    assertContains(client.get(page("backlog", meeting.council_id)), "op de agenda")


def test_ready_items_have_help_and_come_with_one_press(client, meeting, secretary):
    assert reference.load_ready_items() == 10
    assert reference.load_ready_items() == 0
    ready = ReadyItem.objects.get(title="Hoe vrij voelen wij ons om iets te zeggen?")
    client.force_login(secretary)
    assertContains(client.get(page("ready_item_list")), ready.title)
    assertContains(
        client.get(ready.get_absolute_url()), "<h3>Zo losten andere raden het op</h3>"
    )

    client.post(page("ready_item_take", ready.pk), {"meeting": meeting.pk})

    item = meeting.items.get()
    assert (item.title, item.openness) == (ready.title, Openness.MEMBERS)
    assert item.subject_url == ready.get_absolute_url()


def test_a_council_keeps_its_own_standing_items(client, meeting, secretary):
    client.force_login(secretary)
    address = page("standing_edit", meeting.council_id)
    assertContains(client.get(address), "Rondvraag")
    form = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"}
    rows = [("2", "Einde", "on"), ("1", "Welkom", ""), ("", "", "")]
    for number, (place, title, last) in enumerate(rows):
        form |= {
            f"form-{number}-place": place,
            f"form-{number}-title": title,
            f"form-{number}-goal": "inform",
            f"form-{number}-openness": "open",
            f"form-{number}-is_at_end": last,
        }

    client.post(address, form)

    saved = StandingItem.objects.values_list("title", "order", "is_at_end")
    assert list(saved) == [("Welkom", 1, False), ("Einde", 2, True)]


def test_a_list_of_standing_items_is_never_longer_than_it_can_be(
    client, meeting, secretary
):
    client.force_login(secretary)
    address = page("standing_edit", meeting.council_id)
    rows = {f"form-{number}-title": f"Punt {number}" for number in range(60)}
    sent = {"form-TOTAL_FORMS": 5000, "form-INITIAL_FORMS": 0, **rows}
    answer = client.post(address, sent)
    assert len(answer.context["formset"].forms) == 40
