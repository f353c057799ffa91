"""The roster of a year: which days it has, which it skips, and why."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions.roster import DaysOff, Pattern, days_of, days_off_of, roster
from councils.models import Meeting, Recess
from portal.dates import AMSTERDAM, SchoolHoliday, SchoolZone, is_working_day
from portal.models import OutgoingMail
from tests.factories import (
    CouncilFactory,
    CouncilMembershipFactory,
    LocationFactory,
    MeetingFactory,
    MunicipalityFactory,
)

DAYS = st.dates(date(2026, 1, 1), date(2029, 6, 30))
patterns = st.builds(
    lambda first, length, weekday, every: Pattern(
        first, first + timedelta(days=length), weekday, **every
    ),
    DAYS,
    st.integers(0, 500),
    st.integers(0, 6),
    st.one_of(
        st.builds(lambda weeks: {"weeks": weeks}, st.integers(1, 13)),
        st.builds(lambda nth: {"nth": nth}, st.sampled_from([1, 2, 3, 4, -1])),
    ),
)
days_off = st.builds(
    lambda zones, first, length: DaysOff(
        tuple(sorted(zones)),
        (SchoolHoliday("Zomerstop", first, first + timedelta(days=length)),),
    ),
    st.sets(st.sampled_from(SchoolZone.values)),
    DAYS,
    st.integers(0, 40),
)


@given(patterns)
def test_every_day_has_the_weekday_and_lies_between_first_and_last(pattern):
    days = days_of(pattern)

    assert all(day.weekday() == pattern.weekday for day in days)
    assert all(pattern.first <= day <= pattern.last for day in days)
    assert days == sorted(set(days))


@given(patterns)
def test_weeks_are_counted_out_and_a_month_has_one(pattern):
    days = days_of(pattern)

    if pattern.weeks:
        gaps = {later - day for day, later in zip(days, days[1:], strict=False)}
        assert gaps <= {timedelta(weeks=pattern.weeks)}
        length = (pattern.last - pattern.first).days
        weekday_in = (pattern.weekday - pattern.first.weekday()) % 7
        left = length - weekday_in
        assert len(days) == (left // (7 * pattern.weeks) + 1 if left >= 0 else 0)
    else:
        assert len({(day.year, day.month) for day in days}) == len(days)


@given(patterns, days_off)
def test_no_free_day_of_a_roster_is_off_and_no_skipped_one_lacks_its_reason(
    pattern, off
):
    for each in roster(pattern, off):
        in_recess = any(one.first <= each.day <= one.last for one in off.recesses)
        is_holiday = not is_working_day(each.day) and each.day.weekday() < 5
        if each.is_free:
            assert not in_recess
            assert not is_holiday
        if in_recess or is_holiday:
            assert each.reasons


def test_second_tuesday_and_last_friday_of_the_month():
    second = Pattern(date(2027, 1, 1), date(2027, 4, 30), weekday=1, nth=2)
    last = Pattern(date(2027, 1, 1), date(2027, 4, 30), weekday=4, nth=-1)

    assert [day.day for day in days_of(second)] == [12, 9, 9, 13]
    assert [day.day for day in days_of(last)] == [29, 26, 26, 30]


def test_a_skipped_day_tells_each_reason_in_words():
    off = DaysOff(
        ("noord", "zuid"),
        (SchoolHoliday("Lentestop", date(2027, 4, 26), date(2027, 4, 28)),),
    )

    assert off.reasons(date(2027, 4, 27)) == (
        "feestdag: Koningsdag",
        "meivakantie, vakantieregio noord en zuid",
        "de raad is vrij: Lentestop",
    )
    assert off.reasons(date(2027, 6, 8)) == ()


def test_years_of_which_not_every_school_holiday_is_known_are_named():
    first, last = date(2029, 1, 1), date(2032, 12, 31)

    assert DaysOff(("noord",)).unknown_years(first, last) == [2030, 2031, 2032]
    assert DaysOff().unknown_years(first, last) == []


# --- Of a council ----------------------------------------------------------------


def located(organisation, zone):
    return LocationFactory(
        organisation=organisation,
        municipality=MunicipalityFactory(school_holiday_zone=zone),
    )


@pytest.mark.django_db
def test_a_local_council_has_the_zone_of_its_locations_and_a_central_one_all():
    central = CouncilFactory(central=True)
    local = CouncilFactory(organisation=central.organisation, parent=central)
    nowhere = CouncilFactory(organisation=central.organisation, parent=central)
    local.locations.add(located(central.organisation, "zuid"))
    located(central.organisation, "noord")
    year = date(2027, 1, 1), date(2027, 12, 31)

    zones = [days_off_of(each, *year).zones for each in (local, central, nowhere)]

    assert zones == [("zuid",), ("noord", "zuid"), ("noord", "zuid")]


# --- The pages -------------------------------------------------------------------

FORM = {
    "kind": "council",
    "weekday": "1",
    "every": "w2",
    "first": "2027-07-01",
    "last": "2027-09-30",
    "at": "14:00",
    "length": "120",
    "place": "De huiskamer",
    "video_link": "",
}


@pytest.fixture
def secretary(client, db, time_machine):
    time_machine.move_to("2027-05-03 09:00+02:00")
    term = CouncilMembershipFactory(role="secretary")
    term.council.locations.add(located(term.council.organisation, "noord"))
    client.force_login(term.user)
    return term


def address(term):
    return reverse("councils:roster_create", args=[term.council_id])


def dates():
    rows = Meeting.objects.order_by("starts_at")
    return [f"{row.starts_at:%m-%d}" for row in rows]


def test_look_lists_every_date_and_plans_nothing(client, secretary):
    page = client.post(address(secretary), FORM | {"look": "1"})

    rows = page.context["rows"]
    taken = [f"{row.day:%m-%d}" for row in rows if row.is_taken]
    assert taken == ["07-06", "08-31", "09-14", "09-28"]
    assert len(rows) == 7
    assertContains(page, "Valt af: zomervakantie, vakantieregio noord", count=3)
    assert Meeting.objects.count() == 0


def test_ticked_dates_are_planned_together_where_they_were_put(client, secretary):
    make = {
        "make": "1",
        "day": ["2027-07-06", "2027-07-20", "2027-09-14"],
        "move-2027-07-06": "-7",
        "move-2027-09-14": "7",
    }

    client.post(address(secretary), FORM | make)
    page = client.post(address(secretary), FORM | make, follow=True)

    assert dates() == ["06-29", "07-20", "09-21"]
    assertContains(page, "Deze vergaderingen waren al gepland.")
    assert OutgoingMail.objects.count() == 0


def test_a_skipped_date_that_is_moved_is_planned_also_without_a_tick(client, secretary):
    moves = {"move-2027-08-17": "7", "move-2027-09-14": "7"}

    client.post(address(secretary), FORM | moves | {"make": "1", "day": ["2027-07-06"]})

    # 14 September was ticked and is not any more.
    assert dates() == ["07-06", "08-24"]


def test_a_date_that_was_never_offered_is_not_planned(client, secretary):
    client.post(
        address(secretary),
        FORM | {"make": "1", "day": ["2027-07-07", "x"], "move-2027-07-06": "900"},
    )

    assert dates() == []


def test_nothing_ticked_asks_for_at_least_one(client, secretary):
    page = client.post(address(secretary), FORM | {"make": "1"})

    assertContains(page, "Kruis ten minste één datum aan.")


def test_a_day_on_which_the_council_meets_already_is_skipped(client, secretary):
    there = MeetingFactory(
        council=secretary.council,
        title="Werkbezoek",
        starts_at=datetime(2027, 9, 14, 23, 30, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 9, 15, 0, 30, tzinfo=AMSTERDAM),
    )
    elsewhere = datetime(2027, 8, 31, 14, tzinfo=AMSTERDAM)
    MeetingFactory(starts_at=elsewhere, ends_at=elsewhere + timedelta(hours=2))

    page = client.post(address(secretary), FORM | {"look": "1"})

    skipped = "Valt af: de raad vergadert die dag al: "
    assertContains(page, f"{skipped}{there.title}", count=1)
    assertContains(page, skipped, count=1)


def test_when_every_date_is_skipped_the_page_says_what_one_can_do(client, secretary):
    dates = {"first": "2027-07-19", "last": "2027-07-30"}

    page = client.post(address(secretary), FORM | dates | {"look": "1"})

    assertContains(page, "Alle data vallen af.")


def test_a_move_tells_whether_that_day_is_off(client, secretary):
    page = client.post(address(secretary), FORM | {"look": "1"})

    assertContains(
        page,
        "een week later: dinsdag 10\xa0augustus 2027 "
        "(zomervakantie, vakantieregio noord)",
    )


def test_recess_is_skipped_and_shown(client, secretary):
    council = secretary.council
    client.post(
        reverse("councils:recess_list", args=[council.pk]),
        {"name": "Herfststop", "starts_on": "2027-09-13", "ends_on": "2027-09-17"},
    )

    page = client.post(address(secretary), FORM | {"look": "1"})

    assertContains(page, "Valt af: de raad is vrij: Herfststop", count=1)


def test_recess_pressed_twice_is_one(client, secretary):
    url = reverse("councils:recess_list", args=[secretary.council.pk])
    days = {"name": "Zomer", "starts_on": "2027-07-12", "ends_on": "2027-08-08"}

    for _twice in range(2):
        client.post(url, days)

    assert Recess.objects.count() == 1


def test_recess_can_be_taken_away(client, secretary):
    recess = Recess.objects.create(
        council=secretary.council,
        name="Herfststop",
        starts_on=date(2027, 9, 13),
        ends_on=date(2027, 9, 17),
    )

    client.post(reverse("councils:recess_remove", args=[recess.pk]))

    assert Recess.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"first": "2027-05-03"}, "Kies een dag die nog komt."),
        ({"last": "2027-06-01"}, "ligt vóór het begin"),
        ({"last": "2030-01-01"}, "Plan hooguit twee jaar tegelijk."),
        ({"place": ""}, "Vul een plaats in"),
        (
            {"first": "2027-07-07", "last": "2027-07-08"},
            "Tussen deze twee data valt zo&#x27;n dag niet.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(client, secretary, wrong, says):
    page = client.post(address(secretary), FORM | wrong | {"look": "1"})

    assertContains(page, says)


def test_years_that_are_not_known_are_said(client, secretary):
    years = {"first": "2030-06-01", "last": "2031-03-01"}

    page = client.post(address(secretary), FORM | years | {"look": "1"})

    assertContains(page, "Nog niet alle schoolvakanties van 2030 en 2031 zijn bekend.")


def test_dates_go_out_by_a_press_of_their_own(client, secretary):
    client.post(
        address(secretary), FORM | {"make": "1", "day": ["2027-07-06", "2027-09-14"]}
    )
    announce = reverse("councils:roster_announce", args=[secretary.council_id])
    assertContains(client.get(announce), "Over 2 vergaderingen kreeg nog niemand")

    client.post(announce)

    assert OutgoingMail.objects.filter(kind="meeting_dates").count() == 1
    assertContains(client.get(announce), "Er zijn geen data om te versturen")


@pytest.mark.parametrize("name", ["roster_create", "roster_announce", "recess_list"])
def test_roster_is_for_who_prepares_and_for_others_is_not_there(client, db, name):
    own = CouncilMembershipFactory(role="member")
    other = CouncilFactory()
    client.force_login(own.user)

    found = [
        client.get(reverse(f"councils:{name}", args=[council.pk])).status_code
        for council in (own.council, other)
    ]

    assert found == [403, 404]


def test_list_of_a_member_offers_no_planning(client, db):
    client.force_login(CouncilMembershipFactory().user)

    page = client.get(reverse("councils:meeting_list"))

    assertNotContains(page, "Plan vergaderingen")
    assert client.get(reverse("councils:meeting_where")).status_code == 403
