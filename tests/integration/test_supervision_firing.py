"""Schedulers and consumers at work on the same rows of a real PostgreSQL, all at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from services.contracts.case import CaseAssigned
from services.kit.consume import Consumer
from services.kit.delivery.store_addresses import Address, remove, set_addresses
from services.kit.postgres import Database
from services.supervision import schedule
from services.supervision.app import shipped_policies
from services.supervision.calendars import Policies
from services.supervision.store import DUE
from services.supervision.stream import handlers
from tests.builders import authority, case_assigned, letter
from tests.conftest import DatabaseOf
from tests.unit.test_supervision_limits import completed, signed_for

MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
TABLES = "deliveries, notices, limits, calendars, inbox, outbox, offsets, dead_letters"

CHOSEN = "UPDATE policy SET limits = 'guangdong', directory_version = 1"
NOT_CHOSEN = "UPDATE policy SET limits = 'guangdong', directory_version = 0"


@pytest.fixture(scope="module")
def policies() -> Policies:
    return shipped_policies()


@pytest.fixture
async def database(database_of: DatabaseOf) -> AsyncIterator[Database]:
    database = database_of("supervision")
    emptying = "".join(f"DELETE FROM {table};" for table in TABLES.split(", "))
    await database.pool.execute(f"{emptying} {CHOSEN}")
    yield database
    await database.pool.execute(f"{emptying} {NOT_CHOSEN}")


@pytest.fixture
def consumer(database: Database, policies: Policies) -> Consumer:
    return Consumer("supervision", "case", database, handlers(policies)["case"], topic_id="first")


async def _signed_cases(consumer: Consumer, many: int) -> Sequence[CaseAssigned]:
    cases = [case_assigned(kind="consultation") for _ in range(many)]
    events = [*cases, *(signed_for(case) for case in cases)]
    await consumer.apply([letter(event, number, MONDAY) for number, event in enumerate(events)])
    return cases


async def _fire_all(database: Database, policies: Policies) -> int:
    fired = 0
    while done := await schedule.fire_due(database, policies):
        fired += done
    return fired


async def _counts(database: Database) -> tuple[int, int, int]:
    """Notices, their events on the way out, and deliveries."""
    row = await database.pool.fetchrow(
        """
        SELECT (SELECT count(*) FROM notices),
               (SELECT count(DISTINCT event_id) FROM outbox WHERE type = 'yinuo.notice.sent.v1'),
               (SELECT count(*) FROM deliveries)
        """
    )
    assert row is not None
    return tuple(row)


async def test_schedulers_at_once_fire_each_rung_once(
    consumer: Consumer, database: Database, policies: Policies
) -> None:
    await _signed_cases(consumer, 1500)
    fired = await asyncio.gather(*(_fire_all(database, policies) for _ in range(3)))
    assert sum(fired) == 1500
    assert await _counts(database) == (4500, 4500, 3000)
    assert (
        await database.pool.fetchval("SELECT count(*) FROM outbox WHERE type NOT LIKE '%watermark%'") == 6000
    )
    assert await schedule.due(database, policies) == 0


async def test_closing_and_firing_at_once_leave_each_case_fired_wholly_or_not_at_all(
    consumer: Consumer, database: Database, policies: Policies
) -> None:
    cases = await _signed_cases(consumer, 1500)
    closing = [letter(completed(case), 5000 + number, MONDAY) for number, case in enumerate(cases)]

    async def close() -> None:
        for first in range(0, len(closing), 100):
            await consumer.apply(closing[first : first + 100])

    await asyncio.gather(close(), _fire_all(database, policies), _fire_all(database, policies))
    rungs = await database.pool.fetch("SELECT count(*) AS n FROM notices GROUP BY subject_id")
    assert {row["n"] for row in rungs} <= {3}
    assert await database.pool.fetchval("SELECT count(*) FROM limits WHERE state <> 'met'") == 0
    assert await schedule.fire_due(database, policies) == 0


async def test_an_exception_while_firing_leaves_nothing_recorded_and_all_due(
    consumer: Consumer, database: Database, policies: Policies, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _signed_cases(consumer, 3)

    async def broken(*_: object) -> None:
        raise RuntimeError("before the commit")

    with monkeypatch.context() as patched:
        patched.setattr("services.kit.outbox.append", broken)
        with pytest.raises(RuntimeError, match="before the commit"):
            await schedule.fire_due(database, policies)
    assert await _counts(database) == (0, 0, 0)
    assert await schedule.due(database, policies) == 3
    assert await schedule.fire_due(database, policies) == 3


async def test_what_fires_is_queued_for_whoever_has_an_address_in_the_same_transaction(
    consumer: Consumer, database: Database, policies: Policies, monkeypatch: pytest.MonkeyPatch
) -> None:
    [case] = await _signed_cases(consumer, 1)
    address = Address(f"unit:{case.unit}", "water@fengxian.example", None)
    queued = "SELECT count(*) FROM delivery_messages WHERE recipient = $1 AND created_at > $2"
    began = await database.pool.fetchval("SELECT clock_timestamp()")
    async with database.pool.acquire() as connection:
        await set_addresses(connection, [address], "甲")

    async def broken(*_: object) -> None:
        raise RuntimeError("before the commit")

    with monkeypatch.context() as patched:
        patched.setattr("services.kit.outbox.append", broken)
        with pytest.raises(RuntimeError, match="before the commit"):
            await schedule.fire_due(database, policies)
    assert await database.pool.fetchval(queued, address.recipient, began) == 0
    await _fire_all(database, policies)
    sent = await database.pool.fetchval(
        "SELECT count(*) FROM deliveries WHERE recipient = $1", address.recipient
    )
    assert await database.pool.fetchval(queued, address.recipient, began) == sent > 0
    body = await database.pool.fetchval(
        "SELECT body FROM delivery_contents WHERE created_at > $1 ORDER BY created_at LIMIT 1", began
    )
    assert "时限的由来：" in body
    assert f"办件：{case.case_id}" in body
    async with database.pool.acquire() as connection:
        await remove(connection, address.recipient, "甲")


async def test_the_case_topic_read_again_from_the_start_changes_nothing(
    consumer: Consumer, database: Database, policies: Policies
) -> None:
    cases = await _signed_cases(consumer, 5)
    before = await database.pool.fetch("SELECT * FROM limits ORDER BY subject_id, kind")
    await database.pool.execute("DELETE FROM inbox")
    await consumer.apply([letter(case, number, MONDAY) for number, case in enumerate(cases)])
    assert await database.pool.fetch("SELECT * FROM limits ORDER BY subject_id, kind") == before


async def test_a_case_read_before_the_directory_gets_its_limits_by_the_presets_chosen_there(
    consumer: Consumer, database: Database, policies: Policies
) -> None:
    await database.pool.execute(NOT_CHOSEN)
    case = case_assigned(kind="help", urgency="urgent")
    directory = Consumer("supervision", "directory", database, handlers(policies)["directory"], "first")
    applying = asyncio.create_task(consumer.apply([letter(case, 0, MONDAY)]))
    await asyncio.wait({applying}, timeout=0.3)
    assert await database.pool.fetchval("SELECT count(*) FROM limits") == 0
    await directory.apply([letter(authority(limits="beijing"))])
    await applying
    rules = await database.pool.fetch("SELECT rule FROM limits")
    known = {rule.id for rule in policies.presets.limits["beijing"].rules}
    assert {row["rule"] for row in rules} <= known
    assert len(rules) == 2
    assert await database.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_an_event_of_a_case_that_never_came_parks_alone(consumer: Consumer, database: Database) -> None:
    stranger, case = case_assigned(), case_assigned()
    await consumer.apply([letter(signed_for(stranger), 0), letter(case, 1)])
    assert await database.pool.fetchval("SELECT count(*) FROM limits") == 2
    letters = await database.pool.fetch("SELECT key, reason FROM dead_letters")
    assert [row["key"] for row in letters] == [str(stranger.case_id)]
    assert "has no limits" in letters[0]["reason"]


async def test_due_limits_are_found_by_the_partial_index(consumer: Consumer, database: Database) -> None:
    await _signed_cases(consumer, 500)
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = await connection.fetch(f"EXPLAIN {DUE.replace('$1', 'clock.now()')}")
    assert "Index Scan using limits_due" in "\n".join(row[0] for row in plan)
