"""The store against the oracle: random histories, every figure, every row."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from services.contracts.vocabulary import Service
from services.dev.credentials import migration_environment
from services.dev.stack import Infrastructure
from services.kit.migrate import migrate_all
from services.kit.postgres import Database, pool
from services.reporting import store_rows
from services.reporting.circular import Circular
from services.reporting.draft import Week, draft_next
from services.reporting.figures import FIGURES, named
from services.reporting.schedule import Schedule
from services.reporting.store_books import PostgresBooks, book_directory
from services.reporting.stream import record_facts
from tests.contract.reporting_books import FakeBooks
from tests.contract.reporting_histories import FIRST, Log, history, midnight, seeded

NAME = "yinuo_reporting_books"
WEEKS = 5


def _elsewhere(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))


@pytest.fixture(scope="module")
async def admin(infrastructure: Infrastructure) -> AsyncIterator[asyncpg.Connection]:
    """The administrator of a database of reporting's own: a history must be all that is in it."""
    url = _elsewhere(infrastructure.admin_url)
    main = await asyncpg.connect(infrastructure.admin_url)
    await main.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    await main.execute(f"CREATE DATABASE {NAME}")
    environ = migration_environment(infrastructure.secrets, infrastructure.ports)
    await migrate_all({**environ, "YINUO_ADMIN_URL": url})
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
    await main.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    await main.close()


@pytest.fixture
async def database(
    admin: asyncpg.Connection, environment_of: Callable[[Service], dict[str, str]]
) -> AsyncIterator[Database]:
    """That database, empty."""
    tables = "facts, positions, cuts, directory_entries, ledger, circulars, numbers, outbox"
    await admin.execute(f"SET search_path = reporting; TRUNCATE {tables}")
    async with pool(_elsewhere(environment_of("reporting")["YINUO_DATABASE_URL"]), "reporting", 3) as opened:
        yield Database("reporting", opened, lambda: None)


async def _read(database: Database, log: Log, random: Random) -> FakeBooks:
    """Let the store and the oracle read the same batches."""
    fake = FakeBooks()
    for batch in log.batches(random):
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    return fake


async def _draft_all(database: Database, fake: FakeBooks) -> None:
    while await draft_next(fake):
        pass
    while True:
        async with database.writing() as writing:
            if not await draft_next(PostgresBooks(writing)):
                return


async def _drafted(database: Database, number: int) -> Circular:
    async with database.writing() as writing:
        circular = await PostgresBooks(writing).before(
            Week(FIRST + timedelta(days=7 * (number + 1)), writing.now)
        )
    assert circular is not None
    return circular


@pytest.mark.parametrize("seed", range(3))
async def test_every_circular_equals_the_oracles(database: Database, seed: int) -> None:
    random = seeded(seed)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    assert len(fake.circulars) == WEEKS
    for number, expected in enumerate(fake.circulars.values()):
        found = (await _drafted(database, number)).model_dump()
        for name, value in expected.model_dump().items():
            assert found[name] == value, name


async def test_every_figure_counts_exactly_the_rows_that_it_lists(database: Database) -> None:
    random = seeded(7)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    for circular in fake.circulars.values():
        assert set(FIGURES) <= set(circular.counts)
        for figure, value in circular.counts.items():
            assert len(await _all_rows(database, circular, figure)) == value, (circular.week, figure)


async def _all_rows(database: Database, circular: Circular, figure: str) -> list[dict[str, Any]]:
    asked, after, rows = named(figure), store_rows.After(), []
    values = [asked.value] if asked.value is not None else []
    if asked.dimension == "category" and asked.value is not None:
        values = (await book_directory(database.pool, circular.week)).categories_under(asked.value)
    while True:
        page = await store_rows.rows(
            database.pool, asked, values, circular.week, circular.cut_at, after, limit=17
        )
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next


async def test_each_units_books_balance_and_carry_into_the_next_week(database: Database) -> None:
    random = seeded(11)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    forward = dict.fromkeys(fake.circulars[FIRST].counts, 0)
    for circular in fake.circulars.values():
        for row in circular.units:
            away = row.completed + row.returned + row.reassigned
            assert row.carried_over + row.dispatched - away == row.carried_forward
            assert row.carried_over == forward.get(row.code, 0)
        forward = {row.code: row.carried_forward for row in circular.units}


async def test_a_week_is_drafted_only_when_every_partition_has_passed_its_end(database: Database) -> None:
    log = Log()
    log.watermark(FIRST)
    log.watermark(FIRST + timedelta(days=7), topics=("demand", "case", "supervision"))
    fake = await _read(database, log, seeded(1))
    async with database.writing() as writing:
        assert await PostgresBooks(writing).next_week() is None
        assert await fake.next_week() is None
    log = Log(ends=log.ends)
    log.watermark(FIRST + timedelta(days=7), topics=("directory",))
    for batch in log.batches(seeded(1)):
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    async with database.writing() as writing:
        assert await PostgresBooks(writing).next_week() == await fake.next_week() != None  # noqa: E711


async def test_a_latecomer_counts_in_the_next_circular_and_is_marked(database: Database) -> None:
    random = seeded(3)
    log = history(random, 2, cases=30)
    late = next(
        record
        for record in log.records
        if record.topic == "demand" and record.event.type.endswith("registered.v1")
    )
    log.records.remove(late)
    fake = FakeBooks()
    for batch in [*log.batches(random), [late]]:
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    log.watermark(FIRST + timedelta(days=21))
    for record in log.records[-25:]:
        fake.take([record])
        async with database.writing() as writing:
            await record_facts(writing, [record])
    await _draft_all(database, fake)
    third = await _drafted(database, 2)
    assert third.counts["latecomers"] >= 1
    assert third == fake.circulars[third.week]
    rows = await _all_rows(database, third, "latecomers")
    assert late.envelope.id in {row["event_id"] for row in rows}


async def test_two_processes_draft_and_issue_each_week_once_and_number_without_gaps(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(5)
    fake = await _read(database, history(random, WEEKS, cases=40), random)
    await _draft_all(database, fake)
    await admin.execute("TRUNCATE reporting.circulars, reporting.ledger")
    monday_at_eight = midnight(FIRST + timedelta(days=7 * WEEKS)) + timedelta(hours=8)
    await admin.execute("UPDATE clock.setting SET instant = $1", monday_at_eight)
    schedules = [Schedule(database), Schedule(database)]
    for _ in range(WEEKS + 1):
        await asyncio.gather(*(schedule.draft() for schedule in schedules))
        await asyncio.gather(*(schedule.issue() for schedule in schedules))
    rows = await database.pool.fetch("SELECT number, week FROM circulars ORDER BY week")
    assert [row["number"] for row in rows] == [f"2021-{count:02d}" for count in range(1, WEEKS + 1)]
    assert await schedules[0].due() == 0
    assert await database.pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'circular'") == WEEKS
    assert (await _drafted(database, WEEKS - 1)).counts == fake.circulars[rows[-1]["week"]].counts
