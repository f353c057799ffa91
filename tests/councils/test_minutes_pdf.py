"""Minutes on paper: tagged for all to read, and closed where they are closed."""

import io
import subprocess
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from django.urls import reverse

from councils.models import ActionItem, AgendaItem, Meeting, Minutes, Openness
from portal.models import User
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def after():
    with time_machine.travel("2027-06-09 10:00+02:00", tick=False):
        yield


@pytest.fixture
def meeting() -> Meeting:
    """A meeting with an open, a council's and a members' item, each with its words."""
    meeting = MeetingFactory()
    Minutes.objects.create(
        meeting=meeting, status="draft", begun_by=meeting.planned_by, opening="Mrkbegin"
    )
    for openness, sign in (
        (Openness.OPEN, "Open"),
        (Openness.COUNCIL, "Raad"),
        (Openness.MEMBERS, "Leden"),
    ):
        item = AgendaItemFactory(
            meeting=meeting,
            title=f"Mrktitel{sign}",
            openness=openness,
            notes=f"Mrknotitie{sign}",
        )
        DecisionFactory(
            item=item, text=f"Mrkbesluit{sign}", votes_for=3, votes_against=1
        )
        ActionItemFactory(
            council=meeting.council,
            item=item,
            what=f"Mrkactie{sign}",
            openness=openness,
            owner__name="Mrknaam",
        )
    AttendeeFactory(meeting=meeting, user__name="Mrkaanwezige", was_present=True)
    return meeting


def test_the_paper_says_which_minutes_were_adopted_and_the_public_one_does_not(
    client, meeting
):
    Minutes.objects.create(
        meeting=MeetingFactory(
            council=meeting.council,
            starts_at=meeting.starts_at - timedelta(days=28),
            ends_at=meeting.ends_at - timedelta(days=28),
        ),
        status="adopted",
        adopted_in=meeting,
        adopted_at=meeting.ends_at,
        begun_by=meeting.planned_by,
    )
    AgendaItemFactory(meeting=meeting, kind=AgendaItem.Kind.MINUTES)
    which = "Het verslag van dinsdag 11 mei 2027 is vastgesteld in deze vergadering."
    member = of(meeting, "member")

    assert which in text_of(paper(client, meeting, member))
    assert which not in text_of(paper(client, meeting, member, "openbaar"))


def of(meeting: Meeting, role: str) -> User:
    if role == "guest":
        board = OrganisationMembershipFactory(organisation=meeting.council.organisation)
        AttendeeFactory(meeting=meeting, user=board.user, is_guest=True, votes=False)
        return board.user
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def paper(client, meeting: Meeting, user: User, version: str = ""):
    client.force_login(user)
    address = reverse("councils:minutes_pdf", args=[meeting.pk])
    return client.get(address, {"versie": version} if version else {})


def text_of(response) -> str:
    """What stands on the paper, on one line."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def raw_of(response) -> str:
    """All that a curious reader finds: the words, the metadata, and the file name."""
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        told = [str(pdf.docinfo), str(pdf.open_metadata())]
        with pdf.open_outline() as outline:
            told += [str(each.title) for each in outline.root]
    return " ".join([text_of(response), response["Content-Disposition"], *told])


WORDS = {"titel", "notitie", "besluit", "actie"}


@pytest.mark.parametrize(
    ("role", "version", "reads"),
    [
        ("member", "", {"Open", "Raad", "Leden"}),
        ("chair", "", {"Open", "Raad", "Leden"}),
        ("secretary", "", {"Open", "Raad"}),
        ("supporter", "", {"Open", "Raad"}),
        ("chair", "openbaar", {"Open"}),
        ("guest", "", {"Open"}),
    ],
)
def test_each_reader_gets_what_that_reader_may_read(
    client, meeting, role, version, reads
):
    response = paper(client, meeting, of(meeting, role), version)
    told = raw_of(response)

    for sign in ("Open", "Raad", "Leden"):
        for word in WORDS:
            assert (f"Mrk{word}{sign}" in told) == (sign in reads)
    closed = [number for number in ("1", "2", "3") if f"{number}. Besloten" in told]
    assert len(closed) == 3 - len(reads)


@pytest.mark.parametrize(("role", "version"), [("chair", "openbaar"), ("guest", "")])
def test_what_is_public_names_nobody(client, meeting, role, version):
    response = paper(client, meeting, of(meeting, role), version)
    told = raw_of(response)

    for name in ("Mrknaam", "Mrkaanwezige", "Mrkbegin"):
        assert name not in told
    assert "Iemand uit de raad" in told or "iemand uit de raad" in told
    assert "leden 1" in told


def test_the_council_finds_names_votes_and_that_it_is_a_draft(client, meeting):
    told = text_of(paper(client, meeting, of(meeting, "member")))

    for words in (
        "Verslag van dinsdag 8 juni 2027",
        "Mrknaam",
        "Mrkaanwezige",
        "Mrkbegin",
        "3 voor, 1 tegen",
        "Concept: de raad heeft dit nog niet vastgesteld.",
        "De huiskamer",
        "pagina 1 van",
    ):
        assert words in told
    later = MeetingFactory(council=meeting.council)
    Minutes.objects.update(
        status="adopted", adopted_at="2027-06-09T08:00Z", adopted_in=later
    )
    told = text_of(paper(client, meeting, of(meeting, "member")))
    assert "Concept" not in told
    assert "Vastgesteld in de vergadering van" in told


def test_it_is_tagged_titled_and_in_dutch(client, meeting):
    response = paper(client, meeting, of(meeting, "member"))

    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.Root.Lang == "nl"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert pdf.open_metadata()["dc:title"].split() == [
            "Verslag",
            "van",
            "dinsdag",
            "8",
            "juni",
            "2027",
        ]


def test_what_is_being_written_only_who_prepares_gets(client, meeting):
    Minutes.objects.update(status="writing")

    for role, status in (("member", 404), ("guest", 404), ("secretary", 200)):
        assert paper(client, meeting, of(meeting, role)).status_code == status
    stranger = CouncilMembershipFactory(role="secretary").user
    assert paper(client, meeting, stranger).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_six_queries_for_any_number_of_items(
    client, meeting, django_assert_num_queries, count
):
    ActionItem.objects.all().delete()
    for _each in range(count):
        AgendaItemFactory(meeting=meeting, notes="Gezegd.")
    client.force_login(of(meeting, "member"))

    # session, user, seats, meeting, items, all that stands beside them
    with django_assert_num_queries(6):
        client.get(reverse("councils:minutes_pdf", args=[meeting.pk]))
    assert AgendaItem.objects.count() == count + 3
