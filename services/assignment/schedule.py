"""What assignment does by itself: assign demands that waited for a directory, measure."""

import time
from dataclasses import dataclass
from typing import Final

from services.assignment.assign import assign_waiting
from services.assignment.directory import local_day
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.store_hand_overs import PostgresHandOvers
from services.assignment.store_projects import Matchers
from services.assignment.stream import link_told
from services.kit import metrics
from services.kit.postgres import Database

MEASURED_EVERY: Final = 60.0


async def assign_what_waits(database: Database, rulebooks: Rulebooks, matchers: Matchers) -> int:
    """One bounded piece; looks without the writers' lock first, so that asking often costs little."""
    ready = "SELECT EXISTS (SELECT FROM waiting) AND EXISTS (SELECT FROM directories)"
    if not await database.pool.fetchval(ready):
        return 0
    async with database.writing() as writing:
        rulebook = await rulebooks.current(writing.connection)
        cases = PostgresCases(writing.connection)
        assigned = await assign_waiting(cases, writing.publish, rulebook, writing.now)
        await link_told(writing, matchers, rulebook)
    return assigned


async def due(database: Database) -> int:
    """Demands that wait, with or without a directory: without one the operator must load it."""
    return int(await database.pool.fetchval("SELECT count(*) FROM waiting"))


@dataclass(slots=True)
class Gauges:
    """Keeps the gauges fresh, once in MEASURED_EVERY seconds."""

    database: Database
    rulebooks: Rulebooks
    measured: float = float("-inf")

    async def measure(self) -> int:
        """A step that never has more to do."""
        if time.monotonic() - self.measured >= MEASURED_EVERY:
            self.measured = time.monotonic()
            metrics.POSTS_VACANT.set(len(await vacant_posts(self.database, self.rulebooks)))
        return 0


async def vacant_posts(database: Database, rulebooks: Rulebooks) -> list[str]:
    """The posts that answer for something open and that nobody holds on this local day."""
    async with database.pool.acquire() as connection:
        rulebook = await rulebooks.current(connection)
        answering = await PostgresHandOvers(connection).answering()
        today = local_day(await connection.fetchval("SELECT clock.now()"))
    if rulebook is None:
        return []
    known = rulebook.directory.posts_by_code
    return sorted(
        post for post in answering if post not in known or not rulebook.directory.holder(post, today)
    )
