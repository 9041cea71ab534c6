"""Kafka and PostgreSQL away, for a while or at the start: intake keeps its word, the rest follows."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import httpx
import psutil

from services.contracts.vocabulary import SERVICES
from tests.e2e.conftest import Stack, end

PATIENT_SECONDS = 5.5
"""Longer than intake's patience with a commit (4 s), with room for a busy machine's answer."""


@asynccontextmanager
async def _away(stack: Stack, *kinds: str) -> AsyncIterator[None]:
    """Stop stores; in the end they are back."""
    await asyncio.to_thread(stack.supervisor.stop, kinds)
    try:
        yield
    finally:
        stack.supervisor.start(kinds)
        await stack.answers(*kinds)


@asynccontextmanager
async def _frozen(processes: Sequence[psutil.Process]) -> AsyncIterator[None]:
    """Processes that hold their connections open and answer nothing."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def _post(stack: Stack, number: str) -> httpx.Response:
    demand = {"channel": "hotline", "external_id": number, "title": "自来水停水", "body": "凤州镇停水三天。"}
    headers = {"Authorization": f"Bearer {stack.keys['hotline']}"}
    url = stack.running.service_url("intake")
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as http:
        return await http.post("/demands", json=demand)


async def test_with_kafka_away_intake_goes_on_accepting_and_the_outbox_drains_afterwards(
    shared_stack: Stack,
) -> None:
    stack = shared_stack
    async with stack.load() as posting:
        await posting.until_accepted(50)
        async with _away(stack, "kafka"):
            await posting.until_accepted(400)
        await posting.until_accepted(50)
    await stack.balances(posting.books)


async def test_with_a_kafka_that_hangs_intake_goes_on_accepting(shared_stack: Stack) -> None:
    """Longer than the session time-out of the consumers, so that their group falls apart meanwhile."""
    stack = shared_stack
    async with stack.load() as posting:
        await posting.until_accepted(50)
        async with _frozen([psutil.Process(stack.pid("kafka"))]):
            await posting.until_accepted(100)
            await asyncio.sleep(12)
            await posting.until_accepted(100)
    await stack.balances(posting.books)


async def test_with_postgres_away_there_is_a_503_with_retry_after_and_the_same_request_succeeds_later(
    shared_stack: Stack,
) -> None:
    stack = shared_stack
    assert (await _post(stack, "before")).status_code == httpx.codes.ACCEPTED
    async with stack.load() as posting:
        await posting.until_accepted(50)
        async with _away(stack, "postgres"):
            async with asyncio.timeout(PATIENT_SECONDS):
                refused = await _post(stack, "during")
            assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert int(refused.headers["Retry-After"]) > 0
            assert "receipt" not in refused.json()
            assert "postgres" in await stack.ready("intake")
        await stack.eventually("intake accepting again", lambda: _accepted(stack, "during"))
        await posting.until_accepted(50)
    await stack.balances(posting.books)


async def _accepted(stack: Stack, number: str) -> bool:
    return (await _post(stack, number)).status_code == httpx.codes.ACCEPTED


async def test_a_postgres_that_hangs_gives_a_503_and_no_receipt(shared_stack: Stack) -> None:
    stack = shared_stack
    await stack.answers(*SERVICES)
    postmaster = psutil.Process(stack.pid("postgres"))
    async with stack.load() as posting:
        await posting.until_accepted(50)
        async with _frozen([postmaster, *postmaster.children(recursive=True)]):
            async with asyncio.timeout(PATIENT_SECONDS):
                refused = await _post(stack, "frozen")
            assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        await posting.until_accepted(50)
        await stack.eventually("intake accepting again", lambda: _accepted(stack, "frozen"))
    await stack.balances(posting.books)


async def test_every_service_stops_in_time_and_starts_again_whatever_is_down(shared_stack: Stack) -> None:
    """Stopped three times: with Kafka down, with both down, and with PostgreSQL down."""
    stack = shared_stack
    await stack.answers(*SERVICES)
    async with stack.load() as posting:
        await posting.until_accepted(50)
        async with _away(stack, "kafka"):
            await end(stack, SERVICES, signal.SIGTERM)
            await stack.serves(*SERVICES)
            for service in SERVICES:
                await stack.eventually(f"{service}'s word", partial(_says, stack, service))
            await posting.until_accepted(50)
            async with _away(stack, "postgres"):
                await end(stack, SERVICES, signal.SIGTERM)
                await stack.serves(*SERVICES)
        async with _away(stack, "postgres"):
            await end(stack, SERVICES, signal.SIGTERM)
            await stack.serves(*SERVICES)
        await stack.answers(*SERVICES)
    await stack.balances(posting.books)


async def _says(stack: Stack, service: str) -> bool:
    return "Unable to bootstrap" in (await stack.ready(service)).get("consumer", "")
