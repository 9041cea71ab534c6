"""Drafting a week's circular within a long history, beside the same aggregates as one query."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg

from services.contracts.flow import TOPICS, topics_read_by
from services.dev.bench.figures import CIRCULAR, Aim, Figure
from services.dev.bench.ground import NOON, Ground, TooSlow
from services.dev.bench.scale import Scale
from services.kit.clock import local_midnight, monday
from services.kit.postgres import Database
from services.reporting import store_books
from services.reporting.draft import draft_next
from services.reporting.figures import LEDGER
from services.reporting.periods import containing
from services.reporting.store_books import PostgresBooks

ALONE: Final = "the same aggregates as one SQL query"
LISTS: Final = "list_facts, list_standing, list_closed, list_cuts"
FACTS_A_CASE: Final = 5
WEEK: Final = timedelta(days=7)
COMPLETED: Final = 9
"""Of ten cases of the history: the tenth lies open for good."""
ROUNDS: Final = 3
_HISTORY: Final = Path(__file__).parent / "history.sql"
_LEDGER: Final = Path(store_books.__file__).parent / "sql" / "ledger.sql"


class _NotKept(Exception):
    """Rolls a measured draft back, so that it can be measured again."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A generated week: its Monday, its cases, the number of its first, and the cases of the week before."""

    week: date
    cases: int
    first: int
    before: int


def weeks(scale: Scale, last: date) -> Iterator[Laid]:
    """The weeks of the history, oldest first, then the one to report."""
    ordinary = scale.history_facts // scale.history_weeks // FACTS_A_CASE
    first, before = 0, 0
    for ago in range(scale.history_weeks, -1, -1):
        cases = ordinary if ago else scale.week_cases
        yield Laid(last - ago * WEEK, cases, first, before)
        first, before = first + cases, cases


async def measure(ground: Ground, scale: Scale) -> list[Figure]:
    """Needs a stack whose services are stopped. Empties reporting's tables."""
    *history, week = weeks(scale, monday(NOON))
    async with reporting(ground) as (admin, database):
        await empty(admin)
        await lay_history(ground, admin, history)
        await draft_history(ground, admin, database, history)
        ground.report(f"Laying a week of {week.cases:,} cases")
        await lay(admin, week)
        await pass_weeks(admin, week.week)
        await admin.execute("CHECKPOINT")
        return await by_turns(ground, admin, database, week.week)


async def empty(admin: asyncpg.Connection) -> None:
    await admin.execute(f"TRUNCATE facts, ledger, circulars, books, positions, cuts, outbox, {LISTS}")


async def lay_history(
    ground: Ground, admin: asyncpg.Connection, history: Sequence[Laid], completed: int = COMPLETED
) -> None:
    for number, one in enumerate(history, 1):
        ground.report(f"Laying the history, week {number} of {len(history)}, {one.cases:,} cases")
        await lay(admin, one, completed)
    await admin.execute("VACUUM ANALYZE facts")


async def draft_history(
    ground: Ground, admin: asyncpg.Connection, database: Database, history: Sequence[Laid]
) -> None:
    for number, one in enumerate(history, 1):
        ground.report(f"Drafting the history, week {number} of {len(history)}")
        await pass_weeks(admin, one.week)
        await draft(database, one.week)
    await admin.execute("VACUUM ANALYZE ledger")


async def by_turns(ground: Ground, admin: asyncpg.Connection, database: Database, week: date) -> list[Figure]:
    """Draft and count by turns. The draft's rows are rolled back each time."""
    drafted: list[float] = []
    counted: list[float] = []
    for turn in range(1, ROUNDS + 1):
        ground.report(f"Drafting the week, and counting it in one query, round {turn}")
        drafted.append(await draft(database, week, keep=False))
        await admin.execute("VACUUM ledger")
        counted.append(await count(database, week))
    limit = Aim(2, at_most=True)
    return [Figure(CIRCULAR, median(drafted), "s", ALONE, median(counted), limit)]


@asynccontextmanager
async def reporting(ground: Ground) -> AsyncIterator[tuple[asyncpg.Connection, Database]]:
    """The schema as its administrator, and as the service sees it."""
    async with ground.admin() as admin, ground.database("reporting") as database:
        await admin.execute("SET search_path TO reporting; SET timezone TO 'Asia/Shanghai'")
        yield admin, database


async def lay(admin: asyncpg.Connection, one: Laid, completed: int = COMPLETED) -> None:
    """Append a week's facts."""
    history = _HISTORY.read_text(encoding="utf-8")
    await admin.execute(history, one.week, one.cases, one.first, one.before, completed)


async def pass_weeks(admin: asyncpg.Connection, week: date) -> None:
    """Let every partition have passed the end of a week."""
    places = [(topic, place) for topic in topics_read_by("reporting") for place in _places(topic)]
    rows = [(monday_, topic, place) for monday_ in (week, week + WEEK) for topic, place in places]
    await admin.executemany("INSERT INTO cuts VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING", rows)
    await admin.executemany(
        """
        INSERT INTO positions VALUES ($2, $3, $1)
        ON CONFLICT (topic, partition) DO UPDATE SET day = excluded.day
        """,
        rows[len(places) :],
    )


def _places(topic: str) -> range:
    return range(TOPICS[topic].partitions)


async def draft(database: Database, week: date, *, keep: bool = True) -> float:
    """Seconds that reporting takes to draft a week. Raises TooSlow if another week was due."""
    began = time.perf_counter()
    try:
        async with database.writing() as writing:
            drafted = await draft_next(PostgresBooks(writing))
            if drafted != containing("weekly", week):
                raise TooSlow(f"the circular of {drafted} was drafted, not of {week}")
            if not keep:
                raise _NotKept
    except _NotKept:
        pass
    return time.perf_counter() - began


async def count(database: Database, week: date) -> float:
    """Seconds that one query takes to count the book's figures by unit, from the same facts."""
    cut_at: datetime = local_midnight(week + WEEK)
    of = containing("weekly", week)
    opening = await database.pool.fetchval("SELECT book FROM books WHERE until = $1", week)
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        began = time.perf_counter()
        await connection.fetch(
            one_query(_LEDGER.read_text(encoding="utf-8")), 0, cut_at, opening, of.days, of.first
        )
        return time.perf_counter() - began


def one_query(ledger: str) -> str:
    """The statement that fills the book, made to count it by unit instead of writing it."""
    target, _, rest = ledger.partition("WITH carried")
    columns = target[target.index("(") : target.rindex(")") + 1]
    book = "WITH carried" + rest.partition("ON CONFLICT")[0]
    counts = ", ".join(f"count(*) FILTER (WHERE {one.condition}) AS {one.name}" for one in LEDGER)
    return f"SELECT unit, {counts} FROM ({book}) AS book {columns} GROUP BY unit"
