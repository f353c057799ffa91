"""Sending, against a real mail server on the loopback address."""

import asyncio
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from uuid import uuid4

import hypothesis
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal import delivery
from portal.dates import AMSTERDAM
from portal.delivery import Sender, deliver_waiting
from portal.mail_message import message_of
from portal.models import MailOptOut, OutgoingMail
from portal.outbox import Claim, Status, free_abandoned
from tests.factories import UserFactory
from tests.mailserver import MailServer

# Rows are claimed in transactions of their own, as production does.
pytestmark = pytest.mark.django_db(transaction=True)

MORNING = "2027-06-16 09:30+02:00"
NIGHT = "2027-06-16 22:00+02:00"


@pytest.fixture(autouse=True)
def to_this_server(settings, mail_server):
    settings.EMAIL_BACKEND = "portal.smtp.EmailBackend"
    settings.EMAIL_PORT = mail_server.port
    settings.EMAIL_TIMEOUT = 1
    settings.MAIL_RECHECKS = {
        "always": "tests.portal.test_delivery.always",
        "broken": "tests.portal.test_delivery.broken",
        "slowly": "tests.portal.test_delivery.slowly",
    }


@pytest.fixture(autouse=True)
def in_the_morning(time_machine):
    time_machine.move_to(MORNING)


def always(reason: str = "") -> str:
    return reason


def broken() -> str:
    raise LookupError("somebody@raad.example")


def outgoing(to="truus@raad.example", **fields) -> OutgoingMail:
    fields = {
        "key": str(uuid4()),
        "kind": "phase_opens",
        "to": to,
        "subject": "Begonnen: Zelfanalyse",
        "body": "Beste Truus,\n\nUw raad kan nu iets doen.",
        **fields,
    }
    return OutgoingMail.objects.create(id=OutgoingMail.id_of(fields["key"]), **fields)


def states(*mails: OutgoingMail) -> list[tuple[str, str]]:
    for mail in mails:
        mail.refresh_from_db()
    return [(mail.status, mail.reason) for mail in mails]


def due_again(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(next_try_at=Now())


def seconds_until_next_try(mail: OutgoingMail) -> float:
    row = OutgoingMail.objects.filter(pk=mail.pk).values_list("next_try_at", Now())
    next_try_at, now = row.get()
    return (next_try_at - now).total_seconds()


# --- What leaves -----------------------------------------------------------------


def test_a_mail_leaves_once_over_one_connection_and_is_written_down(mail_server):
    mails = [outgoing(f"lid{number}@raad.example") for number in range(3)]

    deliver_waiting()
    deliver_waiting()

    assert states(*mails) == [("sent", "")] * 3
    assert [mail.attempts for mail in mails] == [1, 1, 1]
    assert [mail.sent_at.isoformat(timespec="minutes") for mail in mails] == [
        "2027-06-16T07:30+00:00"
    ] * 3
    assert sorted(mail_server.recipients) == [
        "lid0@raad.example",
        "lid1@raad.example",
        "lid2@raad.example",
    ]
    assert mail_server.connections == 1


def test_text_html_calendar_and_headers_arrive_whole(mail_server):
    user = UserFactory()
    mail = outgoing(
        user=user,
        subject="Tot vrijdag 16 juli: inbreng van uw raad – één ding",
        body=(
            "Beste Truus & Co,\n\nUw raad, <b>niet vet</b>:\n.begint met een punt\n\n"
            "Bekijk het:\nhttp://127.0.0.1:8000/inkoop/\n\n1. één\n2. twee\n\n"
            + "ë"
            * 2000
        ),
        footer="Met vriendelijke groet,\nInbreng\n\nMinder mail: http://127.0.0.1:8000/x/",
        calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    )

    deliver_waiting()

    message = mail_server.accepted[0]
    text, html, calendar = (
        message.get_body(("plain",)),
        message.get_body(("html",)),
        next(message.iter_attachments()),
    )
    assert message["Subject"] == mail.subject
    assert message["From"] == "Inbreng <inbreng@127.0.0.1>"
    assert message["To"] == "truus@raad.example"
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/mail-uit/")
    assert text.get_content().splitlines() == [
        *mail.body.splitlines(),
        "",
        *mail.footer.splitlines(),
    ]
    assert "&lt;b&gt;niet vet&lt;/b&gt;" in html.get_content()
    assert '<a href="http://127.0.0.1:8000/inkoop/"' in html.get_content()
    assert ">Bekijk het</a>" in html.get_content()
    assert ">Minder mail</a>" in html.get_content()
    assert "<li>één</li><li>twee</li></ol>" in html.get_content()
    assert calendar.get_filename() == "afspraak.ics"
    assert calendar["Content-Type"].params["method"] == "PUBLISH"
    assert calendar.get_content().splitlines() == ["BEGIN:VCALENDAR", "END:VCALENDAR"]


@hypothesis.settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"])
        | st.sampled_from("\n."),
        max_size=200,
    )
    | st.integers(900, 1100).map("ë".__mul__),
    st.booleans(),
)
def test_what_is_written_out_quickly_says_what_django_says(text, is_8bit):
    mail = OutgoingMail(
        id=OutgoingMail.id_of("k"),
        kind="phase_opens",
        to="truus@raad.example",
        subject=" ".join(text.split())[:250],
        body=f"Beste Truus,\n\n{text}",
        calendar=text,
    )
    message = message_of(mail)

    ours = message_from_bytes(message.as_wire(is_8bit=is_8bit), policy=policy.default)

    theirs = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert _parts(ours) == _parts(theirs)
    assert ours["Subject"] == mail.subject
    for name in ("From", "To", "Message-ID", "Auto-Submitted"):
        assert ours[name] == theirs[name]
    assert all(len(line) <= 998 for line in message.wire.split(b"\r\n"))
    assert b"\n" not in message.wire.replace(b"\r\n", b"")


def _parts(message):
    return [
        (part.get_content_type(), part.get_filename(), part.get_content().splitlines())
        for part in message.walk()
        if not part.is_multipart()
    ]


def test_a_line_end_in_a_header_holds_the_row_and_stops_no_other(mail_server):
    bad_subject = outgoing(subject="Begonnen\r\nBcc: iedereen@raad.example")
    bad_address = outgoing("truus@raad.example\nBcc: x@raad.example")
    no_address = outgoing("geen adres")
    no_kind = outgoing(kind="unheard_of")
    good = outgoing("goed@raad.example")

    deliver_waiting()

    made = "Er kon geen bericht van worden gemaakt"
    assert states(bad_subject, bad_address, no_address, good) == [
        ("held", f"{made}: BadHeaderError."),
        ("held", f"{made}: ValueError."),
        ("held", f"{made}: ValueError."),
        ("sent", ""),
    ]
    assert states(no_kind) == [
        (
            "queued",
            "Er kon niet worden nagegaan of het nog weg moet: KeyError.",
        )
    ]
    assert mail_server.recipients == ["goed@raad.example"]


# --- What need not leave any more ------------------------------------------------


def test_the_reason_is_asked_again_at_sending(mail_server):
    yes = outgoing(recheck={"name": "always", "args": {}})
    no = outgoing(recheck={"name": "always", "args": {"reason": "De fase is dicht."}})

    deliver_waiting()

    assert states(no, yes) == [("cancelled", "De fase is dicht."), ("sent", "")]
    assert [no.attempts, yes.attempts] == [0, 1]


def test_a_recheck_that_breaks_loses_nothing_and_tells_nobody_what_it_said(caplog):
    mail = outgoing(recheck={"name": "broken", "args": {}})

    deliver_waiting()

    assert states(mail) == [
        ("queued", "Er kon niet worden nagegaan of het nog weg moet: LookupError.")
    ]
    assert seconds_until_next_try(mail) == pytest.approx(60, abs=5)


def test_who_switched_it_off_or_left_since_gets_nothing(mail_server):
    off, gone, stays = UserFactory(), UserFactory(is_active=False), UserFactory()
    MailOptOut.objects.create(user=off, kind="phase_opens")
    mails = [outgoing(user=user) for user in (off, gone, stays)]

    deliver_waiting()

    assert states(*mails) == [
        ("cancelled", "Deze persoon heeft deze soort mail uitgezet."),
        ("cancelled", "Deze persoon doet niet meer mee."),
        ("sent", ""),
    ]


def test_what_comes_too_late_is_recorded_as_missed(mail_server):
    late = outgoing(useless_after=datetime(2027, 6, 16, 7, 0, tzinfo=UTC))
    in_time = outgoing(useless_after=datetime(2027, 6, 16, 8, 0, tzinfo=UTC))

    deliver_waiting()

    assert states(late, in_time) == [
        ("missed", "Het moment was voorbij voordat het kon worden verstuurd."),
        ("sent", ""),
    ]


def test_a_mail_with_a_moment_waits_for_it(mail_server, time_machine):
    mail = outgoing(send_at=datetime(2027, 6, 17, 7, 0, tzinfo=UTC))
    deliver_waiting()
    assert states(mail) == [("queued", "")]

    time_machine.move_to("2027-06-17 09:00+02:00")
    deliver_waiting()

    assert states(mail) == [("sent", "")]


# --- At night --------------------------------------------------------------------


def test_at_night_only_codes_leave_and_their_text_is_blanked(mail_server, time_machine):
    time_machine.move_to(NIGHT)
    mail = outgoing()
    code = outgoing(is_secret=True, kind="security", body="Uw code: K7PW2M")

    deliver_waiting()

    assert states(mail, code) == [("queued", ""), ("sent", "")]
    assert code.body == ""
    assert "K7PW2M" in mail_server.accepted[0].get_body(("plain",)).get_content()

    time_machine.move_to("2027-06-17 07:30+02:00")
    deliver_waiting()

    assert states(mail) == [("sent", "")]


def test_a_batch_stops_when_the_night_begins(mail_server, time_machine):
    mails = [outgoing() for _ in range(3)]
    time_machine.move_to("2027-06-16 20:59:59+02:00", tick=False)
    sender = Sender()
    sender.waiting.extend(sender.claim.take(10))
    sender.deal_with(sender.waiting.popleft())

    time_machine.move_to("2027-06-16 21:00+02:00", tick=False)
    goes_on = sender.deal_with(sender.waiting.popleft())
    sender.stop()

    assert goes_on is False
    assert sorted(mail.attempts for mail in OutgoingMail.objects.all()) == [0, 0, 1]
    assert sorted(states(*mails)) == [("queued", ""), ("queued", ""), ("sent", "")]


def moments_from(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.timedeltas(timedelta(), timedelta(days=days)).map(first.__add__)


# Both changes of the clock with a day on each side, and ten years.
@given(
    moments_from(datetime(2027, 3, 27, tzinfo=UTC), 3)
    | moments_from(datetime(2027, 10, 30, tzinfo=UTC), 3)
    | moments_from(datetime(2027, 1, 1, tzinfo=UTC), 3652)
)
def test_the_night_is_by_the_clock_on_the_wall(moment):
    leaves = delivery.within_sending_hours(moment)

    wall = moment.astimezone(AMSTERDAM).strftime("%H:%M:%S.%f")
    assert leaves == ("07:30" <= wall < "21:00")


# --- What the server says --------------------------------------------------------


def test_not_now_is_tried_again_later_and_later_and_then_held(mail_server, settings):
    mail_server.behaviour = "451"
    mail = outgoing()
    said = "De mailserver zei: 451 4.3.0 Try again later."

    waits = []
    for _ in settings.MAIL_BACKOFF:
        due_again(mail)
        deliver_waiting()
        assert states(mail) == [("queued", said)]
        waits.append(round(seconds_until_next_try(mail) / 60))
    due_again(mail)
    deliver_waiting()

    assert waits == [1, 5, 15, 60, 240, 720]
    assert states(mail) == [("held", f"Het werd steeds opnieuw geweigerd: {said}")]
    assert mail_server.attempts == 7


@pytest.mark.parametrize("takes_turns_together", [True, False])
def test_never_is_held_with_its_cause_and_stops_no_other(
    mail_server, takes_turns_together
):
    mail_server.takes_turns_together = takes_turns_together
    mail_server.refuses = {
        "weg@raad.example": "550 5.1.1 No such mailbox",
        "grijs@raad.example": "450 4.2.0 Greylisted",
    }
    never, later = outgoing("weg@raad.example"), outgoing("grijs@raad.example")
    good = outgoing()

    deliver_waiting()

    assert states(never, later, good) == [
        ("held", "De mailserver zei: 550 5.1.1 No such mailbox."),
        ("queued", "De mailserver zei: 450 4.2.0 Greylisted."),
        ("sent", ""),
    ]


def test_a_server_that_is_away_costs_no_try(mail_server, settings):
    settings.EMAIL_PORT = 1
    mails = [outgoing(), outgoing()]

    deliver_waiting()

    reason = "De mailserver is niet bereikbaar: ConnectionRefusedError."
    assert states(*mails) == [("queued", reason)] * 2
    assert [mail.attempts for mail in mails] == [0, 0]
    assert all(25 < seconds_until_next_try(mail) <= 30 for mail in mails)


def test_a_server_that_takes_it_and_answers_too_late_gets_three_copies_at_most(
    mail_server,
):
    mail_server.behaviour, mail_server.delay = "accept late", 3
    mail = outgoing()
    silence = "De mailserver gaf geen antwoord nadat hij het bericht had."

    for _ in range(2):
        due_again(mail)
        deliver_waiting()
        assert states(mail) == [("queued", silence)]
    for _ in range(3):
        due_again(mail)
        deliver_waiting()

    assert states(mail) == [
        (
            "held",
            "Het is drie keer geprobeerd en niemand weet of het is aangekomen. "
            + silence,
        )
    ]
    assert [message["Message-ID"] for message in mail_server.accepted] == [
        mail.message_id
    ] * 3


def test_a_server_that_breaks_off_is_opened_again_for_the_next(mail_server):
    mail_server.refuses = {"breek@raad.example": "421 4.3.2 Closing"}
    breaks, good = outgoing("breek@raad.example"), outgoing()

    deliver_waiting()

    assert states(breaks, good) == [
        ("queued", "De mailserver zei: 421 4.3.2 Closing."),
        ("sent", ""),
    ]


def slowly() -> str:
    time.sleep(0.3)
    return ""


class HangingUp(MailServer):
    """Takes one message a connection, as some do, and hangs up without a word."""

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return answer


def test_a_server_that_hung_up_meanwhile_costs_the_next_mail_nothing(settings):
    with HangingUp() as server:
        settings.EMAIL_PORT = server.port
        slow = {"name": "slowly", "args": {}}
        mails = [outgoing(f"lid{n}@raad.example", recheck=slow) for n in range(3)]

        deliver_waiting()

    assert states(*mails) == [("sent", "")] * 3
    assert [mail.attempts for mail in mails] == [1, 1, 1]
    assert server.connections == 3


class Touchy(MailServer):
    """Hangs up on one address, each time."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "touchy@raad.example":
            server.transport.close()
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_a_mail_on_which_the_server_hangs_up_stops_no_other(settings):
    with Touchy() as server:
        settings.EMAIL_PORT = server.port
        bad, good = outgoing("touchy@raad.example"), outgoing("goed@raad.example")

        deliver_waiting()

    assert states(bad, good) == [
        ("queued", "De mailserver verbrak de verbinding."),
        ("sent", ""),
    ]
    assert seconds_until_next_try(bad) > 50


def test_any_number_of_bad_rows_stops_no_other(mail_server):
    bad = [outgoing("geen adres") for _ in range(9)]
    good = outgoing("goed@raad.example")

    deliver_waiting()

    assert states(good) == [("sent", "")]
    assert mail_server.recipients == ["goed@raad.example"]
    assert {status for status, _reason in states(*bad)} == {"held"}


def test_a_server_that_only_stalls_is_left_alone_after_three(mail_server):
    mail_server.behaviour = "stall"
    mails = [outgoing() for _ in range(5)]

    deliver_waiting()

    assert mail_server.attempts == 3
    states(*mails)
    assert sorted(mail.attempts for mail in mails) == [0, 0, 1, 1, 1]
    assert {mail.status for mail in mails} == {"queued"}
    assert {mail.claimed_by for mail in mails} == {None}


# --- Claims and leases -----------------------------------------------------------


def test_a_claim_is_of_one_sender_until_its_lease_ends(settings):
    settings.MAIL_LEASE = timedelta(seconds=0.3)
    mail = outgoing()
    first, second = Claim(), Claim()

    assert first.take(10) == [mail]
    free_abandoned()
    assert second.take(10) == []

    time.sleep(0.4)
    free_abandoned()
    assert second.take(10) == [mail]
    # The first wakes up again: it has lost the row and must leave it alone.
    assert first.announce([mail]) == set()
    mail.refresh_from_db()
    assert (mail.claimed_by, mail.attempts) == (second.token, 0)


def test_who_slept_through_its_lease_leaves_alone_what_it_announced(
    mail_server, settings
):
    settings.MAIL_LEASE = timedelta(seconds=2)
    mails = [outgoing(f"lid{number}@raad.example") for number in range(3)]
    asleep = Sender()
    asleep.take()
    asleep.deal_with(asleep.waiting.popleft())
    asleep.write_down()
    OutgoingMail.objects.update(lease_until=Now() - timedelta(seconds=1))
    deliver_waiting()
    time.sleep(1)

    asleep.run(time.monotonic() + 5)
    asleep.stop()

    assert [status for status, _reason in states(*mails)] == ["sent"] * 3
    assert sorted(mail.unknown_outcomes for mail in mails) == [0, 1, 1]
    # The other sender could not know that the first had left already.
    assert len(mail_server.recipients) == 3


def test_what_is_in_doubt_is_announced_alone(mail_server):
    first, doubted, last = (
        outgoing(f"lid{number}@raad.example", unknown_outcomes=number % 2)
        for number in range(3)
    )
    sender = Sender()
    sender.waiting.extend(sender.claim.take(10))
    sender.waiting = deque(sorted(sender.waiting, key=lambda mail: mail.to))

    sender.deal_with(sender.waiting.popleft())
    states(first, doubted, last)
    assert [mail.attempts for mail in (first, doubted, last)] == [1, 0, 1]
    sender.deal_with(sender.waiting.popleft())
    sender.stop()

    assert [state for state, _reason in states(first, doubted, last)] == [
        "sent",
        "sent",
        "queued",
    ]
    assert [mail.attempts for mail in (first, doubted, last)] == [1, 1, 0]


def test_who_looks_for_mails_names_their_status_in_the_text_of_the_query():
    # Only then does a plan that PostgreSQL keeps use the index of those rows.
    with CaptureQueriesContext(connection) as captured:
        deliver_waiting()
        list(OutgoingMail.objects.held())

    looks = [
        query["sql"].partition(" WHERE ")[2]
        for query in captured
        if '"portal_outgoingmail"' in query["sql"]
    ]
    assert len(looks) == 9
    assert [
        look
        for look in looks
        if not any(f"\"status\" = '{word}'" in look for word in Status)
    ] == []


def test_senders_share_what_is_left_of_a_wave():
    OutgoingMail.objects.bulk_create(
        OutgoingMail(key=str(number), kind="phase_opens", to="truus@raad.example")
        for number in range(900)
    )

    assert [len(Claim().take(500)) for _sender in range(5)] == [450, 225, 112, 100, 13]


def test_a_lease_that_is_renewed_does_not_end(settings):
    settings.MAIL_LEASE = timedelta(seconds=0.6)
    outgoing()
    first, second = Claim(), Claim()
    first.take(10)

    for _ in range(3):
        time.sleep(0.3)
        first.renew()
        free_abandoned()

    assert second.take(10) == []


@pytest.mark.parametrize(
    ("unknown_before", "status", "unknown_after"),
    [(0, "queued", 1), (1, "queued", 2), (2, "held", 3)],
)
def test_what_was_handed_over_by_a_dead_sender_is_tried_three_times_in_all(
    unknown_before, status, unknown_after
):
    mail = outgoing(
        status="sending",
        claimed_by=uuid4(),
        handed_at=timezone.now(),
        attempts=1,
        unknown_outcomes=unknown_before,
    )
    OutgoingMail.objects.update(lease_until=Now() - timedelta(seconds=1))

    free_abandoned()

    assert states(mail)[0][0] == status
    assert (mail.unknown_outcomes, mail.claimed_by, mail.handed_at) == (
        unknown_after,
        None,
        None,
    )


def test_what_a_dead_sender_had_not_tried_costs_no_try():
    mail = outgoing(status="sending", claimed_by=uuid4())
    OutgoingMail.objects.update(lease_until=Now() - timedelta(seconds=1))

    free_abandoned()

    assert states(mail) == [("queued", "")]
    assert mail.unknown_outcomes == 0


def test_an_answer_that_comes_after_the_lease_is_still_written_down(settings):
    settings.MAIL_LEASE = timedelta(seconds=0.2)
    mail = outgoing()
    slow = Claim()
    slow.take(10)
    slow.announce([mail])
    time.sleep(0.3)
    free_abandoned()

    slow.sent(mail)

    assert states(mail) == [("sent", "")]


def test_a_code_overtakes_a_wave(mail_server):
    wave = [outgoing(f"lid{number}@raad.example") for number in range(3)]
    sender = Sender()
    sender.waiting.extend(sender.claim.take(10))
    code = outgoing("code@raad.example", is_secret=True, kind="security")

    sender.run(time.monotonic() + 30)
    sender.stop()

    assert mail_server.recipients[0] == "code@raad.example"
    assert states(code, *wave) == [("sent", "")] * 4


def test_a_sender_that_is_told_to_stop_lets_go_of_the_rest(mail_server):
    mails = [outgoing() for _ in range(3)]
    delivery.stopping.set()
    try:
        deliver_waiting()
    finally:
        delivery.stopping.clear()

    assert states(*mails) == [("queued", "")] * 3
    assert {mail.claimed_by for mail in mails} == {None}


def test_each_mail_costs_one_statement_and_a_batch_a_few(mail_server, monkeypatch):
    # However busy the machine is: it does not look around twice.
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 600)
    for _ in range(20):
        outgoing(user=UserFactory())

    with CaptureQueriesContext(connection) as captured:
        deliver_waiting()

    queries = [
        query["sql"]
        for query in captured
        if not query["sql"].startswith(("BEGIN", "COMMIT"))
    ]
    assert sum("SET status = 'sent'" in query for query in queries) == 20
    # Missed; abandoned (3); a look for codes and for mails, with their number; the
    # claim, its rows; codes that overtake; who has gone, and who wants none; the tries,
    # all at a time; nothing left (3); letting go.
    assert len(queries) == 20 + 17
    # The disk may have an outcome a moment later, and never the try.
    later = [query for query in queries if "synchronous_commit" in query]
    assert later == [query for query in queries if "SET status = 'sent'" in query] or (
        connection.vendor == "sqlite" and not later
    )
