"""The pool, and writing transactions: state, inbox, outbox and offsets commit together or not at all."""

import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

import asyncpg

from services.contracts.envelope import Event
from services.contracts.vocabulary import Service
from services.kit import outbox
from services.kit.clock import local_day
from services.kit.connection import Connection, PlainConnection, Pool
from services.kit.watermark import days_missing, pass_days

__all__ = ["CONTENDED", "UNAVAILABLE", "Connection", "Database", "Pool", "Writing", "pool", "writer_lock"]

UNAVAILABLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting, a statement cancelled by hand
    asyncpg.InsufficientResourcesError,  # disk or memory full, too many connections
    asyncpg.ReadOnlySQLTransactionError,  # a standby
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""PostgreSQL is away or going away: the same work succeeds later, nothing is wrong with it."""

CONTENDED: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
"""Somebody else was in the way: the same work succeeds when repeated."""


def pool(dsn: str, service: Service, size: int, schema: str | None = None) -> Pool:
    """A pool that connects when first asked, so that a service starts while PostgreSQL is away.

    `schema`: another than the service's own, where its record is read anew. Await it (or enter it) before
    use. JIT is off: the statements are short and it only delays them.
    """
    return asyncpg.create_pool(
        dsn,
        connection_class=PlainConnection,
        min_size=0,
        max_size=size,
        command_timeout=30,
        timeout=5,
        server_settings={
            "search_path": schema or service,
            "application_name": f"yinuo-{service}",
            "jit": "off",
        },
    )


def writer_lock(service: Service) -> int:
    """The advisory lock that all writers of a service share and its watermark takes alone."""
    return zlib.crc32(f"yinuo/writer/{service}".encode())


@dataclass(slots=True)
class Writing:
    """One writing transaction: a connection, the business time read under the writers' lock, its events."""

    connection: Connection
    now: datetime
    events: list[tuple[Event, datetime]] = field(default_factory=list)

    def publish(self, event: Event, time: datetime | None = None) -> None:
        """Let an event leave with this transaction. `time` is the fact's own; else the transaction's."""
        self.events.append((event, time or self.now))

    def publish_all(self, events: Iterable[Event]) -> None:
        self.events.extend((event, self.now) for event in events)


@dataclass(slots=True)
class _Day:
    """The last day whose watermark this process has seen written."""

    passed: date | None = None

    def covers(self, now: datetime) -> bool:
        return self.passed is not None and local_day(now) <= self.passed


@dataclass(frozen=True, slots=True)
class Database:
    """A service's database: reads through `pool`, writes through `writing()`."""

    service: Service
    pool: Pool
    wake_relay: Callable[[], None]
    _day: _Day = field(default_factory=_Day)

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[Writing]:
        """A transaction whose events reach the outbox with its commit, and wake the relay.

        It takes the writers' lock, then reads the business clock. `alone` takes the lock
        exclusively: every other writer has committed before, or begins after. In a new day the
        watermark comes first, in a transaction of its own or at the head of one that is alone.
        """
        async with self.pool.acquire() as connection:
            while True:
                async with self._transaction(connection, alone) as writing:
                    if alone or self._day.covers(writing.now):
                        yield writing
                        return
                async with self._transaction(connection, alone=True):
                    pass

    @asynccontextmanager
    async def trying(self) -> AsyncIterator[Writing]:
        """As `writing`, but undone at its end: what would come of it is known, and nothing of it stays."""
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                now = await connection.fetchval("SELECT clock.begin_writing($1)", writer_lock(self.service))
                yield Writing(connection, now.astimezone(UTC))
            finally:
                await transaction.rollback()

    @asynccontextmanager
    async def _transaction(self, connection: Connection, alone: bool) -> AsyncIterator[Writing]:
        begin = "SELECT clock.begin_writing_alone($1)" if alone else "SELECT clock.begin_writing($1)"
        async with connection.transaction():
            now: datetime = await connection.fetchval(begin, writer_lock(self.service))
            writing = Writing(connection, now.astimezone(UTC))
            if alone:
                writing.publish_all(await pass_days(connection, self.service, writing.now))
            yield writing
            await outbox.append(connection, writing.events)
        if alone:
            self._day.passed = local_day(writing.now)
        if writing.events:
            self.wake_relay()

    async def pass_watermarks(self) -> int:
        """Write the watermarks that are due, though nobody writes anything else; how many days."""
        missing = await days_missing(self.pool)
        if missing:
            async with self.writing(alone=True):
                pass
        return missing
