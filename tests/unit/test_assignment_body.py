"""Large bodies: nobody without a token makes the service read one."""

from collections.abc import AsyncIterator

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter

from services.assignment.api_body import LargeBodyRoute
from services.kit.auth import TokenReader
from services.kit.http import build_api


async def test_a_large_body_is_not_read_before_the_token_is_looked_at() -> None:
    routes = APIRouter(route_class=LargeBodyRoute)
    read = []

    @routes.post("/large")
    async def large(given: dict[str, str]) -> int:
        return len(given)

    async def body() -> AsyncIterator[bytes]:
        read.append("begun")
        yield b'{"a":"b"}'

    api = build_api("assignment", "test", TokenReader(Ed25519PrivateKey.generate().public_key()), {})
    api.include_router(routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            answer = await client.post("/large", content=body(), headers=headers)
            assert answer.status_code == 401
    assert read == []
