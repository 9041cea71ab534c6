"""The fast lane of POST /demands: what goes wrong on it is told and counted as on any other route."""

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import REGISTRY
from starlette.types import Receive

from services.intake.api import Post, add_demand_route
from services.intake.api_door import Headers, whole_body
from services.kit.auth import TokenReader
from services.kit.http import BODY_BYTES, Problem, build_api


def _door(error: Exception | None = None) -> Post:
    """In the place of the real one: says the body, or raises."""

    async def post(_: Headers, receive: Receive) -> bytes:
        body = await whole_body(receive)
        if error:
            raise error
        return body

    return post


async def _answer(door: Post, body: bytes = b"{}", method: str = "POST") -> httpx.Response:
    api = build_api("intake", "test", TokenReader(Ed25519PrivateKey.generate().public_key()), {})
    add_demand_route(api, door)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        return await client.request(method, "/demands", content=body)


def _counted(status: int) -> float:
    labels = {"service": "intake", "route": "/demands", "method": "POST", "status": str(status)}
    return REGISTRY.get_sample_value("yinuo_http_requests_total", labels) or 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, 202),
        (Problem(409, "Conflict", "another content"), 409),
        (ConnectionRefusedError(), 503),
        (RuntimeError("unexpected"), 500),
    ],
)
async def test_each_request_is_counted_once_whatever_becomes_of_it(
    error: Exception | None, status: int
) -> None:
    before = _counted(status)
    answer = await _answer(_door(error))
    assert (answer.status_code, _counted(status) - before) == (status, 1)


async def test_a_body_over_the_bound_is_too_large_on_the_fast_lane_too() -> None:
    answer = await _answer(_door(), b"x" * (BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["field"]) == (413, "body")


async def test_other_methods_go_the_ordinary_way() -> None:
    assert (await _answer(_door(), method="PUT")).status_code == 405
