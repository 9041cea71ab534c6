"""Large bodies: nobody without a token makes the service read one, and nobody one without end."""

import base64
from collections.abc import AsyncIterator, Iterable

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, FastAPI, Request

from services.kit.auth import TokenReader, issue_token
from services.kit.http import BODY_BYTES, build_api
from services.kit.large_body import LARGE_BYTES, LargeBodyRoute

KEY = Ed25519PrivateKey.generate()
CLERK = issue_token(base64.b64encode(KEY.private_bytes_raw()).decode(), subject="某", role="clerk")


def api() -> FastAPI:
    routes = APIRouter(route_class=LargeBodyRoute)

    @routes.post("/large")
    async def large(given: dict[str, str]) -> int:
        return len(given["a"])

    @routes.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    built = build_api("assignment", "test", TokenReader(KEY.public_key()), {})
    built.include_router(routes)
    return built


async def sent(path: str, body: AsyncIterator[bytes] | bytes, token: str = CLERK) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api()), base_url="http://test") as client:
        return await client.post(path, content=body, headers=headers)


async def pieces(of: Iterable[bytes], read: list[bytes]) -> AsyncIterator[bytes]:
    for piece in of:
        read.append(piece)
        yield piece


async def test_a_large_body_is_not_read_before_the_token_is_looked_at() -> None:
    read: list[bytes] = []
    for token in ("", "nonsense"):
        assert (await sent("/large", pieces([b'{"a":"b"}'], read), token)).status_code == 401
    assert read == []


async def test_a_body_over_the_ordinary_bound_is_read() -> None:
    answer = await sent("/large", b'{"a":"' + b"x" * BODY_BYTES + b'"}')
    assert (answer.status_code, answer.json()) == (200, BODY_BYTES)


async def test_a_body_over_the_large_bound_is_refused_however_it_is_read() -> None:
    for path in ("/large", "/raw"):
        read: list[bytes] = []
        answer = await sent(path, pieces([b"x" * LARGE_BYTES, b"x", b"never"], read))
        assert (answer.status_code, answer.json()["field"]) == (413, "body")
        assert b"never" not in read
