"""The stack that is measured: a fresh one on free ports, and the ways into it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from services.contracts.vocabulary import SERVICES, Service
from services.dev import stack
from services.dev.bench.demands import CHANNEL, county
from services.dev.credentials import service_environment
from services.dev.folder import DataFolder
from services.dev.running import Running
from services.dev.supervisor import Supervisor
from services.kit.clock import set_clock
from services.kit.postgres import Database, pool

Report = Callable[[str], None]
POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 60.0
NOON: Final = datetime(2026, 3, 18, 4, tzinfo=UTC)
"""A Wednesday in a year whose calendar is known: limits are computed whenever the bench is run."""


class TooSlow(RuntimeError):
    """What is waited for doesn't come."""


class Ground:
    """One running stack in `data`. Blocking calls stand between measurements, never within."""

    def __init__(self, data: Path, report: Report, progress: Report = stack.silent) -> None:
        self.data = data
        self.report = report
        self.progress = progress

    @classmethod
    def prepare(cls, data: Path, report: Report, progress: Report = stack.silent) -> "Ground":
        """Kafka and PostgreSQL with schemas, roles and topics; the business clock stands still."""
        infrastructure = stack.start_infrastructure(data, report)
        report("Schemas, roles, topics")
        stack.migrate(infrastructure)
        asyncio.run(set_clock(infrastructure.admin_url, NOON))
        return cls(data, report, progress)

    @property
    def running(self) -> Running:
        return Running.find(self.data)

    def start(self, *names: str) -> None:
        stack.start_services(self.data, names or SERVICES, self.report)

    def stop_services(self) -> None:
        self.report("Stopping the services")
        Supervisor(DataFolder.at(self.data)).stop([stack.PREFIX + name for name in SERVICES])

    async def key(self) -> str:
        """A fresh adapter's key."""
        answer = await self._post("intake", "/keys", json={"channel": CHANNEL, "name": "bench"})
        return str(answer.json()["key"])

    async def load_directory(self) -> None:
        self.report("Loading the directory")
        await self._post("assignment", "/directory", json=county().model_dump(mode="json", by_alias=True))

    async def _post(self, service: str, path: str, **sent: object) -> httpx.Response:
        running = self.running
        headers = {"Authorization": f"Bearer {running.token('administrator')}"}
        url = running.service_url(service) + path
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            answer = await http.post(url, headers=headers, **sent)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection]:
        """The database as its administrator, without time limits."""
        connection = await asyncpg.connect(self.running.admin_url, server_settings={"jit": "off"})
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, service: Service) -> AsyncIterator[Database]:
        """A service's database as the service sees it; no relay."""
        environment = service_environment(service, self.running.secrets, stack._running_ports(self._folder))
        async with pool(environment["YINUO_DATABASE_URL"], service, 3) as connections:
            yield Database(service, connections, lambda: None)

    @property
    def _folder(self) -> DataFolder:
        return DataFolder.at(self.data)

    async def applied(self, topics: Iterable[str], service: str = "reporting") -> int:
        """How far a service has read some topics: the sum of its offsets."""
        async with self.admin() as connection:
            return await applied(connection, topics, service)


async def applied(connection: asyncpg.Connection, topics: Iterable[str], service: str = "reporting") -> int:
    """As `Ground.applied`, on a connection that is there already."""
    query = f"SELECT coalesce(sum(next_offset), 0)::bigint FROM {service}.offsets WHERE topic = ANY($1)"
    return int(await connection.fetchval(query, list(topics)))


async def until_applied(
    connection: asyncpg.Connection, topics: Iterable[str], offsets: int, report: Report
) -> None:
    """Wait until reporting has read that far. Raises TooSlow when it stands still."""
    topics, last, still = list(topics), -1, 0.0
    while (now := await applied(connection, topics)) < offsets:
        still = still + POLL_SECONDS if now == last else 0.0
        if still > PATIENCE_SECONDS:
            raise TooSlow(f"reporting stands at {now} of {offsets}")
        if now != last:
            report(f"{offsets - now:,} events to go")
        last = now
        await asyncio.sleep(POLL_SECONDS)
