"""A real intake process for tests, and a gate through which it reaches a server that can be shut."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.contracts.envelope import Event
from services.kit.postgres import Database
from tests.service_process import eventually

Headers = dict[str, str]
TokenFor = Callable[..., Headers]
Publish = Callable[[Sequence[Event]], Any]
"""Lets the services around intake say something."""

DEMAND: dict[str, Any] = {"channel": "hotline", "title": "停水", "body": "凤州镇停水三天。"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def intake_process(environment: Mapping[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """`python -m services.intake` on a free port, answering; a client for it."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.intake",
        env={**os.environ, **environment, "YINUO_PORT": str(port), "YINUO_LOG_LEVEL": "warning"},
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            await eventually(lambda: _lives(client))
            yield client
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _lives(client: httpx.AsyncClient) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get("/health/live")).is_success
    return False


async def new_key(
    client: httpx.AsyncClient, administrator: Mapping[str, str], channel: str = "hotline"
) -> dict[str, str]:
    """Headers with a fresh adapter's key."""
    answer = await client.post("/keys", json={"channel": channel}, headers=administrator)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['key']}"}


def identity(value: str | None = None) -> Headers:
    return {"Idempotency-Key": value or str(uuid4())}


async def send(client: httpx.AsyncClient, headers: Headers, **change: Any) -> httpx.Response:
    return await client.post("/demands", json=DEMAND | change, headers=headers)


async def demand_id(database: Database, receipt: str) -> UUID:
    found: UUID = await database.pool.fetchval("SELECT demand_id FROM demands WHERE receipt = $1", receipt)
    return found


@dataclass(slots=True)
class Gate:
    """A TCP way to a server on this machine: shut, it cuts what runs and refuses what comes."""

    target: int
    port: int = 0
    _server: asyncio.Server | None = None
    _pipes: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._pipes.add(task)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(_pump(reader, back))
                    both.create_task(_pump(there, writer))
            finally:
                back.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._pipes.discard(task)
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()
