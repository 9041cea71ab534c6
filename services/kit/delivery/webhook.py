"""Webhooks signed as Standard Webhooks 1.0 has it, each recipient under a secret that is stored nowhere."""

import asyncio
import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import httpx
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks import Webhook

from services.kit.delivery.message import Claimed
from services.kit.delivery.retry import Ended, Failed, Outcome, Sent
from services.kit.delivery.said import one_line
from services.kit.delivery.trust import trusted

CALL_SECONDS: Final = 15.0
"""For a whole call, from the name's address to the status line."""
SECRET_BYTES: Final = 32


def secret_of(key: bytes, recipient: str) -> str:
    """`whsec_…`, what a recipient checks signatures with: derived (HKDF, RFC 5869) from the service's key."""
    derived = HKDF(SHA256(), SECRET_BYTES, salt=None, info=f"yinuo/webhook/{recipient}".encode()).derive(key)
    return f"whsec_{base64.b64encode(derived).decode('ascii')}"


def signed(secrets: Sequence[str], message: Claimed, now: datetime) -> dict[str, str]:
    """The headers: the id is the message's own, the timestamp that of the try; signed under each secret."""
    name = str(message.message_id)
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "yinuo",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(name, now, message.payload) for one in secrets),
    }


async def post(client: httpx.AsyncClient, keys: Sequence[bytes], message: Claimed) -> Outcome:
    """2xx takes it over, 410 ends it. The answer's body isn't read, and no redirect followed."""
    if message.address is None:
        return Ended("the recipient has no webhook any more")
    headers = signed([secret_of(key, message.recipient) for key in keys], message, datetime.now(UTC))
    body = message.payload.encode()
    try:
        async with asyncio.timeout(CALL_SECONDS):
            async with client.stream("POST", message.address, headers=headers, content=body) as answer:
                return outcome(answer.status_code)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as failed:
        return Failed(one_line(f"{type(failed).__name__}: {failed}"))


def outcome(status: int) -> Outcome:
    """What an answer means; 410 is the receiver's way to say: nothing more, please."""
    said = f"HTTP {status}"
    if httpx.codes.is_success(status):
        return Sent(said)
    if status == httpx.codes.GONE:
        return Ended(said)
    return Failed(f"{said}: redirects aren't followed" if httpx.codes.is_redirect(status) else said)


def open_client() -> httpx.AsyncClient:
    """A client that follows nothing and minds no proxy of the environment."""
    return httpx.AsyncClient(verify=trusted(), timeout=CALL_SECONDS, follow_redirects=False, trust_env=False)
