"""The HTTP border: what stops the reading of a body is told as what it is."""

import errno
import socket

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import BaseModel

from services.kit.auth import TokenReader
from services.kit.http import BODY_BYTES, build_api


class Note(BaseModel):
    text: str


def _api() -> FastAPI:
    api = build_api("assignment", "test", TokenReader(Ed25519PrivateKey.generate().public_key()), {})

    @api.post("/said")
    async def said(given: Note) -> int:
        return len(given.text)

    @api.get("/broken/{kind}")
    async def broken(kind: str) -> None:
        raise TROUBLE[kind]

    return api


SECRET = "王某某13800138000"
TROUBLE: dict[str, Exception] = {
    "refused": ConnectionRefusedError(111, "connection refused"),
    "slow": TimeoutError(),
    "every address": OSError("Multiple exceptions: [Errno 111], [Errno 101]"),
    "unreachable": OSError(errno.EHOSTUNREACH, "no route to host"),
    "nameless": socket.gaierror(-2, "name not known"),
    "socket": FileNotFoundError(errno.ENOENT, "no such file"),
    "closed": asyncpg.InterfaceError("pool is closed"),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock detected"),
    "lock timeout": asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
    "file": FileNotFoundError(errno.ENOENT, "no such file", SECRET),
    "disk": OSError(errno.ENOSPC, "no space left on device"),
    "bug": LookupError(SECRET),
    "miscounted": asyncpg.InterfaceError("the server expects 4 arguments for this query, 3 were passed"),
    "row": asyncpg.CheckViolationError(f"Failing row contains ({SECRET})"),
}


async def _asked(path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(_api()), base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    "kind", ["refused", "slow", "every address", "unreachable", "nameless", "socket", "closed"]
)
async def test_a_database_that_cannot_be_reached_is_a_503(kind: str) -> None:
    answer = await _asked(f"/broken/{kind}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("kind", ["deadlock", "lock timeout"])
async def test_whoever_was_in_anothers_way_is_told_to_ask_again(kind: str) -> None:
    answer = await _asked(f"/broken/{kind}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("kind", ["file", "disk", "bug", "miscounted", "row"])
async def test_any_other_trouble_is_a_500_problem_that_tells_nothing_of_the_inside(kind: str) -> None:
    answer = await _asked(f"/broken/{kind}")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["detail"] == "the request could not be handled"
    assert SECRET not in answer.text


async def test_what_a_service_can_do_without_leaves_it_ready_and_is_named() -> None:
    async def away() -> str | None:
        return "no answer"

    async def well() -> str | None:
        return None

    token_reader = TokenReader(Ed25519PrivateKey.generate().public_key())
    api = build_api("intake", "test", token_reader, {"postgres": well}, {"kafka": away})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "degraded", "missing": {}, "degraded": {"kafka": "no answer"}},
    )


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
