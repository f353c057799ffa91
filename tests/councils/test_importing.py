"""A file of organisations, councils or members: shown first, then all or nothing."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from councils import tasks
from councils.actions import importing
from councils.actions.membership import STAFF_AND_COUNCIL
from councils.models import (
    CareOrganisation,
    Council,
    CouncilMembership,
    Import,
    Invitation,
    Location,
)
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import AuditChain, AuditEvent, OutgoingMail, User
from tests.factories import (
    CareOrganisationFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    MunicipalityFactory,
    OrganisationMembershipFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ORGANISATIONS = "naam;sectoren;regio's;telefoon;website"
COUNCILS = "organisatie;naam;soort;centrale cliëntenraad;locaties"
MEMBERS = "raad;organisatie;naam;e-mailadres;rol;eerste dag;laatste dag"
START = reverse("councils:import")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2027-06-15 09:00+02:00", tick=True):
        yield


@pytest.fixture
def administrator(client):
    user = UserFactory(name="Beheer", administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def linde():
    return CareOrganisationFactory(name="De Linde")


@pytest.fixture
def lindehof(linde):
    return CouncilFactory(name="Raad Lindehof", organisation=linde)


def file(*lines, encoding="utf-8", name="bestand.csv"):
    return SimpleUploadedFile(name, "\n".join(lines).encode(encoding))


def choose(client, kind, *lines, follow=True, **fields):
    data = {"kind": kind, "file": file(*lines), **fields}
    return client.post(START, data, follow=follow)


def confirm(client):
    draft = Import.objects.order_by("-created_at").first()
    address = reverse("councils:import_confirm", args=[draft.pk])
    return client.post(address, follow=True)


def problems(response):
    return [(p.line, p.column, p.text) for p in response.context["checked"].problems]


def member(
    name="Riet Bos", email="riet@example.nl", role="raadslid", days="01-01-2027;"
):
    return f"Raad Lindehof;De Linde;{name};{email};{role};{days}"


# --- Who, and what is saved when -------------------------------------------------


def test_only_an_administrator_imports(client, administrator):
    choose(client, "organisations", ORGANISATIONS, "De Linde;VV;Nergens")
    draft = Import.objects.get()
    pages = [
        START,
        reverse("councils:import_preview", args=[draft.pk]),
        reverse("councils:import_example", args=["members"]),
    ]
    client.force_login(CouncilMembershipFactory(role="secretary").user)

    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    address = reverse("councils:import_confirm", args=[draft.pk])
    assert client.post(address).status_code == 403
    assertNotContains(client.get(reverse("councils:directory")), START)


def test_a_file_of_another_administrator_is_not_there(client, administrator):
    choose(client, "organisations", ORGANISATIONS, "De Linde;VV;Nergens")
    draft = Import.objects.get()
    client.force_login(UserFactory(administrator=True))

    address = reverse("councils:import_preview", args=[draft.pk])

    assert client.get(address).status_code == 404


def test_directory_leads_an_administrator_to_the_import(client, administrator):
    assertContains(client.get(reverse("councils:directory")), START)


def test_preview_saves_nothing_and_confirming_saves_all(client, administrator):
    RegionFactory(name="Amstelland")
    RegionFactory(name="Apeldoorn, Zutphen e.o.")

    shown = choose(
        client,
        "organisations",
        ORGANISATIONS,
        'De Linde;"VV;ggz";"Amstelland;Apeldoorn, Zutphen e.o.";020 1;linde.example',
    )

    assert CareOrganisation.objects.count() == 0
    assertContains(shown, "Alles toevoegen")
    assertContains(confirm(client), "1 regel is toegevoegd.")
    linde = CareOrganisation.objects.get()
    assert (linde.name, linde.phone) == ("De Linde", "020 1")
    assert linde.website == "https://linde.example"
    assert sorted(linde.sectors.values_list("sector", flat=True)) == ["ggz", "vv"]
    assert linde.regions.count() == 2


def test_the_same_file_twice_adds_nothing_new(client, administrator):
    RegionFactory(name="Amstelland")
    lines = [ORGANISATIONS, "De Linde;VV;Amstelland", "Elzenhof;GZ;Amstelland"]
    choose(client, "organisations", *lines)
    confirm(client)

    again = choose(client, "organisations", *lines)

    assertContains(again, "Alles uit dit bestand staat er al.")
    assert (again.context["checked"].known, again.context["checked"].new) == (2, [])
    assertNotContains(again, "Alles toevoegen")


def test_confirming_twice_is_confirming_once(client, administrator):
    RegionFactory(name="Amstelland")
    choose(client, "organisations", ORGANISATIONS, "De Linde;VV;Amstelland")

    confirm(client)
    assertContains(confirm(client), "1 regel is toegevoegd.")

    assert CareOrganisation.objects.count() == 1
    assert AuditEvent.objects.filter(verb="import.confirm").count() == 1
    assert Import.objects.get().lines == []


def test_one_wrong_line_stops_all(client, administrator):
    RegionFactory(name="Amstelland")
    shown = choose(
        client,
        "organisations",
        ORGANISATIONS,
        "De Linde;VV;Amstelland",
        "Elzenhof;VV;Atlantis",
    )

    assertNotContains(shown, "Alles toevoegen")
    assertContains(confirm(client), "Er is niets toegevoegd")

    assert CareOrganisation.objects.count() == 0


def test_what_became_wrong_after_the_preview_stops_all(client, administrator, lindehof):
    choose(client, "members", MEMBERS, member(), member("An", "an@example.nl"))
    riet = UserFactory(email="riet@example.nl", name="Riet Bos")
    OrganisationMembershipFactory(user=riet, organisation=lindehof.organisation)

    with pytest.raises(NotAllowedNow):
        importing.confirm(Import.objects.get(), by=administrator)

    assert CouncilMembership.objects.count() == 0
    assert User.objects.filter(email="an@example.nl").count() == 0


def test_a_file_is_forgotten_after_a_day(client, administrator):
    choose(client, "organisations", ORGANISATIONS, "De Linde;VV;Nergens")

    with time_machine.travel("2027-06-16 08:59+02:00"):
        tasks.forget_old_rows()
        assert Import.objects.count() == 1
    with time_machine.travel("2027-06-16 09:01+02:00"):
        tasks.forget_old_rows()
        assert Import.objects.count() == 0


# --- Councils --------------------------------------------------------------------


def test_councils_come_with_their_tree_and_locations(client, administrator, linde):
    MunicipalityFactory(name="Amsterdam")

    choose(
        client,
        "councils",
        COUNCILS,
        "De Linde;Raad Hof;lokale cliëntenraad;CCR;De Hof|Amsterdam|verpleeghuis|60",
        "De Linde;CCR;centrale cliëntenraad;;De Hof",
        "De Linde;Verwanten;verwantenraad;ccr;De Hof|Amsterdam|Verpleeghuis|60",
    )
    confirm(client)

    central = Council.objects.get(name="CCR")
    hof = Council.objects.get(name="Raad Hof")
    assert (hof.parent, hof.kind, central.kind) == (central, "local", "central")
    place = Location.objects.get()
    assert (place.name, place.care_setting, place.clients) == (
        "De Hof",
        "nursing_home",
        60,
    )
    assert place.councils.count() == 3


def test_wrong_councils_are_each_told(client, administrator, linde):
    MunicipalityFactory(name="Amsterdam")
    CouncilFactory(name="Lokaal", organisation=linde)

    shown = choose(
        client,
        "councils",
        COUNCILS,
        "Onbekend;Raad A;lokale cliëntenraad;;",
        "De Linde;Raad B;clubje;;",
        "De Linde;Raad C;lokale cliëntenraad;Bestaat niet;",
        "De Linde;Raad D;lokale cliëntenraad;Lokaal;",
        "De Linde;Raad E;centrale cliëntenraad;Raad F;",
        "De Linde;Raad F;centrale cliëntenraad;;Huis",
        "De Linde;raad  f;centrale cliëntenraad;;",
        "De Linde;Raad G;verwantenraad;;Huis|Atlantis|verpleeghuis",
        "De Linde;Raad H;verwantenraad;;Flat|Amsterdam|verpleeghuis|veel",
    )

    assert problems(shown) == [
        (2, "organisatie", "Wij kennen deze organisatie niet. Voeg die eerst toe."),
        (
            3,
            "soort",
            "Wij kennen “clubje” niet. Kies uit: centrale cliëntenraad, lokale"
            " cliëntenraad, verwantenraad.",
        ),
        (
            4,
            "centrale cliëntenraad",
            "Wij kennen deze raad niet bij deze organisatie.",
        ),
        (5, "centrale cliëntenraad", "Dit is geen centrale cliëntenraad."),
        (
            6,
            "centrale cliëntenraad",
            "Boven een centrale raad staat geen andere raad.",
        ),
        (7, "locaties", "Wij kennen deze gemeente niet: Atlantis."),
        (8, "naam", "Dit staat ook op regel 7."),
        (9, "locaties", "Wij kennen deze gemeente niet: Atlantis."),
        (10, "locaties", "Schrijf het aantal cliënten in cijfers, zoals 60."),
    ]


# --- Members ---------------------------------------------------------------------


def test_members_get_an_account_without_password_a_seat_and_no_mail(
    client, administrator, lindehof
):
    an = UserFactory(email="an@example.nl", name="An Bos")

    choose(
        client,
        "members",
        MEMBERS,
        member(
            email="Riet@Example.nl", role="voorzitter", days="2027-01-01;31-12-2030"
        ),
        member("An  bos", "an@example.nl"),
    )
    confirm(client)

    riet = User.objects.get(email="riet@example.nl")
    assert not riet.has_usable_password()
    terms = CouncilMembership.objects.order_by("ends_on").values_list(
        "user", "role", "starts_on__year", "ends_on__year"
    )
    assert set(terms) == {
        (riet.pk, "chair", 2027, 2030),
        (an.pk, "member", 2027, None),
    }
    assert OutgoingMail.objects.count() == 0


def test_each_seat_has_its_event_in_the_trail_of_its_council(
    client, administrator, lindehof
):
    choose(client, "members", MEMBERS, member(), member("An", "an@example.nl"))
    confirm(client)

    chain = AuditChain.objects.get(scope=lindehof.pk)
    verbs = list(chain.events.values_list("verb", "data"))
    assert verbs == [("membership.begin", {"role": "member"})] * 2
    assert audit.first_broken(chain) is None


def test_ticked_each_new_member_is_invited_instead(client, administrator, lindehof):
    lines = [MEMBERS, member(), member("An", "an@example.nl", "ambtelijk secretaris")]

    shown = choose(client, "members", *lines, sends_invitations="on")
    assertContains(shown, "krijgt een uitnodiging per mail")
    confirm(client)

    assert CouncilMembership.objects.count() == 0
    assert User.objects.filter(email="riet@example.nl").count() == 0
    assert sorted(Invitation.objects.values_list("email", "role")) == [
        ("an@example.nl", "secretary"),
        ("riet@example.nl", "member"),
    ]
    assert OutgoingMail.objects.filter(kind="invitation").count() == 2
    again = choose(client, "members", *lines, sends_invitations="on")
    assertContains(again, "Alles uit dit bestand staat er al.")


def test_wrong_members_are_each_told(client, administrator, lindehof):
    UserFactory(email="weg@example.nl", name="Weg", is_active=False)
    UserFactory(email="bekend@example.nl", name="Bekend")
    staff = OrganisationMembershipFactory(organisation=lindehof.organisation).user
    chair = CouncilMembershipFactory(council=lindehof, role="chair").user

    shown = choose(
        client,
        "members",
        MEMBERS,
        "Raad Nergens;De Linde;Riet Bos;riet@example.nl;raadslid;01-01-2027;",
        member(email="geen adres"),
        member(role="penningmeester"),
        member(days="31-02-2027;"),
        member(days="01-01-2027;31-12-2026"),
        member(days=";"),
        member("Weg", "weg@example.nl"),
        member("Ander", "bekend@example.nl"),
        member(staff.name, staff.email),
        member(chair.name, chair.email),
        member("Een", "samen@example.nl"),
        member("Twee", "samen@example.nl"),
        member("Een", "SAMEN@example.nl", days="01-06-2027;"),
        member(days="01-01-0027;"),
    )

    assert problems(shown) == [
        (
            2,
            "raad",
            "Wij kennen deze raad niet bij deze organisatie. Voeg die eerst toe.",
        ),
        (
            3,
            "e-mailadres",
            "Dit is geen e-mailadres. Het ziet eruit als naam@voorbeeld.nl.",
        ),
        (
            4,
            "rol",
            "Wij kennen “penningmeester” niet. Kies uit: raadslid, voorzitter,"
            " vervangend voorzitter, ambtelijk secretaris, coach.",
        ),
        (5, "eerste dag", "Deze datum bestaat niet. Schrijf dag, maand en jaar."),
        (
            6,
            "laatste dag",
            "Het einde ligt vóór het begin. Verander één van de twee data.",
        ),
        (7, "eerste dag", "Vul dit nog in."),
        (8, "e-mailadres", "Dit account is afgesloten."),
        (9, "naam", "Dit adres kennen wij onder de naam Bekend."),
        (
            10,
            "e-mailadres",
            str(STAFF_AND_COUNCIL),
        ),
        (11, "rol", "Deze persoon zit al in de raad, in een andere rol."),
        (13, "naam", "Regel 12 heeft een andere naam bij dit adres."),
        (14, "e-mailadres", "Dit staat ook op regel 12."),
        (15, "eerste dag", "Kijk naar het jaar. Het ligt tussen 1900 en 2200."),
    ]
    assert shown.context["checked"].wrong == 13
    assert len(shown.context["checked"].new) == 1


# --- Files that are not as they should be ----------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("naam;plaats\nDe Linde;Ede", "Deze kolommen ontbreken: sectoren, regio"),
        ("naam;plaats\nDe Linde;Ede", "Deze kolommen kennen wij niet: plaats."),
        ("", "Het bestand is leeg."),
        (ORGANISATIONS, "Er staan alleen namen van kolommen in het bestand."),
        (
            f'{ORGANISATIONS}\n"De Linde',
            "Regel 2 van het bestand kunnen wij niet lezen",
        ),
        ("PK\x03\x04", "Dit is geen CSV-bestand."),
        (f"{ORGANISATIONS}\n\x00", "tekens die wij niet kunnen lezen"),
        (f"{ORGANISATIONS}\n" + "x;VV;y\n" * 50_000, "meer dan 50.000 regels"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    client, administrator, content, told
):
    response = choose(client, "organisations", content)

    assertContains(response, told)
    assertContains(response, "Er is niets toegevoegd.")
    assert Import.objects.count() == 0


def test_no_file_and_no_kind_are_asked_for(client, administrator):
    response = client.post(START, {})

    assertContains(response, "Kies eerst een bestand.")


def test_a_file_in_the_signs_of_windows_is_read(client, administrator):
    RegionFactory(name="Amstelland")
    content = file(ORGANISATIONS, "Zorggroep Één;VV;Amstelland", encoding="cp1252")

    client.post(START, {"kind": "organisations", "file": content})
    confirm(client)

    assert CareOrganisation.objects.get().name == "Zorggroep Één"


def test_formulas_and_markup_stay_text(client, administrator, lindehof):
    shown = choose(
        client,
        "members",
        MEMBERS,
        member("=cmd|' /C calc'!A0", "een@example.nl"),
        member("Piet", "piet@example.nl", "<script>alert(1)</script>"),
    )

    assertContains(shown, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertNotContains(shown, "<script>alert(1)")
    choose(client, "members", MEMBERS, member("=cmd|' /C calc'!A0", "een@example.nl"))
    confirm(client)
    assert User.objects.get(email="een@example.nl").name == "=cmd|' /C calc'!A0"


def test_a_cell_that_is_too_long_is_told(client, administrator, lindehof):
    shown = choose(client, "members", MEMBERS, member("R" * 121))

    assert problems(shown) == [
        (2, "naam", "Uw tekst heeft 121 tekens. Er passen er 120 in.")
    ]


def test_lines_keep_the_number_that_they_have_in_the_file(
    client, administrator, lindehof
):
    shown = choose(client, "members", MEMBERS, "", member(), "", member(role="x"))

    assert [line for line, *_rest in problems(shown)] == [5]


def test_wrong_lines_come_in_pages(client, administrator, lindehof):
    lines = [member(email=f"p{n}@example.nl", role="x") for n in range(120)]

    shown = choose(client, "members", MEMBERS, *lines)

    assertContains(shown, "1 tot en met 50 van 120")
    last = client.get(shown.request["PATH_INFO"], {"pagina": "3"})
    assertContains(last, 'data-label="Regel">121<')


def test_examples_can_be_imported_one_after_the_other(client, administrator):
    RegionFactory.create_batch(2)
    MunicipalityFactory()

    for kind in Import.Kind:
        example = client.get(reverse("councils:import_example", args=[kind.value]))
        upload = SimpleUploadedFile("voorbeeld.csv", example.content)
        client.post(START, {"kind": kind.value, "file": upload})
        confirm(client)

    assert CareOrganisation.objects.get().sectors.count() == 2
    assert Council.objects.get(kind="local").memberships.count() == 2


# --- Many lines ------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 200])
def test_preview_takes_the_same_queries_for_any_number_of_lines(
    client, administrator, lindehof, count
):
    choose(
        client,
        "members",
        MEMBERS,
        *[member(email=f"p{n}@example.nl") for n in range(count)],
        follow=False,
    )
    address = reverse("councils:import_preview", args=[Import.objects.get().pk])

    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    # session, user, seats, the file; councils, people, seats, staff, invitations
    assert len(queries) == 9


def test_five_thousand_members_are_imported_by_a_handful_of_queries(
    client, administrator, lindehof
):
    lines = [member(f"Lid {n}", f"lid{n}@example.nl") for n in range(5_000)]

    choose(client, "members", MEMBERS, *lines)
    with CaptureQueriesContext(connection) as queries:
        assertRedirects(confirm(client), START)

    assert CouncilMembership.objects.count() == 5_000
    assert len(queries) < 200
