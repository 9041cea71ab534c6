"""A consumer that never comes up although Kafka answers ends its process, which is then started anew."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.contracts.vocabulary import Service
from services.kit import runtime
from services.kit.runtime import Runtime
from tests.integration.test_runtime import Seen, settings_of


@pytest.fixture
async def process(environment_of: Callable[[Service], dict[str, str]]) -> Runtime:
    handlers = {"demand": Seen(), "supervision": Seen()}
    built = Runtime("assignment", settings_of(environment_of("assignment")), handlers)
    built.build_api("a service under test")
    return built


@asynccontextmanager
async def _never(*_: Any) -> AsyncIterator[None]:
    await asyncio.Event().wait()
    yield


async def test_a_start_that_hangs_ends_the_process(process: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(runtime, "working", _never)
    monkeypatch.setattr(runtime, "end_process", lambda why, reason: ended.set_result(f"{why}: {reason}"))
    monkeypatch.setattr(runtime, "START_SECONDS", 0.2)
    monkeypatch.setattr(runtime, "LOOK_SECONDS", 0.1)
    async with process.database.pool:
        worker = asyncio.create_task(process._run_worker())
        async with asyncio.timeout(60):
            assert "not started although Kafka has answered" in await ended
        assert process.state["consumer"] == "starting"
        worker.cancel()
        await asyncio.wait([worker])
