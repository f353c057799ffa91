"""A mail server that takes everything and keeps nothing: its argument is the port.

It offers PIPELINING, as Postfix, Exim and Exchange do.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    async def handle_EHLO(
        self, server, session, envelope, hostname, responses
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_DATA(self, server, session, envelope) -> str:
        return "250 OK"


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Sink(), hostname="sink"), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
