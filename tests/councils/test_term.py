"""Terms that end: told in time, made longer, and their work handed over in one go."""

from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import handover, membership
from councils.actions import term as actions
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    CouncilMembership,
    Openness,
    StandIn,
)
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, OutgoingMail, User
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    StandInFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ENDS = date(2028, 3, 31)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2027-06-01 09:00+02:00", tick=False):
        yield


@pytest.fixture
def council():
    council = CouncilFactory(name="De Watergang")
    for role in ("chair", "secretary"):
        CouncilMembershipFactory(council=council, role=role)
    return council


def holder(council, role):
    return User.objects.get(
        councilmemberships__in=council.memberships.filter(role=role)
    )


def ending_term(council, **fields):
    return CouncilMembershipFactory(council=council, **{"ends_on": ENDS, **fields})


# --- When ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2028, 3, 31), 12, date(2027, 3, 31)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
        (date(2027, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_months_before_a_day(day, months, before):
    assert actions.months_before(day, months) == before


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2027, 3, 30), None),
        (date(2027, 3, 31), 12),
        (date(2027, 9, 29), 12),
        (date(2027, 9, 30), 6),
        (date(2028, 2, 28), 6),
        (date(2028, 2, 29), 1),
        (date(2028, 3, 31), 1),
    ],
)
def test_months_that_are_left(today, months):
    assert actions.months_left(ENDS, today) == months


# --- Mails -----------------------------------------------------------------------


def run(at):
    with time_machine.travel(f"{at}+01:00", tick=False):
        actions.remind(timezone.now())
    return sorted(
        OutgoingMail.objects.filter(kind="term_ends").values_list("to", flat=True)
    )


def both(council):
    return sorted(holder(council, role).email for role in ("chair", "secretary"))


def test_secretary_and_chair_hear_of_it_once_at_twelve_six_and_one_month(council):
    ending_term(council)

    assert run("2027-03-31 07:59") == []
    assert run("2027-03-31 10:00") == both(council)
    assert run("2027-04-01 10:00") == both(council)
    assert run("2027-09-30 10:00") == sorted(both(council) * 2)
    assert run("2028-02-29 10:00") == sorted(both(council) * 3)
    assert run("2028-03-31 10:00") == sorted(both(council) * 3)
    assert run("2028-04-01 10:00") == sorted(both(council) * 3)


def test_runs_that_were_missed_give_the_nearest_mail_only(council):
    ending_term(council)

    assert run("2028-03-05 10:00") == both(council)
    keys = OutgoingMail.objects.values_list("key", flat=True)
    assert {key.split(":")[2] for key in keys} == {"1"}


def test_last_day_that_was_just_set_makes_no_mail_of_a_moment_before(council):
    term = ending_term(council, ends_on=None)
    membership.end(term, last_day=date(2027, 9, 1), by=holder(council, "chair"))

    assert run("2027-06-02 10:00") == []
    assert run("2027-08-01 10:00") == both(council)


def test_last_day_that_moved_is_told_anew(council):
    term = ending_term(council, ends_on=date(2027, 7, 1))
    run("2027-06-02 10:00")
    actions.extend(term, last_day=ENDS, by=holder(council, "secretary"))

    assert run("2028-02-29 10:00") == sorted(both(council) * 2)


def test_term_that_goes_on_in_another_role_is_told_to_nobody(council):
    term = ending_term(council, ends_on=date(2027, 6, 30))
    CouncilMembershipFactory(
        council=council, user=term.user, role="chair", starts_on=date(2027, 7, 1)
    )

    assert run("2027-06-10 10:00") == []


@pytest.mark.parametrize("change", ["longer", "left", ""])
def test_mail_is_asked_again_when_it_leaves(council, change):
    term = ending_term(council, ends_on=date(2027, 6, 30))
    run("2027-06-10 10:00")
    mail = OutgoingMail.objects.filter(to=holder(council, "secretary").email).get()
    if change == "longer":
        actions.extend(term, last_day=ENDS, by=holder(council, "chair"))
    elif change == "left":
        council.memberships.filter(role="secretary").update(ends_on=date(2027, 5, 31))

    check = import_string(settings.MAIL_RECHECKS[mail.recheck["name"]])

    assert (check(**mail.recheck["args"]) == "") is (change == "")


# --- The page --------------------------------------------------------------------


def test_page_groups_terms_by_how_soon_they_end(client, council):
    days = {
        "Vandaag": date(2027, 6, 1),
        "Maand": date(2027, 6, 30),
        "Halfjaar": date(2027, 11, 30),
        "Jaar": date(2028, 6, 1),
        "Later": date(2028, 7, 1),
        "Geweest": date(2027, 5, 1),
        "Lang geweest": date(2026, 1, 1),
    }
    for name, day in days.items():
        ending_term(council, ends_on=day, user__name=name)
    client.force_login(holder(council, "secretary"))

    page = client.get(reverse("councils:council_terms", args=[council.pk]))

    assert [
        [term.user.name for term in group.terms] for group in page.context["groups"]
    ] == [["Vandaag", "Maand"], ["Halfjaar"], ["Jaar"], ["Geweest"]]


@pytest.mark.parametrize("role", ["member", "supporter", "deputy_chair"])
@pytest.mark.parametrize("name", ["council_terms", "council_handover"])
def test_others_do_not_keep_the_list(client, council, role, name):
    client.force_login(CouncilMembershipFactory(council=council, role=role).user)

    assert client.get(reverse(f"councils:{name}", args=[council.pk])).status_code == 403


@pytest.mark.parametrize("many", [1, 40])
def test_page_takes_the_same_queries_for_any_number(
    client, council, django_assert_num_queries, many
):
    for _each in range(many):
        ending_term(council, ends_on=date(2027, 7, 1))
    client.force_login(holder(council, "secretary"))

    # session, user, seats, council, terms
    with django_assert_num_queries(5):
        client.get(reverse("councils:council_terms", args=[council.pk]))


@pytest.mark.parametrize(
    ("last_day", "is_allowed"),
    [(date(2029, 1, 1), True), (None, True), (ENDS, False), (date(2027, 9, 1), False)],
)
def test_term_becomes_longer_and_never_shorter(council, last_day, is_allowed):
    term, by = ending_term(council), holder(council, "chair")

    if is_allowed:
        actions.extend(term, last_day=last_day, by=by)
    else:
        with pytest.raises(NotAllowedNow):
            actions.extend(term, last_day=last_day, by=by)

    term.refresh_from_db()
    assert term.ends_on == (last_day if is_allowed else ENDS)
    assert AuditEvent.objects.filter(verb="membership.extend").exists() is is_allowed


def test_term_that_is_over_does_not_begin_again(council):
    term = ending_term(council, ends_on=date(2027, 5, 1))

    with pytest.raises(NotAllowedNow):
        actions.extend(term, last_day=None, by=holder(council, "chair"))


def test_longer_by_the_page(client, council):
    term = ending_term(council)
    client.force_login(holder(council, "secretary"))
    url = reverse("councils:term_extend", args=[term.pk])

    assertContains(client.get(url), "blijft langer")
    assertContains(client.post(url, {"last_day": "2027-01-01"}), "2027-01-01")
    client.post(url, {"last_day": "2029-01-01"})

    term.refresh_from_db()
    assert term.ends_on == date(2029, 1, 1)


# --- Handing over ----------------------------------------------------------------


def work_of(user, council, openness=Openness.OPEN):
    """One of each thing that somebody can have in a council."""
    item = AgendaItemFactory(
        meeting=MeetingFactory(council=council), introducer=user, openness=openness
    )
    return {
        "action": ActionItemFactory(
            council=council, owner=user, openness=openness, item=item
        ),
        "item": item,
        "paper": AgendaPaper.objects.create(item=item, title="Notitie", deliverer=user),
    }


def things(user, council, reader):
    found = handover.things_of(user, council, reader=User.objects.get(pk=reader.pk))
    return [thing.key.partition("-")[0] for thing in found]


def test_work_is_what_is_still_to_be_done(council):
    leaver = ending_term(council).user
    work_of(leaver, council)
    ActionItemFactory(council=council, owner=leaver, status="done")
    ActionItemFactory(owner=leaver)
    AgendaItemFactory(
        meeting=MeetingFactory(council=council, status="cancelled"), introducer=leaver
    )
    StandInFactory(term=council.memberships.get(role="chair"), deputy=leaver)
    chair = holder(council, "chair")

    assert things(leaver, council, chair) == ["action", "item", "paper", "place"]


def test_what_only_members_read_is_not_counted_for_the_secretary(client, council):
    leaver = ending_term(council).user
    work_of(leaver, council, Openness.MEMBERS)
    secretary = holder(council, "secretary")

    assert things(leaver, council, secretary) == []
    assert things(leaver, council, holder(council, "chair")) == [
        "action",
        "item",
        "paper",
    ]
    client.force_login(secretary)
    page = client.get(handover_page(council, leaver))
    assertContains(page, "niets om over te dragen")
    assertNotContains(page, "Notitie")


def handover_page(council, leaver):
    term = council.memberships.get(user=leaver)
    return reverse("councils:council_handover", args=[council.pk]) + f"?van={term.pk}"


def test_everything_goes_to_one_person_with_one_press(client, council):
    leaver, receiver = ending_term(council).user, ending_term(council).user
    work_of(leaver, council)
    StandInFactory(term=council.memberships.get(role="chair"), deputy=leaver)
    client.force_login(holder(council, "secretary"))
    url = handover_page(council, leaver)

    assertContains(client.get(url), "Notitie")
    client.post(url, {"everything": str(receiver.pk)})

    assert ActionItem.objects.get().owner == receiver
    assert AgendaItem.objects.get().introducer == receiver
    assert AgendaPaper.objects.get().deliverer == receiver
    assert set(StandIn.objects.current().values_list("deputy", flat=True)) == set()
    coming = StandIn.objects.filter(ends_on=date(2027, 6, 20)).get()
    assert (coming.deputy, coming.starts_on) == (receiver, date(2027, 6, 7))
    verbs = AuditEvent.objects.values_list("verb", flat=True)
    assert sorted(verbs) == [
        "action_item.hand_over",
        "agenda_item.save",
        "agenda_paper.save",
        "stand_in.end",
        "stand_in.name",
    ]
    mail = OutgoingMail.objects.get(kind="handed_over")
    assert mail.to == receiver.email
    assert "4 punten" in mail.body


def test_each_thing_can_go_to_somebody_else_or_stay(client, council):
    leaver = ending_term(council).user
    one, other = ending_term(council).user, ending_term(council).user
    work = work_of(leaver, council)
    client.force_login(holder(council, "secretary"))

    client.post(
        handover_page(council, leaver),
        {
            "everything": str(one.pk),
            f"item-{work['item'].pk}": str(other.pk),
            f"paper-{work['paper'].pk}": "nobody",
        },
    )

    assert ActionItem.objects.get().owner == one
    assert AgendaItem.objects.get().introducer == other
    assert AgendaPaper.objects.get().deliverer == leaver


def test_what_only_members_read_goes_to_a_member_alone(client, council):
    leaver = ending_term(council).user
    work = work_of(leaver, council, Openness.MEMBERS)
    client.force_login(holder(council, "chair"))
    secretary = holder(council, "secretary")
    url = handover_page(council, leaver)

    page = client.post(url, {"everything": str(secretary.pk)})

    assertContains(page, "Alleen leden lezen dit")
    page = client.post(url, {f"action-{work['action'].pk}": str(secretary.pk)})
    assert page.status_code == 200
    assert ActionItem.objects.get().owner == leaver
    with pytest.raises(NotAllowedNow):
        handover.hand_over(
            leaver,
            council,
            {f"item-{work['item'].pk}": secretary},
            by=holder(council, "chair"),
        )


def test_nobody_takes_over_from_outside_the_council(council):
    leaver = ending_term(council).user
    work = work_of(leaver, council)

    with pytest.raises(NotAllowedNow):
        handover.hand_over(
            leaver,
            council,
            {f"item-{work['item'].pk}": UserFactory()},
            by=holder(council, "chair"),
        )


def test_who_keeps_no_secret_names_hands_over_nothing_hidden(council):
    """A key of a closed thing that the secretary guesses changes nothing."""
    leaver = ending_term(council).user
    work = work_of(leaver, council, Openness.MEMBERS)

    count = handover.hand_over(
        leaver,
        council,
        {f"action-{work['action'].pk}": holder(council, "chair")},
        by=holder(council, "secretary"),
    )

    assert count == 0
    assert ActionItem.objects.get().owner == leaver


def test_pressing_nothing_asks_to_choose(client, council):
    leaver = ending_term(council).user
    work_of(leaver, council)
    client.force_login(holder(council, "chair"))

    page = client.post(handover_page(council, leaver), {"everything": ""})

    assertContains(page, "Kies wie iets overneemt")


def test_seat_of_another_council_is_not_there(client, council):
    term = CouncilMembershipFactory()
    client.force_login(holder(council, "chair"))
    url = reverse("councils:council_handover", args=[council.pk])

    assert client.get(f"{url}?van={term.pk}").status_code == 404
    assert client.get(f"{url}?van=x").status_code == 404
    assert client.get(url).status_code == 302


def test_ending_a_seat_leads_to_handing_over_what_is_left(client, council):
    term = ending_term(council, ends_on=None)
    client.force_login(holder(council, "secretary"))
    end = reverse("councils:term_end", args=[term.pk])
    without = client.post(end, {"last_day": "2027-12-31"})
    work_of(term.user, council)

    with_work = client.post(end, {"last_day": "2027-11-30"})

    assert without["Location"] == council.get_absolute_url()
    assert with_work["Location"] == handover_page(council, term.user)
    assert CouncilMembership.objects.get(pk=term.pk).ends_on == date(2027, 11, 30)


@pytest.mark.parametrize("many", [1, 20])
def test_handing_over_page_takes_the_same_queries_for_any_number(
    client, council, django_assert_num_queries, many
):
    leaver = ending_term(council).user
    for _each in range(many):
        work_of(leaver, council)
        ending_term(council)
    client.force_login(holder(council, "chair"))
    url = handover_page(council, leaver)

    # session, user, seats, council, the seat, actions, items, papers, places, people
    with django_assert_num_queries(10):
        client.get(url)
