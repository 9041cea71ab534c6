"""Assessment by two paths over random histories: SQL over all cases, pure functions over one at a time."""

from datetime import date, timedelta
from random import Random

import asyncpg
import pytest

from services.kit.clock import LOCAL, local_midnight
from services.kit.postgres import Database
from services.reporting import store_assessment as store
from services.reporting.assess.assessment import Excluded
from services.reporting.assess.compose import Numbers, applied, compose, numbers_of, period_of
from services.reporting.assess.observe import EXCLUDABLE, Observation, Period, observations
from services.reporting.assess.preset import preset
from services.reporting.assess.score import Key
from services.reporting.assess.wilson import wilson
from services.reporting.directory import Directory
from tests.contract.reporting_histories import FIRST, history, seeded
from tests.contract.test_reporting_store import WEEKS, _draft_all, _read, admin, database

__all__ = ["admin", "database"]

LAST = FIRST + timedelta(days=7 * WEEKS)
PERIODS = (
    (FIRST, LAST),
    (FIRST + timedelta(days=7), FIRST + timedelta(days=21)),
    (FIRST, FIRST + timedelta(7)),
)


_LATE_RATINGS_AND_CALLS = """
    INSERT INTO facts (event_id, at, week, kind, topic, partition, "offset", late, case_id, unit, outcome)
    SELECT gen_random_uuid(), at + interval '1 hour', week, v.kind, 'case', 0, 0, false, case_id, unit,
           v.outcome
    FROM facts JOIN (VALUES
        ('rated', 'rating_late', NULL, 3), ('rated', 'rated', 'dissatisfied', 2),
        ('completed', 'called_back', 'very_dissatisfied', 3), ('completed', 'called_back', NULL, 2)
    ) AS v (of_kind, kind, outcome, every) ON v.of_kind = facts.kind
    WHERE get_byte(uuid_send(case_id), 0) % v.every = 0
"""
"""What random histories don't have: ratings too late and given anew, answers when called back."""


async def _rows(database: Database, period: Period) -> list[Observation]:
    """Every single row that the pure functions see."""
    rows: list[Observation] = []
    async with database.pool.acquire() as connection, connection.transaction():
        async for facts in store.case_by_case(connection, period.until):
            rows += observations(facts, period, lambda at: at.astimezone(LOCAL).date())
    return rows


def _some_excluded(random: Random, rows: list[Observation]) -> list[Excluded]:
    return [
        Excluded(
            request_id=one.case_id,
            unit=one.unit,
            case_id=one.case_id,
            receipt=one.receipt,
            indicators=tuple(random.sample(EXCLUDABLE, 3)),
        )
        for one in random.sample(rows, len(rows) // 8)
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_sql_and_pure_functions_agree_on_every_count_with_and_without_exclusions(
    database: Database, seed: int
) -> None:
    random = seeded(100 + seed)
    await _read(database, history(random, WEEKS, cases=300), random)
    await database.pool.execute(_LATE_RATINGS_AND_CALLS)
    for first, until in PERIODS:
        period = period_of(first, until, local_midnight)
        directory = await store.directory_before(database.pool, until)
        rows = await _rows(database, period)
        assert {one.indicator for one in rows} == set(EXCLUDABLE)
        for exclusions in ([], _some_excluded(random, rows)):
            counted, excluded = applied(rows, exclusions)
            assert bool(excluded) == bool(exclusions)
            expected = numbers_of(counted, directory)
            found = await store.count(database.pool, period, exclusions, directory)
            assert found.units == expected.units
            assert found.leaders == expected.leaders
            assert _told(period, found, directory) == _told(period, expected, directory)


def _told(period: Period, numbers: Numbers, directory: Directory) -> str:
    return compose(period, numbers, preset("default"), [], directory).model_dump_json()


async def test_sql_finds_the_shares_and_wilson_bounds_that_the_scores_are_made_of(database: Database) -> None:
    random = seeded(21)
    await _read(database, history(random, WEEKS, cases=200), random)
    period = period_of(FIRST, LAST, local_midnight)
    directory = await store.directory_before(database.pool, LAST)
    rows = await store.tallies(database.pool, period, [], directory)
    assert len(rows) > 40
    for row in rows:
        interval = wilson(row["hits"], row["n"])
        assert row["share"] == pytest.approx(row["hits"] / row["n"])
        assert (row["lower"], row["upper"]) == pytest.approx(interval, abs=1e-12)


async def test_over_one_week_the_shares_are_those_of_its_circular(database: Database) -> None:
    """What is due, on time, signed for in time and overdue means the same in both."""
    random = seeded(33)
    fake = await _read(database, history(random, WEEKS, cases=300), random)
    await _draft_all(database, fake)
    for monday, circular in fake.circulars.items():
        until = monday + timedelta(days=7)
        directory = await store.directory_before(database.pool, until)
        period = period_of(monday, until, local_midnight)
        found = (await store.count(database.pool, period, [], directory)).units
        for row in circular.units:
            counts = found.get(row.code, {})
            on_time, receipt = counts.get(Key("on_time"), (0, 0)), counts.get(Key("receipt"), (0, 0))
            assert on_time == (row.due, row.completed_on_time), (monday, row.code)
            named = ("signed_in_time", "signed_late", "unsigned_overdue")
            told = [circular.counts.get(f"{figure}.unit.{row.code}", 0) for figure in named]
            assert receipt == (sum(told), told[0]), (monday, row.code)


async def test_what_was_late_is_the_leaders_who_held_the_post_when_it_fell_due(database: Database) -> None:
    random = seeded(5)
    await _read(database, history(random, WEEKS, cases=250), random)
    directory = await store.directory_before(database.pool, LAST)
    period = period_of(FIRST, LAST, local_midnight)
    leaders = (await store.count(database.pool, period, [], directory)).leaders
    handed_over = date(2021, 3, 14)
    held = {one.person for one in leaders if one.post == "water.head"}
    assert held == {"甲", "乙"}
    rows = [one for one in await _rows(database, period) if one.post == "water.head"]
    before = [one for one in rows if one.then < handed_over and one.indicator == "on_time"]
    [first] = [counts for one, counts in leaders.items() if one.person == "甲"]
    assert first[Key("on_time")].n == len(before) > 0


async def test_a_day_is_over_only_when_every_partition_has_passed_it(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(1)
    await _read(database, history(random, 1, cases=5), random)
    assert await store.reached(database.pool, FIRST + timedelta(days=7))
    assert not await store.reached(database.pool, FIRST + timedelta(days=8))
    await admin.execute("DELETE FROM reporting.positions WHERE topic = 'directory'")
    assert not await store.reached(database.pool, FIRST + timedelta(days=7))
