"""A real mail server in the run's own process: it keeps every mail, and loses connections now and then.

What it took and didn't say so comes again: a repeat, which must be the same mail under the same Message-ID.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.dev.received_mail import Mail, mail_of

TAKEN_UNSAID: Final = 0.04
"""The share of mails after which the connection is lost before the sender is told that they were taken."""
LOST: Final = 0.02
"""The share that is lost with the connection and not taken."""
PUT_OFF: Final = 0.02
"""The share that is answered `451 later`."""


@dataclass
class MailServer:
    """What it took, in order; the mails themselves lie in `folder`."""

    folder: Path
    random: Random
    taken: list[Mail] = field(default_factory=list)
    unsaid: int = 0
    lost: int = 0
    put_off: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """For `YINUO_SMTP_URL`."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def repeats(self) -> int:
        """How many mails came that had come before."""
        return len(self.taken) - len({mail.mail_id for mail in self.taken})

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)  # noqa: S101  nothing else is configured
        draw = self.random.random()
        if draw < LOST:
            self.lost += 1
            return await _hang_up(server)
        if draw < LOST + PUT_OFF:
            self.put_off += 1
            return "451 4.3.0 later"
        self._keep(envelope.content)
        if draw < LOST + PUT_OFF + TAKEN_UNSAID:
            self.unsaid += 1
            return await _hang_up(server)
        return "250 OK"

    def _keep(self, raw: bytes) -> None:
        (self.folder / f"{len(self.taken):06}.eml").write_bytes(raw)
        self.taken.append(mail_of(raw))

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """Take mail meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        async with listening(lambda: SMTP(self, loop=loop, hostname="mail.example"), self.port) as self.port:
            yield


@asynccontextmanager
async def listening(session: Callable[[], SMTP], port: int) -> AsyncIterator[int]:
    """Take mail on this machine, each connection in a session of its own; which port, where 0 is any."""
    sessions: list[SMTP] = []

    def begun() -> SMTP:
        sessions.append(session())
        return sessions[-1]

    server = await asyncio.get_running_loop().create_server(begun, "127.0.0.1", port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()


async def _hang_up(server: SMTP) -> str:
    """The session ends with its connection, and this with it."""
    assert isinstance(server.transport, asyncio.WriteTransport)  # noqa: S101  something came over it
    server.transport.abort()
    await asyncio.sleep(60)
    return "421 gone"
