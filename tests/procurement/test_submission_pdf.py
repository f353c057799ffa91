"""The paper of a submission: from the frozen words, for its reader, for all to read."""

import io
import subprocess

import pikepdf
import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from portal import printout
from portal.models import Printout
from portal.tasks import make_waiting_printouts
from procurement.actions import council_input as input_actions
from procurement.actions import response as response_actions
from procurement.actions import submission as actions
from tests.factories import (
    CareOfficeMembershipFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilMembershipFactory,
    OrganisationMembershipFactory,
    ParagraphFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def summer():
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        yield


@pytest.fixture
def submission():
    """One paragraph on local words, one input for the care office alone."""
    submission = SubmissionFactory(central=True)
    council = submission.council
    local = CouncilInputFactory(
        shared=True,
        cycle=submission.cycle,
        council=CouncilFactory(
            organisation=council.organisation, parent=council, name="Raad Lindehof"
        ),
        words__text="Op zondag is er geen koffie.",
        words__care_setting="small_scale",
        words__consulted=9,
    )
    paragraph = ParagraphFactory(
        council=council,
        cycle=submission.cycle,
        for_organisation=True,
        rests_on=[local.shared],
    )
    closed = CouncilInputFactory(
        shared=True,
        for_organisation=False,
        council=council,
        cycle=submission.cycle,
        words__goal="trust",
        words__title="Stil",
        words__text="Wij durven het niet te zeggen.",
    )
    actions.add_items(submission, [paragraph, closed], by=submission.created_by)
    actions.offer(submission, by=submission.created_by)
    return submission


def seat(submission, role="member"):
    return CouncilMembershipFactory(council=submission.council, role=role).user


def staff(submission):
    organisation = submission.council.organisation
    return OrganisationMembershipFactory(organisation=organisation).user


def buyer(submission):
    return CareOfficeMembershipFactory(care_office=submission.cycle.care_office).user


def signed(submission):
    version = submission.versions.order_by("-number")[0]
    member = seat(submission)
    actions.add_statement(version, "Ik zie dit anders.", by=member)
    seen = actions.signing_code(version, list(version.statements.all()))
    return actions.sign(submission, by=seat(submission, "chair"), seen=seen)


def address(submission):
    return reverse("procurement:submission_pdf", args=[submission.pk])


def words(response) -> str:
    """What stands on the paper, on one line."""
    assert response["Content-Type"] == "application/pdf"
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def test_paper_is_tagged_titled_and_in_dutch(client, submission):
    signed(submission)
    client.force_login(buyer(submission))

    response = client.get(address(submission))

    pdf = pikepdf.open(io.BytesIO(response.content))
    council = submission.council.name
    assert str(pdf.Root.Lang) == "nl"
    assert pdf.Root.MarkInfo.Marked is True
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == f"Indiening van {council}, inkoopronde 2028"
        assert metadata["pdfuaid:part"] == "1"
    filename = response["Content-Disposition"].partition("filename=")[2]
    assert filename.startswith('"indiening-2028-clientenraad-')


def test_paper_says_all_that_was_signed(client, submission):
    signature = signed(submission)
    client.force_login(buyer(submission))

    said = words(client.get(address(submission)))

    for part in (
        "Doel 1: Vertrouwen",
        "1. Stil",
        "Wij durven het niet te zeggen.",
        "Doel 2: Goed leven",
        "2. De zondag",
        "Op zondag is er te weinig te doen.",
        "Op zondag is er geen koffie.",
        "Raad Lindehof, 10 juni 2027",
        "Soort zorg: kleinschalig wonen",
        "Gevraagd: 9 mensen, niet ingevuld",
        "Ik zie dit anders.",
        f"Ondertekend {signature.signed_by.name}, voorzitter, op donderdag 1 juli 2027",
        "pagina 1 van",
        f"Controlecode {signature.version.code}",
        signature.sha256,
    ):
        assert part in said
    assert "oncept" not in said


def test_paper_does_not_follow_the_input(client, submission):
    signed(submission)
    thing = submission.items.get(council_input__isnull=False).council_input
    later = type(thing.current)(**{**thing.current.words, "text": "Nu wel."})
    input_actions.save_version(thing, later, based_on=1, by=thing.author)
    input_actions.share(thing, ["care_office"], version_number=2, by=thing.author)
    client.force_login(buyer(submission))

    said = words(client.get(address(submission)))

    assert "Wij durven het niet te zeggen." in said
    assert "Nu wel." not in said


def test_unsigned_paper_is_a_draft_on_every_page_and_says_so_aloud(client, submission):
    client.force_login(seat(submission))

    response = client.get(address(submission))

    said = words(response)
    assert "Concept van de indiening" in said
    assert "Concept, niet ondertekend. Deze tekst kan nog terug." in said
    pdf = pikepdf.open(io.BytesIO(response.content))
    for page in pdf.pages:
        assert has_watermark(page)


def test_signed_paper_has_no_watermark(client, submission):
    signed(submission)
    client.force_login(seat(submission))

    response = client.get(address(submission))

    pdf = pikepdf.open(io.BytesIO(response.content))
    assert not any(has_watermark(page) for page in pdf.pages)


def has_watermark(page) -> bool:
    """Whether a picture lies behind the text, as an artifact that is not read aloud."""
    return bool(page.Resources.get("/Pattern") or page.Resources.get("/XObject"))


def test_organisation_gets_an_extract_without_a_trace_of_the_rest(client, submission):
    signature = signed(submission)
    client.force_login(staff(submission))

    said = words(client.get(address(submission)))

    assert "Uittreksel van de indiening" in said
    assert "1. De zondag" in said
    assert "Op zondag is er geen koffie." in said
    for hidden in (
        "Stil",
        "Wij durven",
        "Doel 1",
        "Ik zie dit anders",
        signature.version.code,
        signature.sha256,
        signature.version.sha256,
        "F1.",
    ):
        assert hidden not in said


def test_answers_stand_on_the_paper_once_they_are_published(client, submission):
    signed(submission)
    version, by = submission.versions.get(), buyer(submission)
    for item, said in zip(version.submitted_items.all(), ("Nee.", "Ja."), strict=True):
        response_actions.write(
            item, outcome="partly", reason=said, study_until=None, seen=0, by=by
        )
    client.force_login(by)
    assert "Deels overgenomen" not in words(client.get(address(submission)))

    response_actions.publish(version, by=by)

    said = words(client.get(address(submission)))
    assert "Deels overgenomen, 1 juli 2027 Nee." in said
    client.force_login(staff(submission))
    said = words(client.get(address(submission)))
    assert "Deels overgenomen, 1 juli 2027 Ja." in said
    assert "Nee." not in said


# --- Long papers -----------------------------------------------------------------


@pytest.fixture
def long_submission(monkeypatch):
    monkeypatch.setattr(printout, "PAGES_AT_ONCE", 1)
    submission = SubmissionFactory()
    for number in range(4):
        thing = CouncilInputFactory(
            shared=True,
            for_organisation=number != 0,
            council=submission.council,
            cycle=submission.cycle,
            words__text="Op zondag is er geen koffie. " * 100,
        )
        actions.add_item(submission, thing, by=submission.created_by)
    actions.offer(submission, by=submission.created_by)
    signed(submission)
    return submission


def test_long_paper_is_made_by_a_worker(client, long_submission):
    client.force_login(buyer(long_submission))
    page = client.get(address(long_submission))
    assertContains(page, "Uw PDF wordt gemaakt")
    assertContains(page, "0 van ongeveer 5 pagina’s")

    make_waiting_printouts()

    response = client.get(address(long_submission))
    assert "Op zondag is er geen koffie." in words(response)
    assert len(pikepdf.open(io.BytesIO(response.content)).pages) == 5


def test_paper_is_made_once_for_all_who_read_the_same(client, long_submission):
    for who in (buyer, seat, buyer):
        client.force_login(who(long_submission))
        client.get(address(long_submission))

    assert Printout.objects.count() == 1


def test_organisation_never_gets_the_paper_of_another_reader(client, long_submission):
    client.force_login(buyer(long_submission))
    client.get(address(long_submission))
    make_waiting_printouts()
    client.force_login(staff(long_submission))

    assertContains(client.get(address(long_submission)), "Uw PDF wordt gemaakt")
    make_waiting_printouts()

    said = words(client.get(address(long_submission)))
    assert "Uittreksel" in said
    assert said.count("Zondag zonder koffie") == 3


def test_extract_is_made_anew_when_an_audience_narrows(client, long_submission):
    client.force_login(staff(long_submission))
    client.get(address(long_submission))
    make_waiting_printouts()
    item = long_submission.items.filter(council_input__for_organisation=True)[0]
    input_actions.share(
        item.council_input,
        ["care_office"],
        version_number=1,
        by=item.council_input.author,
    )

    assertContains(client.get(address(long_submission)), "Uw PDF wordt gemaakt")

    make_waiting_printouts()
    said = words(client.get(address(long_submission)))
    assert said.count("Zondag zonder koffie") == 2
