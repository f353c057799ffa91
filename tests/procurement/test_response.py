"""The care office answers: in private, until all of it is published at once."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
)

from portal.errors import NotAllowedNow, StaleText
from portal.models import OutgoingMail
from procurement.actions import composition, submission
from procurement.actions import response as actions
from procurement.actions.composition import Sentences
from procurement.expected import expected_tasks
from procurement.models import (
    Answer,
    Goal,
    Paragraph,
    PhaseKind,
    Publication,
    ReminderRule,
)
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    PhaseFactory,
    ThemeFactory,
)
from tests.races import at_once, side_by_side

pytestmark = pytest.mark.django_db

PARAGRAPH = "In de nacht durven mensen niet te drinken."
OWN = "Wij vragen ons af wat er met onze woorden gebeurt."


class Desk:
    """A central council that submitted a paragraph on local words, and an own input."""

    def __init__(self, office=None, phase=None):
        self.office = office or CareOfficeFactory()
        self.buyer = CareOfficeMembershipFactory(care_office=self.office).user
        organisation = CareOrganisationFactory(care_office=self.office)
        self.executive = OrganisationMembershipFactory(organisation=organisation).user
        self.central = CouncilFactory(organisation=organisation, central=True)
        self.local = CouncilFactory(organisation=organisation, parent=self.central)
        self.other = CouncilFactory(organisation=organisation, parent=self.central)
        self.phase = phase or PhaseFactory(cycle__care_office=self.office)
        self.chair = CouncilMembershipFactory(council=self.central, role="chair").user
        self.member = CouncilMembershipFactory(council=self.local).user
        self.stranger = CouncilMembershipFactory(council=self.other).user
        cycle = self.phase.cycle
        night = CouncilInputFactory(
            council=self.local,
            cycle=cycle,
            for_central_council=True,
            for_care_office=True,
            words__title="De bel",
            words__text="De bel rinkelt lang.",
        )
        self.own = CouncilInputFactory(
            council=self.central,
            cycle=cycle,
            shared=True,
            words__title="Onze woorden",
            words__text=OWN,
        )
        paragraph = composition.add_paragraph(
            Paragraph(
                council=self.central,
                cycle=cycle,
                title="De nacht",
                goal=Goal.TRUST,
                theme=ThemeFactory(),
            ),
            [Sentences(PARAGRAPH, [night.shared_id]), Sentences("Slotzin van ons.")],
            by=self.chair,
        )
        draft = submission.start(self.central, cycle, by=self.chair)
        submission.add_items(draft, [paragraph, self.own], by=self.chair)
        version = submission.offer(draft, by=self.chair)
        submission.sign(
            version.submission,
            by=self.chair,
            seen=submission.signing_code(version, []),
        )
        draft.refresh_from_db()
        self.submission, self.version = draft, version
        items = {item["title"]: item["id"] for item in version.content["items"]}
        rows = {str(row.pk): row for row in version.submitted_items.all()}
        self.night_item = rows[items["De nacht"]]
        self.own_item = rows[items["Onze woorden"]]

    def write(self, item, outcome="taken_up", reason="", seen=0, study_until=None):
        return actions.write(
            item,
            outcome=outcome,
            reason=reason,
            study_until=study_until,
            seen=seen,
            by=self.buyer,
        )

    def answer_all(self):
        self.write(self.night_item, "partly", "Wij nemen de wachttijd over.")
        self.write(self.own_item, "taken_up", "U krijgt voortaan antwoord.")


def tell_members(desk: Desk) -> None:
    """Let there be a rule by which members hear of answers in this round."""
    PhaseFactory(cycle=desk.phase.cycle, kind=PhaseKind.FINAL_AWARD, order=10)
    ReminderRule.objects.create(
        phase_kind=PhaseKind.FINAL_AWARD, role="member", moment="answers", at=time(9)
    )


@pytest.fixture
def desk():
    return Desk()


def test_a_draft_answer_is_nowhere_for_councils_and_organisation(desk, client):
    answer = desk.write(desk.own_item, "partly", "Geheim tot het klaar is")

    for reader in (desk.chair, desk.member, desk.executive):
        client.force_login(reader)
        assert client.get(answer.get_absolute_url()).status_code == 404
        for url in (
            reverse("procurement:response_list"),
            reverse("procurement:submission_list"),
        ):
            assertNotContains(client.get(url), "Geheim")
    assert not OutgoingMail.objects.filter(kind="answers_published").exists()


def test_nothing_is_published_while_one_point_has_no_complete_answer(desk):
    desk.write(desk.night_item, "partly", "Een deel.")

    with pytest.raises(NotAllowedNow):
        actions.publish(desk.version, by=desk.buyer)

    assert not Answer.objects.published().exists()


@pytest.mark.parametrize("outcome", ["partly", "not_taken_up", "studied", "elsewhere"])
def test_a_reason_in_words_is_required_unless_taken_up(desk, client, outcome):
    client.force_login(desk.buyer)

    response = client.post(
        reverse("procurement:desk_answer", args=[desk.submission.pk, desk.own_item.pk]),
        {"outcome": outcome, "study_until": "2027-12-01", "reason": "", "seen": "0"},
    )

    assertContains(response, "Geef uw reden. De raad wil weten waarom.")
    assert not Answer.objects.exists()


def test_all_answers_are_published_together_and_each_person_gets_one_mail(desk):
    desk.answer_all()
    # Somebody of the local council who sits in the central one too.
    CouncilMembershipFactory(council=desk.central, user=desk.member)
    tell_members(desk)

    actions.publish(desk.version, by=desk.buyer)

    assert Answer.objects.published().count() == 2
    mails = OutgoingMail.objects.filter(kind="answers_published")
    assert sorted(mails.values_list("to", flat=True)) == sorted(
        [desk.chair.email, desk.member.email]
    )
    assert "wachttijd" not in "".join(mail.subject + mail.body for mail in mails)


def test_a_quoted_council_reads_the_answer_at_its_own_words_only(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.member)

    response = client.get(desk.night_item.answer.get_absolute_url())

    assertContains(response, "Wij nemen de wachttijd over.")
    assertContains(response, "De bel rinkelt lang.")
    assertContains(response, PARAGRAPH)
    assertNotContains(response, "Slotzin van ons.")
    assert client.get(desk.own_item.answer.get_absolute_url()).status_code == 404


def test_a_council_that_was_not_quoted_finds_no_answer(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.stranger)

    assert client.get(desk.night_item.answer.get_absolute_url()).status_code == 404
    assertNotContains(client.get(reverse("procurement:response_list")), "wachttijd")


def test_the_organisation_reads_an_answer_only_where_it_reads_the_item(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.executive)

    assert client.get(desk.night_item.answer.get_absolute_url()).status_code == 404
    assertContains(
        client.get(desk.own_item.answer.get_absolute_url()),
        "U krijgt voortaan antwoord.",
    )


def test_another_care_office_finds_neither_desk_nor_answer(desk, client):
    client.force_login(CareOfficeMembershipFactory().user)

    for name, args in (
        ("desk_detail", [desk.submission.pk]),
        ("desk_answer", [desk.submission.pk, desk.own_item.pk]),
        ("desk_publish", [desk.submission.pk]),
    ):
        url = reverse(f"procurement:{name}", args=args)
        assert client.get(url).status_code == 404


def test_a_colleagues_answer_is_not_overwritten_and_mine_is_not_lost(desk, client):
    desk.write(desk.own_item, "partly", "Van de collega.")
    client.force_login(desk.buyer)

    response = client.post(
        reverse("procurement:desk_answer", args=[desk.submission.pk, desk.own_item.pk]),
        {"outcome": "not_taken_up", "reason": "Van mij.", "seen": "0"},
    )

    assertContains(response, "Van de collega.")
    assertContains(response, "Van mij.")
    assert Answer.objects.get().reason == "Van de collega."


def test_saving_over_an_older_answer_raises(desk):
    desk.write(desk.own_item, "partly", "Eerst.")

    with pytest.raises(StaleText):
        desk.write(desk.own_item, "partly", "Later.", seen=0)


def test_a_published_answer_can_no_longer_change(desk):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)

    with pytest.raises(NotAllowedNow):
        desk.write(desk.own_item, "partly", "Toch anders.", seen=1)


def test_an_answer_that_comes_too_late_is_refused_and_not_lost(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.buyer)

    response = client.post(
        reverse("procurement:desk_answer", args=[desk.submission.pk, desk.own_item.pk]),
        {"outcome": "partly", "reason": "Net te laat getypt.", "seen": "1"},
    )

    assertContains(response, "Net te laat getypt.")
    assertContains(response, "kunnen niet meer veranderen")


def test_what_a_colleague_saved_meanwhile_is_not_published_unread(desk, client):
    desk.answer_all()
    client.force_login(desk.buyer)
    detail = reverse("procurement:desk_detail", args=[desk.submission.pk])
    publish = reverse("procurement:desk_publish", args=[desk.submission.pk])
    assertContains(client.get(detail), f'href="{publish}?gezien=2"')
    desk.write(desk.own_item, "partly", "Een halve zin van", seen=1)
    page = client.get(publish, {"gezien": "2"})
    assertContains(page, '<input type="hidden" name="seen" value="2">', html=True)

    refused = client.post(publish, {"seen": "2"}, follow=True)

    assertContains(refused, "Een collega heeft intussen een antwoord veranderd.")
    assert not Publication.objects.exists()
    client.post(publish, {"seen": "3"})
    assert Publication.objects.get().version == desk.version


def test_what_is_published_is_not_offered_to_publish_again(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.buyer)

    response = client.get(
        reverse("procurement:desk_publish", args=[desk.submission.pk])
    )

    assertRedirects(
        response, reverse("procurement:desk_detail", args=[desk.submission.pk])
    )


def test_what_is_answered_is_not_offered_to_take_back(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    client.force_login(desk.chair)

    response = client.get(
        reverse("procurement:submission_take_back", args=[desk.submission.pk])
    )

    assertRedirects(response, desk.submission.get_absolute_url())


def test_the_desk_leads_to_what_was_sent_before(desk, client):
    submission.take_back(desk.submission, by=desk.chair)
    second = submission.offer(desk.submission, by=desk.chair)
    submission.sign(
        second.submission, by=desk.chair, seen=submission.signing_code(second, [])
    )
    client.force_login(desk.buyer)

    response = client.get(reverse("procurement:desk_detail", args=[desk.submission.pk]))

    older = reverse("procurement:submission_version", args=[desk.submission.pk, 1])
    assertContains(response, f'href="{older}"')
    assert client.get(older).status_code == 200


def test_what_the_council_took_back_is_not_answered_in_public(desk):
    desk.answer_all()
    submission.take_back(desk.submission, by=desk.chair)

    with pytest.raises(NotAllowedNow):
        actions.publish(desk.version, by=desk.buyer)


def test_a_day_to_study_until_must_lie_ahead(desk, client):
    client.force_login(desk.buyer)

    response = client.post(
        reverse("procurement:desk_answer", args=[desk.submission.pk, desk.own_item.pk]),
        {
            "outcome": "studied",
            "reason": "Wij zoeken het uit.",
            "study_until": date(2020, 1, 1).isoformat(),
            "seen": "0",
        },
    )

    assertContains(response, "Kies een dag na vandaag.")


@pytest.mark.django_db(transaction=True)
def test_twenty_publications_at_once_are_one():
    desk = Desk()
    desk.answer_all()
    tell_members(desk)

    at_once(actions.publish, desk.version, by=desk.buyer, times=20)

    assert Publication.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="answers_published").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_publishing_and_changing_an_answer_at_once_one_is_refused():
    desk = Desk()
    desk.answer_all()

    def change() -> Answer | None:
        try:
            return desk.write(desk.own_item, "partly", "Te laat.", seen=1)
        except StaleText:
            return None

    published, changed = side_by_side(
        lambda: actions.publish(desk.version, by=desk.buyer, seen=2), change
    )

    assert (published is None) == (changed is not None)
    assert Publication.objects.exists() == bool(published)
    kept = Answer.objects.get(item=desk.own_item).reason
    assert (kept == "Te laat.") == bool(changed)


def test_what_waits_for_an_answer_stands_above_what_is_answered(desk, client):
    desk.answer_all()
    actions.publish(desk.version, by=desk.buyer)
    waiting = Desk(desk.office, desk.phase)
    client.force_login(desk.buyer)

    page = client.get(reverse("procurement:desk_list")).context["page"]

    assert [row.pk for row in page.object_list] == [
        str(waiting.submission.pk),
        str(desk.submission.pk),
    ]


def test_a_home_page_shows_the_first_of_many_and_leads_to_the_desk(
    desk, client, monkeypatch
):
    monkeypatch.setattr("procurement.views.home.FROM_THE_DESK", 2)
    others = [Desk(desk.office, desk.phase) for _ in range(2)]
    client.force_login(desk.buyer)

    page = client.get("/")

    names = [each.central.name for each in (desk, *others)]
    assert sum(f": {name}<" in page.content.decode() for name in names) == 2
    assertContains(page, "Nog 1 indiening wacht op een antwoord.")


@pytest.mark.parametrize(
    ("days", "said"), [(0, "vandaag"), (1, "1 dag geleden"), (3, "3 dagen geleden")]
)
def test_the_desk_says_how_long_ago_a_text_came(desk, client, days, said):
    client.force_login(desk.buyer)
    came = timezone.now()

    with time_machine.travel(came + timedelta(days=days), tick=False):
        assertContains(client.get(reverse("procurement:desk_list")), said)


@pytest.mark.parametrize(
    ("at", "is_over"),
    [("2027-10-13 16:59+02:00", False), ("2027-10-13 17:00+02:00", True)],
)
def test_desk_and_home_say_at_the_same_minute_that_the_agreed_date_has_passed(
    client, at, is_over
):
    with time_machine.travel("2027-09-01 09:00+02:00", tick=False):
        desk = Desk()

    with time_machine.travel(at, tick=False):
        client.force_login(desk.buyer)
        listed = client.get(reverse("procurement:desk_list"))
        [task] = expected_tasks(desk.buyer, timezone.now())

    assert ("De afgesproken datum is voorbij" in listed.content.decode()) is is_over
    assert task.is_overdue is is_over


@pytest.mark.parametrize("count", [1, 4])
def test_the_desk_reads_as_many_queries_for_one_as_for_many(
    desk, client, django_assert_num_queries, count
):
    others = [Desk(desk.office, desk.phase) for _ in range(count - 1)]
    client.force_login(desk.buyer)

    # session, user, seats, rounds to choose from, submissions
    with django_assert_num_queries(5):
        response = client.get(reverse("procurement:desk_list"))

    for each in [desk, *others]:
        assertContains(response, each.central.name)


def test_the_first_opening_by_the_care_office_is_kept(desk, client):
    client.force_login(desk.buyer)

    response = client.get(reverse("procurement:desk_detail", args=[desk.submission.pk]))

    assertContains(response, PARAGRAPH)
    assertContains(response, OWN)
    desk.submission.refresh_from_db()
    assert desk.submission.first_read_at is not None


def test_one_point_with_its_answer_takes_six_queries(
    desk, client, django_assert_num_queries
):
    client.force_login(desk.buyer)
    url = reverse(
        "procurement:desk_answer", args=[desk.submission.pk, desk.own_item.pk]
    )

    # session, user, seats, submission, version, answer
    with django_assert_num_queries(6):
        page = client.get(url)

    # All of it is needed, if not in a draft.
    assertNotContains(page, "niet verplicht")
