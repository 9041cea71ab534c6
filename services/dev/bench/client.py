"""A raw HTTP/1.1 client that costs little: requests are bytes made beforehand, answers are only counted."""

import asyncio
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

OPENED: Final = 10.0
Answered = Callable[["Lane", int, bytes], None]
"""Gets the lane, the status and the body of an answer."""


class Head:
    """What every request to one path has before its body."""

    def __init__(self, path: str, key: str, content_type: bytes = b"application/json") -> None:
        self._start = b"".join(
            (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n".encode(),
                b"Content-Type: " + content_type + b"\r\n",
            )
        )

    def request(self, body: bytes, idempotency_key: bytes) -> bytes:
        """A whole request."""
        return b"%sIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s" % (
            self._start,
            idempotency_key,
            len(body),
            body,
        )

    def chunked(self) -> bytes:
        """The head of a request whose body comes in chunks."""
        return self._start + b"Transfer-Encoding: chunked\r\n\r\n"


class Lane(asyncio.Protocol):
    """One connection. `on_piece` gets a streamed answer's pieces as they come."""

    def __init__(self, answered: Answered, on_piece: Callable[[bytes], None] | None = None) -> None:
        self._answered = answered
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._on_piece = on_piece or self._pieces.append
        self._room = asyncio.Event()
        self._room.set()
        self.transport: asyncio.Transport | None = None
        self.sent_at = 0.0
        self.lost: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's isn't derived from it

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = exc or ConnectionResetError("the server closed the connection")
        self._room.set()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, piece: bytes) -> None:
        self._on_piece(piece)

    def on_message_complete(self) -> None:
        body = b"".join(self._pieces)
        self._pieces.clear()
        self._answered(self, self._parser.get_status_code(), body)
        self._parser = httptools.HttpResponseParser(self)

    def write(self, data: bytes) -> None:
        assert self.transport is not None  # noqa: S101  `open_lane` waited for it
        self.transport.write(data)

    async def room(self) -> None:
        """Wait until the server takes more. Raises what broke the connection."""
        await self._room.wait()
        if self.lost:
            raise self.lost

    def close(self) -> None:
        if self.transport:
            self.transport.close()


async def open_lane(url: str, answered: Answered, on_piece: Callable[[bytes], None] | None = None) -> Lane:
    """Connect to the host and port of a URL."""
    parts, loop = urlsplit(url), asyncio.get_running_loop()
    async with asyncio.timeout(OPENED):
        _, lane = await loop.create_connection(
            lambda: Lane(answered, on_piece), parts.hostname or "", parts.port or 80
        )
    return lane
