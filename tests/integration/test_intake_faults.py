"""What intake does while PostgreSQL or Kafka is away."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from services.dev.credentials import service_environment
from services.dev.stack import Infrastructure
from tests.conftest import DatabaseOf
from tests.intake_process import DEMAND, Gate, intake_process, new_key
from tests.service_process import eventually

TokenFor = Callable[..., dict[str, str]]


@pytest.fixture
def environment(infrastructure: Infrastructure) -> dict[str, str]:
    return service_environment("intake", infrastructure.secrets, infrastructure.ports)


@asynccontextmanager
async def gate_to(port: int) -> AsyncIterator[Gate]:
    gate = Gate(port)
    await gate.open()
    try:
        yield gate
    finally:
        await gate.shut()


async def post(client: httpx.AsyncClient, key: dict[str, str], external_id: str) -> httpx.Response:
    return await client.post("/demands", json=DEMAND | {"external_id": external_id}, headers=key)


async def test_without_postgres_nobody_gets_a_receipt_and_then_all_works_again(
    infrastructure: Infrastructure, environment: dict[str, str], token_for: TokenFor
) -> None:
    postgres = infrastructure.ports["postgres"]
    async with gate_to(postgres) as gate:
        url = environment["YINUO_DATABASE_URL"].replace(f":{postgres}/", f":{gate.port}/")
        async with intake_process(environment | {"YINUO_DATABASE_URL": url}) as client:
            key = await new_key(client, token_for("administrator"))
            assert (await post(client, key, str(uuid4()))).status_code == 202
            await gate.shut()
            external, began = str(uuid4()), time.monotonic()
            refused = await post(client, key, external)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.json()["remedy"]
            assert time.monotonic() - began < 20
            await gate.open()

            async def accepted() -> bool:
                return (await post(client, key, external)).status_code == 202

            assert await eventually(accepted)


async def test_without_kafka_intake_goes_on_accepting_and_the_outbox_drains_later(
    infrastructure: Infrastructure, environment: dict[str, str], token_for: TokenFor, database_of: DatabaseOf
) -> None:
    async with gate_to(infrastructure.ports["kafka"]) as gate:
        await gate.shut()
        kafka = {"YINUO_KAFKA": f"127.0.0.1:{gate.port}"}
        async with intake_process(environment | kafka) as client:
            key = await new_key(client, token_for("administrator"))
            external = str(uuid4())
            assert (await post(client, key, external)).status_code == 202
            database = database_of("intake")
            demand = await database.pool.fetchval(
                "SELECT demand_id::text FROM demands WHERE external_id = $1", external
            )

            async def waiting() -> int:
                found: int = await database.pool.fetchval(
                    "SELECT count(*) FROM outbox WHERE subject = $1", demand
                )
                return found

            assert await waiting() == 1
            await gate.open()

            async def drained() -> bool:
                return await waiting() == 0

            assert await eventually(drained)
