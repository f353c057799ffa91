"""Papers that somebody was asked for: who hears of it, when, and on which page."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.actions import agenda
from councils.actions import agenda_papers as papers
from councils.actions import meeting as planning
from councils.models import AgendaPaper, AgendaPaperVersion, Meeting
from councils.tasks import send_due_mails
from portal.delivery import deliver_waiting
from portal.errors import NotAllowedNow
from portal.models import OutgoingMail, User
from tests.factories import (
    AgendaItemFactory,
    CouncilMembershipFactory,
    MeetingFactory,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2027-05-10 10:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    return MeetingFactory()


def seated(meeting: Meeting, role: str) -> User:
    term = CouncilMembershipFactory(
        council=meeting.council, role=role, starts_on=date(2025, 1, 1)
    )
    return term.user


def asked(meeting: Meeting, person: User, **values) -> AgendaPaper:
    """A paper that somebody has to deliver at an item of a meeting."""
    openness = values.pop("openness", "open")
    item = AgendaItemFactory(meeting=meeting, openness=openness)
    return AgendaPaper.objects.create(item=item, deliverer=person, **values)


def anew(user: User) -> User:
    """The same person at a later request: with the seats of then."""
    return User.objects.get(pk=user.pk)


def delivered(paper: AgendaPaper) -> AgendaPaperVersion:
    return AgendaPaperVersion.objects.create(
        paper=paper,
        number=1,
        file=ContentFile(b"%PDF-1.4", "a.pdf"),
        filename="a.pdf",
        size=8,
        delivered_by=paper.deliverer,
    )


# --- What somebody still has to deliver ------------------------------------------


def test_papers_asked_of_somebody_come_in_the_order_of_their_last_day(meeting):
    member, other = seated(meeting, "member"), seated(meeting, "member")
    by_meeting = asked(meeting, member, title="Zonder eigen dag")
    first = asked(meeting, member, title="Cijfers", due_on=date(2027, 5, 20))
    asked(meeting, other, title="Van een ander")
    delivered(asked(meeting, member, title="Is er al"))

    found = AgendaPaper.objects.asked_of(member)

    assert [(each.pk, each.due_day) for each in found] == [
        (first.pk, date(2027, 5, 20)),
        (by_meeting.pk, meeting.papers_due_on),
    ]


def test_nothing_is_asked_for_a_meeting_that_is_off_or_over(meeting, may):
    member = seated(meeting, "member")
    asked(meeting, member, title="Cijfers")
    off = MeetingFactory(council=meeting.council, status=Meeting.Status.CANCELLED)
    asked(off, member, title="Afgezegd")

    assert AgendaPaper.objects.asked_of(member).count() == 1
    may.move_to(meeting.ends_at)
    assert AgendaPaper.objects.asked_of(member).count() == 0


def test_nothing_is_asked_at_an_item_that_waits_or_was_taken_away(meeting):
    member = seated(meeting, "member")
    gone = asked(meeting, member, title="Weg").item
    gone.dropped_at = timezone.now()
    gone.save()
    waits = asked(meeting, member, title="Wacht").item
    waits.meeting = None
    waits.save()

    assert AgendaPaper.objects.asked_of(member).count() == 0


def test_who_became_a_helper_is_not_asked_for_what_only_members_read(meeting):
    member = seated(meeting, "member")
    asked(meeting, member, title="Besloten", openness="members")
    assert AgendaPaper.objects.asked_of(member).count() == 1

    meeting.council.memberships.update(role="supporter")

    assert AgendaPaper.objects.asked_of(anew(member)).count() == 0


def test_who_left_the_council_is_asked_for_nothing_any_more(meeting):
    member = seated(meeting, "member")
    asked(meeting, member, title="Cijfers")

    meeting.council.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))

    assert AgendaPaper.objects.asked_of(member).count() == 0


# --- The mails -------------------------------------------------------------------


def mails(kind: str, **status) -> list[User]:
    """To whom mails of a kind went."""
    rows = OutgoingMail.objects.filter(kind=kind, **status).order_by("pk")
    return [row.user for row in rows]


def ask(item, person, *, by, **values):
    paper = AgendaPaper(item=item, deliverer=person, **{"title": "Cijfers", **values})
    return papers.add_paper(paper, upload=None, by=by)


def test_who_is_asked_for_a_paper_hears_so_at_once(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = ask(
        AgendaItemFactory(meeting=meeting),
        member,
        by=secretary,
        due_on=date(2027, 5, 20),
    )

    deliver_waiting()

    assert mails("paper_asked", status="sent") == [member]
    text = OutgoingMail.objects.get().body
    for words in (secretary.name, "20\xa0mei 2027", page("deliver", paper)):
        assert words in text


def test_what_is_asked_stands_in_no_mail(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item = AgendaItemFactory(meeting=meeting)
    paper = ask(item, member, by=secretary, title="Ziekte van de bestuurder")
    papers.remove_paper(paper, by=secretary)

    found = list(OutgoingMail.objects.order_by("kind"))

    assert [each.kind for each in found] == ["paper_asked", "paper_not_needed"]
    assert not any("Ziekte" in each.subject + each.body for each in found)


def test_who_asks_a_paper_of_oneself_and_who_hands_it_in_at_once_get_no_mail(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item = AgendaItemFactory(meeting=meeting)
    ask(item, secretary, by=secretary)
    papers.add_paper(
        AgendaPaper(item=item, title="Brief", deliverer=member),
        upload=SimpleUploadedFile("a.pdf", PDF),
        by=secretary,
    )

    assert OutgoingMail.objects.count() == 0


def test_of_an_item_that_waits_a_paper_is_asked_when_it_comes_on_an_agenda(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item = AgendaItemFactory(meeting=None, council=meeting.council)
    ask(item, member, by=secretary)
    assert mails("paper_asked") == []

    agenda.put_on(item, meeting, by=secretary)

    assert mails("paper_asked") == [member]


def later_meeting(meeting):
    """Four weeks later, with the days that belong to it."""
    weeks = timedelta(days=28)
    return MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + weeks,
        ends_at=meeting.ends_at + weeks,
        papers_due_on=meeting.papers_due_on + weeks,
    )


def days_of(*asked_for):
    rows = AgendaPaper.objects.in_bulk([each.pk for each in asked_for])
    return [rows[each.pk].due_on for each in asked_for]


def two_days(meeting, member, by):
    """A paper by the day of the meeting, and one by a day of its own, at one item."""
    item = AgendaItemFactory(meeting=meeting)
    usual = ask(item, member, by=by, due_on=meeting.papers_due_on)
    return item, usual, ask(item, member, by=by, due_on=date(2027, 5, 20))


def test_the_day_of_a_paper_goes_along_to_another_meeting_and_is_told(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item, usual, chosen = two_days(meeting, member, secretary)

    with time_machine.travel("2027-05-11 10:00+02:00", tick=False):
        there, here = later_meeting(meeting), Meeting.objects.get(pk=meeting.pk)
        seen = here.agenda_revision
        agenda.move_to_meeting(item, there, revision=seen, by=secretary)

    assert days_of(usual, chosen) == [date(2027, 6, 28), date(2027, 5, 20)]
    assert mails("paper_asked") == [member] * 4


def test_the_day_of_a_paper_goes_along_with_its_meeting(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    _item, usual, chosen = two_days(meeting, member, secretary)

    meeting.starts_at += timedelta(days=7)
    meeting.ends_at += timedelta(days=7)
    planning.move(meeting, by=secretary)

    # A week before it, and a working day before that.
    assert days_of(usual, chosen) == [date(2027, 6, 7), date(2027, 5, 20)]


def waits(item, meeting, by):
    seen = Meeting.objects.get(pk=meeting.pk).agenda_revision
    agenda.to_backlog(item, revision=seen, by=by)


def is_off(item, meeting, by):
    planning.cancel(meeting, reason="De zaal is niet vrij.", by=by)


@pytest.mark.parametrize("leaves", [waits, is_off])
def test_a_paper_of_an_item_that_waits_is_asked_anew_for_the_next_agenda(
    meeting, leaves
):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item, usual, chosen = two_days(meeting, member, secretary)
    there = later_meeting(meeting)

    leaves(item, meeting, secretary)
    assert days_of(usual, chosen) == [None, date(2027, 5, 20)]
    with time_machine.travel("2027-05-11 10:00+02:00", tick=False):
        agenda.put_on(item, there, by=secretary)

    assert days_of(usual, chosen) == [date(2027, 6, 28), date(2027, 5, 20)]
    assert mails("paper_asked") == [member] * 4


def test_a_day_that_passed_while_an_item_waited_is_that_of_the_next_meeting(
    meeting, may
):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item, usual, chosen = two_days(meeting, member, secretary)
    waits(item, meeting, secretary)

    may.move_to("2027-05-21 10:00+02:00")
    agenda.put_on(item, later_meeting(meeting), by=secretary)

    assert days_of(usual, chosen) == [date(2027, 6, 28)] * 2


def test_a_paper_that_came_keeps_its_day(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item, usual, _chosen = two_days(meeting, member, secretary)
    delivered(usual)

    waits(item, meeting, secretary)
    agenda.put_on(item, later_meeting(meeting), by=secretary)

    assert days_of(usual) == [date(2027, 5, 31)]


def test_another_day_is_told_and_another_name_of_the_paper_is_not(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    paper.title = "Alle cijfers"
    papers.save_paper(paper, by=secretary)
    assert len(mails("paper_asked")) == 1

    with time_machine.travel("2027-05-11 10:00+02:00", tick=False):
        paper.due_on = date(2027, 5, 28)
        papers.save_paper(paper, by=secretary)

    assert mails("paper_asked") == [member, member]
    assert mails("paper_not_needed") == []


def test_somebody_else_is_asked_and_the_first_one_hears_that_it_is_not_needed(meeting):
    secretary = seated(meeting, "secretary")
    member, other = seated(meeting, "member"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    deliver_waiting()
    paper.refresh_from_db()
    paper.deliverer = other
    papers.save_paper(paper, by=secretary)
    deliver_waiting()

    sent = OutgoingMail.objects.filter(status="sent")
    assert {(each.kind, each.user) for each in sent} == {
        ("paper_asked", member),
        ("paper_asked", other),
        ("paper_not_needed", member),
    }


@pytest.mark.parametrize("waits", [True, False])
def test_before_a_paper_is_withdrawn_the_page_says_who_gets_a_mail(
    client, meeting, waits
):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    item = AgendaItemFactory(
        meeting=None if waits else meeting, council=meeting.council
    )
    paper = ask(item, member, by=secretary)
    client.force_login(secretary)

    found = client.get(page("remove", paper))

    assertContains(found, "Trek de vraag in: Cijfers")
    mailed = f"{member} krijgt een mail: het stuk is niet meer nodig."
    assertContains(found, "Niemand krijgt een mail." if waits else mailed)
    assertNotContains(found, mailed if waits else "Niemand krijgt een mail.")
    assert AgendaPaper.objects.get() == paper
    assertRedirects(
        client.post(page("remove", paper)),
        reverse("councils:item_edit", args=[item.pk]),
    )
    assert AgendaPaper.objects.count() == 0
    assert mails("paper_not_needed") == ([] if waits else [member])


def test_a_paper_that_came_meanwhile_is_not_withdrawn(client, meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    delivered(paper)
    client.force_login(secretary)

    for answer in (
        client.get(page("remove", paper), follow=True),
        client.post(page("remove", paper), follow=True),
    ):
        assertContains(answer, "Dit stuk is er al. Het blijft bij het punt.")
    assert AgendaPaper.objects.get() == paper
    assert mails("paper_not_needed") == []


def test_who_only_delivers_a_paper_does_not_withdraw_it(client, meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    client.force_login(member)

    for answer in (
        client.get(page("remove", paper)),
        client.post(page("remove", paper)),
    ):
        assert answer.status_code == 403


def test_a_paper_that_came_or_is_not_needed_meanwhile_is_asked_no_more(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    came = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    papers.deliver(came, upload=SimpleUploadedFile("a.pdf", PDF), by=member)
    gone = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    papers.remove_paper(gone, by=secretary)

    deliver_waiting()

    assert mails("paper_asked", status="cancelled") == [member, member]


@pytest.mark.parametrize("role", ["secretary", "supporter"])
def test_no_helper_is_asked_for_a_paper_of_what_only_members_read(meeting, role):
    chair, helper = seated(meeting, "chair"), seated(meeting, role)
    item = AgendaItemFactory(meeting=meeting, openness="members")

    with pytest.raises(NotAllowedNow, match="mag dit punt niet lezen"):
        ask(item, helper, by=chair)
    paper = ask(item, chair, by=chair)
    paper.deliverer = helper
    with pytest.raises(NotAllowedNow, match="mag dit punt niet lezen"):
        papers.save_paper(paper, by=chair)
    with pytest.raises(NotAllowedNow, match="mag dit punt niet lezen"):
        papers.hand_over(paper, to=helper, by=chair)

    assert OutgoingMail.objects.count() == 0


# --- Reminders -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moments", "kinds"),
    [
        (["2027-05-17 08:45"], []),  # three days ahead, before nine
        (["2027-05-17 09:00", "2027-05-17 09:15"], ["paper_near"]),
        (["2027-05-17 09:00", "2027-05-20 09:00"], ["paper_near", "paper_today"]),
        (["2027-05-19 12:00"], ["paper_near"]),  # a run was missed
        (["2027-05-20 10:00"], ["paper_today"]),  # one mail and not two
        (["2027-05-21 09:00"], []),  # the day has passed
        (["2027-06-09 09:00"], []),  # so has the meeting
    ],
)
def test_a_paper_is_reminded_of_before_its_last_day_and_on_it(meeting, moments, kinds):
    member = seated(meeting, "member")
    asked(meeting, member, title="Cijfers", due_on=date(2027, 5, 20))
    asked(meeting, member, title="Brief", due_on=date(2027, 5, 20))

    for each in moments:
        with time_machine.travel(f"{each}+02:00", tick=False):
            send_due_mails()
            deliver_waiting()

    sent = OutgoingMail.objects.filter(status="sent").order_by("sent_at")
    assert [(each.kind, each.user) for each in sent] == [(k, member) for k in kinds]
    assert all("2 stukken" in each.body for each in sent)
    rest = OutgoingMail.objects.exclude(status="sent")
    assert {row.status for row in rest} <= {OutgoingMail.Status.MISSED}


def test_who_was_asked_just_now_is_not_reminded_too(meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    with time_machine.travel("2027-05-18 10:00+02:00", tick=False):
        ask(
            AgendaItemFactory(meeting=meeting),
            member,
            by=secretary,
            due_on=date(2027, 5, 20),
        )
        send_due_mails()
    assert mails("paper_near") == []

    with time_machine.travel("2027-05-20 09:00+02:00", tick=False):
        send_due_mails()

    assert mails("paper_today") == [member]


@pytest.mark.parametrize(
    "change",
    [
        lambda paper: delivered(paper),
        lambda paper: paper.item.council.memberships.update(role="supporter"),
        lambda paper: paper.item.council.memberships.update(ends_on=date(2027, 5, 16)),
        lambda paper: Meeting.objects.update(status=Meeting.Status.CANCELLED),
        lambda paper: AgendaPaper.objects.update(due_on=date(2027, 5, 27)),
    ],
    ids=["delivered", "helper", "left", "off", "moved"],
)
def test_a_reminder_goes_only_while_there_is_a_reason_for_it(meeting, change):
    member = seated(meeting, "member")
    paper = asked(
        meeting,
        member,
        title="Besloten",
        due_on=date(2027, 5, 20),
        openness="members",
    )

    with time_machine.travel("2027-05-17 09:00+02:00", tick=False):
        send_due_mails()
        change(paper)
        send_due_mails()
        deliver_waiting()

    assert mails("paper_near", status="sent") == []
    assert mails("paper_near", status="cancelled") == [member]


# --- The pages -------------------------------------------------------------------


def page(name: str, row=None) -> str:
    return reverse(f"councils:paper_{name}", args=[row.pk] if row else [])


def test_the_list_leads_who_is_asked_to_each_paper(client, meeting):
    member = seated(meeting, "member")
    paper = asked(meeting, member, title="Cijfers", due_on=date(2027, 5, 9))
    today = asked(meeting, member, title="Brief", due_on=date(2027, 5, 10))
    client.force_login(member)

    response = client.get(page("list"))

    for words in (page("deliver", paper), page("deliver", today)):
        assertContains(response, words)
    assertContains(response, "De dag was 9\xa0mei")
    assertContains(response, "Vandaag is de laatste dag")
    assertContains(client.get(reverse("councils:meeting_list")), page("list"))
    other = seated(meeting, "member")
    client.force_login(other)
    assertNotContains(client.get(page("list")), "Cijfers")


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    client, meeting, count, django_assert_num_queries
):
    member = seated(meeting, "member")
    for number in range(count):
        asked(meeting, member, title=f"Stuk {number}")
    client.force_login(member)
    client.get(page("list"))

    # session, user, seats, how many, papers with item, meeting and council
    with django_assert_num_queries(5):
        client.get(page("list"))


def test_the_meeting_leads_who_is_asked_and_nobody_else_to_the_paper(client, meeting):
    member, other = seated(meeting, "member"), seated(meeting, "member")
    paper = asked(meeting, member, title="Cijfers")
    client.force_login(member)
    assertContains(client.get(meeting.get_absolute_url()), page("deliver", paper))
    client.force_login(other)
    response = client.get(meeting.get_absolute_url())
    assertContains(response, "Cijfers")
    assertNotContains(response, page("deliver", paper))


def test_who_makes_the_agenda_asks_another_until_another_day(client, meeting):
    secretary = seated(meeting, "secretary")
    member, other = seated(meeting, "member"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    client.force_login(secretary)
    item_page = reverse("councils:item_edit", args=[paper.item_id])
    assertContains(client.get(item_page), f"gevraagd aan {member.name}")
    assertContains(client.get(item_page), page("edit", paper))

    response = client.post(
        page("edit", paper),
        {"title": "Alle cijfers", "deliverer": other.pk, "due_on": "2027-05-28"},
    )

    assertRedirects(response, item_page)
    paper.refresh_from_db()
    assert (paper.title, paper.deliverer) == ("Alle cijfers", other)
    assert paper.due_on == date(2027, 5, 28)
    assert mails("paper_not_needed") == [member]


def test_who_makes_the_agenda_withdraws_what_is_asked(client, meeting):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = ask(AgendaItemFactory(meeting=meeting), member, by=secretary)
    client.force_login(secretary)
    assertContains(client.get(page("edit", paper)), "Trek de vraag in")

    client.post(page("remove", paper))

    assert AgendaPaper.objects.count() == 0
    assert mails("paper_not_needed") == [member]
    client.force_login(member)
    assert client.get(page("deliver", paper)).status_code == 404


def test_who_is_asked_changes_nothing_of_what_is_asked(client, meeting):
    member, stranger = seated(meeting, "member"), CouncilMembershipFactory().user
    paper = asked(meeting, member, title="Cijfers")
    client.force_login(member)
    assert client.get(page("edit", paper)).status_code == 403
    assertNotContains(client.get(page("deliver", paper)), page("edit", paper))
    client.force_login(stranger)
    assert client.get(page("edit", paper)).status_code == 404


def test_a_secretary_knows_no_paper_of_what_only_members_read(client, meeting):
    chair = seated(meeting, "chair")
    paper = asked(meeting, chair, title="Besloten", openness="members")
    client.force_login(seated(meeting, "secretary"))
    for name in ("edit", "deliver"):
        assert client.get(page(name, paper)).status_code == 404
    assert client.post(page("remove", paper)).status_code == 404


def test_a_helper_chosen_for_a_closed_paper_is_refused_beside_the_field(
    client, meeting
):
    chair, secretary = seated(meeting, "chair"), seated(meeting, "secretary")
    paper = asked(meeting, chair, title="Besloten", openness="members")
    client.force_login(chair)

    response = client.post(
        page("edit", paper), {"title": "Besloten", "deliverer": secretary.pk}
    )

    assertContains(
        response, "Deze persoon mag dit punt niet lezen. Kies iemand anders."
    )
    paper.refresh_from_db()
    assert paper.deliverer == chair


def test_a_day_that_has_passed_is_refused_and_one_that_stood_there_is_not(
    client, meeting
):
    secretary, member = seated(meeting, "secretary"), seated(meeting, "member")
    paper = asked(meeting, member, title="Cijfers", due_on=date(2027, 5, 3))
    client.force_login(secretary)
    sent = {"title": "Cijfers", "deliverer": member.pk}

    response = client.post(page("edit", paper), {**sent, "due_on": "2027-05-04"})
    assertContains(response, "Deze dag is voorbij. Kies een andere dag.")
    client.post(page("edit", paper), {**sent, "title": "Brief", "due_on": "2027-05-03"})

    paper.refresh_from_db()
    assert (paper.title, paper.due_on) == ("Brief", date(2027, 5, 3))


def test_a_paper_that_a_colleague_asked_of_another_meanwhile_is_not_given_back(
    client, meeting
):
    secretary = seated(meeting, "secretary")
    member, other = seated(meeting, "member"), seated(meeting, "member")
    paper = asked(meeting, member, title="Cijfers")
    client.force_login(secretary)
    seen = client.get(page("edit", paper)).context["form"]["seen"].value()
    AgendaPaper.objects.update(deliverer=other)

    response = client.post(
        page("edit", paper),
        {"title": "Alle cijfers", "deliverer": member.pk, "seen": seen},
    )

    paper.refresh_from_db()
    assert (paper.title, paper.deliverer) == ("Cijfers", other)
    for words in ("Alle cijfers", other.name):
        assertContains(response, words)
