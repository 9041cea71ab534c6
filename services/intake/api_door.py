"""What every adapter's request passes first: its key, its content type."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from services.intake.keys import Key, KeyRing
from services.kit.http import Problem

JSON: Final = b"application/json"
NDJSON: Final = b"application/x-ndjson"

Headers = Mapping[bytes, bytes]
"""An ASGI scope's headers by name; of a repeated one the last."""


async def key_of(ring: KeyRing, headers: Headers) -> Key:
    """The sender's key. Raises Problem 401."""
    scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
    key = await ring.find(secret.strip()) if scheme.lower() == b"bearer" and secret else None
    if key is None:
        raise Problem(
            401,
            "Unauthorized",
            "no working adapter's key was sent",
            field="Authorization",
            remedy="send `Authorization: Bearer <key>` with a key from `yinuo keys create`",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return key


async def whole_body(receive: Receive) -> bytes:
    """The body, which nearly always comes in one piece. Raises ClientDisconnect."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        body += piece
        if not message.get("more_body", False):
            return body


def refuse_other_types(headers: Headers, *types: bytes) -> None:
    """Raises Problem 415 unless the content type is one of those accepted."""
    sent = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if sent not in types:
        raise Problem(
            415,
            "Unsupported Media Type",
            f"content type {sent.decode('latin-1') or 'missing'}",
            field="Content-Type",
            remedy=f"send {types[0].decode()}",
        )
