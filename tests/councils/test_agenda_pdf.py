"""Agendas on paper, with their papers behind them: closed where they are closed."""

import io
import subprocess

import pikepdf
import pytest
import time_machine
import weasyprint
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pikepdf import Name

from councils.actions import agenda_papers
from councils.actions.agenda_sending import send_agenda
from councils.models import (
    AgendaItem,
    AgendaPaper,
    Meeting,
    Openness,
)
from portal.models import User
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    MeetingFactory,
    OrganisationMembershipFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-06-01 10:00+02:00", tick=False):
        yield


def a_pdf(words: str) -> bytes:
    """Two pages of somebody; on the second a field that was filled in, and acts."""
    html = f"""<title>{words}</title><p>{words}</p>
        <p style="break-before: page">Vul in.</p>"""
    with pikepdf.open(io.BytesIO(weasyprint.HTML(string=html).write_pdf())) as pdf:
        font = pikepdf.Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica
        )
        shown = pdf.make_stream(
            b"BT /F1 10 Tf 2 4 Td (Ingevuld) Tj ET",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 100, 20],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
        )
        field = pikepdf.Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="veld",
            V="Ingevuld",
            F=4,
            Rect=[100, 500, 200, 520],
            AP=pikepdf.Dictionary(N=shown),
            A=pikepdf.Dictionary(S=Name.JavaScript, JS="app.alert(1)"),
        )
        field = pdf.make_indirect(field)
        pdf.pages[1].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        kept = io.BytesIO()
        pdf.save(kept)
    return kept.getvalue()


def locked(words: str) -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf(words))) as pdf:
        kept = io.BytesIO()
        pdf.save(kept, encryption=pikepdf.Encryption(owner="o", user="u"))
    return kept.getvalue()


def deliver(item: AgendaItem, title: str, filename: str, content: bytes) -> None:
    agenda_papers.add_paper(
        AgendaPaper(item=item, title=title),
        upload=SimpleUploadedFile(filename, content),
        by=item.meeting.planned_by,
    )


@pytest.fixture
def meeting() -> Meeting:
    """An open, a council's and a members' item, each with a paper of two pages."""
    meeting = MeetingFactory()
    for openness, sign in (
        (Openness.OPEN, "Open"),
        (Openness.COUNCIL, "Raad"),
        (Openness.MEMBERS, "Leden"),
    ):
        item = AgendaItemFactory(
            meeting=meeting,
            title=f"Mrktitel{sign}",
            openness=openness,
            explanation=f"Mrkuitleg{sign}",
            introducer_name=f"Mrkinleider{sign}",
        )
        deliver(
            item, f"Mrkstuk{sign}", f"mrkbestand{sign}.pdf", a_pdf(f"Mrkbinnen{sign}")
        )
    return meeting


def of(meeting: Meeting, role: str) -> User:
    if role == "guest":
        board = OrganisationMembershipFactory(organisation=meeting.council.organisation)
        AttendeeFactory(meeting=meeting, user=board.user, is_guest=True, votes=False)
        return board.user
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def paper(client, meeting: Meeting, user: User, **asked):
    client.force_login(user)
    return client.get(reverse("councils:agenda_pdf", args=[meeting.pk]), asked)


def text_of(response) -> str:
    """What stands on the paper, on one line."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def bookmarks(response) -> list[str]:
    with (
        pikepdf.open(io.BytesIO(response.content)) as pdf,
        pdf.open_outline() as outline,
    ):
        return [
            str(each.title) for top in outline.root for each in [top, *top.children]
        ]


def raw_of(response) -> str:
    """All that a curious reader finds: words, metadata, bookmarks, the file name."""
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        told = [str(pdf.docinfo), str(pdf.open_metadata())]
    name = response["Content-Disposition"]
    return " ".join([text_of(response), name, *told, *bookmarks(response)])


READERS = [
    ("member", {}, {"Open", "Raad", "Leden"}),
    ("secretary", {}, {"Open", "Raad"}),
    ("supporter", {}, {"Open", "Raad"}),
    ("chair", {"versie": "openbaar"}, {"Open"}),
    ("guest", {}, {"Open"}),
]


@pytest.mark.parametrize(("role", "asked", "reads"), READERS)
@pytest.mark.parametrize("stukken", ["", "1"])
def test_each_reader_gets_what_that_reader_may_read(
    client, meeting, role, asked, reads, stukken
):
    user = of(meeting, role)
    send_agenda(meeting, by=of(meeting, "secretary"))

    told = raw_of(paper(client, meeting, user, **asked, stukken=stukken))

    for sign in ("Open", "Raad", "Leden"):
        for word in ("titel", "uitleg", "stuk"):
            assert (f"Mrk{word}{sign}" in told) == (sign in reads)
        within = sign in reads and bool(stukken)
        assert (f"Mrkbinnen{sign}" in told) == within
    closed = [number for number in ("1", "2", "3") if f"{number}. Besloten" in told]
    assert len(closed) == 3 - len(reads)


def test_the_public_version_names_nobody(client, meeting):
    asked = {"versie": "openbaar", "stukken": "1"}

    assert "Mrkinleider" not in raw_of(
        paper(client, meeting, of(meeting, "chair"), **asked)
    )


def test_a_guest_gets_it_once_it_was_sent(client, meeting):
    guest = of(meeting, "guest")
    assert paper(client, meeting, guest).status_code == 404
    send_agenda(meeting, by=of(meeting, "secretary"))

    # What is on it since then was not sent.
    AgendaItemFactory(meeting=meeting, title="Mrknieuw")

    assert "Mrknieuw" not in text_of(paper(client, meeting, guest))
    stranger = CouncilMembershipFactory(role="secretary").user
    assert paper(client, meeting, stranger).status_code == 404


def test_papers_are_bound_with_a_bookmark_and_a_sheet_each(client, meeting):
    member = of(meeting, "member")
    alone = paper(client, meeting, member)
    bound = paper(client, meeting, member, stukken="1")

    count = {}
    for name, response in (("alone", alone), ("bound", bound)):
        with pikepdf.open(io.BytesIO(response.content)) as pdf:
            count[name] = len(pdf.pages)
            is_ua = "pdfuaid:part" in pdf.open_metadata()
            # Pages of others have no tags of ours: the whole claims nothing.
            assert is_ua == (name == "alone")
    # Three sheets, and three papers of two pages.
    assert count["bound"] == count["alone"] + 3 + 6
    for number, sign in enumerate(("Open", "Raad", "Leden"), start=1):
        assert f"Stuk bij punt {number}: Mrkstuk{sign}" in bookmarks(bound)


def test_what_was_filled_in_in_a_paper_stays_and_nothing_of_it_acts(client, meeting):
    response = paper(client, meeting, of(meeting, "member"), stukken="1")

    assert text_of(response).count("Ingevuld") == 3
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert not [page for page in pdf.pages if "/Annots" in page or "/AA" in page]


def test_a_bookmark_leads_to_the_sheet_before_its_paper(client, meeting):
    response = paper(client, meeting, of(meeting, "member"), stukken="1")

    with (
        pikepdf.open(io.BytesIO(response.content)) as pdf,
        pdf.open_outline() as outline,
    ):
        sheets = [
            each
            for top in outline.root
            for each in [top, *top.children]
            if str(each.title).startswith("Stuk bij")
        ]
        pages = [pdf.pages.index(pikepdf.Page(each.destination[0])) for each in sheets]
        last = len(pdf.pages)

    assert pages == [last - 9, last - 6, last - 3]


@pytest.mark.parametrize(
    ("filename", "content", "why"),
    [
        ("stuk.docx", b"PK", "geen PDF"),
        ("foto.png", b"\x89PNG", "geen PDF"),
        ("stuk.pdf", b"%PDF-1.7 en dan niets", "kan niet worden geopend"),
        ("stuk.pdf", b"", "kan niet worden geopend"),
        ("stuk.pdf", None, "op slot met een wachtwoord"),
    ],
)
def test_what_does_not_fit_is_named_as_a_loose_paper(
    client, meeting, filename, content, why
):
    item = AgendaItemFactory(meeting=meeting, title="Vierde")
    content = locked("Dicht") if content is None else content
    deliver(item, "Los ding", filename, content)

    response = paper(client, meeting, of(meeting, "member"), stukken="1")

    assert f"Los ding ({filename}), {why}" in text_of(response)
    assert "MrkbinnenOpen" in text_of(response)


def test_open_actions_stand_at_their_item_for_the_council(client, meeting):
    AgendaItemFactory(meeting=meeting, kind=AgendaItem.Kind.ACTIONS, title="De lijst")
    ActionItemFactory(council=meeting.council, what="Mrkactie")
    ActionItemFactory(
        council=meeting.council, what="Mrkdicht", openness=Openness.MEMBERS
    )
    ActionItemFactory(council=meeting.council, what="Mrkklaar", status="done")
    secretary, guest = of(meeting, "secretary"), of(meeting, "guest")
    send_agenda(meeting, by=secretary)

    told = text_of(paper(client, meeting, secretary))
    assert [word in told for word in ("Mrkactie", "Mrkdicht", "Mrkklaar")] == [
        True,
        False,
        False,
    ]
    for user, asked in ((guest, {}), (secretary, {"versie": "openbaar"})):
        assert "Mrkactie" not in text_of(paper(client, meeting, user, **asked))


def test_it_is_tagged_and_says_that_it_is_a_draft(client, meeting):
    secretary = of(meeting, "secretary")
    response = paper(client, meeting, secretary)
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.Root.Lang == "nl"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
    assert "Concept: deze agenda is nog niet verstuurd." in text_of(response)

    send_agenda(meeting, by=secretary)

    assert "Concept" not in text_of(paper(client, meeting, secretary))


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_seven_queries_with_all_papers(
    client, meeting, django_assert_num_queries, count
):
    for number in range(count):
        item = AgendaItemFactory(meeting=meeting)
        AgendaPaper.objects.create(item=item, title=f"Stuk {number}")
    client.force_login(of(meeting, "member"))

    # session, user, seats, meeting, agenda, versions of papers; these again to bind
    with django_assert_num_queries(7):
        client.get(reverse("councils:agenda_pdf", args=[meeting.pk]), {"stukken": "1"})
