"""Waiting until something really answers: an open port is not enough."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.dev.problem import Problem

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 90.0
REFUSED = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    KafkaError,
    httpx.HTTPError,
    asyncio.TimeoutError,
)


async def until_answering(
    what: str, ask: Callable[[], Awaitable[bool]], patience: float = PATIENCE_SECONDS
) -> None:
    """Ask again until the answer is yes. Errors: Problem with the last reason when patience ends."""
    until, reason = time.monotonic() + patience, ""
    while time.monotonic() < until:
        try:
            if await ask():
                return
        except REFUSED as error:
            reason = f" ({type(error).__name__}: {error})"
        await asyncio.sleep(POLL_SECONDS)
    raise Problem(f"{what} didn't answer within {patience:.0f} s{reason}", "see `yinuo logs`")


async def postgres_answers(url: str) -> None:
    """Wait until PostgreSQL takes a connection and a query."""

    async def ask() -> bool:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return bool(await connection.fetchval("SELECT true"))
        finally:
            await connection.close()

    await until_answering("PostgreSQL", ask)


async def kafka_answers(bootstrap: str) -> None:
    """Wait until Kafka knows its brokers and has a coordinator for consumer groups."""
    host, port = bootstrap.rsplit(":", 1)

    async def listens() -> bool:
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        return True

    async def ask() -> bool:
        client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
        try:
            await client.start()
            return int(await client.find_coordinator("yinuo-readiness")) > 0
        finally:
            await client.close()

    await until_answering("Kafka", listens)
    with _quiet("aiokafka"):
        await until_answering("Kafka", ask)


async def service_answers(name: str, url: str) -> None:
    """Wait until `GET /health/ready` says 200."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:

        async def ask() -> bool:
            return (await client.get(f"{url}/health/ready")).status_code == httpx.codes.OK

        await until_answering(name, ask)


class _quiet:  # noqa: N801  reads as a verb
    """No log below CRITICAL from a library while refusals are expected."""

    def __init__(self, name: str) -> None:
        self.logger = logging.getLogger(name)

    def __enter__(self) -> None:
        self.before = self.logger.level
        self.logger.setLevel(logging.CRITICAL + 1)

    def __exit__(self, *_: object) -> None:
        self.logger.setLevel(self.before)
