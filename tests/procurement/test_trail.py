"""The page on which a council reads what happened in it: who, what and when."""

import ast
import re
from datetime import date, datetime
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import action_item as action_items
from councils.actions import agenda_papers as papers
from councils.actions import agenda_sending, minutes
from councils.actions import decision as decisions
from councils.actions import invitation as invitations
from councils.models import ActionItem, AgendaPaper, Council, Decision, Invitation
from portal.dates import AMSTERDAM
from portal.models import AuditEvent
from procurement.actions import council_input as inputs
from procurement.actions import submission as submissions
from procurement.models import CouncilInput
from procurement.trail import WORDS
from tests.factories import (
    AgendaItemFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-15 09:30+02:00", tick=False):
        yield


class House:
    """A council with a draft submission, and one person of each role."""

    def __init__(self) -> None:
        self.submission = SubmissionFactory()
        self.council, self.cycle = self.submission.council, self.submission.cycle
        for role in ("member", "chair", "deputy_chair", "secretary", "supporter"):
            seat = CouncilMembershipFactory(
                council=self.council, role=role, user__name=f"Persoon {role}"
            )
            setattr(self, role, seat.user)
        self.address = reverse("procurement:trail_list", args=[self.council.pk])

    def passes_on(self, **fields) -> CouncilInput:
        council_input = CouncilInputFactory(
            council=self.council, cycle=self.cycle, author=self.member, **fields
        )
        return inputs.share(
            council_input, ["care_office"], version_number=1, by=self.member
        )

    def page(self, client, user):
        client.force_login(user)
        return client.get(self.address)

    def lines(self, client, user) -> list[tuple[str, str]]:
        lines = self.page(client, user).context["lines"]
        return [(line.who, line.what) for line in lines]


@pytest.fixture
def house() -> House:
    return House()


def test_the_secretary_reads_who_invited_offered_and_signed(client, house):
    invitations.invite(
        Invitation(
            council=house.council,
            name="Nel Nieuwkomer",
            email="nel@raad.example",
            role="member",
        ),
        by=house.secretary,
    )
    submissions.add_item(house.submission, house.passes_on(), by=house.secretary)
    version = submissions.offer(house.submission, by=house.secretary)
    submissions.sign(
        house.submission, by=house.chair, seen=submissions.signing_code(version, [])
    )

    assert sorted(house.lines(client, house.secretary)) == [
        ("Persoon chair", "Ondertekende versie 1 en verstuurde die daarmee"),
        ("Persoon member", "Koos wie inbreng mag lezen"),
        ("Persoon secretary", "Nodigde Nel Nieuwkomer uit als raadslid"),
        ("Persoon secretary", "Verzamelde inbreng in de indiening"),
        ("Persoon secretary", "Zette versie 1 klaar om te ondertekenen"),
    ]


def test_no_word_of_anybody_stands_in_it(client, house):
    submissions.add_item(
        house.submission,
        house.passes_on(words__title="Geheime titel", words__text="Geheime tekst"),
        by=house.secretary,
    )

    assertNotContains(house.page(client, house.secretary), "Geheime")


def test_a_draft_is_its_authors_alone(client, house):
    inputs.start_draft(
        uuid4(), council=house.council, cycle=house.cycle, by=house.member
    )

    assert AuditEvent.objects.filter(verb="council_input.start").exists()
    assert house.lines(client, house.chair) == []


def test_of_a_closed_item_only_the_chair_reads_anything(client, house):
    closed = house.passes_on()
    inputs.close_to_secretary(closed, by=house.member)

    for leader in (house.chair, house.deputy_chair):
        assert ("Persoon member", "Sloot inbreng af voor de secretaris") in house.lines(
            client, leader
        )
    # Nor that it was there before it was closed.
    assert house.lines(client, house.secretary) == []


def test_of_what_only_members_read_no_helper_learns_that_it_was_decided(client, house):
    meeting = MeetingFactory(
        council=house.council,
        starts_at=datetime(2027, 6, 15, 9, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 6, 15, 11, tzinfo=AMSTERDAM),
    )
    item = AgendaItemFactory(meeting=meeting, openness="members")
    minutes.save_notes(item, "Onder ons.", revision=0, by=house.chair)
    first = decisions.record(Decision(item=item, text="Ja."), by=house.chair)
    decisions.change(first, by=house.chair)
    decisions.remove(first, by=house.chair)
    action = ActionItem(
        item=item, what="Bel.", owner=house.chair, due_on=date(2027, 7, 1)
    )
    action_items.remove(action_items.take_on(action, by=house.chair), by=house.chair)

    paper = AgendaPaper(item=item, title="Notitie")
    papers.add_paper(paper, upload=None, by=house.chair)
    papers.remove_paper(paper, by=house.chair)

    told = [what for _who, what in house.lines(client, house.chair)]
    assert "Schreef in een verslag wat is gezegd" in told
    assert "Haalde besluit 2027-1 weg" in told
    assert house.lines(client, house.secretary) == []


def test_that_only_a_closed_paper_was_sent_anew_no_helper_learns(client, house):
    meeting = MeetingFactory(
        council=house.council,
        starts_at=datetime(2027, 9, 14, 9, tzinfo=AMSTERDAM),
        ends_at=datetime(2027, 9, 14, 11, tzinfo=AMSTERDAM),
    )
    item = AgendaItemFactory(meeting=meeting, openness="members")
    agenda_sending.send_agenda(meeting, by=house.chair)
    sent = "Verstuurde de agenda, of wat erin veranderde"
    paper = AgendaPaper(item=item, title="Notitie")
    papers.add_paper(paper, upload=None, by=house.chair)
    agenda_sending.send_agenda(meeting, by=house.chair)

    for person, times in ((house.chair, 2), (house.secretary, 1)):
        told = [what for _who, what in house.lines(client, person)]
        assert told.count(sent) == times


def test_a_statement_stands_there_without_a_name(client, house):
    submissions.add_item(house.submission, house.passes_on(), by=house.secretary)
    version = submissions.offer(house.submission, by=house.secretary)
    submissions.add_statement(version, "Ik zie het anders.", by=house.member)

    assert ("Iemand uit de raad", "Voegde een minderheidsstandpunt toe") in house.lines(
        client, house.chair
    )


def test_another_councils_trail_does_not_exist_and_a_member_may_not_read_it(
    client, house
):
    other = CouncilMembershipFactory(
        council=CouncilFactory(organisation=house.council.organisation),
        role="secretary",
    ).user

    assert house.page(client, other).status_code == 404
    for person in (house.member, house.supporter):
        assert house.page(client, person).status_code == 403


def test_the_council_page_leads_there_for_who_may_read_it(client, house):
    for person, shown in (
        (house.secretary, assertContains),
        (house.chair, assertContains),
    ):
        client.force_login(person)
        shown(client.get(house.council.get_absolute_url()), house.address)
    client.force_login(house.member)
    assertNotContains(client.get(house.council.get_absolute_url()), house.address)


@pytest.mark.parametrize("count", [1, 60])
def test_the_trail_takes_the_same_queries_for_any_number_of_events(
    client, house, django_assert_num_queries, count
):
    for _each in range(count):
        house.passes_on()
    client.force_login(house.secretary)

    # session, user, seats, events with who and about whom, their count
    with django_assert_num_queries(5):
        page = client.get(house.address)

    assertContains(page, "Koos wie inbreng mag lezen", count=min(count, 50))


def test_every_verb_that_a_council_can_have_has_its_words():
    call_command("seed_demo", verbosity=0)
    councils = Council.objects.values("pk")

    told = AuditEvent.objects.filter(chain__scope__in=councils)

    assert told.exists()
    assert set(told.values_list("verb", flat=True)) - WORDS.keys() == set()
    # And those that the story does not come by, as the source writes them.
    assert (
        written("procurement/actions/council_input.py", "council_input")
        | written("procurement/actions/submission.py", "")
        | written("procurement/actions/composition.py", "")
        | written("councils/actions/membership.py", "")
        | written("councils/actions/invitation.py", "")
        | written("councils/actions/minutes.py", "")
        | written("councils/actions/decision.py", "")
        | written("councils/actions/action_item.py", "")
        | written("procurement/actions/work_plan.py", "")
        <= WORDS.keys() | OF_THE_AUTHOR
    )


# Before it is passed on, and when it never was: in the author's own trail.
OF_THE_AUTHOR = {"council_input.start", "council_input.discard"}


def written(path: str, subject: str) -> set[str]:
    """The verbs that a module of the source records."""
    found = set()
    for node in ast.walk(ast.parse((settings.BASE_DIR / path).read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDERS:
            found |= {
                f"{subject}.{each.value}" if subject else str(each.value)
                for each in ast.walk(node)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    verbs = {each for each in found if VERB.fullmatch(each)}
    assert verbs
    return verbs


RECORDERS = {"_record", "audit.record", "audit.record_many", "_save_new"}
VERB = re.compile(r"[a-z_]+[.][a-z_]+")
