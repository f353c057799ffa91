"""The pages of a plan: looked at before it is proposed, read by both, on paper."""

import io
import subprocess
from datetime import date

import pikepdf
import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils.models import CareOrganisation, Council
from portal.models import AuditEvent
from procurement.actions import work_plan as actions
from procurement.models import WorkPlan
from tests.factories import (
    AgendaItemFactory,
    CareOfficeMembershipFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    LocationFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)
from tests.procurement.test_work_plan import House, house, newest, sides

__all__ = ["house"]

LIST = reverse("procurement:work_plan_list")


def create_address(house: House, council: Council | None = None) -> str:
    council = council or house.central
    return reverse("procurement:work_plan_create", args=[house.cycle.pk, council.pk])


def edit_address(plan: WorkPlan) -> str:
    return reverse("procurement:work_plan_edit", args=[plan.pk])


def agree_address(plan: WorkPlan) -> str:
    return reverse("procurement:work_plan_agree", args=[plan.pk])


def typed(**fields) -> dict:
    usual = {"board_days": 14, "consultation_weeks": 4, "papers_days": 7}
    return {**usual, **fields}


def in_the_north(house) -> None:
    """The local council speaks for a house in the north."""
    location = LocationFactory(organisation=house.organisation)
    location.councils.add(house.local)


# --- Making one ------------------------------------------------------------------


def test_dates_are_looked_at_before_anybody_is_asked(client, house):
    client.force_login(house.secretary)

    page = client.get(create_address(house))

    assertContains(page, "vrijdag 4\xa0juni 2027")
    assertContains(page, "Daarna zijn er precies zoveel dagen als nodig.")
    assertContains(page, "28 dagen", count=0)
    assertContains(page, "Voorstellen is nog niet akkoord gaan.")
    assert not WorkPlan.objects.exists()


def test_a_plan_is_proposed_with_what_was_typed(client, house):
    client.force_login(house.chair)

    page = client.post(
        create_address(house),
        typed(board_days=21, local="2027-07-01", propose="1"),
    )

    plan = WorkPlan.objects.get()
    assertRedirects(page, plan.get_absolute_url())
    version = newest(plan)
    assert version.board_days == 21
    assert [step.kind for step in version.steps.all() if step.is_chosen] == ["local"]
    assert sides(version) == {"council"}


def test_reckoning_anew_saves_nothing_and_keeps_what_was_typed(client, house):
    client.force_login(house.secretary)

    page = client.post(create_address(house), typed(board_days=21, preview="1"))

    assertContains(page, "21 dagen nodig om vast te stellen")
    assertContains(page, 'value="21"')
    assert not WorkPlan.objects.exists()


def test_a_date_out_of_order_is_told_beside_it(client, house):
    client.force_login(house.secretary)

    page = client.post(create_address(house), typed(local="2027-07-28", propose="1"))

    assertContains(page, "Dit ligt ná de datum die erop volgt.")
    assertContains(page, 'value="2027-07-28"')
    assert not WorkPlan.objects.exists()


def test_a_proposal_for_the_holidays_is_taken_over_with_one_press(client, house):
    in_the_north(house)
    client.force_login(house.secretary)
    # Answers on 30 July, in the middle of the summer holiday.
    fields = typed(board_days=1, papers_days=1, board="2027-08-01")
    page = client.post(create_address(house), {**fields, "preview": "1"})
    assertContains(
        page, "20 van de 28 dagen vallen in de zomervakantie, vakantieregio noord."
    )
    better = page.context["better"]
    assertContains(page, f'name="take" value="{better}"')

    page = client.post(create_address(house), {**fields, "take": str(better)})

    assertContains(page, f'name="papers" value="{better}"')
    assertNotContains(page, "zonder vakantie over. Nodig")
    assert page.context["better"] is None


def test_who_has_no_side_or_another_council_finds_no_form(client, house):
    strangers = [
        house.member,
        house.person(house.central),
        CareOfficeMembershipFactory(care_office=house.office).user,
        CouncilMembershipFactory(role="chair").user,
        OrganisationMembershipFactory().user,
    ]
    for user in strangers:
        client.force_login(user)
        assert client.get(create_address(house)).status_code == 404
    client.force_login(house.local_chair)
    assert client.get(create_address(house, house.local)).status_code == 404


def test_a_plan_that_is_there_is_shown_instead(client, house):
    plan = house.begin()
    client.force_login(house.executive)

    assertRedirects(client.get(create_address(house)), plan.get_absolute_url())


# --- Reading one -----------------------------------------------------------------


@pytest.mark.parametrize("who", ["chair", "secretary", "adviser", "executive"])
def test_both_sides_and_their_local_councils_read_it(client, house, who):
    plan = house.begin()
    for user in (getattr(house, who), house.member):
        client.force_login(user)
        page = client.get(plan.get_absolute_url())
        assertContains(page, "Versie 1, nog niemand is akkoord.")
        assertContains(page, "Bespreek de planning samen")


def test_a_better_day_is_offered_no_more_on_that_day_also_just_after_midnight(
    client, house
):
    plan = house.begin()
    plan.versions.update(better_papers_on=date(2027, 5, 3))
    late, early = "2027-05-02 23:30+02:00", "2027-05-03 00:30+02:00"

    offered = []
    for moment in (late, early):
        with time_machine.travel(moment, tick=False):
            client.force_login(house.secretary)
            page = client.get(plan.get_absolute_url())
            offered.append(page.context["better"] is not None)

    assert offered == [True, False]


def test_to_others_there_is_no_plan(client, house):
    plan = house.begin()
    others = [
        CareOfficeMembershipFactory(care_office=house.office).user,
        CouncilMembershipFactory(
            council=CouncilFactory(organisation=house.organisation), role="chair"
        ).user,
        CouncilMembershipFactory(role="chair").user,
        OrganisationMembershipFactory().user,
    ]
    names = ["detail", "pdf", "edit", "agree"]
    for user in others:
        client.force_login(user)
        for name in names:
            url = reverse(f"procurement:work_plan_{name}", args=[plan.pk])
            assert client.get(url).status_code == 404, (user, name)


def test_a_member_reads_but_neither_changes_nor_agrees(client, house):
    plan = house.begin()
    client.force_login(house.member)

    assertNotContains(client.get(plan.get_absolute_url()), edit_address(plan))
    assert client.post(edit_address(plan), typed(propose="1")).status_code == 403
    assert client.post(agree_address(plan), {"seen": 1}).status_code == 403


def test_what_changed_and_why_stands_there(client, house):
    plan = house.begin()
    client.force_login(house.adviser)

    page = client.post(
        edit_address(plan),
        typed(papers="2027-05-28", reason="Door de vakantie", seen=1, propose="1"),
        follow=True,
    )

    assertContains(page, "Door de vakantie")
    assertContains(
        page,
        "Geef de stukken aan de raden: was vrijdag 4\xa0juni 2027, "
        "is nu vrijdag 28\xa0mei 2027.",
    )
    old = client.get(reverse("procurement:work_plan_version", args=[plan.pk, 1]))
    assertContains(old, "Dit is een oudere versie. Versie 2 is de nieuwste.")


def test_a_change_of_an_older_version_is_told_and_nothing_typed_is_lost(client, house):
    plan = house.begin()
    draft = house.draft(papers=date(2027, 5, 28))
    actions.propose(plan, draft, seen=1, reason="Eerder", by=house.chair)
    client.force_login(house.adviser)

    page = client.post(
        edit_address(plan),
        typed(papers="2027-05-27", reason="Nog eerder", seen=1, propose="1"),
    )

    assertContains(page, "De planning is inmiddels veranderd. Het is nu versie 2.")
    assertContains(page, "Nog eerder")
    assert plan.versions.count() == 2


# --- Agreeing --------------------------------------------------------------------


def test_a_chair_agrees_with_the_decision_of_the_council(client, house):
    plan = house.begin()
    decision = a_decision(house)
    client.force_login(house.chair)

    page = client.post(
        agree_address(plan), {"seen": 1, "decision": decision.pk}, follow=True
    )

    assertContains(page, "Uw kant is akkoord met deze versie.")
    assertContains(page, f"Besluit {decision.reference}")
    assert newest(plan).agreements.get().decision == decision


def test_who_agrees_to_a_new_version_reads_first_what_changed_and_why(client, house):
    plan = house.begin()
    client.force_login(house.chair)
    assertNotContains(client.get(agree_address(plan)), "Wat er veranderde")

    draft = house.draft(papers=date(2027, 5, 3))
    actions.propose(plan, draft, seen=1, reason="Door mei", by=house.adviser)

    page = client.get(agree_address(plan))
    assertContains(page, "Wat er veranderde")
    assertContains(page, "Door mei")
    assertContains(page, "is nu maandag 3\xa0mei 2027")


def test_the_last_who_agrees_reads_that_the_plan_counts_then(client, house):
    plan = house.begin()
    client.force_login(house.chair)
    assertContains(client.get(agree_address(plan)), "zodra de organisatie akkoord is")

    actions.agree(newest(plan), by=house.executive)

    page = client.get(agree_address(plan))
    assertContains(page, "De organisatie is al akkoord.")
    assertNotContains(page, "zodra de organisatie akkoord is")


def test_agreeing_to_an_older_version_is_refused_in_words(client, house):
    plan = house.begin()
    client.force_login(house.executive)
    draft = house.draft(papers=date(2027, 5, 28))
    actions.propose(plan, draft, seen=1, reason="Eerder", by=house.secretary)

    page = client.post(agree_address(plan), {"seen": 1}, follow=True)

    assertContains(page, "Er is een nieuwere planning: versie 2.")
    assert sides(newest(plan)) == set()


def test_a_closed_decision_is_told_to_voting_members_alone(client, house):
    plan = house.begin()
    decision = a_decision(house, openness="members")
    actions.agree(newest(plan), by=house.chair, decision=decision)

    told = {}
    for who in ("chair", "secretary", "member", "executive"):
        client.force_login(getattr(house, who))
        page = client.get(plan.get_absolute_url()).content.decode()
        paper = words(client.get(reverse("procurement:work_plan_pdf", args=[plan.pk])))
        told[who] = f"Besluit {decision.reference}" in page
        assert (f"Besluit {decision.reference}" in paper) == told[who]
    assert told == {
        "chair": True,
        "secretary": False,
        "member": False,
        "executive": False,
    }


def a_decision(house, openness="open"):
    item = AgendaItemFactory(
        meeting=MeetingFactory(council=house.central), openness=openness
    )
    return DecisionFactory(item=item)


# --- On paper --------------------------------------------------------------------


def words(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def test_paper_is_tagged_and_says_who_agreed_and_who_did_not(client, house):
    plan = house.begin(by=house.chair)
    client.force_login(house.executive)

    response = client.get(reverse("procurement:work_plan_pdf", args=[plan.pk]))

    said = words(response)
    for part in (
        "Nog niet akkoord. Deze planning geldt pas als beide kanten akkoord zijn",
        f"Raad akkoord {house.chair.name}, maandag 11 januari 2027",
        "Organisatie akkoord Nog niet",
        "vrijdag 4 juni 2027 om",
        "Geef de stukken aan de",
        "Lokale raden overleggen 4 weken.",
    ):
        assert part in said
    pdf = pikepdf.open(io.BytesIO(response.content))
    assert str(pdf.Root.Lang) == "nl"
    assert pdf.Root.MarkInfo.Marked is True
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == (
            "Planning van Centrale raad en de bestuurder, Zorginkoop 2028"
        )


def test_paper_of_an_agreed_plan_bears_no_mark(client, house):
    plan = house.begin(by=house.chair)
    actions.agree(newest(plan), by=house.executive)
    client.force_login(house.member)

    said = words(client.get(reverse("procurement:work_plan_pdf", args=[plan.pk])))

    assert "akkoord. Deze planning geldt pas" not in said
    assert f"Organisatie akkoord {house.executive.name}" in said


# --- The list and the timeline ---------------------------------------------------


def test_the_timeline_and_the_list_say_how_it_stands(client, house):
    plan = house.begin(by=house.chair)
    actions.agree(newest(plan), by=house.executive)
    for user in (house.executive, house.member):
        client.force_login(user)
        assertContains(client.get(LIST), "Versie 1, beide akkoord.")
        assertContains(
            client.get(house.cycle.get_absolute_url()), ": versie 1, beide akkoord."
        )
    client.force_login(CareOfficeMembershipFactory(care_office=house.office).user)
    assertNotContains(client.get(house.cycle.get_absolute_url()), "akkoord")
    assertNotContains(client.get(LIST), plan.get_absolute_url())


def test_a_round_without_a_plan_can_be_begun_from_the_list(client, house):
    for user in (house.secretary, house.adviser):
        client.force_login(user)
        assertContains(client.get(LIST), create_address(house))
    client.force_login(house.local_chair)
    assertNotContains(client.get(LIST), "/planning/")


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_takes_the_same_queries_for_any_number(
    client, django_assert_num_queries, house, count
):
    for number in range(count):
        council = CouncilFactory(
            central=True, organisation=house.organisation, name=f"Raad {number:02}"
        )
        actions.begin(council, house.draft(), by=house.adviser)
    client.force_login(house.adviser)

    # session, user, seats, how many plans, plans, rounds without one
    with django_assert_num_queries(6):
        page = client.get(LIST)

    assertContains(page, "Versie 1, nog niemand", count=count)


@pytest.mark.parametrize("changes", [1, 12])
def test_a_plan_takes_the_same_queries_for_any_number_of_versions(
    client, django_assert_num_queries, house, changes
):
    plan = house.begin()
    for number in range(changes):
        draft = house.draft(papers=date(2027, 5, 3 + number))
        actions.propose(plan, draft, seen=number + 1, reason="Anders", by=house.adviser)
    client.force_login(house.chair)

    # session, user, seats, plan, versions with dates, agreements
    with django_assert_num_queries(6):
        page = client.get(plan.get_absolute_url())

    assertContains(page, f"Versie {changes + 1},")


# --- Days of the organisation ----------------------------------------------------


def test_staff_say_how_many_days_plans_are_reckoned_with(client, house):
    url = reverse("councils:organisation_plan_days", args=[house.organisation.pk])
    client.force_login(house.adviser)

    page = client.post(url, typed(consultation_weeks=6, board_days=10), follow=True)

    assertContains(page, "6 weken voor lokale raden")
    kept = CareOrganisation.objects.get(pk=house.organisation.pk)
    assert (kept.consultation_weeks, kept.board_days, kept.papers_days) == (6, 10, 7)
    event = AuditEvent.objects.get(verb="organisation.set_plan_days")
    assert event.data["old"]["consultation_weeks"] == 4


def test_others_do_not_change_the_days_and_none_is_refused(client, house):
    url = reverse("councils:organisation_plan_days", args=[house.organisation.pk])
    for user in (house.chair, OrganisationMembershipFactory().user):
        client.force_login(user)
        assert client.post(url, typed()).status_code == 403
    client.force_login(house.adviser)

    page = client.post(url, typed(board_days=0))

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"board_days"}
