"""What is said to a mail server, word for word."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from portal.delivery import deliver_waiting
from tests.portal.test_delivery import MORNING, outgoing, states

pytestmark = pytest.mark.django_db(transaction=True)

GREETING = b"220 mail.example\r\n"
EXTENSIONS = b"250-mail.example\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
GO_ON = b"250 OK\r\n250 OK\r\n354 Go on\r\n"
TAKEN = b"250 Taken\r\n"
BYE = b"221 Bye\r\n"
HANG_UP = b""


class Scripted:
    """Answers each turn with the next line of its script, on one connection after
    another."""

    def __init__(self, *connections: list[bytes]):
        self.heard: list[bytes] = []
        self.script = connections
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        for answers in self.script:
            connection, _address = self.listener.accept()
            with connection:
                connection.sendall(GREETING)
                for answer in [EXTENSIONS, *answers]:
                    self.heard.append(connection.recv(100_000))
                    connection.sendall(answer)
        self.listener.close()

    def commands(self) -> list[bytes]:
        """The turns, each as its first words; a message as the end of its last line."""
        return [
            b" ".join(line[:4] for line in turn.split(b"\r\n")[:-1])
            if len(turn) < 500
            else turn[-5:]
            for turn in self.heard
        ]


@pytest.fixture(autouse=True)
def in_the_morning(time_machine, settings) -> None:
    time_machine.move_to(MORNING)
    settings.EMAIL_BACKEND = "portal.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 2


@pytest.fixture
def scripted(settings) -> Iterator:
    started = []

    def start(*connections: list[bytes]) -> Scripted:
        server = Scripted(*connections)
        settings.EMAIL_PORT = server.port
        started.append(server)
        return server

    yield start
    for server in started:
        server.thread.join(5)


def test_a_message_takes_two_turns_of_a_server_that_allows_it(scripted):
    server = scripted([GO_ON, TAKEN, GO_ON, TAKEN, BYE])
    mails = [outgoing(body="Beste Truus,\n\n.begint met een punt") for _ in range(2)]

    deliver_waiting()

    assert states(*mails) == [("sent", "")] * 2
    message = b"--\r\n.\r\n"[-5:]
    assert server.commands() == [
        b"ehlo",
        b"MAIL RCPT DATA",
        message,
        b"MAIL RCPT DATA",
        message,
        b"quit",
    ]
    assert server.heard[1].splitlines()[1] == b"RCPT TO:<truus@raad.example>"
    assert b"\r\n..begint met een punt\r\n" in server.heard[2]


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        (
            b"250 OK\r\n550 5.1.1 Nobody\r\n503 No receiver\r\n",
            "held",
            "550 5.1.1 Nobody",
        ),
        (
            b"451 4.7.1 Too busy\r\n503 No sender\r\n503 No sender\r\n",
            "queued",
            "451 4.7.1 Too busy",
        ),
        (b"250 OK\r\n250 OK\r\n452 4.3.1 Full\r\n", "queued", "452 4.3.1 Full"),
    ],
)
def test_a_refusal_among_the_answers_is_of_that_mail_alone(
    scripted, answers, status, said
):
    server = scripted([answers, TAKEN, GO_ON, TAKEN, BYE])
    refused, taken = outgoing(), outgoing()

    deliver_waiting()

    assert sorted(states(refused, taken)) == sorted(
        [(status, f"De mailserver zei: {said}."), ("sent", "")]
    )
    assert server.commands()[1:4] == [b"MAIL RCPT DATA", b"rset", b"MAIL RCPT DATA"]


def test_a_server_that_waits_for_a_message_to_nobody_gets_none(scripted):
    waits = b"250 OK\r\n550 5.1.1 Nobody\r\n354 Go on all the same\r\n"
    server = scripted([waits], [GO_ON, TAKEN, BYE])
    mails = [outgoing(), outgoing()]

    deliver_waiting()

    assert sorted(states(*mails)) == [
        ("held", "De mailserver zei: 550 5.1.1 Nobody."),
        ("sent", ""),
    ]
    assert server.commands()[:3] == [b"ehlo", b"MAIL RCPT DATA", b"ehlo"]


def test_a_server_that_says_why_it_hangs_up_is_heard(scripted):
    scripted([b"421 4.3.2 Closing\r\n"], [GO_ON, TAKEN, BYE])
    mails = [outgoing(), outgoing()]

    deliver_waiting()

    assert sorted(states(*mails)) == [
        ("queued", "De mailserver zei: 421 4.3.2 Closing."),
        ("sent", ""),
    ]


def test_a_server_that_hangs_up_with_the_message_leaves_it_in_doubt(scripted):
    scripted([GO_ON, HANG_UP])
    mail = outgoing()

    deliver_waiting()

    silence = "De mailserver gaf geen antwoord nadat hij het bericht had."
    assert states(mail) == [("queued", silence)]
    assert (mail.attempts, mail.unknown_outcomes) == (1, 1)
