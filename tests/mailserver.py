"""A real mail server on the loopback address that can be told to misbehave."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class MailServer:
    """Keeps what it accepted; ``behaviour`` says how it answers the next message.

    "accept"; "451" (try again later); "550" (never); "stall" (no answer at all);
    "accept late": keeps the message, then answers only after ``delay`` seconds, so
    that the sender has given up and cannot know.
    """

    def __init__(self, port: int | None = None):
        self.behaviour = "accept"
        self.delay = 5.0
        # How an address of its own is answered, whatever ``behaviour`` says.
        self.refuses: dict[str, str] = {}
        self.accepted: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.attempts = 0
        # As nearly every mail server does: several commands at once (RFC 2920).
        self.takes_turns_together = True
        self.port = port or free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=10
        )

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._controller.stop()

    def environment(self) -> dict[str, str]:
        """The settings with which a process of ours sends its mail here."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.port)}

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        if self.takes_turns_together:
            return [responses[0], "250-PIPELINING", *responses[1:]]
        return responses

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        answer = self.refuses.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.attempts += 1
        match self.behaviour:
            case "451":
                return "451 4.3.0 Try again later"
            case "550":
                return "550 5.1.1 No such mailbox"
            case "stall":
                await asyncio.sleep(3600)
            case "accept late":
                self._keep(envelope)
                await asyncio.sleep(self.delay)
                return "250 OK"
        self._keep(envelope)
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        self.accepted.append(message_from_bytes(content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
