"""Intake's process on the shared stack, an adapter's key for it, and its neighbours' voices."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import httpx
import pytest

from services.contracts.envelope import Event
from services.contracts.supervision import LimitsSet
from services.contracts.vocabulary import Service
from services.dev.credentials import service_environment
from services.dev.stack import Infrastructure
from services.kit.postgres import Database
from services.kit.relay import Relay
from tests.conftest import DatabaseOf
from tests.intake_process import Headers, Publish, TokenFor, intake_process, new_key


@pytest.fixture(scope="module")
async def client(infrastructure: Infrastructure) -> AsyncIterator[httpx.AsyncClient]:
    environment = service_environment("intake", infrastructure.secrets, infrastructure.ports)
    async with intake_process(environment) as client:
        yield client


@pytest.fixture
async def key(client: httpx.AsyncClient, token_for: TokenFor) -> Headers:
    return await new_key(client, token_for("administrator"))


@pytest.fixture
def database(database_of: DatabaseOf) -> Database:
    return database_of("intake")


@pytest.fixture
async def publish(infrastructure: Infrastructure, database_of: DatabaseOf) -> AsyncIterator[Publish]:
    """Lets assignment and supervision say something, through their outboxes and relays."""
    services: tuple[Service, ...] = ("assignment", "supervision")
    databases = {service: database_of(service) for service in services}
    relays = [asyncio.create_task(Relay(s, databases[s].pool, infrastructure.kafka).run()) for s in services]

    async def say(events: Sequence[Event]) -> None:
        for event in events:
            service: Service = "supervision" if isinstance(event, LimitsSet) else "assignment"
            async with databases[service].writing() as writing:
                writing.publish(event)

    yield say
    for relay in relays:
        relay.cancel()
        with suppress(asyncio.CancelledError):
            await relay
