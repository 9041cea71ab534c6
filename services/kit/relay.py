"""The relay: publishes the outbox with an idempotent producer, then deletes what Kafka acknowledged.

A bucket is a partition, and one relay has a bucket at a time (a session's advisory lock), so the
order of each key holds with any number of processes. A crash between publishing and deleting
publishes again; the readers' inboxes make the repeat harmless.
"""

import asyncio
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.contracts.envelope import Envelope
from services.contracts.flow import topics_written_by
from services.contracts.vocabulary import Service
from services.kit import metrics, outbox
from services.kit.postgres import CONTENDED, UNAVAILABLE, Connection, Pool

BATCH: Final = 500
IDLE_SECONDS: Final = 0.25
"""How long the relay waits for a wake-up before it looks again: another process may have written."""
REBALANCE_SECONDS: Final = 1.0
"""How often it tries for buckets that another process had."""
PUBLISH_SECONDS: Final = 20.0
"""With idempotence a batch never expires by itself; past this the rows are tried again."""
BACK_OFF_SECONDS: Final = 0.5

log = structlog.get_logger(__name__)


class Relay:
    """Run `run()` as a task; call `wake()` after a commit that wrote to the outbox."""

    def __init__(self, service: Service, pool: Pool, bootstrap: str) -> None:
        self._service = service
        self._pool = pool
        self._bootstrap = bootstrap
        self._rows = asyncio.Event()
        self._buckets = tuple(range(max(topic.partitions for topic in topics_written_by(service))))

    def wake(self) -> None:
        self._rows.set()

    async def run(self) -> None:
        """Publish until cancelled; whatever is away is waited for."""
        while True:
            try:
                await self._publish_with_a_producer()
            except (KafkaError, *UNAVAILABLE, *CONTENDED) as away:
                metrics.RELAY_FAILURES.labels(self._service).inc()
                log.warning("relay waits", reason=repr(away))
                await asyncio.sleep(BACK_OFF_SECONDS)

    async def _publish_with_a_producer(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=131072,
            request_timeout_ms=10000,
            client_id=f"yinuo-{self._service}-relay",
        )
        try:
            await asyncio.wait_for(producer.start(), PUBLISH_SECONDS)
            async with self._pool.acquire() as connection:
                try:
                    # A removal that a crash of PostgreSQL takes back only publishes again.
                    await connection.execute("SET synchronous_commit = off")
                    await self._publish_with_buckets(producer, connection)
                finally:
                    await _let_go(connection)
        finally:
            await _stop(producer)

    async def _publish_with_buckets(self, producer: AIOKafkaProducer, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        held: list[int] = []
        published: list[int] = []
        try_again_at = 0.0
        while True:
            if len(held) < len(self._buckets) and loop.time() >= try_again_at:
                held += await self._take(connection, [b for b in self._buckets if b not in held])
                try_again_at = loop.time() + REBALANCE_SECONDS
            self._rows.clear()
            rows = await outbox.exchange(connection, published, held, BATCH)
            published = [row.id for row in rows]
            if rows:
                await self._publish(producer, rows)
            else:
                await self._wait_for_rows()

    async def _take(self, connection: Connection, wanted: Sequence[int]) -> list[int]:
        family = zlib.crc32(f"yinuo/relay/{self._service}".encode()) - 2**31
        rows = await connection.fetch(
            "SELECT bucket FROM unnest($2::int[]) AS bucket WHERE pg_try_advisory_lock($1::int, bucket)",
            family,
            list(wanted),
        )
        return [row["bucket"] for row in rows]

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[outbox.Waiting]) -> None:
        source = f"/yinuo/{self._service}"
        async with asyncio.timeout(PUBLISH_SECONDS):
            sent = [
                await producer.send(
                    row.topic,
                    value=row.value,
                    key=row.subject.encode(),
                    partition=row.partition,
                    headers=list(Envelope(row.event_id, row.type, source, row.subject, row.time).headers()),
                )
                for row in rows
            ]
            await asyncio.gather(*sent)
        metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(rows))

    async def _wait_for_rows(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._rows.wait()


async def _let_go(connection: Connection) -> None:
    """Leave the connection as it was and free the buckets; one that is gone has freed them already."""
    with suppress(*UNAVAILABLE):
        await connection.execute("RESET synchronous_commit; SELECT pg_advisory_unlock_all()", timeout=1)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Close the producer without waiting for a broker that is away: its rows stay in the outbox."""
    try:
        await asyncio.wait_for(producer.stop(), 2.0)
    except (KafkaError, TimeoutError, OSError) as unclean:
        log.warning("producer closed uncleanly", reason=repr(unclean))
