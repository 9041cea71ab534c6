"""What assignment does by itself: assign demands that waited for a directory."""

from services.assignment.assign import assign_waiting
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.store_projects import Matchers
from services.assignment.stream import link_opened
from services.kit.postgres import Database


async def assign_what_waits(database: Database, rulebooks: Rulebooks, matchers: Matchers) -> int:
    """One bounded piece; looks without the writers' lock first, so that asking often costs little."""
    ready = "SELECT EXISTS (SELECT FROM waiting) AND EXISTS (SELECT FROM directories)"
    if not await database.pool.fetchval(ready):
        return 0
    async with database.writing() as writing:
        rulebook = await rulebooks.current(writing.connection)
        cases = PostgresCases(writing.connection)
        assigned = await assign_waiting(cases, writing.publish, rulebook, writing.now)
        await link_opened(writing, matchers, rulebook)
    return assigned


async def due(database: Database) -> int:
    """Demands that wait, with or without a directory: without one the operator must load it."""
    return int(await database.pool.fetchval("SELECT count(*) FROM waiting"))
