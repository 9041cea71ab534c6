"""Topics that are missing when the services start, and one that is made anew under their feet."""

import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.contracts.vocabulary import SERVICES
from services.dev import stack as embedded
from services.dev.audit import audit
from services.dev.chaos import COUNTY, MONDAY
from services.dev.chaos_load import CHANNELS
from services.dev.credentials import migration_environment
from services.dev.directory import load_directory, read_county
from services.dev.instant import parse_instant
from services.dev.player import channel_keys
from services.dev.running import Running
from services.kit.clock import set_clock
from services.kit.migrate import migrate_all
from services.kit.topics import ensure_topics
from tests.e2e.conftest import Stack


@pytest.fixture(scope="module")
async def topicless() -> AsyncIterator[Stack]:
    """A stack whose services were started although nobody had made the topics."""
    data = Path(tempfile.mkdtemp(prefix="yinuo-e2e-"))
    try:
        stores = embedded.start_infrastructure(data)
        await migrate_all(migration_environment(stores.secrets, stores.ports))
        await set_clock(stores.admin_url, parse_instant(MONDAY.isoformat()))
        running = Running.find(data)
        started = Stack(running, {})
        started.supervisor.start([f"yinuo-{service}" for service in SERVICES])
        yield started
    finally:
        embedded.remove(data)


async def _says(stack: Stack, service: str, word: str) -> bool:
    return word in (await stack.ready(service)).get("consumer", "")


async def test_a_missing_topic_is_named_and_all_works_once_it_is_made(topicless: Stack) -> None:
    for service in SERVICES:
        await topicless.eventually(f"{service}'s word", partial(_says, topicless, service, "topics missing"))
    await load_directory(topicless.running, read_county(COUNTY))
    stack = Stack(topicless.running, await channel_keys(topicless.running, CHANNELS))
    async with stack.load() as posting:
        await posting.until_accepted(50)
        await ensure_topics(stack.running.kafka)
        await stack.answers(*SERVICES)
        await posting.until_accepted(50)
    await stack.balances(posting.books)


async def test_a_topic_made_anew_stops_its_readers_loudly_and_the_audit_sees_it(topicless: Stack) -> None:
    stack = topicless
    await stack.balances()
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.running.kafka)
    await admin.start()
    await admin.delete_topics(["demand"])
    await admin.close()
    await stack.eventually("the new topic", partial(_made_anew, stack))
    for service in ("assignment", "supervision", "reporting"):
        await stack.eventually(f"{service}'s word", partial(_says, stack, service, "made anew"))
    await stack.answers("intake")
    wrong = {one.name for one in await audit(stack.running) if not one.balanced}
    assert "offsets_within_log" in wrong


async def _made_anew(stack: Stack) -> bool:
    """Kafka deletes a topic some time after it was told to."""
    return "demand" in await ensure_topics(stack.running.kafka)
