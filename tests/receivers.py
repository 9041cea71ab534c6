"""A mail server and a receiver of webhooks on this machine, both real, that tests start and stop."""

import asyncio
import email
import ipaddress
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.dev.mail_server import listening


def own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 that nobody but its own file vouches for, and a server's use of it."""
    key, name = Ed25519PrivateKey.generate(), x509.Name([])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    built = built.add_extension(here, critical=True)
    certificate = built.sign(key, None).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file, both = folder / "certificate.pem", folder / "server.pem"
    file.write_bytes(certificate)
    both.write_bytes(private + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return file, context


class ChineseServer(SMTP):
    """Answers in GB 18030, as mail servers of the country do; ASCII is the same in it."""

    async def push(self, status: Any) -> None:
        await super().push(status.encode("gb18030") if isinstance(status, str) else status)


@dataclass
class MailReceiver:
    """What it took, as (address, bytes). `answer` is to a mail's recipient, `answer_to_data` to its bytes.

    `tls` and `login`: whom it speaks to, and only after STARTTLS.
    """

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda _: "250 OK"
    answer_to_data: Callable[[str], str] = lambda _: "250 OK"
    tls: ssl.SSLContext | None = None
    login: tuple[bytes, bytes] | None = None
    port: int = 0

    async def handle_RCPT(  # noqa: N802  as aiosmtpd calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        said = self.answer_to_data(address)
        if said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append((address, envelope.content))
        return said

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, how: str, given: Any
    ) -> Any:
        known = isinstance(given, LoginPassword) and (given.login, given.password) == self.login
        return AuthResult(success=known, handled=False)

    def _server(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        return ChineseServer(
            self,
            loop=loop,
            hostname="mail.example",
            tls_context=self.tls,
            require_starttls=self.tls is not None,
            authenticator=self.authenticate if self.login else None,
            auth_required=self.login is not None,
        )

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for _, raw in self.taken]

    @property
    def ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """Take mail meanwhile, at the same port each time."""
        loop = asyncio.get_running_loop()
        async with listening(lambda: self._server(loop), self.port) as self.port:
            yield


@dataclass
class WebhookReceiver:
    """What came, as (path, headers, body); `answer` says which status a path gets."""

    came: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    answer: Callable[[str], int] = lambda _: 200
    tls: ssl.SSLContext | None = None
    port: int = 0

    @property
    def ids(self) -> Counter[str]:
        """How often each webhook-id came."""
        return Counter(headers["webhook-id"] for _, headers, _ in self.came)

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        path = first.split(" ")[1]
        self.came.append((path, headers, body))
        status = self.answer(path)
        location = f"Location: {self.url('/elsewhere')}\r\n" if 300 <= status < 400 else ""
        writer.write(
            f"HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()


def outgoing_values(**given: Any) -> dict[str, Any]:
    """What `Outgoing` asks for, with everything that isn't given made up."""
    from tests.builders import NOON

    values: dict[str, Any] = {
        "about": "notice/1",
        "recipients": ("unit:water",),
        "type": "yinuo.notice.sent",
        "at": NOON,
        "subject": "【督办单】红单",
        "body": "期限：2021-03-03 24:00\n",
        "data": {"rung": 2},
        "page": "/inbox",
    }
    return {**values, **given}
