from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from portal import mail, mail_choices
from portal.mail_kinds import KINDS
from portal.models import AuditEvent, MailOptOut, OutgoingMail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

DEADLINE = datetime(2027, 7, 16, 15, 0, tzinfo=UTC)
# Every field of every mail, as texts of the portal name them.
FIELDS = {
    "away": "Marijke Tuinfluiter",
    "care_office": "Zorgkantoor Amstelboog",
    "care_office_contact": "Ingrid Duinroos",
    "care_office_phone": "020 700 00 00",
    "central_council": "Centrale cliëntenraad De Vlierkade",
    "changes": ["Nieuw punt: de huur"],
    "code": "K7PW2M",
    "council": "Cliëntenraad Huize Wolkenveer",
    "council_deadline": DEADLINE,
    "councils": [{"council": "Raad Wolkenveer", "title": "Ronde 2028", "count": 1}],
    "count": 2,
    "date": date(2027, 7, 16),
    "dates": [{"when": "dinsdag 8 juni", "meeting": "overleg", "place": "De serre"}],
    "steps": [{"date": "vrijdag 4 juni", "what": "Geef de stukken", "who": "raad"}],
    "day": date(2027, 6, 8),
    "days": 9,
    "deadline": DEADLINE,
    "first": date(2027, 1, 12),
    "giver": "Riet Zomerdijk",
    "invited": "Cor Lantaarn",
    "is_chair": True,
    "is_guest": False,
    "is_off": True,
    "kind_of_step": "papers",
    "last": date(2027, 12, 14),
    "link": "/inkoop/",
    "list": [{"title": "Ronde 2028", "council": "Raad", "date": date(2027, 7, 16)}],
    "meeting": "overlegvergadering",
    "minutes": 20,
    "next_step": "een handtekening",
    "number": 2,
    "offered_by": "Marijke Tuinfluiter",
    "offered_on": date(2027, 7, 1),
    "old_deadline": DEADLINE,
    "old_place": "De huiskamer",
    "old_when": "maandag 7 juni",
    "place": "De serre",
    "person": "Joop Kwikstaart",
    "phase": "Zelfanalyse",
    "plan_date": DEADLINE,
    "request": "Wat maakt een zondag goed?",
    "role": "raadslid",
    "sender": "Marijke Tuinfluiter",
    "side": "organisation",
    "starts_at": DEADLINE,
    "title": "Inkoopronde 2028",
    "until": DEADLINE,
    "what": "De zelfanalyse delen",
    "when": "dinsdag 8 juni",
    "year": 2028,
}
TEMPLATES = sorted(
    path.stem
    for path in (settings.BASE_DIR / "templates" / "mail").glob("*.txt")
    if not path.stem.startswith("_")
)


def queue(template="phase_opens", key="phase:1", user=None, **more):
    to = user or UserFactory(name="Truus van Hazelveld")
    kind = template if template in KINDS else "security"
    with transaction.atomic():
        queued = mail.queue(template, to=to, key=key, kind=kind, **{**FIELDS, **more})
    queued.refresh_from_db()
    return queued


# --- The text --------------------------------------------------------------------


def test_a_mail_says_what_when_and_why_and_how_to_get_less_of_it():
    user = UserFactory(name="Truus van Hazelveld")

    queued = queue(user=user)

    unsubscribe = mail_choices.unsubscribe_link(user.pk, KINDS["phase_opens"])
    assert queued.subject == "Begonnen: Zelfanalyse"
    assert queued.body == (
        "Beste Truus van Hazelveld,\n"
        "\n"
        "In de inkoopronde 2028 van Zorgkantoor Amstelboog begint een nieuwe stap: "
        "Zelfanalyse.\n"
        "Uw raad kan nu iets doen.\n"
        "\n"
        "Wat: Inkoopronde 2028\n"
        "Datum van uw raad: vrijdag 16\xa0juli 2027 om 17.00 uur\n"
        "Tijd: ongeveer 20 minuten\n"
        "\n"
        "Bekijk wat uw raad kan doen:\n"
        "http://127.0.0.1:8000/inkoop/\n"
        "\n"
        "Bespreek het gerust eerst in uw raad. U kunt tussendoor stoppen. "
        "Uw tekst blijft bewaard.\n"
        "\n"
        "U krijgt dit omdat Cliëntenraad Huize Wolkenveer meedoet aan deze ronde."
    )
    assert queued.footer == (
        "Met vriendelijke groet,\n"
        "Inbreng\n"
        "\n"
        "Vragen? Neem contact op met de hulplijn van Inbreng: "
        "020 700 12 34, hulp@inbreng.example.\n"
        "Minder mail: http://127.0.0.1:8000/mijn-mail/\n"
        f"Geen mail meer over dit onderwerp: {unsubscribe}"
    )


def test_a_mail_that_cannot_be_off_says_why():
    queued = queue("ready_to_sign", contact="Bas Nachtegeel", contact_details="06 1")

    assert queued.footer == (
        "Met vriendelijke groet,\n"
        "Inbreng\n"
        "\n"
        "Vragen? Neem contact op met Bas Nachtegeel: 06 1.\n"
        "Deze mail kunt u niet uitzetten. "
        "Zonder uw handtekening kan de tekst niet weg.\n"
        "Kies zelf welke andere mail u krijgt: http://127.0.0.1:8000/mijn-mail/"
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_a_subject_a_greeting_and_a_body(template):
    queued = queue(template, change="Uw wachtwoord is veranderd.")

    paragraphs = queued.body.split("\n\n")
    assert queued.subject
    assert paragraphs[0] == "Beste Truus van Hazelveld,"
    assert len(paragraphs) > 2
    assert all(paragraphs)


def test_every_kind_has_its_texts():
    templates = Path(settings.BASE_DIR / "templates" / "mail")

    without = {name for name in KINDS if not (templates / f"{name}.txt").exists()}

    assert without == {"security"}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Vandaag is de laatste dag."),
        (1, "Dat kan nog 1 dag."),
        (9, "Dat kan nog 9 dagen."),
    ],
)
def test_days_are_counted_in_words(days, said):
    queued = queue("council_date_near", days=days)

    assert said in queued.body.split("\n")


# --- What people typed -----------------------------------------------------------


def test_a_title_can_put_nothing_in_a_header_nor_a_line_or_link_in_a_mail():
    queued = queue(
        phase="Fase\r\nBcc: iedereen@example.nl",
        title="Ronde\n\nKlik hier:\nhttps://kwaad.example/",
    )

    assert queued.subject == "Begonnen: Fase Bcc: iedereen@example.nl"
    assert "Wat: Ronde Klik hier: https kwaad.example/" in queued.body.split("\n")


@pytest.mark.parametrize("turn", "\u202a\u202e\u2066\u2069")
def test_a_title_does_not_turn_what_stands_after_it_backwards(turn):
    queued = queue(phase=f"Fase {turn}2", title=f"Ronde {turn}A")

    assert queued.subject == "Begonnen: Fase 2"
    assert "Wat: Ronde A" in queued.body.split("\n")


def test_what_looks_like_markup_stays_text():
    queued = queue(council="Raad {{ link }} <b>& Co</b> %(title)s")

    last = queued.body.split("\n")[-1]
    assert last == (
        "U krijgt dit omdat Raad {{ link }} <b>& Co</b> %(title)s "
        "meedoet aan deze ronde."
    )


@pytest.mark.parametrize(
    "link",
    ["https://kwaad.example/", "//kwaad.example/", "inkoop/", "/a b", "/a\nb", ""],
)
def test_a_mail_links_to_this_site_only(link):
    with pytest.raises(ValueError, match="links to this site only"):
        queue(link=link)


# --- Once, and only with the change ----------------------------------------------


def test_queueing_twice_makes_one_mail():
    user = UserFactory()

    first = queue(user=user, phase="Zelfanalyse")
    second = queue(user=user, phase="Iets anders")

    assert first.pk == second.pk
    only = OutgoingMail.objects.get()
    assert only.subject == "Begonnen: Zelfanalyse"


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_can_be_queued():
    with pytest.raises(RuntimeError, match="transaction of the change"):
        mail.queue("phase_opens", to=UserFactory(), key="phase:1", **FIELDS)


def test_a_change_that_is_rolled_back_takes_its_mail_along():
    user = UserFactory()

    def change():
        with transaction.atomic():
            mail.queue("phase_opens", to=user, key="phase:1", **FIELDS)
            raise LookupError

    with pytest.raises(LookupError):
        change()

    assert OutgoingMail.objects.count() == 0


def test_the_message_id_follows_from_the_key_and_names_no_place_of_ours():
    one, other = queue(key="phase:1"), queue(key="phase:2")

    assert one.message_id == f"<{OutgoingMail.id_of('phase:1').hex}@127.0.0.1>"
    assert one.message_id != other.message_id


# --- Who does not want it --------------------------------------------------------


def test_what_somebody_switched_off_is_recorded_and_not_sent():
    user = UserFactory()
    MailOptOut.objects.create(user=user, kind="phase_opens")

    off, on = queue(user=user), queue("phase_closes", key="phase:2", user=user)

    assert (off.status, off.reason) == (
        "cancelled",
        "Deze persoon heeft deze soort mail uitgezet.",
    )
    assert (on.status, on.reason) == ("queued", "")


def test_what_cannot_be_off_leaves_whatever_was_chosen():
    user = UserFactory()
    MailOptOut.objects.create(user=user, kind="ready_to_sign")

    queued = queue("ready_to_sign", user=user)

    assert queued.status == "queued"


def test_who_has_gone_gets_nothing():
    queued = queue(user=UserFactory(is_active=False))

    assert (queued.status, queued.reason) == (
        "cancelled",
        "Deze persoon doet niet meer mee.",
    )


def test_a_wave_for_people_who_were_fetched_with_their_choices_takes_a_query_each(
    django_assert_num_queries,
):
    UserFactory.create_batch(5)
    people = list(
        UserFactory._meta.model.objects.prefetch_related("mail_opt_outs").order_by("pk")
    )

    with transaction.atomic(), django_assert_num_queries(5):
        for user in people:
            mail.queue("phase_opens", to=user, key=f"phase:{user.pk}", **FIELDS)

    assert OutgoingMail.objects.count() == 5


# --- Who has no account, and codes -----------------------------------------------


def test_an_invitation_goes_to_an_address_without_a_footer():
    with transaction.atomic():
        queued = mail.queue_to_address(
            "invitation",
            address="cor@raad.example",
            key="invitation:1",
            **{**FIELDS, "name": "Cor", "contact": "Bas", "contact_details": "06 1"},
        )

    queued.refresh_from_db()
    assert (queued.user, queued.to, queued.footer) == (None, "cor@raad.example", "")
    assert queued.subject == "Marijke Tuinfluiter nodigt u uit voor Inbreng"
    assert "3. U ziet op uw startpagina wat er van u wordt gevraagd." in queued.body


def test_a_code_is_of_use_for_ten_minutes(time_machine):
    time_machine.move_to("2027-03-01 12:00+01:00", tick=False)

    queued = queue("login_code", secret=True)

    assert queued.useless_after == datetime(2027, 3, 1, 11, 10, tzinfo=UTC)
    assert "K7PW2M" in queued.body.split("\n")


# --- Held ------------------------------------------------------------------------


def test_an_administrator_lets_a_held_mail_go_and_that_is_written_down():
    boss = UserFactory(administrator=True)
    held = queue()
    held.status, held.attempts, held.unknown_outcomes = "held", 3, 3
    held.save()

    mail.send_again(held, by=boss)

    held.refresh_from_db()
    assert (held.status, held.attempts, held.unknown_outcomes) == ("queued", 0, 2)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.data) == (
        "mail.send_again",
        boss,
        {"kind": "phase_opens"},
    )


def test_any_number_of_mails_is_queued_at_once():
    person = UserFactory()
    mails = [
        OutgoingMail(key=f"k{number}", kind="phase_opens", user=person, to=person.email)
        for number in range(5_000)
    ]

    with transaction.atomic():
        mail.queue_all(mails)

    assert OutgoingMail.objects.count() == 5_000
