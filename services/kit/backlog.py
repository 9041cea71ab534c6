"""What a service still has to do: its outbox, its lag, its due rows."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import BaseModel

from services.contracts.flow import TOPICS, topics_read_by
from services.contracts.vocabulary import Service
from services.kit import metrics
from services.kit.inbox import stored_offsets
from services.kit.postgres import UNAVAILABLE, Pool

LOOK_SECONDS: Final = 5.0

Due = Callable[[], Awaitable[int]]
"""How many rows of a service are due by the business clock and not done."""

log = structlog.get_logger(__name__)


class Backlog(BaseModel):
    """`settled` when nothing is left to do. `end_offsets` tells whether something came meanwhile."""

    outbox: int
    lag: dict[str, int]
    due: int
    end_offsets: int

    @property
    def settled(self) -> bool:
        return self.outbox == 0 and self.due == 0 and not any(self.lag.values())


class BacklogReader:
    """Holds one plain Kafka consumer, without a group, to ask for end offsets."""

    def __init__(self, service: Service, pool: Pool, bootstrap: str, due: Due) -> None:
        self._service = service
        self._pool = pool
        self._bootstrap = bootstrap
        self._due = due
        self._kafka: AIOKafkaConsumer | None = None
        self._answered_at = time.monotonic()
        self._lock = asyncio.Lock()
        self._topics = topics_read_by(service)

    async def read(self) -> Backlog:
        """The backlog now. The outbox is read before the end offsets: what left it is in them."""
        outbox, due = await self._pool.fetchval("SELECT count(*) FROM outbox"), await self._due()
        ends = await self._end_offsets()
        return Backlog(outbox=outbox, lag=await self._lag(ends), due=due, end_offsets=sum(ends.values()))

    async def _lag(self, ends: Mapping[tuple[str, int], int]) -> dict[str, int]:
        stored = await stored_offsets(self._pool, self._topics)
        lag = dict.fromkeys(self._topics, 0)
        for (topic, partition), end in ends.items():
            lag[topic] += max(0, end - stored[topic, partition])
        return lag

    def silence(self) -> float:
        """For how many seconds Kafka hasn't told its end offsets."""
        return time.monotonic() - self._answered_at

    async def close(self) -> None:
        if self._kafka is not None:
            await self._kafka.stop()
            self._kafka = None

    async def _end_offsets(self) -> Mapping[tuple[str, int], int]:
        partitions = [TopicPartition(t, p) for t in self._topics for p in range(TOPICS[t].partitions)]
        async with self._lock:
            if self._kafka is None:
                self._kafka = await _started(self._bootstrap)
            ends = await self._kafka.end_offsets(partitions)
            self._answered_at = time.monotonic()
        return {(tp.topic, tp.partition): offset for tp, offset in ends.items()}

    async def watch(self) -> None:
        """Keep the gauges of outbox, dead letters and lag fresh, until cancelled."""
        while True:
            for measure in (self._measure_database, self._measure_lag):
                try:
                    await measure()
                except (KafkaError, *UNAVAILABLE) as away:
                    log.warning("backlog not measured", reason=repr(away))
            await asyncio.sleep(LOOK_SECONDS)

    async def _measure_database(self) -> None:
        """Apart, since it needs no Kafka: it is when Kafka is away that the outbox grows."""
        row = await self._pool.fetchrow(
            """
            SELECT (SELECT count(*) FROM outbox) AS outbox,
                   (SELECT count(*) FROM dead_letters) AS letters,
                   (SELECT extract(epoch FROM clock_timestamp() - min(written_at)) FROM outbox)::float8 AS age
            """
        )
        if row is not None:
            metrics.OUTBOX_ROWS.labels(self._service).set(row["outbox"])
            metrics.OUTBOX_AGE.labels(self._service).set(row["age"] or 0)
            metrics.DEAD_LETTERS.labels(self._service).set(row["letters"])

    async def _measure_lag(self) -> None:
        """Kafka first: what it answers must not depend on PostgreSQL."""
        ends = await self._end_offsets()
        rows = await self._pool.fetch(
            """
            SELECT topic, extract(epoch FROM clock_timestamp() - max(moved_at))::float8 AS age
            FROM offsets GROUP BY topic
            """
        )
        moved = {row["topic"]: row["age"] for row in rows}
        for topic, lag in (await self._lag(ends)).items():
            metrics.CONSUMER_LAG.labels(self._service, topic).set(lag)
            metrics.OFFSET_AGE.labels(self._service, topic).set(moved.get(topic, 0) if lag else 0)


async def _started(bootstrap: str) -> AIOKafkaConsumer:
    kafka = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    try:
        await kafka.start()
    except BaseException:
        await kafka.stop()
        raise
    return kafka
