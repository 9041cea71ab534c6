"""Counts the cases that were opened, once their transaction is committed and never before."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from services.contracts.case import CaseAssigned
from services.contracts.envelope import Event
from services.kit import metrics
from services.kit.postgres import Database, Writing


class CountingDatabase(Database):
    """A database that counts what its writing transactions opened; a batch rolled back opened nothing."""

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[Writing]:
        """As `Database.writing`."""
        async with super().writing(alone=alone) as writing:
            yield writing
        count_assigned(event for event, _ in writing.events)


def counting(database: Database) -> Database:
    """The same database, counting."""
    return CountingDatabase(database.service, database.pool, database.wake_relay)


def count_assigned(events: Iterable[Event]) -> None:
    """Count the cases among committed events: those that a route covers, those of the backstop unit."""
    backstop = [event.backstop for event in events if isinstance(event, CaseAssigned)]
    metrics.CASES_ASSIGNED.labels("true").inc(sum(backstop))
    metrics.CASES_ASSIGNED.labels("false").inc(len(backstop) - sum(backstop))
