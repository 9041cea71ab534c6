"""The HTTP border: what stops the reading of a body is told as what it is."""

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import BaseModel

from services.kit.auth import TokenReader
from services.kit.http import BODY_BYTES, build_api


class Said(BaseModel):
    text: str


def _api() -> FastAPI:
    api = build_api("assignment", "test", TokenReader(Ed25519PrivateKey.generate().public_key()), {})

    @api.post("/said")
    async def said(given: Said) -> int:
        return len(given.text)

    return api


async def _answer(body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(_api()), base_url="http://test") as client:
        return await client.post("/said", content=body, headers=headers)


async def test_a_body_over_the_bound_is_too_large_and_not_just_a_bad_request() -> None:
    answer = await _answer(b'{"text":"' + b"x" * BODY_BYTES + b'"}')
    assert (answer.status_code, answer.json()["field"]) == (413, "body")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_nested_without_end_is_a_bad_request() -> None:
    assert (await _answer(b"[" * 100_000)).status_code == 400


async def test_a_refused_body_is_not_echoed() -> None:
    answer = await _answer('{"text":["张三"]}'.encode())
    assert answer.status_code == 422
    assert "张三" not in answer.text
