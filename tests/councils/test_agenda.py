"""The agenda of a meeting: what stands on it, who moves it, and what is mailed."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from councils import rechecks
from councils.actions import agenda as actions
from councils.actions import agenda_papers as papers
from councils.actions import agenda_sending as sending
from councils.actions import meeting as planning
from councils.actions import standing
from councils.agenda_changes import changes, snapshot
from councils.agenda_reading import agenda_of, newest_sent, papers_of
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    Meeting,
    Openness,
    StandingItem,
)
from portal.dates import AMSTERDAM
from portal.delivery import deliver_waiting
from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent, OutgoingMail
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)
from tests.races import side_by_side

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"


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


def later(meeting):
    return MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=28),
        ends_at=meeting.ends_at + timedelta(days=28),
    )


def titles(meeting):
    return [item.title for item in meeting.items.in_order()]


def revision(meeting):
    return Meeting.objects.get(pk=meeting.pk).agenda_revision


def three(meeting):
    return [AgendaItemFactory(meeting=meeting, title=title) for title in "ABC"]


def add(meeting, by, **fields):
    item = AgendaItem(
        meeting=meeting,
        council=meeting.council,
        **{"title": "Begroting", "minutes": 10, **fields},
    )
    return actions.add_item(item, by=by)


# --- What stands on it -----------------------------------------------------------


def test_a_new_agenda_begins_with_the_standing_items(meeting, secretary):
    standing.put_standing_items(meeting, by=secretary)

    assert titles(meeting) == [
        "Opening en mededelingen",
        "Vaststellen van de agenda",
        "Verslag van de vorige vergadering",
        "Actielijst",
        "Rondvraag",
        "Sluiting",
    ]
    kinds = list(meeting.items.in_order().values_list("kind", flat=True))
    assert kinds[2:4] == ["minutes", "actions"]
    assert AuditEvent.objects.filter(verb="agenda.begin").count() == 1


def test_a_council_begins_with_its_own_list_where_it_has_one(meeting, secretary):
    own = [StandingItem(title="Welkom"), StandingItem(title="Einde", is_at_end=True)]
    standing.save_standing(meeting.council, "council", own, by=secretary)

    standing.put_standing_items(meeting, by=secretary)
    add(meeting, secretary)

    assert titles(meeting) == ["Welkom", "Begroting", "Einde"]


def test_an_agenda_that_was_begun_gets_no_standing_items(meeting, secretary):
    add(meeting, secretary)

    assert standing.put_standing_items(meeting, by=secretary) == []
    assert titles(meeting) == ["Begroting"]


def test_an_agenda_of_a_meeting_that_was_called_off_stays_as_it_is(secretary, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")

    with pytest.raises(NotAllowedNow):
        add(meeting, secretary)
    assert not AgendaItem.objects.exists()


def test_what_a_meeting_would_deal_with_waits_when_it_is_called_off(meeting, secretary):
    standing.put_standing_items(meeting, by=secretary)
    item = add(meeting, secretary)
    part = AgendaItemFactory(meeting=meeting, council=meeting.council, parent=item)

    planning.cancel(meeting, reason="De zaal is niet vrij.", by=secretary)

    waiting = AgendaItem.objects.filter(meeting=None, parent=None)
    assert set(waiting) == {item, part}
    assert all(each.accepted_at for each in waiting)
    assert set(meeting.items.values_list("origin", flat=True)) == {"standing"}
    other = MeetingFactory(council=meeting.council)
    actions.put_on(item, other, by=secretary)
    assert titles(other) == ["Begroting"]


# --- Another order ---------------------------------------------------------------


def test_an_item_moves_up_and_the_agenda_counts_the_change(meeting, secretary):
    _a, _b, c = three(meeting)

    actions.move_item(c, to="up", revision=0, by=secretary)

    assert titles(meeting) == ["A", "C", "B"]
    assert revision(meeting) == 1
    assert AuditEvent.objects.filter(verb="agenda_item.move").count() == 1


def test_a_move_on_an_older_agenda_is_refused_and_changes_nothing(meeting, secretary):
    a, _b, c = three(meeting)
    actions.move_item(c, to="up", revision=0, by=secretary)

    with pytest.raises(StaleText):
        actions.move_item(a, to="down", revision=0, by=secretary)
    assert titles(meeting) == ["A", "C", "B"]


def test_an_item_goes_under_another_and_both_move_together(meeting, secretary):
    a, b, _c = three(meeting)
    actions.move_item(b, to="under", revision=0, by=secretary)

    actions.move_item(a, to="down", revision=1, by=secretary)

    assert titles(meeting) == ["C", "A", "B"]
    assert AgendaItem.objects.get(pk=b.pk).parent_id == a.pk


def test_an_item_is_put_before_another(meeting, secretary):
    a, _b, c = three(meeting)

    actions.place_item(c, before=a.pk, revision=0, by=secretary)

    assert titles(meeting) == ["C", "A", "B"]


def test_an_item_goes_to_the_next_meeting_with_what_is_under_it(meeting, secretary):
    a, b, _c = three(meeting)
    actions.move_item(b, to="under", revision=0, by=secretary)
    there = later(meeting)
    AgendaItemFactory(meeting=there, title="Einde", is_at_end=True)

    actions.move_to_meeting(a, there, revision=1, by=secretary)

    assert titles(meeting) == ["C"]
    assert titles(there) == ["A", "B", "Einde"]
    assert AgendaItem.objects.get(pk=b.pk).parent_id == a.pk


def test_an_item_goes_to_no_meeting_of_another_council(meeting, secretary):
    a, _b, _c = three(meeting)

    with pytest.raises(NotAllowedNow):
        actions.move_to_meeting(a, MeetingFactory(), revision=0, by=secretary)
    assert titles(meeting) == ["A", "B", "C"]


def test_what_was_not_dealt_with_goes_on_in_the_next_meeting(
    meeting, secretary, in_may
):
    a, _b, _c = three(meeting)
    AgendaItem.objects.filter(pk=a.pk).update(notes="Wij kwamen er niet uit.")
    there = later(meeting)
    in_may.move_to(datetime(2027, 6, 9, 10, tzinfo=AMSTERDAM))

    follower = actions.move_to_meeting(a, there, revision=0, by=secretary)

    assert titles(meeting) == ["A", "B", "C"]
    assert (follower.carried_from, follower.notes) == (a, "")
    assert titles(there) == ["A"]
    with pytest.raises(NotAllowedNow):
        actions.move_to_meeting(a, there, revision=0, by=secretary)


def test_an_item_waits_and_comes_back(meeting, secretary):
    _a, b, _c = three(meeting)

    waiting = actions.to_backlog(b, revision=0, by=secretary)
    assert list(AgendaItem.objects.waiting()) == [waiting]
    actions.put_on(waiting, meeting, by=secretary)

    assert titles(meeting) == ["A", "C", "B"]
    actions.put_on(waiting, meeting, by=secretary)  # pressed twice
    assert titles(meeting) == ["A", "C", "B"]
    other = MeetingFactory(council=meeting.council)
    with pytest.raises(NotAllowedNow):
        actions.put_on(waiting, other, by=secretary)


def test_a_dropped_item_keeps_its_reason_and_leaves_the_agenda(meeting, secretary):
    _a, b, _c = three(meeting)

    actions.drop_item(b, reason="Al besproken.", by=secretary)

    assert titles(meeting) == ["A", "C"]
    assert AgendaItem.objects.get(pk=b.pk).dropped_because == "Al besproken."


def test_nobody_takes_away_unseen_what_is_closed_to_them(meeting, secretary):
    chair = seated(meeting, "chair")
    item = add(meeting, secretary)
    add(meeting, chair, title="Geheim", parent=item, openness=Openness.MEMBERS)

    with pytest.raises(NotAllowedNow):
        actions.drop_item(item, reason="Weg ermee.", by=secretary)
    assert titles(meeting) == ["Begroting", "Geheim"]

    actions.drop_item(item, reason="Al besproken.", by=chair)
    assert titles(meeting) == []


def test_a_stale_edit_is_told_who_was_first_and_overwrites_nothing(meeting, secretary):
    item = add(meeting, secretary)
    chair = seated(meeting, "chair")
    mine, theirs = (AgendaItem.objects.get(pk=item.pk) for _ in range(2))
    theirs.title = "Begroting 2028"
    actions.save_item(theirs, revision=0, by=chair)
    mine.title = "De begroting"

    with pytest.raises(StaleText) as refused:
        actions.save_item(mine, revision=0, by=secretary)

    assert refused.value.current.title == "Begroting 2028"
    assert str(chair) in str(refused.value)
    assert titles(meeting) == ["Begroting 2028"]


def test_who_saves_what_was_closed_meanwhile_does_not_read_what_it_says_now(
    meeting, secretary
):
    item = AgendaItemFactory(meeting=meeting)
    AgendaItem.objects.update(
        openness=Openness.MEMBERS, explanation="Onder ons.", revision=1
    )

    with pytest.raises(NotAllowedNow) as refusal:
        actions.save_item(item, revision=0, by=secretary)

    assert not isinstance(refusal.value, StaleText)


def closing(item, by):
    item = AgendaItem.objects.get(pk=item.pk)
    item.openness = "members"
    return actions.save_item(item, revision=item.revision, by=by)


def test_nothing_is_closed_to_helpers_that_one_of_them_has_to_do_something_for(
    meeting, secretary
):
    chair = seated(meeting, "chair")
    item = add(meeting, secretary)
    action = ActionItemFactory(council=meeting.council, item=item, owner=secretary)

    with pytest.raises(NotAllowedNow):
        closing(item, chair)
    ActionItem.objects.filter(pk=action.pk).update(owner=chair)

    assert closing(item, chair).openness == "members"


def test_a_paper_that_a_helper_would_deliver_keeps_an_item_open(meeting, secretary):
    chair = seated(meeting, "chair")
    item = add(meeting, secretary)
    awaited = AgendaPaper(item=item, title="Rijtijden", deliverer=secretary)
    papers.add_paper(awaited, upload=None, by=secretary)

    with pytest.raises(NotAllowedNow):
        closing(item, chair)
    papers.remove_paper(awaited, by=secretary)

    assert closing(item, chair).openness == "members"


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_is_refused():
    meeting = MeetingFactory()
    by = seated(meeting, "secretary")
    a, _b, c = three(meeting)

    done = side_by_side(
        lambda: actions.move_item(a, to="down", revision=0, by=by),
        lambda: actions.move_item(c, to="up", revision=0, by=by),
    )

    assert sum(each is not None for each in done) == 1
    assert titles(meeting) in (["B", "A", "C"], ["A", "C", "B"])
    assert [item.order for item in meeting.items.in_order()] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_items_that_are_put_on_at_once_all_get_a_place_of_their_own():
    meeting = MeetingFactory()
    by = seated(meeting, "secretary")

    side_by_side(*[lambda: add(meeting, by)] * 6)

    assert [item.order for item in meeting.items.in_order()] == [1, 2, 3, 4, 5, 6]


# --- Sending ---------------------------------------------------------------------


def sent_mails(kind="agenda_sent"):
    return OutgoingMail.objects.filter(kind=kind, status="queued")


def invited(meeting, role="member"):
    return AttendeeFactory(meeting=meeting, user=seated(meeting, role)).user


def guest_of(meeting, **fields):
    """Somebody of the organisation who was asked to come."""
    staff = OrganisationMembershipFactory(organisation=meeting.council.organisation)
    return AttendeeFactory(
        meeting=meeting, user=staff.user, is_guest=True, votes=False, **fields
    ).user


def test_nothing_is_mailed_before_the_agenda_is_sent(meeting, secretary):
    invited(meeting)
    add(meeting, secretary)
    assert not OutgoingMail.objects.exists()

    sending.send_agenda(meeting, by=secretary)

    assert sent_mails().count() == 1


def test_a_mail_holds_name_day_place_and_link_and_nothing_of_the_items(
    meeting, secretary
):
    invited(meeting)
    add(meeting, secretary, title="Marktitel", explanation="Marktekst")

    sending.send_agenda(meeting, by=secretary)

    mail = sent_mails().get()
    text = mail.subject + mail.body
    assert "dinsdag 8 juni 2027 om 14.00 uur" in text.replace("\u00a0", " ")
    assert "De huiskamer" in text
    assert meeting.get_absolute_url() in text
    assert "Mark" not in text


def test_what_is_sent_is_kept_with_its_numbers_times_and_papers(meeting, secretary):
    item = add(meeting, secretary, explanation="Waarom")
    add(meeting, secretary, title="Inkoop", minutes=20, parent=item, openness="council")
    paper = papers.add_paper(
        AgendaPaper(item=item, title="Cijfers"), upload=file(), by=secretary
    )

    sent = sending.send_agenda(meeting, by=secretary)

    assert [
        (row["number"], row["level"], row["begins"], row["openness"])
        for row in sent.items
    ] == [("1", 1, "14.00", "open"), ("1.1", 2, "14.00", "council")]
    version = AgendaPaperVersion.objects.get()
    assert sent.items[0]["papers"] == [
        {
            "id": str(paper.pk),
            "title": "Cijfers",
            "version": 1,
            "version_id": str(version.pk),
        }
    ]


def test_who_gets_no_mail_is_told_why(meeting, secretary):
    chair = invited(meeting, "chair")
    guest_of(meeting, answer="no", name="Gast die niet komt")
    AttendeeFactory(
        meeting=meeting, user=None, name="Losse gast", email="g@x.nl", is_guest=True
    )
    AttendeeFactory(meeting=meeting, name="Oud-lid")
    AttendeeFactory(meeting=meeting, name="Oud-bestuurder", is_guest=True)

    found = {each.name: each.why_not for each in sending.readers_of(meeting)}

    assert found == {
        chair.name: "",
        "Gast die niet komt": "komt niet",
        "Losse gast": "",
        "Oud-lid": "zit niet meer in de raad",
        "Oud-bestuurder": "werkt daar niet meer",
    }


def unsent(meeting):
    """What the next mail would tell."""
    now = snapshot(meeting, agenda_of(meeting))
    return changes(newest_sent(meeting).items, now)


def test_what_changed_after_sending_goes_as_one_mail_to_each(meeting, secretary):
    invited(meeting)
    a, b, _c = (add(meeting, secretary, title=title) for title in "ABC")
    sending.send_agenda(meeting, by=secretary)
    add(meeting, secretary, title="Nieuw plan")
    actions.drop_item(b, reason="Later.", by=secretary)
    papers.add_paper(AgendaPaper(item=a, title="Brief"), upload=file(), by=secretary)

    assert len(unsent(meeting)) == 3
    sending.send_agenda(meeting, by=secretary)

    body = sent_mails("agenda_changed").get().body
    assert "- punt 3, Nieuw plan: nieuw" in body
    assert "- punt 2, B: vervallen" in body
    assert "- punt 1, A: andere stukken" in body
    assert unsent(meeting) == []


def test_an_item_that_came_in_between_lets_no_other_seem_moved(meeting, secretary):
    _a, b, c = (add(meeting, secretary, title=title) for title in "ABC")
    sending.send_agenda(meeting, by=secretary)

    actions.move_item(c, to="up", revision=revision(meeting), by=secretary)
    new = add(meeting, secretary, title="D")
    actions.place_item(new, before=b.pk, revision=revision(meeting), by=secretary)

    kinds = [(each.title, each.what) for each in unsent(meeting)]
    assert ("D", "nieuw") in kinds
    assert len(kinds) == 2
    assert [what for title, what in kinds if title in "BC"] == ["verplaatst"]


def test_sending_twice_sends_once(meeting, secretary):
    invited(meeting)
    add(meeting, secretary)
    sending.send_agenda(meeting, by=secretary)

    with pytest.raises(NotAllowedNow):
        sending.send_agenda(meeting, by=secretary)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_send_one_agenda():
    meeting = MeetingFactory()
    by = seated(meeting, "secretary")
    invited(meeting)
    add(meeting, by)

    side_by_side(*[lambda: sending.send_agenda(meeting, by=by)] * 4)

    assert meeting.sent_agendas.count() == 1
    assert sent_mails().count() == 1


def test_an_agenda_that_changed_after_the_preview_is_not_sent(meeting, secretary):
    add(meeting, secretary)
    seen = revision(meeting)
    add(meeting, secretary, title="Nog iets")

    with pytest.raises(StaleText):
        sending.send_agenda(meeting, seen=seen, by=secretary)
    assert not meeting.sent_agendas.exists()


def test_a_mail_goes_no_more_once_the_meeting_is_called_off(meeting, secretary):
    user = invited(meeting)
    args = {"meeting": str(meeting.pk), "user": str(user.pk)}
    assert rechecks.agenda(**args) == ""

    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")

    assert rechecks.agenda(**args) == "De vergadering is voorbij."


# --- What is closed --------------------------------------------------------------


def test_a_mail_names_of_a_closed_item_its_number_alone(meeting, secretary):
    chair = invited(meeting, "chair")
    add(meeting, secretary)
    sending.send_agenda(meeting, by=secretary)
    add(meeting, chair, title="Geheimtitel", openness=Openness.MEMBERS)
    sending.send_agenda(meeting, by=secretary)

    body = sent_mails("agenda_changed").get().body
    assert "- punt 2 (besloten): nieuw" in body
    assert "Geheimtitel" not in body


def paper_of_the_closed(meeting, chair):
    """An agenda that was sent, of which only a paper for members changed since."""
    item = add(meeting, chair, title="Geheimtitel", openness=Openness.MEMBERS)
    sending.send_agenda(meeting, by=chair)
    papers.add_paper(AgendaPaper(item=item, title="Geheim"), upload=file(), by=chair)
    return item


def test_other_papers_of_what_only_members_read_are_told_to_them_alone(meeting):
    chair, member = invited(meeting, "chair"), invited(meeting, "member")
    secretary = invited(meeting, "secretary")
    invited(meeting, "supporter")
    seen = revision(meeting) + 1
    paper_of_the_closed(meeting, chair)

    assert revision(meeting) == seen  # nor is another agenda on a helper's screen
    with pytest.raises(NotAllowedNow, match="niets veranderd"):
        sending.send_agenda(meeting, by=secretary)
    sending.send_agenda(meeting, by=chair)

    assert {mail.user for mail in sent_mails("agenda_changed")} == {chair, member}
    assert "punt 1 (besloten): andere stukken" in sent_mails("agenda_changed")[0].body


def test_a_helper_hears_what_else_changed_and_members_hear_it_all(meeting):
    chair, secretary = invited(meeting, "chair"), invited(meeting, "secretary")
    item = paper_of_the_closed(meeting, chair)
    item.explanation, item.minutes = "Meer uitleg.", 25
    actions.save_item(item, revision=item.revision, by=chair)
    add(meeting, secretary, title="Rook")
    sending.send_agenda(meeting, by=secretary)

    body = {mail.user: mail.body for mail in sent_mails("agenda_changed")}
    for each in (chair, secretary):
        assert "punt 2, Rook: nieuw" in body[each]
    assert "punt 1 (besloten): andere tijd\n" in body[secretary]
    assert "punt 1 (besloten): andere tijd, andere tekst en andere" in body[chair]


def test_who_became_a_helper_gets_no_mail_that_tells_of_what_is_for_members(meeting):
    chair, member = invited(meeting, "chair"), invited(meeting, "member")
    paper_of_the_closed(meeting, chair)
    sending.send_agenda(meeting, by=chair)
    meeting.council.memberships.filter(user=member).update(role="supporter")
    deliver_waiting()

    sent = OutgoingMail.objects.filter(kind="agenda_changed", status="sent")
    assert [mail.user for mail in sent] == [chair]


def test_an_item_that_was_closed_when_it_was_sent_is_not_named_once_it_is_open(
    meeting, secretary
):
    chair = invited(meeting, "chair")
    item = add(meeting, chair, title="Geheimtitel", openness=Openness.COUNCIL)
    sending.send_agenda(meeting, by=secretary)
    item.openness = Openness.OPEN
    actions.save_item(item, revision=0, by=chair)

    assert [str(each) for each in unsent(meeting)] == [
        "punt 1 (besloten): andere lezers"
    ]


def test_a_guest_gets_no_mail_when_only_what_is_closed_changed(meeting, secretary):
    member, guest = invited(meeting), guest_of(meeting)
    add(meeting, secretary)
    sending.send_agenda(meeting, by=secretary)
    assert set(sent_mails().values_list("user", flat=True)) == {member.pk, guest.pk}

    add(meeting, secretary, title="X", openness=Openness.COUNCIL)
    sending.send_agenda(meeting, by=secretary)

    changed = sent_mails("agenda_changed").values_list("user", flat=True)
    assert list(changed) == [member.pk]


# --- Papers and proposals --------------------------------------------------------


def file(name="cijfers.pdf"):
    return SimpleUploadedFile(name, PDF)


def test_a_newer_version_stands_beside_the_older_one(meeting, secretary):
    item = add(meeting, secretary)
    paper = papers.add_paper(
        AgendaPaper(item=item, title="Cijfers"), upload=None, by=secretary
    )
    assert not paper.versions.exists()

    papers.deliver(paper, upload=file(), by=secretary)
    papers.deliver(paper, upload=file("cijfers2.pdf"), by=secretary)

    found = paper.versions.values_list("number", "filename")
    assert list(found) == [(2, "cijfers2.pdf"), (1, "cijfers.pdf")]
    with pytest.raises(NotAllowedNow):
        papers.remove_paper(paper, by=secretary)


def test_an_agenda_has_each_item_once_with_the_newest_of_each_paper(meeting, secretary):
    item, bare = add(meeting, secretary), add(meeting, secretary, title="Rondvraag")
    for title in ("Cijfers", "Begroting", "Verslag"):
        paper = AgendaPaper(item=item, title=title)
        papers.add_paper(paper, upload=None, by=secretary)
    delivered = [("Cijfers", "c1.pdf"), ("Verslag", "v.pdf"), ("Cijfers", "c2.pdf")]
    for title, name in delivered:
        paper = AgendaPaper.objects.get(title=title)
        papers.deliver(paper, upload=file(name), by=secretary)

    agenda = agenda_of(meeting)

    assert [each.pk for each in agenda.items] == [item.pk, bare.pk]
    assert {
        (each.title, each.version, each.filename)
        for each in agenda.papers_of(agenda.items[0])
    } == {("Cijfers", 2, "c2.pdf"), ("Begroting", 0, ""), ("Verslag", 1, "v.pdf")}
    assert len(papers_of(item)) == 3
    assert agenda.papers_of(agenda.items[1]) == papers_of(bare) == []


def test_a_proposal_waits_for_who_prepares_and_is_taken_over_by_an_agenda(
    meeting, secretary
):
    member = seated(meeting, "member")
    item = AgendaItem(council=meeting.council, title="Tuin", origin="proposed")
    proposal = actions.add_item(item, by=member)
    assert proposal.is_proposal

    taken = actions.put_on(proposal, meeting, by=secretary)

    assert (taken.is_proposal, taken.added_by) == (False, member)
    assert titles(meeting) == ["Tuin"]


def test_a_proposal_is_kept_on_the_waiting_list_once(meeting, secretary):
    item = AgendaItem(council=meeting.council, title="Tuin", origin="proposed")
    proposal = actions.add_item(item, by=seated(meeting, "member"))

    kept = actions.accept(proposal, by=secretary)

    assert not kept.is_proposal
    assert list(AgendaItem.objects.waiting()) == [kept]
    with pytest.raises(NotAllowedNow):
        actions.accept(proposal, by=secretary)
