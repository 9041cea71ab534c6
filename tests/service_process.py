"""One service's process on a stack of its own, and a neighbour who talks to it through Kafka and HTTP."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.contracts.decode import decode
from services.contracts.envelope import Event
from services.contracts.vocabulary import Service
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure, start_services
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from tests.builders import letter

Kind = TypeVar("Kind", bound=Event)

MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
"""2021-03-01 09:00 local."""


@contextmanager
def own_stack() -> Iterator[Infrastructure]:
    """Kafka and PostgreSQL with schemas, roles and topics, that nobody else uses; no service runs."""
    data = Path(tempfile.mkdtemp(prefix="yinuo-own-"))
    try:
        started = start_infrastructure(data)
        migrate(started)
        yield started
    finally:
        remove(data)
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def own_process(service: Service, at: datetime = MONDAY) -> Iterator[Infrastructure]:
    """A stack on which one service runs, at a business time."""
    with own_stack() as started:
        asyncio.run(set_clock(started.admin_url, at))
        start_services(started.data, [service])
        yield started


async def eventually(check: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """The first true answer of `check`. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if found := await check():
                return found
            await asyncio.sleep(0.05)


class Neighbour:
    """Talks to a service's process as its neighbours do, and remembers all that comes out of Kafka."""

    def __init__(self, stack: Infrastructure, producer: AIOKafkaProducer, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.producer = producer
        self.http = http
        self.seen: list[Event] = []
        self._more = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def of_process(cls, stack: Infrastructure, service: Service, *topics: str) -> AsyncIterator[Self]:
        """A neighbour of a running service, who listens to some topics from their beginning."""
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=stack.kafka, auto_offset_reset="earliest", group_id=None
        )
        async with (
            AIOKafkaProducer(bootstrap_servers=stack.kafka) as producer,
            consumer,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{stack.ports[service]}", timeout=30) as http,
        ):
            neighbour = cls(stack, producer, http)
            listening = asyncio.create_task(neighbour._listen(consumer))
            yield neighbour
            listening.cancel()

    async def tell(self, *events: Event, at: datetime = MONDAY) -> None:
        """Publish events side by side; those of one partition keep their order."""
        sent = [
            await self.producer.send(
                told.topic, told.value, told.key.encode(), told.partition, headers=list(told.headers)
            )
            for told in (letter(event, time=at) for event in events)
        ]
        await asyncio.gather(*sent)

    def of(self, kind: type[Kind], subject: UUID) -> list[Kind]:
        return [one for one in self.seen if isinstance(one, kind) and one.subject() == str(subject)]

    async def until(self, kind: type[Kind], subject: UUID, many: int = 1) -> list[Kind]:
        """The first so many events of one kind about a subject, as they come out of Kafka."""
        await self.until_seen(lambda: len(self.of(kind, subject)) >= many)
        return self.of(kind, subject)

    async def until_seen(self, enough: Callable[[], bool]) -> None:
        """Wait for what comes out of Kafka."""
        async with asyncio.timeout(30), self._more:
            await self._more.wait_for(enough)

    async def settled(self) -> None:
        """Wait until the process says that nothing is left to do."""

        async def nothing_left() -> bool:
            left = (await self.http.get("/backlog", headers=self.staff("administrator"))).json()
            return not left["outbox"] and not left["due"] and not any(left["lag"].values())

        await eventually(nothing_left, seconds=30)

    def staff(self, role: str, unit: str | None = None) -> dict[str, str]:
        """Headers with a staff token."""
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(key, subject=f"{role} of {unit}", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        async for message in consumer:
            async with self._more:
                self.seen.append(decode(dict(message.headers)["ce_type"].decode(), message.value))
                self._more.notify_all()
