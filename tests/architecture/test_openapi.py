"""Each service's OpenAPI document says of every operation whether it needs a staff token."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from services.contracts.vocabulary import SERVICES, Service
from tests.api_documents import api_of

Security = list[dict[str, list[str]]]
STAFF: Security = [{"staff_token": []}]
STAFF_OR_ANYBODY: Security = [{}, {"staff_token": []}]


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The service's API with nothing running behind it."""
    transport = httpx.ASGITransport(api_of(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def described(client: httpx.AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@pytest.mark.parametrize("service", SERVICES)
async def test_what_asks_for_a_staff_token_declares_it_and_nothing_else_does(service: Service) -> None:
    async with client_of(service) as client:
        document = await described(client)
        asks, declares = set(), set()
        for method, path, operation in operations(document):
            answer = await client.request(method, re.sub(r"\{\w+\}", "1", path))
            if answer.status_code == 401 and "yinuo staff token" in answer.json()["remedy"]:
                asks.add((method, path))
            if operation.get("security") == STAFF:
                declares.add((method, path))
    assert asks == declares
    assert ("get", "/backlog") in asks
    assert document["components"]["securitySchemes"]["staff_token"]["scheme"] == "bearer"


async def test_what_shows_drafts_to_staff_declares_that_anybody_may_ask() -> None:
    async with client_of("reporting") as client:
        document = await described(client)
        assert (await client.get("/circulars?drafts=true")).status_code == 401
    shared = {path for _, path, operation in operations(document) if "drafts" in operation["summary"]}
    assert len(shared) == 8
    assert shared == {
        path for _, path, operation in operations(document) if operation.get("security") == STAFF_OR_ANYBODY
    }
