"""Whole running stacks for end-to-end tests: the four services on their own Kafka and PostgreSQL."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from services.contracts.vocabulary import Role, Service
from services.dev import stack as embedded
from services.dev.audit import audit
from services.dev.chaos import COUNTY, MONDAY
from services.dev.chaos_books import Books, compare
from services.dev.chaos_load import CHANNELS, Adapters, Pace, adapters, read_texts
from services.dev.chaos_victims import answers, pid_of
from services.dev.directory import load_directory, read_county
from services.dev.folder import DataFolder
from services.dev.leftovers import is_gone
from services.dev.player import channel_keys
from services.dev.readiness import until_answering
from services.dev.running import Running
from services.dev.settle import settle
from services.dev.supervisor import Supervisor

GRACE_SECONDS = 10
"""A service is gone this long after the signal at the latest."""
EASY = Pace(singles=6, batches=1)


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack with the demonstration county's directory and a key for each of four channels."""

    running: Running
    keys: Mapping[str, str]

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(DataFolder.at(self.running.data))

    def pid(self, kind: str) -> int:
        """The process id of a service, `kafka` or `postgres`; 0 while it isn't running."""
        return pid_of(self.running, kind)

    async def serves(self, *services: str) -> None:
        """Wait until services answer over HTTP, whatever they miss."""
        for service in services:
            await self.eventually(service, partial(self._is_live, service))

    async def _is_live(self, service: str) -> bool:
        return "ok" in await self.text(service, "/health/live")

    async def answers(self, *kinds: str) -> None:
        """Wait until they do their work."""
        for kind in kinds:
            await answers(self.running, kind)

    def load(self, seed: int = 1, pace: Pace = EASY) -> AbstractAsyncContextManager[Adapters]:
        """Adapters that post while the block runs, and keep books of their receipts."""
        texts = read_texts(COUNTY / "messages.csv")
        return adapters(self.running.service_url("intake"), self.keys, texts, seed, pace)

    async def ask(
        self, service: str, method: str, path: str, role: Role = "administrator", **sent: Any
    ) -> Any:
        """The decoded answer of a service to a member of staff. Raises httpx.HTTPStatusError."""
        headers = {"Authorization": f"Bearer {self.running.token(role)}"} | sent.pop("headers", {})
        url = self.running.service_url(service)
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
            answer = await http.request(method, path, **sent)
        return answer.raise_for_status().json()

    async def text(self, service: str, path: str) -> str:
        """What a service answers to anybody."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            return (await http.get(f"{self.running.service_url(service)}{path}")).text

    async def ready(self, service: str) -> Mapping[str, str]:
        """What /health/ready says is missing, and what the service does without meanwhile."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.get(f"{self.running.service_url(service)}/health/ready")
        said: Mapping[str, Mapping[str, str]] = answer.json()
        return {**said["missing"], **said["degraded"]}

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement as the database's administrator."""
        connection = await asyncpg.connect(self.running.admin_url)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    @asynccontextmanager
    async def held(self, table: str, case_id: str) -> AsyncIterator[None]:
        """A case's row locked, as a long transaction would hold it."""
        connection = await asyncpg.connect(self.running.admin_url)
        try:
            async with connection.transaction():
                await connection.execute(f"SELECT FROM {table} WHERE case_id = $1 FOR UPDATE", case_id)
                yield
        finally:
            await connection.close()

    async def eventually(self, what: str, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a condition."""
        await until_answering(what, condition)

    async def balances(self, *kept: Books) -> None:
        """Settle; then the audit finds nothing, and every receipt in the books is one demand and one case."""
        await settle(self.running, 120)
        wrong = [one for one in await audit(self.running) if not one.balanced]
        assert not wrong
        receipts = [receipt for books in kept for receipt in books.demands]
        assert not [clue for books in kept for clue in (*books.contradictions, *books.surprises)]
        found = await self.sql("SELECT receipt FROM assignment.cases WHERE receipt = ANY($1)", receipts)
        assert str(compare("cases", receipts, [row[0] for row in found])) == "cases: each receipt once"


async def end(stack: Stack, services: Sequence[Service], number: signal.Signals) -> None:
    """Send a signal to running services; each is gone in time. The supervisor starts them again."""
    victims = [psutil.Process(stack.pid(service)) for service in services]
    for victim in victims:
        victim.send_signal(number)
    async with asyncio.timeout(GRACE_SECONDS):
        for victim in victims:
            await stack.eventually(
                f"end of process {victim.pid}", partial(asyncio.to_thread, is_gone, victim)
            )


@asynccontextmanager
async def running_stack(clock: str) -> AsyncIterator[Stack]:
    """A fresh stack in its own data folder, on free ports, its clock at an instant; removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="yinuo-e2e-"))
    try:
        await embedded.start(data, embedded.silent, clock=clock, free_ports=True)
        running = Running.find(data)
        await load_directory(running, read_county(COUNTY))
        yield Stack(running, await channel_keys(running, CHANNELS))
    finally:
        embedded.remove(data)


@pytest.fixture(scope="module")
def clock() -> str:
    """Where the business clock of `stack` begins; a module may override it."""
    return MONDAY.isoformat()


@pytest.fixture(scope="module")
async def stack(clock: str) -> AsyncIterator[Stack]:
    """A whole stack for the tests of one module."""
    async with running_stack(clock) as started:
        yield started


@pytest.fixture(scope="package")
async def shared_stack() -> AsyncIterator[Stack]:
    """A whole stack for tests that leave it healthy and don't move its clock."""
    async with running_stack(MONDAY.isoformat()) as started:
        yield started
