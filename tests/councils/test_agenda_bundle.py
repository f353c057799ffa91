"""Long agendas and what is bound behind them: by a worker, and for the right reader."""

import io
import subprocess

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from pikepdf import Name
from pytest_django.asserts import assertContains, assertNotContains

from councils.actions import agenda_papers
from councils.actions.agenda_sending import send_agenda
from councils.exports import papers_pdf
from councils.models import (
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    CouncilMembership,
    Meeting,
    Openness,
)
from portal import pdf_behind
from portal.files import MEGABYTE
from portal.models import Printout, User
from portal.pdf_behind import Fit, Seen
from portal.tasks import make_waiting_printouts
from tests.factories import (
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


def a_pdf(words: str, pages: int = 1) -> bytes:
    """Pages with ``words`` on each, as another program could have made them."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica
            )
        )
        for number in range(pages):
            page = pdf.add_blank_page()
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            shown = f"BT /F1 20 Tf 72 700 Td ({words} {number}) Tj ET"
            page.Contents = pdf.make_stream(shown.encode())
        return saved(pdf)


def saved(pdf: pikepdf.Pdf, **how) -> bytes:
    kept = io.BytesIO()
    pdf.save(kept, **how)
    return kept.getvalue()


def locked() -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf("Dicht"))) as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(owner="o", user="u"))


def without_pages() -> bytes:
    with pikepdf.new() as pdf:
        return saved(pdf)


def upload(content: bytes, name: str = "stuk.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def deliver(item: AgendaItem, title: str, content: bytes) -> AgendaPaper:
    return agenda_papers.add_paper(
        AgendaPaper(item=item, title=title),
        upload=upload(content),
        by=item.meeting.planned_by,
    )


@pytest.fixture
def meeting() -> Meeting:
    """An open, a council's and a members' item, each with a paper of twelve pages."""
    meeting = MeetingFactory()
    for openness, sign in (
        (Openness.OPEN, "Open"),
        (Openness.COUNCIL, "Raad"),
        (Openness.MEMBERS, "Leden"),
    ):
        item = AgendaItemFactory(
            meeting=meeting, title=f"Mrktitel{sign}", openness=openness
        )
        deliver(item, f"Mrkstuk{sign}", a_pdf(f"Mrkbinnen{sign}", pages=12))
    return meeting


def of(meeting: Meeting, role: str) -> User:
    if role == "guest":
        board = OrganisationMembershipFactory(organisation=meeting.council.organisation)
        AttendeeFactory(meeting=meeting, user=board.user, is_guest=True, votes=False)
        return board.user
    return CouncilMembershipFactory(council=meeting.council, role=role).user


def address(meeting: Meeting) -> str:
    return reverse("councils:agenda_pdf", args=[meeting.pk])


def bundle(client, meeting: Meeting, user: User):
    client.force_login(user)
    return client.get(address(meeting), {"stukken": "1"})


def text_of(response) -> str:
    """What stands on the paper, on one line."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def waits(response) -> bool:
    is_page = response["Content-Type"].startswith("text/html")
    return is_page and "Uw PDF wordt gemaakt" in response.content.decode()


def test_a_long_bundle_is_made_by_a_worker(client, meeting):
    member = of(meeting, "member")
    page = bundle(client, meeting, member)
    # One of the agenda, a sheet before each paper, and the papers.
    assertContains(page, "0 van ongeveer 41 pagina’s")
    assert not waits(client.get(address(meeting)))

    make_waiting_printouts()

    response = bundle(client, meeting, member)
    assert "MrkbinnenLeden 11" in text_of(response)
    assert len(pikepdf.open(io.BytesIO(response.content)).pages) == 40
    assert Printout.objects.get().pages_made == 40


def test_a_short_bundle_of_big_papers_is_made_by_a_worker(client):
    item = AgendaItemFactory()
    deliver(item, "Scan", a_pdf("Scan", pages=2))
    deliver(item, "Nog een", a_pdf("Scan", pages=2))
    member = of(item.meeting, "member")
    assert not waits(bundle(client, item.meeting, member))

    AgendaPaperVersion.objects.update(size=6 * MEGABYTE)

    assert waits(bundle(client, item.meeting, member))


READERS = {
    "member": {"Open", "Raad", "Leden"},
    "secretary": {"Open", "Raad"},
    "guest": {"Open"},
}


def test_nobody_gets_the_bundle_of_who_may_read_more(client, meeting):
    send_agenda(meeting, by=of(meeting, "secretary"))
    people = {role: of(meeting, role) for role in READERS}
    assert waits(bundle(client, meeting, people["member"]))
    make_waiting_printouts()
    assert waits(bundle(client, meeting, people["secretary"]))
    # That of a guest is short enough to be made at once.
    assert not waits(bundle(client, meeting, people["guest"]))
    make_waiting_printouts()

    for role, reads in READERS.items():
        response = bundle(client, meeting, people[role])
        told = text_of(response) + response.content.decode("latin-1")
        for sign in ("Open", "Raad", "Leden"):
            for word in ("titel", "stuk", "binnen"):
                assert (f"Mrk{word}{sign}" in told) == (sign in reads)


def test_who_left_the_council_gets_none_of_what_was_made(client, meeting):
    member = of(meeting, "member")
    bundle(client, meeting, member)
    make_waiting_printouts()
    assert not waits(bundle(client, meeting, member))

    CouncilMembership.objects.filter(user=member).update(ends_on="2027-05-31")

    assert bundle(client, meeting, member).status_code == 404


def test_who_became_secretary_gets_no_more_than_a_secretary(client, meeting):
    member = of(meeting, "member")
    bundle(client, meeting, member)
    make_waiting_printouts()

    CouncilMembership.objects.filter(user=member).update(role="secretary")

    assert waits(bundle(client, meeting, member))
    make_waiting_printouts()
    assert "MrkbinnenLeden" not in text_of(bundle(client, meeting, member))


def closed(meeting: Meeting) -> None:
    item = meeting.items.get(title="MrktitelRaad")
    AgendaItem.objects.filter(pk=item.pk).update(openness=Openness.MEMBERS)


def renamed(meeting: Meeting) -> None:
    meeting.items.filter(title="MrktitelRaad").update(title="Anders")


def replaced(meeting: Meeting) -> None:
    paper = AgendaPaper.objects.get(title="MrkstukRaad")
    agenda_papers.deliver(
        paper, upload=upload(a_pdf("Nieuw", pages=12)), by=meeting.planned_by
    )


@pytest.mark.parametrize("change", [closed, renamed, replaced])
def test_what_was_made_is_stale_as_soon_as_something_changed(client, meeting, change):
    secretary = of(meeting, "secretary")
    bundle(client, meeting, secretary)
    make_waiting_printouts()
    old = bundle(client, meeting, secretary)
    assert "MrkbinnenRaad" in text_of(old)

    change(meeting)

    response = bundle(client, meeting, secretary)
    if waits(response):
        make_waiting_printouts()
        response = bundle(client, meeting, secretary)
    assert response.content != old.content
    if change is not renamed:
        assert "MrkbinnenRaad" not in text_of(response)


def test_what_waits_while_an_item_is_closed_is_not_given(client, meeting):
    secretary = of(meeting, "secretary")
    bundle(client, meeting, secretary)

    closed(meeting)
    make_waiting_printouts()

    assert "MrkbinnenRaad" not in text_of(bundle(client, meeting, secretary))


# --- Papers that are not as they should be ---------------------------------------

UNFIT = [
    (locked(), Fit.LOCKED, "op slot met een wachtwoord"),
    (a_pdf("Half", pages=9)[:-200], Fit.BROKEN, "kan niet worden geopend"),
    (b"%PDF-1.7 en dan niets", Fit.BROKEN, "kan niet worden geopend"),
    (without_pages(), Fit.BROKEN, "kan niet worden geopend"),
    (a_pdf("Lang", pages=1001), Fit.LONG, "meer dan 1.000 pagina’s"),
]


@pytest.mark.parametrize(("content", "fit", "why"), UNFIT)
def test_an_unfit_paper_is_named_on_the_page_and_in_the_bundle(
    client, content, fit, why
):
    item = AgendaItemFactory(meeting=MeetingFactory())
    deliver(item, "Het stuk", content)
    deliver(item, "Ander stuk", a_pdf("Binnen"))
    chair = of(item.meeting, "chair")

    response = bundle(client, item.meeting, chair)

    assert AgendaPaperVersion.objects.get(paper__title="Het stuk").fit == fit
    assert f"Het stuk (stuk.pdf), {why}" in text_of(response)
    assert "Binnen 0" in text_of(response)
    assertContains(
        client.get(item.meeting.get_absolute_url()),
        f"Niet in het bestand met alle stukken: {why}",
        count=1,
    )


def test_who_delivers_an_unfit_paper_hears_so(client):
    item = AgendaItemFactory(meeting=MeetingFactory())
    client.force_login(of(item.meeting, "chair"))
    url = reverse("councils:item_paper_create", args=[item.pk])
    asked = {"title": "Het stuk", "upload": upload(locked())}

    page = client.post(url, asked, follow=True)

    assertContains(page, "Het stuk komt niet in het bestand met alle stukken")
    assertContains(page, "op slot met een wachtwoord")
    paper = AgendaPaper.objects.get()
    url = reverse("councils:paper_deliver", args=[paper.pk])
    page = client.post(url, {"upload": upload(a_pdf("Open"))}, follow=True)
    assertNotContains(page, "Het stuk komt niet in het bestand met alle stukken")
    newest = paper.versions.get(number=2)
    assert (newest.fit, newest.pages) == (Fit.FITS, 1)


def test_a_paper_that_nobody_looked_at_yet_is_looked_at_for_its_bundle(client):
    item = AgendaItemFactory(meeting=MeetingFactory())
    deliver(item, "Goed", a_pdf("Binnen", pages=2))
    deliver(item, "Dicht", locked())
    AgendaPaperVersion.objects.update(fit=Fit.UNSEEN, pages=0)

    told = text_of(bundle(client, item.meeting, of(item.meeting, "chair")))

    assert "Binnen 1" in told
    assert "Dicht (stuk.pdf), op slot met een wachtwoord" in told
    found = AgendaPaperVersion.objects.values_list("paper__title", "fit", "pages")
    assert set(found) == {("Goed", "fits", 2), ("Dicht", "locked", 0)}


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_file_that_broke_on_the_disk_keeps_nobody_from_the_rest(client, is_gone):
    item = AgendaItemFactory(meeting=MeetingFactory())
    broken = deliver(item, "Stuk gegaan", a_pdf("Weg"))
    deliver(item, "Goed", a_pdf("Binnen"))
    version = broken.versions.get()
    if is_gone:
        version.file.storage.delete(version.file.name)
    else:
        with version.file.storage.open(version.file.name, "wb") as file:
            file.write(b"%PDF-1.4 kapot")

    told = text_of(bundle(client, item.meeting, of(item.meeting, "chair")))

    assert "Stuk gegaan (stuk.pdf), kan niet worden geopend" in told
    assert "Binnen 0" in told


def test_a_file_that_breaks_before_the_worker_comes_is_named_in_the_next(
    client, meeting
):
    member = of(meeting, "member")
    bundle(client, meeting, member)
    version = AgendaPaperVersion.objects.get(paper__title="MrkstukRaad")
    with version.file.storage.open(version.file.name, "wb") as file:
        file.write(b"%PDF-1.4 kapot")

    make_waiting_printouts()
    assert waits(bundle(client, meeting, member))
    make_waiting_printouts()

    told = text_of(bundle(client, meeting, member))
    assert "MrkstukRaad (stuk.pdf), kan niet worden geopend" in told
    assert "MrkbinnenLeden 11" in told


def test_papers_that_would_make_it_too_big_come_apart(client, monkeypatch):
    item = AgendaItemFactory(meeting=MeetingFactory())
    one, other = a_pdf("Eerste"), a_pdf("Tweede")
    deliver(item, "Een", one)
    deliver(item, "Twee", other)
    monkeypatch.setattr(papers_pdf, "MOST_BYTES", len(one) + len(other) - 1)

    told = text_of(bundle(client, item.meeting, of(item.meeting, "chair")))

    assert "Eerste 0" in told
    assert "Twee (stuk.pdf), het bestand zou te groot worden" in told


# --- The agenda in it ------------------------------------------------------------


def test_the_agenda_in_a_bundle_keeps_its_tags_and_bookmarks(client, meeting):
    member = of(meeting, "member")
    bundle(client, meeting, member)
    make_waiting_printouts()

    content = bundle(client, meeting, member).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert (pdf.Root.Lang, pdf.Root.MarkInfo.Marked) == ("nl", True)
        numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
        tagged = [n for n, page in enumerate(pdf.pages) if "/StructParents" in page]
        assert tagged == [0, 1, 14, 27]
        assert [int(pdf.pages[n].StructParents) for n in tagged] == list(numbers[::2])
        headings = {
            str(each.S) for each in pdf.objects if is_tag(each) and "/Pg" in each
        }
        assert {"/H1", "/H2", "/P", "/TH", "/TD"} <= headings
        with pdf.open_outline() as outline:
            (top,) = outline.root
            titles = [str(each.title) for each in top.children]
    assert titles == [
        "1. MrktitelOpen",
        "2. MrktitelRaad",
        "3. MrktitelLeden",
        "Stuk bij punt 1: MrkstukOpen",
        "Stuk bij punt 2: MrkstukRaad",
        "Stuk bij punt 3: MrkstukLeden",
    ]


def is_tag(thing) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and (
        thing.get("/Type") == "/StructElem"
    )


def test_page_and_bundle_say_which_part_can_be_read_aloud(client, meeting):
    chair = of(meeting, "chair")
    client.force_login(chair)

    assertContains(
        client.get(meeting.get_absolute_url()),
        "In het bestand met stukken is de agenda ook geschikt om te laten voorlezen.",
    )
    bundle(client, meeting, chair)
    make_waiting_printouts()
    told = text_of(bundle(client, meeting, chair))
    assert "niet elk stuk is geschikt om te laten voorlezen" in told


def test_without_papers_the_page_offers_no_file_with_papers(client):
    item = AgendaItemFactory(meeting=MeetingFactory())
    AgendaPaper.objects.create(item=item, title="Komt nog")
    client.force_login(of(item.meeting, "member"))

    page = client.get(item.meeting.get_absolute_url())

    assertContains(page, "Agenda als PDF")
    assertNotContains(page, "stukken=1")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_file_is_looked_at(monkeypatch):
    held, look_at = [], pdf_behind.look_at

    def looking(content: bytes, filename: str) -> Seen:
        held.append(connection.in_atomic_block)
        return look_at(content, filename)

    monkeypatch.setattr(pdf_behind, "look_at", looking)
    paper = deliver(AgendaItemFactory(meeting=MeetingFactory()), "Cijfers", a_pdf("A"))
    agenda_papers.deliver(
        paper, upload=upload(a_pdf("B")), by=paper.item.meeting.planned_by
    )

    assert held == [False, False]
    assert [each.fit for each in paper.versions.all()] == [Fit.FITS, Fit.FITS]
