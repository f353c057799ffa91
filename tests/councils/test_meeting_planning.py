"""Planning, changing and calling off as the people of a council do it on the pages."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.models import Attendee, Meeting, ReadyItem
from portal.models import OutgoingMail
from tests.factories import (
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    LocationFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    StandInFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-06-01 09:00+02:00")]

FORM = {
    "kind": "council",
    "starts_at_0": "2027-06-15",
    "starts_at_1": "14:00",
    "length": "120",
    "place": "De huiskamer",
    "video_link": "",
    "title": "",
}


@pytest.fixture
def secretary(client):
    term = CouncilMembershipFactory(role="secretary")
    client.force_login(term.user)
    return term


@pytest.fixture
def meeting(secretary):
    meeting = MeetingFactory(council=secretary.council)
    AttendeeFactory(meeting=meeting, user=secretary.user, votes=False)
    return meeting


def to(name, thing):
    return reverse(f"councils:{name}", args=[thing.pk])


def create(secretary):
    return to("meeting_create", secretary.council)


def test_a_meeting_is_planned_on_one_page_and_pressed_twice_it_is_one(
    client, secretary
):
    client.post(create(secretary), FORM)
    page = client.post(create(secretary), FORM, follow=True)

    meeting = Meeting.objects.get()
    assert meeting.minutes_long == 120
    assert page.redirect_chain == [(meeting.get_absolute_url(), 302)]
    assert OutgoingMail.objects.count() == 0


def test_another_meeting_for_the_same_moment_is_not_lost_unseen(client, secretary):
    client.post(create(secretary), FORM)

    page = client.post(create(secretary), {**FORM, "place": "De serre"})

    assertContains(page, "Voor dit moment is al zo’n vergadering gepland.")
    assertContains(page, 'value="De serre"')
    client.post(create(secretary), {**FORM, "place": "De serre", "title": "Themadag"})
    assert Meeting.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"starts_at_0": "2027-05-31"}, "Dit moment is voorbij."),
        ({"starts_at_0": ""}, "Vul dit nog in."),
        ({"place": ""}, "Vul een plaats in"),
        ({"kind": "site_visit"}, "Kies de locatie die u bezoekt."),
        ({"video_link": "ftp://elders.example/x"}, "geldige URL"),
        ({"video_link": "javascript:alert(1)"}, "geldige URL"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    client, secretary, wrong, says
):
    page = client.post(create(secretary), {**FORM, "title": "Themadag", **wrong})

    assertContains(page, says)
    assertContains(page, 'value="Themadag"')
    assert Meeting.objects.count() == 0


def test_a_site_visit_needs_no_other_place_and_goes_to_ones_own_organisation(
    client, secretary
):
    own = LocationFactory(organisation=secretary.council.organisation)
    other = LocationFactory()
    visit = FORM | {"kind": "site_visit", "place": ""}

    client.post(create(secretary), visit | {"location": other.pk})
    client.post(create(secretary), visit | {"location": own.pk})

    assert Meeting.objects.get().location == own


def test_a_change_of_time_is_saved_and_says_how_many_get_a_mail(
    client, secretary, meeting
):
    days = {"agenda_goes_out_on": "2027-06-01", "papers_due_on": "2027-05-31"}

    page = client.post(to("meeting_edit", meeting), FORM | days, follow=True)

    assertContains(page, "1 persoon krijgt een mail.")
    meeting.refresh_from_db()
    assert (meeting.starts_at.day, meeting.sequence) == (15, 1)
    assert str(meeting.agenda_goes_out_on) == "2027-06-08"


def test_papers_after_the_agenda_are_refused(client, secretary, meeting):
    days = {"agenda_goes_out_on": "2027-06-01", "papers_due_on": "2027-06-03"}

    page = client.post(to("meeting_edit", meeting), FORM | days)

    assertContains(page, "De stukken komen voordat de agenda weggaat")


def test_calling_off_asks_why_and_shows_it_to_who_was_invited(
    client, secretary, meeting
):
    empty = client.post(to("meeting_cancel", meeting), {"reason": ""})
    client.post(to("meeting_cancel", meeting), {"reason": "Te weinig punten."})
    assertContains(client.get(meeting.get_absolute_url()), "Wie zou komen")

    assertContains(empty, "Vul dit nog in.")
    page = client.get(meeting.get_absolute_url())
    assertContains(page, "Gaat niet door")
    assertContains(page, "Te weinig punten.")


def test_guests_are_chosen_and_told_by_a_press(client, secretary, meeting):
    executive = OrganisationMembershipFactory(
        organisation=secretary.council.organisation
    )
    stranger = OrganisationMembershipFactory()

    refused = client.post(
        to("meeting_people", meeting), {"staff": [str(stranger.user_id)]}
    )
    client.post(
        to("meeting_people", meeting),
        {
            "staff": [str(executive.user_id)],
            "name": "Ria",
            "email": "ria@elders.example",
        },
    )
    client.post(to("meeting_invite", meeting))

    assert refused.status_code == 200
    guests = meeting.attendees.filter(is_guest=True).order_by("name")
    assert {guest.address for guest in guests} == {
        executive.user.email,
        "ria@elders.example",
    }
    assert all(guest.invited_at for guest in guests)


def test_a_guest_without_an_address_is_asked_for_one(client, secretary, meeting):
    page = client.post(to("meeting_people", meeting), {"name": "Ria"})

    assertContains(page, "Vul in waar de uitnodiging heen moet.")


def test_who_was_there_is_ticked_afterwards_and_the_quorum_is_told(
    client, secretary, meeting
):
    members = [
        AttendeeFactory(
            meeting=meeting,
            user=CouncilMembershipFactory(council=meeting.council).user,
            answer="yes",
        )
        for _number in range(3)
    ]
    address = to("meeting_presence", meeting)
    with time_machine.travel("2027-06-08 17:00+02:00"):
        client.force_login(secretary.user)
        before = client.get(address)
        client.post(address, {"there": [str(each.pk) for each in members[:1]]})
        page = client.get(meeting.get_absolute_url())

    assertContains(before, "checked", count=3)
    assertContains(page, "Te weinig leden om te besluiten")
    assertContains(page, "Leden die er waren: 1 van de 3. Nodig om te besluiten: 2.")


def test_quorum_of_the_council_is_set_on_its_page(client, secretary):
    council = secretary.council

    client.post(to("recess_quorum", council), {"quorum": "4"})
    set_to = quorum_of(council)
    client.post(to("recess_quorum", council), {"quorum": ""})

    assert (set_to, quorum_of(council)) == (4, None)


def quorum_of(council):
    council.refresh_from_db()
    return council.quorum


def test_a_member_answers_on_the_page(client):
    term = CouncilMembershipFactory()
    meeting = MeetingFactory(council=term.council)
    own = AttendeeFactory(meeting=meeting, user=term.user)
    client.force_login(term.user)

    page = client.post(to("meeting_answer", meeting), {"answer": "no"}, follow=True)

    assertContains(page, "U gaf door dat u niet komt.")
    own.refresh_from_db()
    assert own.answer == Attendee.Answer.NO


def test_whether_enough_come_is_said_in_words(client, secretary, meeting):
    answers = ["yes", "yes", "no"]
    for answer in answers:
        AttendeeFactory(meeting=meeting, answer=answer)

    page = client.get(meeting.get_absolute_url())

    assertContains(page, "Er komen genoeg leden om te besluiten")
    assertContains(page, "Leden die doorgaven dat zij komen: 2 van de 3.")


# --- Who sees and who may --------------------------------------------------------

CHANGES = [
    "meeting_edit",
    "meeting_cancel",
    "meeting_people",
    "meeting_presence",
    "meeting_invite",
]


@pytest.mark.parametrize("name", CHANGES)
def test_a_member_may_read_and_not_arrange(client, name):
    term = CouncilMembershipFactory()
    meeting = MeetingFactory(council=term.council)
    client.force_login(term.user)

    assert client.post(to(name, meeting)).status_code == 403
    assertNotContains(client.get(meeting.get_absolute_url()), to(name, meeting))


@pytest.mark.parametrize("name", [*CHANGES, "meeting_detail", "meeting_answer"])
def test_a_meeting_of_another_council_is_not_there(client, secretary, name):
    other = CouncilFactory(organisation=secretary.council.organisation)
    meeting = MeetingFactory(council=other)

    assert client.post(to(name, meeting)).status_code == 404


@pytest.mark.parametrize(
    "factory", [OrganisationMembershipFactory, CareOfficeMembershipFactory]
)
def test_a_guest_reads_when_and_where_and_no_name_of_anybody(client, factory):
    staff = factory()
    organisation = getattr(staff, "organisation", None)
    council = CouncilFactory(**{"organisation": organisation} if organisation else {})
    meeting = MeetingFactory(council=council)
    AttendeeFactory(meeting=meeting, user=staff.user, is_guest=True, votes=False)
    member = AttendeeFactory(meeting=meeting, user=UserFactory(name="Ot Sien"))
    client.force_login(staff.user)

    page = client.get(meeting.get_absolute_url())

    assertContains(page, "De huiskamer")
    assertContains(page, "Ik kom")
    assertNotContains(page, member.name)
    assertNotContains(page, "leden")
    for name in CHANGES:
        assert client.post(to(name, meeting)).status_code == 403


@pytest.mark.parametrize("count", [1, 50])
def test_page_of_a_meeting_takes_as_many_queries_for_one_as_for_fifty_people(
    client, secretary, django_assert_num_queries, count
):
    meeting = MeetingFactory(council=secretary.council)
    AttendeeFactory.create_batch(count, meeting=meeting)

    # session, user, seats, meeting with council and minutes, who comes, agenda
    with django_assert_num_queries(6):
        client.get(meeting.get_absolute_url())


@pytest.mark.parametrize("count", [1, 50])
def test_where_to_plan_costs_no_query_of_its_own(
    client, django_assert_num_queries, count
):
    user = UserFactory()
    for _number in range(count):
        CouncilMembershipFactory(user=user, role="secretary")
    client.force_login(user)

    # session, user, seats
    with django_assert_num_queries(3):
        client.get(reverse("councils:meeting_where"))


def test_minutes_are_a_press_away_once_the_meeting_has_begun(
    client, secretary, meeting
):
    writing = to("minutes_edit", meeting)
    before = client.get(meeting.get_absolute_url())
    with time_machine.travel("2027-06-08 14:05+02:00"):
        client.force_login(secretary.user)
        after = client.get(meeting.get_absolute_url())

    assertNotContains(before, writing)
    assertContains(after, writing)


@pytest.mark.parametrize("name", ["meeting_edit", "meeting_cancel", "meeting_people"])
def test_what_is_over_or_off_leads_back_to_the_meeting(
    client, secretary, meeting, name
):
    Meeting.objects.update(status=Meeting.Status.CANCELLED)
    off = client.get(to(name, meeting))
    Meeting.objects.update(status=Meeting.Status.PLANNED)
    with time_machine.travel("2027-06-08 17:00+02:00"):
        client.force_login(secretary.user)
        over = client.get(to(name, meeting))

    assert (off.url, over.url) == (meeting.get_absolute_url(),) * 2


def test_nobody_notes_who_was_there_before_it_begins(client, secretary, meeting):
    page = client.get(to("meeting_presence", meeting), follow=True)

    assertContains(page, "Deze vergadering is nog niet begonnen.")


def test_who_stands_in_for_the_secretary_finds_the_way_to_plan(client):
    stand_in = StandInFactory(
        term__role="secretary", starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 20)
    )
    council = stand_in.term.council
    client.force_login(stand_in.deputy)
    ready = ReadyItem.objects.create(title="Samen kijken", why="Zo.", help="Zo.")
    meeting = MeetingFactory(council=council)

    plan = reverse("councils:meeting_where")
    assertContains(client.get(reverse("councils:meeting_list")), plan)
    assertContains(client.get(plan), to("meeting_create", council))
    assertContains(client.get(ready.get_absolute_url()), str(meeting.pk))
