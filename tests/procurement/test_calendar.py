"""The calendar: the same names and dates on screen, on paper and in a private feed."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import action_item as action_items
from councils.models import CouncilMembership, Meeting, Openness, Recess
from portal.context import COUNCIL_KEY
from portal.dates import AMSTERDAM
from portal.models import AuditEvent
from procurement.actions import calendar_feed as actions
from procurement.actions import phase as phase_actions
from procurement.calendar_days import Kind, days_of, month_of
from procurement.exports import year_planner_pdf
from procurement.models import (
    CalendarFeed,
    Participation,
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CareOfficeMembershipFactory,
    CouncilMembershipFactory,
    LocationFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
    ParticipationFactory,
    UserFactory,
)
from tests.ical_reader import read_calendar
from tests.procurement.rounds import Summer

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-06-01 09:00+02:00")]

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def kinds(user, first=FIRST, last=LAST):
    return sorted(str(each.kind) for each in days_of(user, first, last).entries)


def address_of(user):
    feed = CalendarFeed.objects.in_use().filter(user=user).first() or actions.make(user)
    return reverse("procurement:feed_read", args=[actions.token_of(feed)])


def feed_of(client, user):
    client.logout()
    response = client.get(address_of(user))
    assert response.status_code == 200
    return read_calendar(response.content.decode())


# --- What is in it ---------------------------------------------------------------


def test_round_gives_its_first_day_its_closing_and_the_date_of_the_own_council():
    summer = Summer()
    entries = days_of(summer.person(), FIRST, LAST).entries

    assert {entry.kind: entry.day for entry in entries} == {
        Kind.OPENS: summer.phase.opens_on,
        Kind.DATE: date(2027, 6, 18),
        Kind.CLOSES: date(2027, 8, 1),
    }


def test_each_of_two_councils_has_its_own_date():
    summer = Summer()
    user = summer.person()
    CouncilMembershipFactory(user=user, council=summer.central)
    dates = [
        entry for entry in days_of(user, FIRST, LAST).entries if entry.kind == Kind.DATE
    ]

    assert [(each.day, each.councils) for each in dates] == [
        (date(2027, 6, 18), {summer.local.pk}),
        (date(2027, 7, 16), {summer.central.pk}),
    ]


@pytest.mark.parametrize("step", ["decline", "leave"])
def test_round_in_which_the_council_takes_no_part_stays_out(step):
    summer = Summer()
    ParticipationFactory(council=summer.local, cycle=summer.cycle, step="join")
    Participation.objects.create(
        council=summer.local,
        cycle=summer.cycle,
        number=9,
        step=step,
        reason="Te druk.",
        chosen_by=UserFactory(),
    )

    assert kinds(summer.person()) == []
    assert kinds(summer.person(summer.central)) == ["closes", "date", "opens"]


def test_phases_before_the_entry_of_the_council_stay_out():
    summer = Summer()
    summer.earlier_phase()
    user = summer.person()
    assert kinds(user).count("opens") == 2

    ParticipationFactory(
        council=summer.local, cycle=summer.cycle, from_phase=summer.phase
    )
    entries = days_of(user, FIRST, LAST).entries

    assert {entry.pk for entry in entries} == {summer.phase.pk}


def test_staff_sees_the_steps_of_its_own_rounds_only():
    summer = Summer()
    office = CareOfficeMembershipFactory(care_office=summer.office).user
    organisation = OrganisationMembershipFactory(organisation=summer.organisation).user
    elsewhere = CareOfficeMembershipFactory().user

    assert kinds(office) == ["closes", "opens"]
    assert kinds(organisation) == ["closes", "opens"]
    assert kinds(elsewhere) == []


def test_round_that_is_not_published_stands_in_no_calendar():
    summer = Summer()
    office = CareOfficeMembershipFactory(care_office=summer.office).user
    summer.cycle.published_at = None
    summer.cycle.save()

    assert kinds(office) == []


def test_members_have_their_meetings_and_guests_those_they_are_asked_to():
    term, guest = CouncilMembershipFactory(), CareOfficeMembershipFactory().user
    own = MeetingFactory(council=term.council)
    asked = AttendeeFactory(user=guest, is_guest=True).meeting
    AttendeeFactory(user=guest, invited_at=None, is_guest=True)

    of_member = days_of(term.user, FIRST, LAST).entries
    of_guest = days_of(guest, FIRST, LAST).entries

    assert [entry.pk for entry in of_member] == [own.pk]
    assert [entry.pk for entry in of_guest] == [asked.pk]


def plan_of(summer, *sides):
    plan = WorkPlan.objects.create(
        council=summer.central,
        cycle=summer.cycle,
        phase=summer.phase,
        begun_by=UserFactory(),
    )
    version_of(plan, 1, *sides)
    return plan


def version_of(plan, number, *sides):
    version = WorkPlanVersion.objects.create(
        plan=plan,
        number=number,
        deadline=plan.phase.closes_at,
        board_days=14,
        consultation_weeks=4,
        papers_days=7,
    )
    WorkPlanStep.objects.create(
        version=version,
        kind="papers",
        doer="organisation",
        what="Geheim Rozenhout gaat rond",
        due_at=datetime(2027, 6, 10 + number, 17, tzinfo=AMSTERDAM),
        counted_on=date(2027, 6, 10 + number),
    )
    for side in sides:
        WorkPlanAgreement.objects.create(
            version=version, side=side, agreed_by=UserFactory()
        )


def test_plan_counts_once_both_sides_agreed_to_the_newest_version():
    summer = Summer()
    user = summer.person()
    plan = plan_of(summer, Side.COUNCIL)
    assert "plan" not in kinds(user)

    version_of(plan, 2, *Side)
    found = [e for e in days_of(user, FIRST, LAST).entries if e.kind == Kind.PLAN]
    version_of(plan, 3, Side.ORGANISATION)

    assert [(each.day, each.councils) for each in found] == [
        (date(2027, 6, 12), {summer.local.pk})
    ]
    assert "plan" not in kinds(user)


def test_actions_are_ones_own_open_ones_without_a_word_of_what_they_are():
    term = CouncilMembershipFactory()
    own = ActionItemFactory(
        council=term.council,
        owner=term.user,
        what="Geheim Rozenhout",
        openness=Openness.MEMBERS,
    )
    ActionItemFactory(council=term.council, owner=term.user, status="done")
    ActionItemFactory(council=term.council)

    (entry,) = days_of(term.user, FIRST, LAST).entries

    assert (entry.pk, entry.day) == (own.pk, date(2027, 6, 30))
    assert "Rozenhout" not in repr(entry)


def test_closed_action_of_somebody_who_now_helps_the_council_is_gone():
    term = CouncilMembershipFactory(role="secretary")
    ActionItemFactory(council=term.council, owner=term.user, openness=Openness.MEMBERS)

    assert kinds(term.user) == []


# --- The feed --------------------------------------------------------------------


def everything(summer):
    """Somebody with a meeting, a round, a plan and an action; a secret in each."""
    user = summer.person()
    MeetingFactory(council=summer.local)
    plan_of(summer, *Side)
    ActionItemFactory(council=summer.local, owner=user, what="Geheim Rozenhout")
    return user


def test_feed_holds_all_and_no_word_of_anybody(client):
    user = everything(Summer())
    calendar = feed_of(client, user)

    assert calendar.method == "PUBLISH"
    assert len(calendar.events) == 6
    assert "Rozenhout" not in client.get(address_of(user)).content.decode()


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2027, 3, 27), 13),
        (date(2027, 3, 28), 12),
        (date(2027, 10, 30), 12),
        (date(2027, 10, 31), 13),
    ],
)
def test_two_oclock_is_two_oclock_on_both_sides_of_the_change(client, day, utc_hour):
    at = datetime(day.year, day.month, day.day, 14, tzinfo=AMSTERDAM)
    term = CouncilMembershipFactory()
    MeetingFactory(council=term.council, starts_at=at, ends_at=at + timedelta(hours=2))

    with time_machine.travel(at - timedelta(days=5), tick=False):
        (event,) = feed_of(client, term.user).events

    assert event.lines["DTSTART;TZID=Europe/Amsterdam"] == f"{day:%Y%m%d}T140000"
    assert event.starts == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    assert event.ends - event.starts == timedelta(hours=2)


def test_first_day_is_a_whole_day_and_a_closing_ends_on_its_moment(client):
    summer = Summer()
    calendar = feed_of(client, summer.person()).by_uid()

    opens = calendar[f"opens-{summer.phase.pk}@inbreng"]
    closes = calendar[f"closes-{summer.phase.pk}@inbreng"]
    assert (opens.starts, opens.ends) == (
        summer.phase.opens_on,
        summer.phase.opens_on + timedelta(days=1),
    )
    assert closes.ends == summer.phase.closes_at.astimezone(UTC)


def test_signs_that_mean_something_in_a_calendar_come_through_whole(client):
    title = "Overleg; met wie, waar\\hoe – " + "een heel lange naam met é " * 3
    term = CouncilMembershipFactory()
    MeetingFactory(council=term.council, title=title, place="Zaal 1, hoek; links")

    (event,) = feed_of(client, term.user).events

    assert event.title.startswith(title.strip()[:60])
    assert event.location == "Zaal 1, hoek; links"


def test_moved_date_keeps_its_name_and_gets_a_higher_number(client):
    summer = Summer()
    user = summer.person()
    before = feed_of(client, user).by_uid()
    moved = summer.phase.closes_at + timedelta(days=7)

    phase_actions.move_phase(
        summer.phase,
        opens_on=summer.phase.opens_on,
        closes_at=moved,
        reason="Het kan eerder niet.",
        by=UserFactory(),
    )
    after = feed_of(client, user).by_uid()

    assert after.keys() == before.keys()
    uid = f"closes-{summer.phase.pk}@inbreng"
    assert after[uid].ends - before[uid].ends == timedelta(days=7)
    assert all(after[each].sequence > before[each].sequence for each in before)


def test_newer_version_of_a_plan_moves_the_entry_it_had(client):
    summer = Summer()
    user = summer.person()
    plan = plan_of(summer, *Side)
    uid = f"plan-papers-{plan.pk}@inbreng"
    before = feed_of(client, user).by_uid()[uid]

    version_of(plan, 2, *Side)
    after = feed_of(client, user).by_uid()[uid]

    assert (before.sequence, after.sequence) == (1, 2)
    assert after.starts - before.starts == timedelta(days=1)


def test_meeting_that_is_off_stays_and_says_so(client):
    term = CouncilMembershipFactory()
    MeetingFactory(
        council=term.council,
        status=Meeting.Status.CANCELLED,
        sequence=3,
        cancelled_because="Geheim Rozenhout",
    )

    (event,) = feed_of(client, term.user).events

    assert (event.status, event.sequence) == ("CANCELLED", 3)
    assert "Rozenhout" not in str(event)


def test_feed_dies_with_the_seat_at_the_next_request(client):
    summer = Summer()
    user = summer.person()
    url = address_of(user)
    assert client.get(url).status_code == 200

    CouncilMembership.objects.filter(user=user).update(ends_on=date(2027, 5, 31))

    assert client.get(url).status_code == 404


def test_feed_holds_what_the_seats_of_today_allow(client):
    summer = Summer()
    user = everything(summer)
    other = CouncilMembershipFactory(user=user)
    CouncilMembership.objects.filter(council=summer.local).update(
        ends_on=date(2027, 5, 31)
    )
    meeting = MeetingFactory(council=other.council)

    assert [event.uid for event in feed_of(client, user).events] == [
        f"meeting-{meeting.pk}@inbreng"
    ]


@pytest.mark.parametrize("fault", ["closed", "withdrawn", "renewed", "changed", "row"])
def test_address_that_does_not_hold_is_not_there(client, fault):
    user = Summer().person()
    url = address_of(user)
    if fault == "closed":
        user.is_active = False
        user.save()
    elif fault == "withdrawn":
        actions.withdraw(user)
    elif fault == "renewed":
        actions.make(user)
    elif fault == "changed":
        url = url.replace(".ics", "x.ics")
    else:
        url = reverse("procurement:feed_read", args=[CalendarFeed.objects.get().pk.hex])

    assert client.get(url).status_code == 404


def test_secret_of_one_row_does_not_open_another(client):
    summer = Summer()
    mine, theirs = address_of(summer.person()), address_of(summer.person())
    theirs_row = theirs.split("/")[-1].split(".")[0]
    secret = mine.split("/")[-1].split(".", 1)[1]

    url = theirs.replace(theirs.split("/")[-1], f"{theirs_row}.{secret}")

    assert client.get(url).status_code == 404


def test_unchanged_calendar_is_not_sent_again(client):
    term = CouncilMembershipFactory()
    url = address_of(term.user)
    first = client.get(url)

    again = client.get(url, headers={"if-none-match": first["ETag"]})
    MeetingFactory(council=term.council)
    changed = client.get(url, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"


def test_action_with_another_day_comes_with_a_higher_number(client):
    term = CouncilMembershipFactory()
    action = ActionItemFactory(
        council=term.council,
        owner=term.user,
        item=AgendaItemFactory(meeting__council=term.council),
    )
    url = address_of(term.user)

    def numbers():
        events = read_calendar(client.get(url).content.decode()).events
        return [each.sequence for each in events if str(action.pk) in each.uid]

    before = numbers()
    action_items.hand_over(
        action, owner=term.user, due_on=date(2027, 7, 1), by=term.user
    )

    assert (before, numbers()) == ([0], [1])


def test_feed_takes_the_same_queries_for_any_number(client, django_assert_num_queries):
    summer = Summer()
    user = everything(summer)
    url = address_of(user)
    for number in range(30):
        MeetingFactory(council=summer.local)
        ActionItemFactory(council=summer.local, owner=user, what=str(number))

    # the address with its owner, seats, rounds, meetings, the rest, moves of phases,
    # changes of actions
    with django_assert_num_queries(7):
        client.get(url)


# --- The address -----------------------------------------------------------------


def test_page_makes_renews_and_withdraws_the_address(client):
    user = Summer().person()
    client.force_login(user)
    page = reverse("procurement:feed_show")
    assertNotContains(client.get(page), ".ics")

    client.post(reverse("procurement:feed_make"))
    first = address_of(user)
    assertContains(client.get(page), first)
    client.post(reverse("procurement:feed_make"))
    assertNotContains(client.get(page), first)
    client.post(reverse("procurement:feed_withdraw"))

    assertNotContains(client.get(page), ".ics")
    verbs = AuditEvent.objects.filter(verb__startswith="calendar_feed.")
    assert sorted(verbs.values_list("verb", flat=True)) == [
        "calendar_feed.make",
        "calendar_feed.make",
        "calendar_feed.withdraw",
        "calendar_feed.withdraw",
    ]


# --- The month -------------------------------------------------------------------


def month(client, user, year=2027, number=6, council=None):
    client.force_login(user)
    if council:
        session = client.session
        session[COUNCIL_KEY] = str(council.pk)
        session.save()
    return client.get(reverse("procurement:calendar_month", args=[year, number]))


def test_weeks_run_from_monday_to_sunday_and_hold_the_whole_month():
    for number in range(1, 13):
        weeks = month_of(date(2027, number, 1))
        days = [day for week in weeks for day in week]
        assert all(week[0].weekday() == 0 and len(week) == 7 for week in weeks)
        assert [day.day for day in days if day.month == number][0] == 1
        assert (days[-1] + timedelta(days=1)).replace(day=1) > date(2027, number, 1)
        assert len(set(days)) == len(days)


def test_month_shows_what_falls_in_it(client):
    summer = Summer()
    user = everything(summer)

    page = month(client, user)

    for words in ("14.00", "Raadsvergadering", "Inschrijving: datum van De Watergang"):
        assertContains(page, words)
    assertNotContains(page, "Rozenhout")


def test_month_follows_the_council_that_was_chosen(client):
    summer = Summer()
    user = summer.person()
    other = CouncilMembershipFactory(user=user)
    MeetingFactory(council=other.council)

    page = month(client, user, council=other.council)

    assertNotContains(page, "Inschrijving")
    assertContains(page, "Raadsvergadering")


def test_month_names_public_holidays_school_holidays_and_recess(client):
    summer = Summer()
    location = LocationFactory(
        organisation=summer.organisation, municipality__school_holiday_zone="noord"
    )
    summer.local.locations.add(location)
    Recess.objects.create(
        council=summer.local,
        name="Zomerrust",
        starts_on=date(2027, 7, 19),
        ends_on=date(2027, 8, 13),
    )
    user = summer.person()

    marks = days_of(user, FIRST, LAST).marks

    assert [mark.name for mark in marks[date(2027, 5, 6)]][:1] == ["Hemelvaartsdag"]
    assert "Zomervakantie" in [mark.name for mark in marks[date(2027, 7, 20)]]
    assert "reces: Zomerrust" in [mark.name for mark in marks[date(2027, 7, 20)]]
    assertContains(month(client, user, number=7), "Zomerrust")


def test_a_central_council_has_the_school_holidays_of_its_whole_organisation():
    summer = Summer()
    for zone in ["noord", "zuid"]:
        place = LocationFactory(
            organisation=summer.organisation, municipality__school_holiday_zone=zone
        )
        if zone == "noord":
            summer.local.locations.add(place)
    LocationFactory(municipality__school_holiday_zone="midden")

    central = days_of(summer.person(council=summer.central), FIRST, LAST)
    local = days_of(summer.person(council=summer.local), FIRST, LAST)

    assert central.zones == {summer.central.pk: {"noord", "zuid"}}
    assert local.zones == {summer.local.pk: {"noord"}}


def test_a_council_without_locations_has_the_school_holidays_of_its_organisation():
    summer = Summer()
    LocationFactory(
        organisation=summer.organisation, municipality__school_holiday_zone="zuid"
    )

    assert days_of(summer.person(), FIRST, LAST).zones == {summer.local.pk: {"zuid"}}


@pytest.mark.parametrize(("year", "number"), [(2027, 0), (2027, 13), (1999, 1)])
def test_month_that_is_none_is_not_there(client, year, number):
    assert month(client, Summer().person(), year, number).status_code == 404


@pytest.mark.parametrize(
    ("year", "number", "there"), [(2020, 1, "next"), (2099, 12, "prev")]
)
def test_first_and_last_month_lead_to_no_month_that_is_none(
    client, year, number, there
):
    page = month(client, Summer().person(), year, number).content.decode()

    assert re.findall('rel="(prev|next)"', page) == [there]


@pytest.mark.parametrize("many", [1, 30])
def test_month_takes_six_queries_for_any_number(
    client, django_assert_num_queries, many
):
    summer = Summer()
    user = everything(summer)
    other = CouncilMembershipFactory(user=user).council
    for number in range(many):
        MeetingFactory(council=other)
        ActionItemFactory(council=other, owner=user, what=str(number))
    client.force_login(user)

    # session, user, seats, rounds, meetings, all the rest
    with django_assert_num_queries(6):
        client.get(reverse("procurement:calendar_month", args=[2027, 6]))


# --- The paper -------------------------------------------------------------------


@pytest.mark.parametrize(("paper", "sheets"), [("a3", 2), ("a4", 4)])
def test_planner_has_every_day_of_the_year_once(paper, sheets):
    summer = Summer()
    user = everything(summer)

    context = year_planner_pdf.context(days_of(user, FIRST, LAST), "De raad", paper)

    cells = [
        cell
        for sheet in context["sheets"]
        for _number, row in sheet.rows
        for cell in row
    ]
    days = sorted(cell.day for cell in cells if cell.day)
    assert len(context["sheets"]) == sheets
    assert days == [FIRST + timedelta(days=number) for number in range(365)]
    assert sum(len(cell.entries) for cell in cells) == 6


def test_a_day_of_a_planner_has_room_for_words_that_are_not_broken():
    name = "Vragenronde en Nota van Inlichtingen"
    day = year_planner_pdf.Cell(FIRST, False, False, [], [name])

    assert [day.lines(letters) for letters in (18, 36)] == [3, 1]


@pytest.mark.parametrize(("paper", "sheets"), [("a3", 2), ("a4", 4)])
@pytest.mark.parametrize("meetings", [0, 60])
def test_every_sheet_of_a_planner_fits_on_one_page(client, paper, sheets, meetings):
    user = everything(Summer())
    council = CouncilMembershipFactory(user=user).council
    begins = datetime(2027, 1, 4, 14, tzinfo=AMSTERDAM)
    for number in range(meetings):
        at = begins + number * timedelta(days=6)
        MeetingFactory(council=council, starts_at=at, ends_at=at + timedelta(hours=2))
    client.force_login(user)
    url = reverse("procurement:calendar_year_pdf", args=[2027])

    response = client.get(url, {"papier": paper})

    pdf = pikepdf.open(io.BytesIO(response.content))
    assert len(pdf.pages) == sheets


def test_planner_is_a_table_that_can_be_read_aloud(client):
    user = everything(Summer())
    client.force_login(user)

    response = client.get(reverse("procurement:calendar_year_pdf", args=[2027]))

    pdf = pikepdf.open(io.BytesIO(response.content))
    kinds_of_tags = [str(element.S) for element in elements(pdf.Root.StructTreeRoot)]
    width, height = (float(each) for each in pdf.pages[0].mediabox[2:])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (420, 297)
    assert kinds_of_tags.count("/H1") == 1
    assert kinds_of_tags.count("/Table") == 2
    # Six months and the word for days on each sheet, and a head for each day.
    assert kinds_of_tags.count("/TH") == 2 * (7 + 31)
    assert str(pdf.Root.Lang) == "nl"


def elements(element):
    """The tags below one, in the order in which they are read aloud."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)
